"""Readings come in, daily figures grow by the difference. Pages read only what is rolled up here.

*Zero*, *not available* and *withdrawn by the platform* stay different: only an
answered number has a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from analytics.models import DailyFigure, PostFigure, Reading
from channels_app.capabilities import Metric
from channels_app.models import Channel
from channels_app.platforms.base import Figures
from channels_app.selectors import capabilities_of
from libsocial.core import localtime
from scheduler.models import Delivery


def record_post(delivery: Delivery, parts: Sequence[Figures], at: datetime) -> None:
    """Figures of one delivery, the parts of a thread added up."""
    for metric in capabilities_of(delivery.channel).metrics:
        if metric.scope == "post":
            values = [part.values[metric.name] for part in parts if metric.name in part.values]
            _record(delivery, metric, sum(values) if values else None, at)


def record_withdrawn(delivery: Delivery, at: datetime) -> None:
    """The platform has the post no longer: its last figures stay, marked as withdrawn from now on."""
    with transaction.atomic():
        for figure in PostFigure.objects.filter(delivery=delivery):
            Reading.objects.create(
                channel_id=delivery.channel_id, delivery=delivery, metric=figure.metric, status="withdrawn", at=at
            )
        PostFigure.objects.filter(delivery=delivery).update(status="withdrawn", at=at)


def record_account(channel: Channel, figures: Figures, at: datetime) -> None:
    """Figures of the account itself: a level for the day, not a gain."""
    day = _day(channel, at)
    with transaction.atomic():
        for metric in capabilities_of(channel).metrics:
            if metric.scope == "account":
                value = figures.values.get(metric.name)
                _reading(channel, None, metric, value, at)
                if value is not None:
                    _daily(channel, day, metric.kind, level=value)


def count_post(delivery: Delivery) -> None:
    """One more post on the day it came out."""
    if delivery.settled_at:
        with transaction.atomic():
            _daily(delivery.channel, _day(delivery.channel, delivery.settled_at), "posts", gain=1)


def _record(delivery: Delivery, metric: Metric, value: int | None, at: datetime) -> None:
    """Appends the reading; the difference to the figure before goes to the day, once, whoever else is recording."""
    with transaction.atomic():
        _reading(delivery.channel, delivery, metric, value, at)
        figure, new = PostFigure.objects.get_or_create(
            delivery=delivery,
            metric=metric.name,
            defaults={"kind": metric.kind, "value": value, "status": _status(value), "at": at},
        )
        before = None if new else figure.value
        if not new and not _replace(figure, value, at):
            return
        if value is not None and value != before:  # a first zero too: from that day on the figure is known
            _daily(delivery.channel, _day(delivery.channel, at), metric.kind, gain=value - (before or 0))


def _replace(figure: PostFigure, value: int | None, at: datetime) -> bool:
    """Newer figures replace older ones; an unanswered metric does not wipe out the last number."""
    kept = figure.value if value is None else value
    same = PostFigure.objects.filter(pk=figure.pk, at=figure.at)
    return same.update(value=kept, status=_status(value), at=at) == 1


def _reading(channel: Channel, delivery: Delivery | None, metric: Metric, value: int | None, at: datetime) -> None:
    Reading.objects.create(
        channel=channel, delivery=delivery, metric=metric.name, value=value, status=_status(value), at=at
    )


def _status(value: int | None) -> str:
    return "not_available" if value is None else "ok"


def _daily(channel: Channel, day: object, kind: str, *, gain: int = 0, level: int | None = None) -> None:
    row, _new = DailyFigure.objects.get_or_create(channel=channel, day=day, kind=kind)
    changes = {"gain": F("gain") + gain} if level is None else {"level": level}
    DailyFigure.objects.filter(pk=row.pk).update(**changes)


def _day(channel: Channel, at: datetime) -> object:
    """The day in the zone of the unit that owns the channel: its readers' day, not the server's."""
    return localtime.wall_of(at, channel.unit.zone).date()
