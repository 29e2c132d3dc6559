"""Celery's door to the films that are made ready, and to what is said while posts wait for a decision.

A doubled or lost message is harmless: the rows say what is to do.
"""

from __future__ import annotations

from celery import shared_task

from posts.services import (
    arriving,
    binning,
    evergreen_filling,
    expiring,
    import_work,
    link_checks,
    preparing,
    reminding,
    repeats,
)

LONGEST = 4 * 3600  # seconds; a long film on a small machine


@shared_task(time_limit=LONGEST)
def prepare() -> None:
    """Makes films until none waits."""
    while preparing.prepare_next() is not None:
        continue
    preparing.tidy()


@shared_task
def repeat() -> None:
    """Writes the drafts of repeats whose date is near."""
    repeats.make_due()


@shared_task(time_limit=600)
def evergreen() -> None:
    """Fills free posting times from the evergreen queues."""
    evergreen_filling.fill_due()


@shared_task(time_limit=300)
def bring_in() -> None:
    """Goes on with long files of posts."""
    import_work.work()


@shared_task(ignore_result=True)
def remind() -> None:
    """Reminders, escalation, times that passed; each is said once."""
    reminding.tick()


@shared_task(time_limit=600)
def look_at_links() -> None:
    """Opens the links of posts that are due."""
    link_checks.look_at_due()
    link_checks.tidy()


@shared_task(time_limit=3600)
def tend_library() -> None:
    """Warns of permissions that end, empties the bin of what nothing needs, and forgets uploads nobody went on with."""
    expiring.warn()
    binning.purge()
    arriving.tidy()
