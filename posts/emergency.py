"""The words of a library that has to close now: short, medium and long, and which of them fits a channel. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import measure
from channels_app.capabilities import Capabilities

REASONS: dict[str, str | Promise] = {
    "weather": gettext_lazy("severe weather"),
    "power": gettext_lazy("a power cut"),
    "water": gettext_lazy("a problem with the water supply"),
    "heating": gettext_lazy("a heating failure"),
    "building": gettext_lazy("damage to the building"),
    "staff": gettext_lazy("illness among the staff"),
    "safety": gettext_lazy("reasons of safety"),
    "network": gettext_lazy("a failure of the computer systems"),
    "authority": gettext_lazy("an order of the authorities"),
}
DUE: dict[str, str | Promise] = {
    "extended": gettext_lazy("Nothing falls due while we are closed, and no fees are charged for these days."),
    "usual": gettext_lazy("Due dates stay as they are; you can renew online."),
    "": "",
}
HOLDS: dict[str, str | Promise] = {
    "longer": gettext_lazy("Reserved items are kept for you until we are open again."),
    "usual": gettext_lazy("Reserved items are kept as long as usual."),
    "": "",
}
PROGRAMMES: dict[str, str | Promise] = {
    "cancelled": gettext_lazy("All events in this time are cancelled."),
    "online": gettext_lazy("Events take place online where we can; we write to everybody who signed up."),
    "elsewhere": gettext_lazy("Some events take place elsewhere; we write to everybody who signed up."),
    "": "",
}
_USUAL, _NOTHING = gettext_lazy("As usual"), gettext_lazy("Say nothing")
CHOICES = {
    "due": {"extended": gettext_lazy("Nothing falls due"), "usual": _USUAL, "": _NOTHING},
    "holds": {"longer": gettext_lazy("Kept longer"), "usual": _USUAL, "": _NOTHING},
    "programmes": {
        "cancelled": gettext_lazy("Cancelled"),
        "online": gettext_lazy("Online"),
        "elsewhere": gettext_lazy("Elsewhere"),
        "": _NOTHING,
    },
}


@dataclass(frozen=True)
class Words:
    """The same news in three lengths, and what is said when it is over."""

    short: str
    medium: str
    long: str
    reopening: str


def write(
    *,
    names: list[str],
    reason: str,
    until: datetime,
    language: str,
    due: str = "",
    holds: str = "",
    programmes: str = "",
) -> Words:
    """Words in the language of the posts; `until` is a wall time, `reason` a key of REASONS or words of one's own."""
    with translation.override(language):
        values = {
            "names": ", ".join(names),
            "reason": REASONS.get(reason, reason),
            "until": formats.date_format(until, "DATETIME_FORMAT"),
        }
        short = _("%(names)s: closed until %(until)s because of %(reason)s.") % values
        said = [str(table[key]) for table, key in ((DUE, due), (HOLDS, holds), (PROGRAMMES, programmes)) if table[key]]
        end = _("We are sorry for the trouble. You will read here when we are open again.")
        reopening = _("%(names)s: we are open again. Come in, and thank you for your patience.") % values
        return Words(short, "\n\n".join([short, *said]), "\n\n".join([short, *said, end]), reopening)


def fitting(words: Words, can: Capabilities) -> str:
    """The longest wording a channel takes; the short one where even that is too long, for the check to name."""
    for text in (words.long, words.medium):
        if all(count.fits for count in measure.counts_for(text, can.text)):
            return text
    return words.short
