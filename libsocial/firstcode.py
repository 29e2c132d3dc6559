"""The set-up code as terminals show it: while it is asked for, and not after."""

from __future__ import annotations

from libsocial.accounts import firstrun


def set_up_code() -> str | None:
    """The one-time code for the first visitor, or None once the library has an administrator."""
    return firstrun.current_code() if firstrun.is_needed() else None
