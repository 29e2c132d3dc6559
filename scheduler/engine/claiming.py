"""Taking a delivery, keeping it while working, and leaving the evidence before anything becomes public."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from channels_app import platforms
from libsocial.core.states import TransitionError
from scheduler import timing
from scheduler.models import Attempt, Delivery
from scheduler.settling import LeaseLost
from scheduler.states import DUE, MACHINE

logger = logging.getLogger(__name__)


def claim(delivery: Delivery, worker: str, now: datetime | None = None, *, troubled: bool = False) -> Attempt | None:
    """Makes this delivery ours and opens an attempt. None when somebody was faster or its channel is busy.

    A channel in trouble gets one worker at a time, so that the others are there for the other channels.
    """
    now = now or timezone.now()
    number = delivery.attempts_made + 1
    try:
        with transaction.atomic():
            MACHINE.move(
                delivery,
                "claim",
                where=Q(attempts_made=delivery.attempts_made, next_at=delivery.next_at),
                attempts_made=number,
                lease_owner=worker,
                lane=_lane(delivery, troubled),
                next_at=now + timing.LEASE,
                first_tried_at=delivery.first_tried_at or now,
            )
            return Attempt.objects.create(delivery=delivery, number=number, worker=worker, started_at=now)
    except TransitionError:
        return None
    except IntegrityError:
        put_off(delivery, now + timing.lane_pause(troubled))
        return None


def _lane(delivery: Delivery, troubled: bool) -> str | None:
    alone = troubled or platforms.get(delivery.channel.platform).capabilities.one_at_a_time
    return f"channel:{delivery.channel_id}" if alone else None


def put_off(delivery: Delivery, until: datetime) -> None:
    """Looks at a due one again later, without an attempt: its lane is busy or its channel must rest."""
    rows = Delivery.objects.filter(pk=delivery.pk, state__in=DUE, attempts_made=delivery.attempts_made)
    rows.update(next_at=min(until, delivery.not_after))


def mark(attempt: Attempt, part: int, now: datetime) -> None:
    """Commits that the creating request of `part` begins now. Raises LeaseLost when it is not ours any more."""
    with transaction.atomic():
        if not _renew(attempt, now):
            raise LeaseLost
        Attempt.objects.filter(pk=attempt.pk).update(creating_since=now, creating_part=part)
    attempt.creating_since, attempt.creating_part = now, part


def _renew(attempt: Attempt, now: datetime) -> bool:
    ours = Delivery.objects.filter(pk=attempt.delivery_id, state="sending", attempts_made=attempt.number)
    return ours.filter(lease_owner=attempt.worker).update(next_at=now + timing.LEASE) == 1


class Keeper:
    """Renews the leases of work that takes long: uploads may, and the thread that works is busy.

    One thread for all the work of a process, made when there is some: most deliveries end long before their
    lease needs it, and a thread for each would cost more than the delivery.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """With nothing to keep: at first, and in a process made by forking, which has no thread but its own."""
        self._lock = threading.Lock()
        self._work: dict[Attempt, _Term] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keeping(self, attempt: Attempt) -> Iterator[None]:
        """As long as the work inside takes, within reason."""
        now = time.monotonic()
        with self._lock:
            self._work[attempt] = _Term(now + timing.RENEW_EVERY, now + timing.LONGEST_WORK.total_seconds())
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._work.pop(attempt, None)

    def _run(self) -> None:
        while True:
            time.sleep(timing.RENEW_EVERY / 4)
            for attempt in self._due():
                self._renew(attempt)
            with self._lock:
                if not self._work:
                    self._thread = None
                    return

    def _due(self) -> list[Attempt]:
        """Whose turn it is. What has become unreasonable is not renewed any more."""
        now = time.monotonic()
        with self._lock:
            self._work = {attempt: term for attempt, term in self._work.items() if now < term.end}
            due = [attempt for attempt, term in self._work.items() if now >= term.next]
            self._work |= {attempt: _Term(now + timing.RENEW_EVERY, self._work[attempt].end) for attempt in due}
        return due

    def _renew(self, attempt: Attempt) -> None:
        try:
            if not _renew(attempt, timezone.now()):
                with self._lock:
                    self._work.pop(attempt, None)
        except DatabaseError:
            logger.warning("lease not renewed", extra={"delivery": attempt.delivery_id}, exc_info=True)
        finally:
            connection.close()


@dataclass(frozen=True)
class _Term:
    """When to renew next, and when to stop."""

    next: float
    end: float


KEEPER = Keeper()
os.register_at_fork(after_in_child=KEEPER.begin)
