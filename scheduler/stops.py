"""What keeps a delivery from going out now. Asked before the claim and again just before each creating request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from channels_app.models import Channel
from scheduler import guards, holds
from scheduler.models import Delivery, Hold, RateMemory
from scheduler.verdicts import EXPIRED, EXPIRED_PARTLY, Verdict

_CHANNEL_STOPS = {
    "paused": Verdict("hold", "delivery.paused", held_for="paused"),
    "needs_reconnect": Verdict("hold", "delivery.reconnect", {"reason": ""}, held_for="reconnect"),
    "disconnected": Verdict("hold", "delivery.disconnected", held_for="reconnect"),
}


@dataclass(frozen=True)
class Look:
    """One look at all that may stop a delivery: the state of its channel, and whether there is any hold or any
    remembered limit at all, which is rare."""

    channel: str
    holds: bool
    limits: bool


def look(delivery: Delivery, now: datetime) -> Look:
    """Asked twice of every delivery, so it is one statement and spares the way through the query compiler."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [connection.ops.adapt_datetimefield_value(now), delivery.channel_id])
        row = cursor.fetchone()
    return Look(row[0], bool(row[1]), bool(row[2]))


_TABLES = {"holds": Hold._meta.db_table, "limits": RateMemory._meta.db_table, "channels": Channel._meta.db_table}
_LOOK = """
    SELECT state,
        EXISTS (SELECT 1 FROM {holds} WHERE lifted_at IS NULL),
        EXISTS (SELECT 1 FROM {limits} WHERE until > %s)
    FROM {channels} WHERE id = %s
""".format(**_TABLES)  # noqa: S608  names of our own tables


def of_the_moment(delivery: Delivery, now: datetime, seen: Look | None = None) -> Verdict | None:
    """Too late, the channel stands still, or somebody holds it. `seen`: what a look just showed."""
    if now >= delivery.not_after:
        return late(delivery)
    seen = seen or look(delivery, now)
    if stop := _CHANNEL_STOPS.get(seen.channel):
        return stop
    hold = holds.standing_for(delivery) if seen.holds else None
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
