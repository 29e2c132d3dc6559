"""What links say to people, and what the trail says about them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.notices.catalogue import Message

SENTENCES = {
    "link.created": _("{actor} made the short link {code} to {target}"),
    "link.target_changed": _("{actor} let the short link {code} lead to {after} instead of {before}"),
    "link.changed": _("{actor} changed the short link {code}"),
    "link.switched_off": _("{actor} switched the short link {code} off"),
    "link.switched_on": _("{actor} switched the short link {code} on"),
    "link.placement_added": _("{actor} added the place “{name}” to the short link {code}"),
    "link.rules_changed": _("{actor} changed the rules of links of {unit}"),
}
TROUBLES: dict[str, str | Promise] = {
    "gone": _("The page is gone."),
    "error": _("The page has answered with an error for three days."),
    "unreachable": _("The server of the page could not be reached for three days."),
    "private": _("The page is inside a private network now."),
}
_HEADING = _("The short link {code} leads nowhere any more")
MESSAGES = {
    "link.gone": Message(
        _HEADING, _("The page is gone: {target} Name another page for the link, or switch it off."), "bad", mail=True
    ),
    "link.error": Message(
        _HEADING,
        _("The page has answered with an error for three days: {target} Name another page, or switch the link off."),
        "bad",
        mail=True,
    ),
    "link.unreachable": Message(
        _HEADING,
        _("Its server could not be reached for three days: {target} Name another page, or switch the link off."),
        "bad",
        mail=True,
    ),
    "link.private": Message(
        _HEADING,
        _("The page is inside a private network now: {target} Name another page, or switch the link off."),
        "bad",
        mail=True,
    ),
}
