"""Finding what is due. A pure reader: a doubled, late or lost message about it is harmless."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Generic, TypeVar

from django.db import connection
from django.utils import timezone

from scheduler import timing
from scheduler.models import Delivery
from scheduler.states import DUE

Due = tuple[int, datetime]
Handed = TypeVar("Handed", bound=Hashable)


def dispatch(now: datetime | None = None, limit: int = 1000) -> list[Due]:
    """Ids with the moment each should fire, soonest first: what is due and what will be within the horizon."""
    now = now or timezone.now()
    if not _anything(now + timing.HORIZON):
        return []
    rows = Delivery.objects.filter(next_at__lte=now + timing.HORIZON, state__in=DUE, not_after__gt=now).order_by(
        "next_at"
    )
    return list(rows.values_list("pk", "next_at")[:limit])


def _anything(until: datetime) -> bool:
    """Is anything due by then? Nearly always not; the answer costs one look into the index and no query compiler."""
    with connection.cursor() as cursor:
        cursor.execute(_ANYTHING, [*DUE, connection.ops.adapt_datetimefield_value(until)])
        return bool(cursor.fetchone()[0])


_ANYTHING = "SELECT EXISTS (SELECT 1 FROM {table} WHERE state IN ({states}) AND next_at <= %s)".format(  # noqa: S608  our own names
    table=Delivery._meta.db_table, states=", ".join(["%s"] * len(DUE))
)


class Memo(Generic[Handed]):
    """What this process handed out lately, so that a backlog does not flood the broker. Losing it costs nothing."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._sent: dict[Handed, float] = {}
        self._lock = threading.Lock()

    def fresh(self, found: Iterable[Handed]) -> list[Handed]:
        """Those not handed out within the last `seconds`; they count as handed out from now on.

        What is handed out names its moment too: set for another one, it is another thing.
        """
        now = self._clock()
        with self._lock:
            self._sent = {thing: at for thing, at in self._sent.items() if now - at < self._seconds}
            new = [thing for thing in found if thing not in self._sent]
            self._sent.update(dict.fromkeys(new, now))
        return new
