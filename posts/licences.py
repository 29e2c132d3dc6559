"""Under what a file of the library may be used, in words for whoever enters it and for whoever asks later. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Licence:
    """`credit`: it must be named where the file is shown. `url`: its text, '' where it has none."""

    label: str | Promise
    credit: bool = False
    url: str = ""


LICENCES: dict[str, Licence] = {
    "own": Licence(_("Our own work")),
    "pdm": Licence(_("Public domain"), url="https://creativecommons.org/publicdomain/mark/1.0/"),
    "cc0": Licence(_("CC0, given to everybody"), url="https://creativecommons.org/publicdomain/zero/1.0/"),
    "by": Licence(_("CC BY, with credit"), True, "https://creativecommons.org/licenses/by/4.0/"),
    "by-sa": Licence(_("CC BY-SA, with credit, shared alike"), True, "https://creativecommons.org/licenses/by-sa/4.0/"),
    "nkc": Licence(_("No known copyright"), url="https://rightsstatements.org/vocab/NKC/1.0/"),
    "licensed": Licence(_("Licensed for our use")),
    "letter": Licence(_("Permission by letter")),
    "unknown": Licence(_("Unknown")),
}


def label(key: str) -> str:
    """The licence in words; '' where nothing was said."""
    found = LICENCES.get(key)
    return str(found.label) if found else ""
