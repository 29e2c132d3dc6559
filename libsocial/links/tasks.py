"""Celery's door to the nightly look at what links lead to."""

from __future__ import annotations

from celery import shared_task

from libsocial.links import checking


@shared_task(time_limit=900)
def check_due() -> None:
    checking.check_due()
