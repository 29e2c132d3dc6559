"""How states and platforms look: an icon, a tone and a word, so that no state is told by colour alone.

The keys are the states of the machines in ``posts.workflow``, ``scheduler.states`` and
``channels_app.states``; ``tests/design/test_looks.py`` holds them together.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Look:
    """An icon of the Lucide set, a tone (good, info, caution, bad, unsure, accent, still) and a word."""

    icon: str
    tone: str
    label: str


EDITORIAL = {
    "draft": Look("pencil-line", "still", _("Draft")),
    "in_review": Look("eye", "info", _("In review")),
    "changes_requested": Look("message-square-warning", "caution", _("Changes requested")),
    "approved": Look("badge-check", "accent", _("Approved")),
    "withdrawn": Look("undo-2", "still", _("Withdrawn")),
    "archived": Look("archive", "still", _("Archived")),
}
WIRE = {
    "planned": Look("calendar-clock", "info", _("Planned")),
    "sending": Look("send", "info", _("Sending")),
    "processing": Look("hourglass", "info", _("Being processed")),
    "waiting": Look("clock", "caution", _("Will try again")),
    "held": Look("circle-pause", "caution", pgettext_lazy("delivery", "Held")),
    "published": Look("circle-check", "good", _("Published")),
    "unclear": Look("circle-question-mark", "unsure", _("Unclear, checking")),
    "needs_person": Look("hand", "unsure", _("Please check")),
    "failed": Look("circle-x", "bad", _("Failed")),
    "expired": Look("timer-off", "bad", _("Too late")),
    "cancelled": Look("ban", "still", _("Cancelled")),
    "partly": Look("circle-dashed", "info", _("Partly published")),
    "removed": Look("trash-2", "still", _("Removed")),
}
CHANNEL = {
    "active": Look("circle-check", "good", _("Connected")),
    "paused": Look("circle-pause", "caution", _("Paused")),
    "needs_reconnect": Look("unplug", "bad", _("Access lost")),
    "disconnected": Look("unplug", "still", _("Disconnected")),
}
LINK = {
    "link_active": Look("circle-check", "good", _("Works")),
    "link_off": Look("circle-off", "still", _("Switched off")),
    "link_expired": Look("timer-off", "still", _("Run out")),
    "link_broken": Look("unlink", "bad", _("Leads nowhere")),
}
STATES: dict[str, Look] = {**EDITORIAL, **WIRE, **CHANNEL, **LINK}

LEVELS = {
    "good": Look("circle-check", "good", _("Done")),
    "info": Look("info", "info", _("Note")),
    "caution": Look("triangle-alert", "caution", _("Attention")),
    "bad": Look("circle-x", "bad", _("Problem")),
    "unsure": Look("circle-question-mark", "unsure", _("Unclear")),
    "still": Look("info", "still", _("Note")),
}

TOASTS = {
    "success": "circle-check",
    "info": "info",
    "debug": "info",
    "warning": "triangle-alert",
    "error": "circle-x",
}


def of_state(state: str) -> Look:
    """The look of a state of any machine; a state nobody described looks like itself, in grey."""
    return STATES.get(state) or Look("circle-dashed", "still", state.replace("_", " ").capitalize() or _("Unknown"))
