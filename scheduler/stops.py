"""What keeps a delivery from going out now. Asked before the claim and again just before each creating request."""

from __future__ import annotations

from datetime import datetime

from channels_app.models import Channel
from scheduler import guards, holds
from scheduler.models import Delivery
from scheduler.verdicts import EXPIRED, EXPIRED_PARTLY, Verdict

_CHANNEL_STOPS = {
    "paused": Verdict("hold", "delivery.paused", held_for="paused"),
    "needs_reconnect": Verdict("hold", "delivery.reconnect", {"reason": ""}, held_for="reconnect"),
    "disconnected": Verdict("hold", "delivery.disconnected", held_for="reconnect"),
}


def of_the_moment(delivery: Delivery, now: datetime) -> Verdict | None:
    """Too late, the channel stands still, or somebody holds it."""
    if now >= delivery.not_after:
        return late(delivery)
    state = Channel.objects.values_list("state", flat=True).get(pk=delivery.channel_id)
    if stop := _CHANNEL_STOPS.get(state):
        return stop
    hold = holds.standing_for(delivery)
    return holds.verdict_of(hold) if hold else None


def late(delivery: Delivery) -> Verdict:
    """Whether a thread was cut by it is worth saying."""
    return EXPIRED_PARTLY if any(part.receipt is not None for part in delivery.parts.all()) else EXPIRED


def before_creating(delivery: Delivery, now: datetime) -> Verdict | None:
    """All of that, whether it is still what was approved, and whether anybody above refuses."""
    if stop := of_the_moment(delivery, now):
        return stop
    if delivery.digest != delivery.digest_now():
        return Verdict("refuse", "delivery.changed")
    reason = guards.refusal(delivery)
    return Verdict("refuse", reason) if reason else None
