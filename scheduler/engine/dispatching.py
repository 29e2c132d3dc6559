"""Finding what is due. A pure reader: a doubled, late or lost message about it is harmless."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils import timezone

from scheduler import timing
from scheduler.models import Delivery
from scheduler.states import DUE

Due = tuple[int, datetime]


def dispatch(now: datetime | None = None, limit: int = 1000) -> list[Due]:
    """Ids with the moment each should fire, soonest first: what is due and what will be within the horizon."""
    now = now or timezone.now()
    rows = Delivery.objects.filter(
        next_at__lte=now + timing.HORIZON, state__in=DUE, not_after__gt=now
    ).order_by("next_at")
    return list(rows.values_list("pk", "next_at")[:limit])


class Memo:
    """What this process handed out lately, so that a backlog does not flood the broker. Losing it costs nothing."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._sent: dict[Due, float] = {}
        self._lock = threading.Lock()

    def fresh(self, found: Iterable[Due]) -> list[Due]:
        """Those not handed out within the last `seconds`; they count as handed out from now on."""
        now = self._clock()
        with self._lock:
            self._sent = {due: at for due, at in self._sent.items() if now - at < self._seconds}
            new = [due for due in found if due not in self._sent]
            self._sent.update(dict.fromkeys(new, now))
        return new
