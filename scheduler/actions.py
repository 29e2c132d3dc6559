"""What a person may do with a delivery now. Buttons and services ask here; the machine has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_app import platforms
from libsocial.accounts import policies
from libsocial.accounts.models import User
from scheduler import holds
from scheduler.models import Delivery, Hold
from scheduler.states import MACHINE


@dataclass(frozen=True)
class Action:
    """One button. `confirm` asks first and says what will happen; `input` names a field the person fills."""

    name: str
    label: str | Promise
    icon: str
    confirm: str | Promise = ""
    danger: bool = False
    input: str = ""


RETRY = Action("retry", _("Send again"), "rotate-cw", _("It is sent now, whatever time it was planned for."))
RELEASE = Action("release", _("Send now"), "send", _("It is sent now, later than it was planned for."))
HURRY = Action("hurry", _("Try now"), "fast-forward")
LOOK = Action("hurry", _("Look now"), "search")
SAY_THERE = Action("say_there", _("It is there"), "check", input="url")
SAY_NOT_THERE = Action(
    "say_not_there",
    _("It is not there: send again"),
    "rotate-cw",
    _("Please be sure: if it is there after all, it will appear twice."),
)
CANCEL = Action("cancel", _("Do not send"), "x", _("It will not be sent to this channel."), danger=True)
REMOVE = Action(
    "remove",
    _("Remove from the platform"),
    "trash-2",
    _("The post disappears from the platform, with its likes and replies. This cannot be undone."),
    danger=True,
)

# Button -> the action of the machine it stands for, by state.
_BY_STATE: dict[str, tuple[tuple[Action, str], ...]] = {
    "planned": ((CANCEL, "cancel"),),
    "waiting": ((HURRY, "claim"), (CANCEL, "cancel")),
    "held": ((RELEASE, "release"), (CANCEL, "cancel")),
    "processing": ((LOOK, "publish"),),
    "unclear": ((LOOK, "publish"),),
    "needs_person": ((SAY_THERE, "publish"), (SAY_NOT_THERE, "postpone"), (CANCEL, "cancel")),
    "failed": ((RETRY, "retry"), (REMOVE, "remove"), (CANCEL, "cancel")),
    "published": ((REMOVE, "remove"),),
}


def actions_for(delivery: Delivery, user: User, standing: Sequence[Hold] | None = None) -> list[Action]:
    """The buttons this person has now, the first the most likely one. `standing`: the holds, where they are known."""
    if not policies.can(user, "delivery.decide", delivery.unit):
        return []
    known = _BY_STATE.get(delivery.state, ())
    allowed = [button for button, action in known if MACHINE.allows(delivery.state, action)]
    return [button for button in allowed if _sensible(button, delivery, standing)]


def _sensible(button: Action, delivery: Delivery, standing: Sequence[Hold] | None) -> bool:
    """Beyond the machine: nothing is offered that would be refused a moment later."""
    if button is RELEASE:
        return delivery.channel.state == "active" and not _held_back(delivery, standing)
    return button is not REMOVE or _removable(delivery)


def _held_back(delivery: Delivery, standing: Sequence[Hold] | None) -> bool:
    known = holds.standing() if standing is None else standing
    return any(holds.covers(hold, delivery) for hold in known)


def _removable(delivery: Delivery) -> bool:
    if delivery.channel.state == "disconnected" or not any(part.receipt for part in delivery.parts.all()):
        return False
    try:
        return "delete" in platforms.get(delivery.channel.platform).capabilities.features
    except KeyError:
        return False
