"""Mails leave here and nowhere else: notices and letters, sent by a tick, claimed row by row, with back-off.

No transaction is open while a mail server is asked. A crash between its answer and
our note of it sends that one mail again after the lease; for mail that is
forgivable, a lost one is not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from libsocial.core.crypto import CannotDecrypt
from libsocial.notices import catalogue, letters
from libsocial.notices.models import Letter, Notice

log = logging.getLogger(__name__)

Row = Notice | Letter
LEASE = timedelta(minutes=5)
# After so many tries a mail is given up; a notice itself stays on its page.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
# What is wrong with one mail; anything else is wrong with the server, and the tick ends.
ONE_MAIL_ONLY = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, SMTPNotSupportedError, CannotDecrypt)
BUSY, BUSY_FOR = "notices.mailer.busy", 120  # seconds; a tick that died is waited for no longer


def tick() -> int:
    """One turn of the clock: what is due, unless a turn before is still at it. A silent server holds one worker up."""
    if not cache.add(BUSY, 1, BUSY_FOR):
        return 0
    try:
        return send_due()
    finally:
        cache.delete(BUSY)


def send_due(*, now: datetime | None = None, limit: int = 50) -> int:
    """Sends what is due, at most `limit` mails; the number sent. Letters first: somebody waits for them."""
    connection, sent = get_connection(), 0
    try:
        for row in _claimed(now or timezone.now(), limit):
            if not _send(row, connection, now or timezone.now()):
                break
            sent += row.mailed_at is not None
    finally:
        connection.close()
    return sent


def _claimed(now: datetime, limit: int) -> Iterator[Row]:
    """Each due row once, among all workers: whoever moves its next time first has it."""
    for model, due in ((Letter, _due(now)), (Notice, _due(now) & Q(seen_at=None))):
        rows = model.objects.filter(due).order_by("mail_next_at").values_list("pk", "mail_next_at")[:limit]
        for pk, next_at in rows:
            claim = model.objects.filter(due, pk=pk, mail_next_at=next_at)
            if claim.update(mail_next_at=now + LEASE, mail_tries=F("mail_tries") + 1):
                limit -= 1
                yield model.objects.get(pk=pk)


def _due(now: datetime) -> Q:
    return Q(mail_due=True, mail_next_at__lte=now)


def _send(row: Row, connection: BaseEmailBackend, now: datetime) -> bool:
    """False when the mail server itself does not answer, so that the rest of the tick waits too."""
    if not _still_wanted(row):
        _close(row, mailed_at=None)
        return True
    try:
        _mail_of(row, connection).send()
    except (SMTPException, OSError, CannotDecrypt) as error:
        log.warning("%s %s could not be mailed: %s", row._meta.model_name, row.pk, type(error).__name__)
        _postpone(row, error, now)
        return isinstance(error, ONE_MAIL_ONLY)
    _close(row, mailed_at=timezone.now())
    return True


def _still_wanted(row: Row) -> bool:
    """Not when its person left, and not when it was called back since it was claimed."""
    return row.recipient.is_active if isinstance(row, Notice) else bool(row.words)


def _mail_of(row: Row, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    return letters.unpack(row, connection) if isinstance(row, Letter) else compose(row, connection)


def _close(row: Row, *, mailed_at: datetime | None, error: str = "") -> None:
    """The end, well or not. What only this row knew, such as a link, is erased with it."""
    row.mailed_at = mailed_at
    erased = {"words": ""} if isinstance(row, Letter) else {}
    type(row).objects.filter(pk=row.pk).update(mail_due=False, mailed_at=mailed_at, mail_error=error, **erased)


def _postpone(row: Row, error: Exception, now: datetime) -> None:
    reason = reason_of(error)
    if row.mail_tries > len(WAITS) or _is_final(error):
        _close(row, mailed_at=None, error=reason)
        return
    again_at = now + WAITS[row.mail_tries - 1]
    # A letter called back meanwhile stays so.
    type(row).objects.filter(pk=row.pk, mail_due=True).update(mail_next_at=again_at, mail_error=reason)


def reason_of(error: Exception) -> str:
    """A key of models.REASONS. Never the server's own words: they may repeat a password."""
    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (CannotDecrypt, "key"),
        ((SMTPRecipientsRefused, SMTPNotSupportedError), "address"),
        (SMTPSenderRefused, "sender"),
        (SMTPAuthenticationError, "sign_in"),
        (SMTPDataError, "refused"),
    )
    return next((reason for kind, reason in kinds if isinstance(error, kind)), "silent")


def _is_final(error: Exception) -> bool:
    """Whether the next try would get the same answer: the server said so, or the words cannot be read any more."""
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return bool(codes) and all(code >= 500 for code in codes)
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, CannotDecrypt)


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
