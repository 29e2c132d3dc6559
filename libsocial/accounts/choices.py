"""Zones and languages as people choose them."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext

# Names kept for old files; a person means one of the others.
_OLD = ("Etc/", "SystemV/", "US/", "posix/", "right/")


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    places = {name for name in available_timezones() if "/" in name and not name.startswith(_OLD)}
    return ("UTC", *sorted(places))


def languages() -> list[tuple[str, str]]:
    """Languages in which a library may speak, by their English or translated name."""
    known = [(code, info) for code, info in LANG_INFO.items() if "name" in info]
    named = [(code, _both(gettext(info["name"]), info["name_local"])) for code, info in known]
    return sorted(named, key=lambda pair: pair[1].casefold())


def _both(name: str, local: str) -> str:
    return name if name.casefold() == local.casefold() else f"{name} ({local})"


def spoken() -> list[tuple[str, str]]:
    """Languages of our own pages."""
    return [(code, _both(gettext(str(name)), LANG_INFO[code]["name_local"])) for code, name in settings.LANGUAGES]
