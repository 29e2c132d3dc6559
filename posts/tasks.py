"""Celery's door to the films that are made ready. A doubled or lost message is harmless: the rows say what is to do."""

from __future__ import annotations

from celery import shared_task

from posts.services import binning, expiring, preparing

LONGEST = 4 * 3600  # seconds; a long film on a small machine


@shared_task(time_limit=LONGEST)
def prepare() -> None:
    """Makes films until none waits."""
    while preparing.prepare_next() is not None:
        continue
    preparing.tidy()


@shared_task
def tend_library() -> None:
    """Warns of permissions that end, and empties the bin of what nothing needs."""
    expiring.warn()
    binning.purge()
