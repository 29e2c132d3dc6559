"""The ticks of the mailer."""

from __future__ import annotations

from celery import shared_task

from libsocial.notices import digests, hooks, letters, mailer


@shared_task(ignore_result=True)
def send_mails() -> None:
    mailer.tick()


@shared_task(ignore_result=True)
def tidy() -> None:
    letters.tidy()


@shared_task(ignore_result=True)
def send_digests() -> None:
    digests.send_due()


@shared_task(ignore_result=True)
def send_hooks() -> None:
    hooks.send_due()
