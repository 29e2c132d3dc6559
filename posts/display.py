"""What a list says of a post in one word: the editorial state, and after approval what became of the deliveries.

The word is a key of libsocial.shell.looks, which gives it icon, tone and label.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from posts.models import Target

# The worst wins: the first group that any delivery is in names the post.
_BY_DELIVERY: tuple[tuple[str, frozenset[str]], ...] = (
    ("failed", frozenset({"failed"})),
    ("needs_person", frozenset({"needs_person"})),
    ("unclear", frozenset({"unclear"})),
    ("expired", frozenset({"expired"})),
    ("held", frozenset({"held"})),
    ("sending", frozenset({"sending", "processing"})),
    ("waiting", frozenset({"waiting"})),
)
TROUBLE = ("failed", "unclear", "needs_person", "expired", "held")
_ENDED = ("published", "removed", "cancelled")


def shown(post_state: str, delivery_states: Iterable[str]) -> str:
    """Of an approved post the deliveries speak; of every other the post itself."""
    states = set(delivery_states)
    if post_state != "approved":
        return post_state
    for name, group in _BY_DELIVERY:
        if states & group:
            return name
    if states and states <= set(_ENDED):
        return next(name for name in _ENDED if name in states)
    return "partly" if "published" in states else "planned"


def _with(states: Iterable[str]) -> Q:
    deliveries = Target.objects.filter(revision=OuterRef("approved_id"), delivery__state__in=list(states))
    return Q(state="approved") & Q(Exists(deliveries))


def filter_q(name: str) -> Q:
    """The posts a list shows under one filter name; raises KeyError for an unknown one."""
    if name == "scheduled":
        return _with(("planned", "waiting", "sending", "processing"))
    if name == "published":
        return _with(("published",))
    if name == "trouble":
        return _with(TROUBLE)
    return Q(
        state={
            "draft": "draft",
            "in_review": "in_review",
            "changes": "changes_requested",
            "withdrawn": "withdrawn",
            "archived": "archived",
        }[name]
    )


FILTERS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("All")),
    ("draft", _("Drafts")),
    ("in_review", _("In review")),
    ("changes", _("Changes requested")),
    ("scheduled", _("Planned")),
    ("published", _("Published")),
    ("trouble", _("Needs attention")),
    ("withdrawn", _("Withdrawn")),
    ("archived", _("Archived")),
)

# The words of the looks (libsocial.shell.looks) for files, which have no icons; a test holds the two together.
_LABELS: dict[str, str | Promise] = {
    "draft": _("Draft"),
    "in_review": _("In review"),
    "changes_requested": _("Changes requested"),
    "withdrawn": _("Withdrawn"),
    "archived": _("Archived"),
    "planned": _("Planned"),
    "sending": _("Sending"),
    "waiting": _("Will try again"),
    "held": pgettext_lazy("delivery", "Held"),
    "published": _("Published"),
    "unclear": _("Unclear, checking"),
    "needs_person": _("Please check"),
    "failed": _("Failed"),
    "expired": _("Too late"),
    "cancelled": _("Cancelled"),
    "partly": _("Partly published"),
    "removed": _("Removed"),
}


def labels() -> dict[str, str]:
    """The word for everything `shown` answers, in the active language."""
    return {name: str(label) for name, label in _LABELS.items()}
