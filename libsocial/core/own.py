"""Addresses of our own pages, kept so that they follow the product when it moves.

A link to a page of ours (a post on Practice) is written down without its host and read with the address the product
runs at now: another port, another name, https one day. Everything else is kept as it is.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

MARK = "here:"  # no scheme of the web: what begins like this can only have been written by `kept`


def kept(url: str) -> str:
    """What to write down for this address."""
    base = settings.BASE_URL
    return MARK + url.removeprefix(base) if url.startswith(f"{base}/") else url


def shown(url: str) -> str:
    """The address as it can be opened now."""
    return settings.BASE_URL + url.removeprefix(MARK) if url.startswith(f"{MARK}/") else url


class OwnUrlField(models.CharField):
    """A column of addresses that may be ours. Code only ever meets whole addresses; the table holds kept ones."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs  # the same column: no migration

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return kept(prepared) if isinstance(prepared, str) else prepared

    def from_db_value(self, value: str | None, *_where: Any) -> str | None:
        return shown(value) if value else value
