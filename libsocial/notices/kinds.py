"""The kinds of notices, as a person chooses how to be told of them. Pure.

The kind of a message follows from its id: `delivery.failed` is of deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.notices import catalogue

NOW, DAILY, PAGE = "now", "daily", "page"
WAYS: tuple[tuple[str, str | Promise], ...] = (
    (NOW, _("At once")),
    (DAILY, _("Once a day, together")),
    (PAGE, _("Only here")),
)


@dataclass(frozen=True)
class Kind:
    """`families` are the words before the dot of its message ids."""

    key: str
    label: str | Promise
    help: str | Promise
    families: tuple[str, ...]


KINDS: tuple[Kind, ...] = (
    Kind(
        "posts",
        _("Posts and approval"),
        _("What waits for you, what was decided about your posts."),
        ("post", "review", "language"),
    ),
    Kind("talk", _("Comments and mentions"), _("A colleague writes to you at a post."), ("comment", "talk")),
    Kind("deliveries", _("Going out"), _("A post that is late, failed, or must be looked at."), ("delivery", "hold")),
    Kind("channels", _("Channels"), _("Access that ends, a channel that stands still."), ("channel", "platform")),
    Kind(
        "planning",
        _("Planning"),
        _("Closures, repeats, pictures and links that run out, imports."),
        ("hours", "closure", "repeat", "evergreen", "asset", "media", "link", "campaign", "import", "embargo"),
    ),
    Kind("account", _("Your account and the house"), _("Roles, security, people who join."), ("account", "house")),
)
_BY_FAMILY = {family: kind.key for kind in KINDS for family in kind.families}


def of(message: str) -> str:
    """The kind of a message; 'account', which nobody can silence for good, for one of an unknown family."""
    return _BY_FAMILY.get(message.partition(".")[0], "account")


def is_urgent(message: str) -> bool:
    """Is it mailed at once whatever was chosen? What went wrong in public and the security of an account."""
    found = catalogue.MESSAGES[message]
    return found.mail and (found.severity in ("bad", "unsure") or of(message) == "account")
