"""The ticks of the mailer."""

from __future__ import annotations

from celery import shared_task

from libsocial.notices import letters, mailer


@shared_task(ignore_result=True)
def send_mails() -> None:
    mailer.tick()


@shared_task(ignore_result=True)
def tidy() -> None:
    letters.tidy()
