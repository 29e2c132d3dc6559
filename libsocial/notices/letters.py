"""Mails that are no notices: put down in the caller's transaction, taken along by the next tick of the mailer.

No page waits for a mail server, and no mail speaks of what was rolled back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from libsocial.core import crypto
from libsocial.notices.models import Letter

KEPT = timedelta(days=30)  # so long a row says that a mail left, or did not


def post(mail: EmailMessage, *, kind: str) -> Letter:
    """Puts the mail down for its one recipient; it leaves within seconds of the commit."""
    (to,) = mail.to
    return Letter.objects.create(
        to=to, kind=kind, words=crypto.encrypt(_packed(mail)), mail_due=True, mail_next_at=timezone.now()
    )


def pretend(mail: EmailMessage, *, kind: str) -> None:
    """Does all the work of `post`, and leaves nothing behind."""
    with transaction.atomic():
        post(mail, kind=kind)
        transaction.set_rollback(True)


def call_back(letter: Letter | None) -> None:
    """What the letter says is no longer true (its link is dead): it does not leave, and its words are erased."""
    if letter is not None:
        Letter.objects.filter(pk=letter.pk, mailed_at=None).update(mail_due=False, words="", mail_error="")


def unpack(letter: Letter, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """The mail as it was put down. Raises CannotDecrypt."""
    packed = crypto.decrypt(letter.words)
    mail = EmailMultiAlternatives(
        subject=packed["subject"],
        body=packed["body"],
        to=[letter.to],
        headers={"Auto-Submitted": "auto-generated", **packed["headers"]},
        connection=connection,
    )
    if packed["html"]:
        mail.attach_alternative(packed["html"], "text/html")
    return mail


def tidy(*, now: datetime | None = None) -> int:
    """Removes rows of mails that ended long ago; the number removed."""
    old = Letter.objects.filter(mail_due=False, created_at__lt=(now or timezone.now()) - KEPT)
    return old.delete()[0]


def _packed(mail: EmailMessage) -> dict[str, Any]:
    alternatives = getattr(mail, "alternatives", [])
    html = next((content for content, kind in alternatives if kind == "text/html"), "")
    return {"subject": mail.subject, "body": mail.body, "html": html, "headers": dict(mail.extra_headers)}
