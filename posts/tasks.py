"""Celery's door to the films that are made ready. A doubled or lost message is harmless: the rows say what is to do."""

from __future__ import annotations

from celery import shared_task

from posts.services import link_checks, preparing

LONGEST = 4 * 3600  # seconds; a long film on a small machine


@shared_task(time_limit=LONGEST)
def prepare() -> None:
    """Makes films until none waits."""
    while preparing.prepare_next() is not None:
        continue
    preparing.tidy()


@shared_task(time_limit=600)
def look_at_links() -> None:
    """Opens the links of posts that are due."""
    link_checks.look_at_due()
    link_checks.tidy()
