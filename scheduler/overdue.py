"""At the end of a stop: what became overdue during it is held, in the transaction that ends the stop.

Workers hold what falls due during a stop as they meet it. Nobody promises that
one was awake, so the end of the stop asks the rows. A worker sees the stop or
the held row, never neither, because both change with one commit.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from channels_app.models import Channel
from libsocial.accounts.models import User
from scheduler.models import Delivery
from scheduler.recovery import recover
from scheduler.settling import LeaseLost, settle
from scheduler.states import DUE
from scheduler.verdicts import OVERDUE, Verdict


def hold(rows: QuerySet[Delivery], verdict: Verdict, *, by: User, now: datetime) -> None:
    """Holds those of `rows` that should have left by now, what dead workers had in hand included.

    Always in the same order, so that two who do this at once do not lock each other out.
    """
    passed = rows.filter(state__in=(*DUE, "sending"), next_at__lte=now).order_by("pk")
    for delivery in passed.select_related("channel__unit", "unit").prefetch_related("parts"):
        with suppress(LeaseLost):  # a worker or a person was faster: held, cancelled, or alive after all
            if delivery.state == "sending":
                recover(delivery, now)
            if delivery.state in DUE:
                settle(delivery, verdict, by=by, now=now)


def hold_on_channel(channel: Channel, by: User) -> None:
    """The channel may send again."""
    hold(Delivery.objects.filter(channel=channel), OVERDUE, by=by, now=timezone.now())
