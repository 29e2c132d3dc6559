"""The ticks of this app. The database says what is due; a message lost or doubled is harmless."""

from __future__ import annotations

from celery import shared_task

from channels_app import retention
from channels_app.services import probing, renewing


@shared_task(ignore_result=True)
def probe_due() -> None:
    """One task for each channel: a server that hangs delays nobody."""
    for pk in probing.due():
        probe.delay(pk)


@shared_task(ignore_result=True)
def probe(pk: int) -> None:
    probing.probe(pk)


@shared_task(ignore_result=True)
def renew_due() -> None:
    """Access that must be renewed while it lives; and a word to people about what only they can renew."""
    for pk in renewing.due():
        renew.delay(pk)
    renewing.warn()


@shared_task(ignore_result=True)
def renew(pk: int) -> None:
    renewing.renew(pk)


@shared_task(ignore_result=True)
def tidy() -> None:
    retention.forget_attempts()
