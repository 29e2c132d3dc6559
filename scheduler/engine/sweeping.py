"""Bringing home what dead workers left, and ending what is too late. Safe to run anywhere, at any time, twice."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from scheduler import rates, stops
from scheduler.models import Delivery, Heartbeat
from scheduler.recovery import recover
from scheduler.settling import LeaseLost, settle
from scheduler.states import DUE

logger = logging.getLogger(__name__)

BATCH = 500
_FORGET_HEARTBEATS = timedelta(days=1)


def sweep(now: datetime | None = None) -> Counter[str]:
    """One round; says how many deliveries it moved to which state."""
    now = now or timezone.now()
    moved: Counter[str] = Counter()
    for delivery in _rows(now, Q(state="sending")):
        moved[_safely(recover, delivery, now)] += 1
    for delivery in _rows(now, Q(state__in=(*DUE, "held"), not_after__lte=now)):
        moved[_safely(_expired, delivery, now)] += 1
    Heartbeat.objects.filter(at__lt=now - _FORGET_HEARTBEATS).delete()
    rates.forget_past(now)
    del moved[""]
    return moved


def watch(now: datetime | None = None, limit: int = BATCH) -> list[tuple[int, str, datetime]]:
    """Ids to reconcile ('unclear') or to follow ('processing') now, with the moment that was set for it."""
    rows = Delivery.objects.filter(next_at__lte=now or timezone.now(), state__in=("unclear", "processing"))
    return list(rows.order_by("next_at").values_list("pk", "state", "next_at")[:limit])


def _rows(now: datetime, where: Q) -> Iterable[Delivery]:
    rows = Delivery.objects.filter(where, next_at__lte=now).order_by("next_at")
    return rows.select_related("channel__unit", "unit").prefetch_related("parts")[:BATCH]


def _expired(delivery: Delivery, now: datetime) -> str:
    return settle(delivery, stops.late(delivery), now=now, where=Q(not_after__lte=now))


def _safely(act: Callable[[Delivery, datetime], str], delivery: Delivery, now: datetime) -> str:
    """One row that cannot be dealt with keeps no other from being looked at."""
    try:
        return act(delivery, now)
    except LeaseLost:
        return ""
    except Exception:
        logger.exception("sweep failed", extra={"delivery": delivery.pk})
        return ""
