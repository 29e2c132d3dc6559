"""Writing what became of a delivery: the state, the attempt, the trail and the notices, in one small transaction."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels_app import services as channel_services
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.core.states import TransitionError
from libsocial.notices.services import tell
from scheduler import listeners, rates, timing
from scheduler.models import Attempt, Delivery
from scheduler.states import MACHINE
from scheduler.verdicts import Verdict

logger = logging.getLogger(__name__)

# What enters the trail, by action of the machine. The others are told by the attempts alone.
TRAIL = {
    "publish": "delivery.published",
    "refuse": "delivery.failed",
    "ask": "delivery.asked",
    "hold": "delivery.held",
    "expire": "delivery.expired",
    "cancel": "delivery.cancelled",
    "retry": "delivery.retried",
    "release": "delivery.released",
    "remove": "delivery.removed",
}
TOLD = frozenset({"refuse", "ask", "expire"})  # people must know; and of a hold when its channel was lost
_ENDS = frozenset({"published", "failed", "cancelled", "expired", "removed"})


class LeaseLost(Exception):
    """Somebody else decided meanwhile what became of this delivery: whoever meets this stops at once."""


def settle(
    delivery: Delivery,
    verdict: Verdict,
    *,
    attempt: Attempt | None = None,
    now: datetime | None = None,
    by: User | None = None,
    trail: str = "",
    where: Q | None = None,
) -> str:
    """Moves the delivery as the verdict says and returns its new state.

    Raises LeaseLost when it is not where it was read any more, or when another
    attempt began; nothing is written then.
    """
    now = now or timezone.now()
    verdict = _bounded(delivery, verdict, now)
    told = _told(delivery, verdict, by)
    where = Q(attempts_made=delivery.attempts_made) & (where or Q())
    try:
        with transaction.atomic():
            MACHINE.move(delivery, verdict.action, where=where, **_values(delivery, verdict, now))
            _close(delivery, verdict, attempt, now)
            _record(delivery, verdict, by, trail)
            _tell(delivery, verdict, told)
    except TransitionError as error:
        raise LeaseLost from error
    _tell_channel(delivery, verdict)
    return delivery.state


def _bounded(delivery: Delivery, verdict: Verdict, now: datetime) -> Verdict:
    """Endless trying ends: after so many fruitless tries in a row it has failed and a person decides."""
    if verdict.action != "postpone" or verdict.free or delivery.tries + 1 < timing.MAX_TRIES:
        return verdict
    action = "refuse" if MACHINE.allows(delivery.state, "refuse") else "ask"
    return Verdict(action, "delivery.gave_up", {**verdict.params, "tries": timing.MAX_TRIES})


def _values(delivery: Delivery, verdict: Verdict, now: datetime) -> dict[str, Any]:
    after = MACHINE.target(delivery.state, verdict.action)
    values: dict[str, Any] = {
        "message": verdict.message,
        "message_params": verdict.params,
        "lane": None,
        "lease_owner": "",
        "held_for": verdict.held_for,
        "next_at": _next_at(delivery, verdict, after, now),
        "settled_at": now if after in _ENDS else None,
        "checks_made": 0,
    }
    if verdict.action in ("postpone", "retry", "release"):
        values["tries"] = 0 if verdict.free and not verdict.until else delivery.tries + (not verdict.free)
    if after == "published":
        first = delivery.parts.all()[0]
        values |= {"remote_id": first.remote_id, "remote_url": first.remote_url}
    return values


def _next_at(delivery: Delivery, verdict: Verdict, after: str, now: datetime) -> datetime | None:
    """When to look again. Never after the moment it expires, so that it does expire then."""
    match after:
        case "waiting":
            earliest = now if verdict.free else now + timing.backoff(delivery.tries)
            return min(max(verdict.until, now + timing.SHORTEST) if verdict.until else earliest, delivery.not_after)
        case "held":
            return delivery.not_after
        case "unclear":
            return now + timing.check_after(0)
        case "processing":
            return now + timing.follow_after(0)
        case _:
            return None


def _close(delivery: Delivery, verdict: Verdict, attempt: Attempt | None, now: datetime) -> None:
    if attempt is not None:
        Attempt.objects.filter(pk=attempt.pk, finished_at=None).update(
            finished_at=now, outcome=verdict.action, message=verdict.message, message_params=verdict.params
        )


def _record(delivery: Delivery, verdict: Verdict, by: User | None, trail: str) -> None:
    action = trail or TRAIL.get(verdict.action, "")
    if action:
        data = {"title": delivery.title, "channel": delivery.channel.name, "message": verdict.message}
        audit.record(action, by=by, on=delivery, unit=delivery.unit, data=data)


def _told(delivery: Delivery, verdict: Verdict, by: User | None) -> tuple[list[User], str]:
    """Asked before the transaction, because other apps answer."""
    told = verdict.action in TOLD or verdict.held_for == "reconnect" or verdict.message == "delivery.to_do"
    if by is None and told:
        return listeners.concerned(delivery), listeners.address_of(delivery)
    return [], ""


def _tell(delivery: Delivery, verdict: Verdict, told: tuple[list[User], str]) -> None:
    people, address = told
    if people:
        tell(
            people,
            verdict.message,
            params={**verdict.params, "title": delivery.title, "channel": delivery.channel.name},
            url=address,
            subject=delivery,
            dedupe=_once(delivery, verdict),
        )


def _once(delivery: Delivery, verdict: Verdict) -> str:
    """One notice per delivery and attempt; of a lost channel one per loss, however many posts wait on it."""
    if verdict.held_for == "reconnect":
        return f"lost:{delivery.channel_id}:{delivery.channel.connected_at.timestamp():.0f}:{verdict.message}"
    return f"delivery:{delivery.pk}:{delivery.attempts_made}:{verdict.message}"


def _tell_channel(delivery: Delivery, verdict: Verdict) -> None:
    """After the delivery is safe: the channel stops, or its limit or its trouble is remembered for the others."""
    if verdict.lost_channel:
        channel_services.mark_lost(delivery.channel, "channel.lost", {"reason": verdict.params.get("reason", "")})
    if verdict.unpaid:
        channel_services.mark_unpaid(delivery.channel, verdict.params.get("reason", ""))
    if verdict.troubled:
        rates.remember(delivery.channel, rates.TROUBLE, timezone.now() + timing.TROUBLED)
    if verdict.rate_scope and verdict.until:
        rates.remember(delivery.channel, verdict.rate_scope, verdict.until)
