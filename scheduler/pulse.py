"""Signs of life of dispatcher and workers, kept as rows, so that a page can say that the clock is silent."""

from __future__ import annotations

import os
import socket
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet
from django.utils import timezone

from scheduler.models import Heartbeat

KINDS = ("dispatcher", "worker")
SILENT_AFTER = timedelta(seconds=60)
_EVERY = 10.0  # seconds between two rows of one kind from one process

_lock = threading.Lock()
_last: dict[str, float] = {}


@dataclass(frozen=True)
class Pulse:
    """When dispatcher and workers were last heard of; `silent_since` is None while both are alive."""

    dispatcher: datetime | None
    worker: datetime | None
    silent_since: datetime | None
    silent: tuple[datetime | None, ...] = ()

    @property
    def alive(self) -> bool:
        return not self.silent


def beat(kind: str) -> None:
    """One sign of life of this process, written at most every ten seconds."""
    now = time.monotonic()
    with _lock:
        if now - _last.get(kind, -_EVERY) < _EVERY:
            return
        _last[kind] = now
    name = f"{kind}:{socket.gethostname()}:{os.getpid()}"
    Heartbeat.objects.update_or_create(name=name, defaults={"kind": kind, "at": timezone.now()})


def heard(kind: str) -> QuerySet[Heartbeat]:
    """The signs of life of one kind that are young enough to count."""
    return Heartbeat.objects.filter(kind=kind, at__gte=timezone.now() - SILENT_AFTER)


def read(now: datetime | None = None) -> Pulse:
    """Never heard of counts as silent, without a since."""
    now = now or timezone.now()
    last = dict(Heartbeat.objects.filter(kind__in=KINDS).values_list("kind").annotate(at=Max("at")))
    times = [last.get(kind) for kind in KINDS]
    silent = tuple(at for at in times if at is None or now - at > SILENT_AFTER)
    return Pulse(times[0], times[1], min((at for at in silent if at), default=None), silent)
