"""The set-up code as terminals show it: while it is asked for, and not after."""

from __future__ import annotations


def set_up_code() -> str | None:
    """The one-time code for the first visitor, or None once the library has an administrator."""
    try:
        from libsocial.accounts import firstrun
    except ImportError:
        return None
    return firstrun.current_code() if firstrun.is_needed() else None
