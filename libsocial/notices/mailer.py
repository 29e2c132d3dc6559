"""Notices that want a mail, sent by a tick: claimed row by row, outside any transaction, with back-off.

A crash between the server's answer and our note of it sends that one mail again
after the lease; for mail that is forgivable, a lost one is not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from libsocial.notices import catalogue
from libsocial.notices.models import Notice

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# After so many tries a mail is given up; the notice itself stays on its page.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
# What is wrong with one mail; anything else is wrong with the server, and the tick ends.
ONE_MAIL_ONLY = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError)


def send_due(*, now: datetime | None = None, limit: int = 50) -> int:
    """Sends what is due, at most `limit` mails; the number sent."""
    connection, sent = get_connection(), 0
    try:
        for notice in _claimed(now or timezone.now(), limit):
            if not _send(notice, connection, now or timezone.now()):
                break
            sent += notice.mailed_at is not None
    finally:
        connection.close()
    return sent


def _due(now: datetime) -> Q:
    return Q(mail_due=True, mail_next_at__lte=now, seen_at=None)


def _claimed(now: datetime, limit: int) -> Iterator[Notice]:
    """Each due row once, among all workers: whoever moves its next time first has it."""
    rows = Notice.objects.filter(_due(now)).order_by("mail_next_at").values_list("pk", "mail_next_at")[:limit]
    for pk, next_at in rows:
        claim = Notice.objects.filter(_due(now), pk=pk, mail_next_at=next_at)
        if claim.update(mail_next_at=now + LEASE, mail_tries=F("mail_tries") + 1):
            yield Notice.objects.select_related("recipient").get(pk=pk)


def _send(notice: Notice, connection: BaseEmailBackend, now: datetime) -> bool:
    """False when the mail server itself does not answer, so that the rest of the tick waits too."""
    if not notice.recipient.is_active:
        _close(notice, mailed_at=None)
        return True
    try:
        compose(notice, connection).send()
    except (SMTPException, OSError) as error:
        log.warning("notice %s could not be mailed: %s", notice.pk, type(error).__name__)
        _postpone(notice, now)
        return isinstance(error, ONE_MAIL_ONLY)
    _close(notice, mailed_at=timezone.now())
    return True


def _close(notice: Notice, *, mailed_at: datetime | None) -> None:
    notice.mailed_at = mailed_at
    Notice.objects.filter(pk=notice.pk).update(mail_due=False, mailed_at=mailed_at)


def _postpone(notice: Notice, now: datetime) -> None:
    if notice.mail_tries > len(WAITS):
        _close(notice, mailed_at=None)
        return
    Notice.objects.filter(pk=notice.pk).update(mail_next_at=now + WAITS[notice.mail_tries - 1])


def compose(notice: Notice, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail in the person's language: heading, body and one absolute link."""
    person = notice.recipient
    with translation.override(person.language or settings.LANGUAGE_CODE):
        words = catalogue.render(notice.message, notice.params)
        path = reverse("notices:open", args=[notice.pk]) if notice.url else reverse("notices:list")
        context = {"words": words, "person": person, "link": settings.BASE_URL + path}
        mail = EmailMultiAlternatives(
            subject=" ".join(words.heading.split()),
            body=render_to_string("notices/mail.txt", context),
            to=[person.email],
            connection=connection,
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("notices/mail.html", context), "text/html")
    return mail
