"""Notices as screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from libsocial.notices import catalogue
from libsocial.notices.models import REASONS, Letter, Notice


@dataclass(frozen=True)
class Line:
    """A notice with its words. `url` leads through us, so that following it marks it seen."""

    pk: int
    heading: str
    body: str
    severity: str
    url: str
    at: datetime
    unseen: bool


def of(person: models.Model) -> models.QuerySet[Notice]:
    return Notice.objects.filter(recipient=person)


def unseen_count(person: models.Model) -> int:
    return of(person).filter(seen_at=None).count()


def line(notice: Notice) -> Line:
    words = catalogue.render(notice.message, notice.params)
    return Line(
        pk=notice.pk,
        heading=words.heading,
        body=words.body,
        severity=words.severity,
        url=reverse("notices:open", args=[notice.pk]) if notice.url else "",
        at=notice.created_at,
        unseen=notice.seen_at is None,
    )


LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Trouble:
    """Mails given up lately, mails that wait for another try, and why the newest of them failed."""

    lost: int
    waiting: int
    reason: str


def mail_trouble(now: datetime | None = None) -> Trouble | None:
    """None while mail is in order. One question; its cost is that of the failures, not of the mails."""
    since = (now or timezone.now()) - LATELY
    failed = [
        model.objects.filter(unread, ~Q(mail_error=""), mail_next_at__gt=since)
        .order_by()
        .values_list("mail_due", "mail_error")
        .annotate(number=models.Count("pk"), at=models.Max("mail_next_at"))
        for model, unread in ((Letter, Q()), (Notice, Q(seen_at=None)))
    ]
    rows = list(failed[0].union(failed[1], all=True))
    if not rows:
        return None
    lost, waiting = (sum(row[2] for row in rows if row[0] is due) for due in (False, True))
    return Trouble(lost, waiting, str(REASONS.get(max(rows, key=lambda row: row[3])[1], "")))
