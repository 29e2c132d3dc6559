"""The tick that mails notices."""

from __future__ import annotations

from celery import shared_task

from libsocial.notices import mailer


@shared_task(ignore_result=True)
def send_mails() -> None:
    mailer.send_due()
