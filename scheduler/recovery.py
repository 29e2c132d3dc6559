"""What became of a delivery whose worker showed no sign of life for longer than its lease."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import Q

from scheduler.models import Attempt, Delivery
from scheduler.progress import standing
from scheduler.settling import settle
from scheduler.verdicts import GOES_ON, LOST_WHILE_CREATING, WORKER_LOST, Verdict

logger = logging.getLogger(__name__)


def recover(delivery: Delivery, now: datetime) -> str:
    """Moves it to where its attempt had come; returns the state. Raises LeaseLost when its worker lives after all."""
    attempt = Attempt.objects.filter(delivery=delivery, finished_at=None).first()
    verdict = _left_behind(delivery, attempt)
    logger.warning("lease ran out", extra={"delivery": delivery.pk, "outcome": verdict.action})
    # A worker that lives after all may have renewed it since we looked.
    return settle(delivery, verdict, attempt=attempt, now=now, where=Q(next_at=delivery.next_at))


def _left_behind(delivery: Delivery, attempt: Attempt | None) -> Verdict:
    parts = list(delivery.parts.all())
    if attempt and attempt.creating_since and parts[attempt.creating_part or 0].receipt is None:
        return LOST_WHILE_CREATING
    reached = standing(parts)
    # With the receipt of the marked part stored, that request is known to have worked.
    return WORKER_LOST if reached is GOES_ON and not (attempt and attempt.creating_since) else reached
