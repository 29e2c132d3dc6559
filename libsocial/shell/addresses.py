"""Addresses by name, where an app may or may not offer them."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def address(url_name: str) -> str:
    """The address of a URL name, or nothing when no app offers it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
