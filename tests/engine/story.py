"""Words for stories about deliveries: plan, step, look."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from channels_app.content import Content, Media, Part
from channels_app.models import Channel, Credential
from libsocial.accounts.models import Unit
from scheduler import engine, services
from scheduler.models import Attempt, Delivery
from tests.engine.farside import FarSide

_numbers = itertools.count(1)


def channel(unit: Unit, far: FarSide, **fields: Any) -> Channel:
    number = next(_numbers)
    values = {"unit": unit, "platform": "paper", "name": f"Paper {number}", "server": far.url, "remote_id": str(number)}
    made = Channel.objects.create(**(values | {"url": "https://paper.example/@library"} | fields))
    Credential.objects.create(channel=made, secret={"token": "t"})
    return made


def planned(
    channel: Channel, *texts: str, due: datetime | None = None, media: tuple[Media, ...] = (), **fields: Any
) -> Delivery:
    """A delivery planned by the library itself, due now unless told otherwise."""
    due = due or timezone.now()
    parts = tuple(Part(text=text, media=media) for text in texts or ("Story time",))
    values = {"unit": channel.unit, "not_after": due + timedelta(days=1), "reference": "story:1", "title": "Story time"}
    return services.plan(channel=channel, content=Content(parts), due_at=due, by=None, **(values | fields))


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.select_related("channel__unit", "unit").get(pk=delivery.pk)


def state(delivery: Delivery) -> str:
    return Delivery.objects.values_list("state", flat=True).get(pk=delivery.pk)


def step() -> list[str]:
    """What dispatcher and workers do now, once, in this thread."""
    return [engine.deliver(pk) for pk, due in engine.dispatch() if due <= timezone.now()]


def look() -> list[str]:
    """What the sweeping tick does now, once, in this thread."""
    engine.sweep()
    do = {"unclear": engine.reconcile, "processing": engine.follow}
    return [do[kind](pk) for pk, kind, _ in engine.watch()]


def tale(delivery: Delivery) -> list[tuple[str, str]]:
    """Every attempt with what became of it."""
    return list(Attempt.objects.filter(delivery=delivery).values_list("outcome", "message"))
