"""Asking platforms for figures: who is due, in batches the platform allows, fair between channels.

Nothing here runs in a transaction while a platform is asked. A watch that is
being asked has its `next_at` moved ahead first, so a second worker passes by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from analytics import cadence, rollup
from analytics.models import Watch
from channels_app import platforms, services
from channels_app.errors import Gone, NeedsReconnect, PlatformError, RateLimited, Unsupported
from channels_app.models import Channel
from channels_app.platforms.base import Adapter, Figures, Receipt, Session
from channels_app.selectors import capabilities_of
from channels_app.sessions import open_session
from scheduler.models import Delivery, DeliveryPart

LEASE = timedelta(minutes=15)
AFTER_TROUBLE = timedelta(minutes=20)
AFTER_LOST = timedelta(hours=6)
AFTER_UNSUPPORTED = timedelta(days=7)  # a platform, or its adapter, may learn to count
LOOK_BACK = timedelta(days=3)  # how far back published deliveries without a watch are looked for
MOST_BATCHES = 4  # calls for one channel in one go: nobody waits long behind a busy account
MISSES_UNTIL_GONE = 3


def begin_watching(now: datetime | None = None, limit: int = 500) -> int:
    """Gives every newly published delivery a watch, and every living channel one for its account."""
    now = now or timezone.now()
    fresh = Delivery.objects.filter(state="published", settled_at__gte=now - LOOK_BACK, watch=None)
    made = sum(_watch(row) for row in fresh.select_related("channel__unit")[:limit])
    bare = Channel.objects.living().exclude(pk__in=Watch.objects.filter(delivery=None).values("channel_id"))
    Watch.objects.bulk_create([Watch(channel=channel, next_at=now) for channel in bare], ignore_conflicts=True)
    return made


def _watch(delivery: Delivery) -> bool:
    """One watch and one count for a delivery, together and once, however many clocks have found it."""
    with transaction.atomic():
        next_at = (delivery.settled_at or timezone.now()) + cadence.FIRST
        _row, new = Watch.objects.get_or_create(
            delivery=delivery, defaults={"channel_id": delivery.channel_id, "next_at": next_at}
        )
        if new:
            rollup.count_post(delivery)
    return new


def channels_due(now: datetime | None = None) -> list[int]:
    """The channels something is due for."""
    due = Watch.objects.filter(next_at__lte=now or timezone.now(), channel__state="active")
    return list(due.order_by().values_list("channel_id", flat=True).distinct())


def collect_channel(channel_id: int, now: datetime | None = None) -> int:
    """One channel's turn: its account and a few batches of posts. Returns how many watches were answered."""
    now = now or timezone.now()
    channel = Channel.objects.select_related("unit").get(pk=channel_id)
    if channel.state != "active":
        return 0
    can, adapter = capabilities_of(channel), platforms.get(channel.platform)
    answered = 0
    try:
        session = open_session(channel)
        if "audience" in can.features:
            answered += _account(channel, adapter, session, now)
        else:
            _later(_due(channel, now).filter(delivery=None), now + AFTER_UNSUPPORTED)
        if "metrics" not in can.features:
            _later(_due(channel, now).exclude(delivery=None), now + AFTER_UNSUPPORTED)
        else:
            for batch in _batches(channel, can.budget.metrics_batch, now):
                answered += _posts(adapter, session, batch, now)
    except NeedsReconnect as error:
        services.mark_lost(channel, params={"reason": error.reason})
        _later(_due(channel, now + LEASE), now + AFTER_LOST)
    except RateLimited as error:
        _later(_due(channel, now + LEASE), max(error.until, now + AFTER_TROUBLE))
    except PlatformError:
        _later(_due(channel, now + LEASE), now + AFTER_TROUBLE)
    return answered


def _due(channel: Channel, by: datetime) -> QuerySet[Watch]:
    return Watch.objects.filter(channel=channel, next_at__lte=by)


def _later(watches: QuerySet[Watch], when: datetime) -> None:
    watches.update(next_at=when)


def _claim(watch: Watch, now: datetime) -> bool:
    """Moves the watch ahead; False when another worker was faster."""
    return Watch.objects.filter(pk=watch.pk, next_at=watch.next_at).update(next_at=now + LEASE) == 1


def _batches(channel: Channel, size: int, now: datetime) -> Iterator[list[Watch]]:
    due = Watch.objects.filter(channel=channel, next_at__lte=now).exclude(delivery=None).order_by("next_at")
    waiting = due.select_related("delivery__channel__unit")[: size * MOST_BATCHES]
    rows = [watch for watch in waiting if _claim(watch, now)]
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _account(channel: Channel, adapter: Adapter, session: Session, now: datetime) -> int:
    watch = Watch.objects.filter(channel=channel, delivery=None, next_at__lte=now).first()
    if watch is None or not _claim(watch, now):
        return 0
    try:
        rollup.record_account(channel, adapter.audience(session), now)
    except Unsupported:
        _later(Watch.objects.filter(pk=watch.pk), now + AFTER_UNSUPPORTED)
        return 0
    Watch.objects.filter(pk=watch.pk).update(next_at=now + cadence.ACCOUNT, asked=watch.asked + 1)
    return 1


def _posts(adapter: Adapter, session: Session, batch: list[Watch], now: datetime) -> int:
    parts = _parts_of([watch.delivery_id for watch in batch])
    receipts = [_receipt(part) for found in parts.values() for part in found]
    try:
        answers = adapter.metrics(session, receipts) if receipts else {}
    except Gone:
        answers = {}
    for watch in batch:
        _settle(watch, parts.get(watch.delivery_id, []), answers, now)
    return len(batch)


def _settle(watch: Watch, parts: Sequence[DeliveryPart], answers: dict[str, Figures], now: datetime) -> None:
    """Records one delivery's figures, all parts of a thread together, and says when to ask again."""
    found = [answers[part.remote_id] for part in parts if part.remote_id in answers]
    seen = [figures for figures in found if not figures.gone]
    whole = len(found) == len(parts)
    age = now - (watch.delivery.settled_at or now)
    pause = cadence.pause_at(age)
    misses = 0 if seen and whole else watch.misses + 1
    # One missing answer may be a hiccup or a slow index; three are a deleted post, or a deleted part of a thread.
    believed = misses >= MISSES_UNTIL_GONE
    if seen and (whole or believed):
        rollup.record_post(watch.delivery, seen, now)
        misses = 0
    elif not seen and believed:
        rollup.record_withdrawn(watch.delivery, now)
        pause = None
    Watch.objects.filter(pk=watch.pk).update(
        next_at=now + pause if pause else None, asked=watch.asked + 1, misses=misses
    )


def _parts_of(delivery_ids: list[int]) -> dict[int, list[DeliveryPart]]:
    found: dict[int, list[DeliveryPart]] = {}
    for part in DeliveryPart.objects.filter(delivery_id__in=delivery_ids, removed_at=None).exclude(remote_id=""):
        found.setdefault(part.delivery_id, []).append(part)
    return found


def _receipt(part: DeliveryPart) -> Receipt:
    stored = part.receipt or {}
    return Receipt(part.remote_id, part.remote_url, alt=part.alt or "none", data=stored.get("data", {}))
