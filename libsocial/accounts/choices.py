"""Zones and languages as people choose them."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

# Names kept for old files; a person means one of the others.
_OLD = ("Etc/", "SystemV/", "US/", "posix/", "right/")

# Spoken in many libraries and not among those Django can name.
FURTHER: dict[str, tuple[str | Promise, str]] = {
    "am": (gettext_lazy("Amharic"), "አማርኛ"),
    "ht": (gettext_lazy("Haitian Creole"), "Kreyòl ayisyen"),
    "hmn": (gettext_lazy("Hmong"), "Hmoob"),
    "ku": (gettext_lazy("Kurdish"), "Kurdî"),
    "lo": (gettext_lazy("Lao"), "ລາວ"),
    "mi": (gettext_lazy("Māori"), "te reo Māori"),
    "prs": (gettext_lazy("Dari"), "دری"),
    "ps": (gettext_lazy("Pashto"), "پښتو"),
    "sm": (gettext_lazy("Samoan"), "Gagana Sāmoa"),
    "so": (gettext_lazy("Somali"), "Soomaali"),
    "ti": (gettext_lazy("Tigrinya"), "ትግርኛ"),
    "tl": (gettext_lazy("Tagalog"), "Tagalog"),
    "yi": (gettext_lazy("Yiddish"), "ייִדיש"),
    "yo": (gettext_lazy("Yoruba"), "Yorùbá"),
}


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    places = {name for name in available_timezones() if "/" in name and not name.startswith(_OLD)}
    return ("UTC", *sorted(places))


def languages() -> list[tuple[str, str]]:
    """Languages in which a library may speak, by their English or translated name."""
    known = [(code, info) for code, info in LANG_INFO.items() if "name" in info]
    named = [(code, _both(gettext(info["name"]), info["name_local"])) for code, info in known]
    named += [(code, _both(str(name), local)) for code, (name, local) in FURTHER.items()]
    return sorted(named, key=lambda pair: pair[1].casefold())


def name_of(tag: str) -> str:
    """A language (BCP-47) as its speakers call it; the tag where nobody here knows it."""
    for code in (tag, tag.lower(), tag.partition("-")[0].lower()):
        if code in FURTHER:
            return FURTHER[code][1]
        if "name_local" in LANG_INFO.get(code, {}):
            return str(LANG_INFO[code]["name_local"])
    return tag


def called(tag: str) -> str:
    """A language (BCP-47) in the language of the reader, for a sentence: 'Spanish'."""
    for code in (tag, tag.lower(), tag.partition("-")[0].lower()):
        if code in FURTHER:
            return str(FURTHER[code][0])
        if "name" in LANG_INFO.get(code, {}):
            return gettext(LANG_INFO[code]["name"])
    return tag


def _both(name: str, local: str) -> str:
    return name if name.casefold() == local.casefold() else f"{name} ({local})"


def spoken() -> list[tuple[str, str]]:
    """Languages of our own pages."""
    return [(code, _both(gettext(str(name)), LANG_INFO[code]["name_local"])) for code, name in settings.LANGUAGES]
