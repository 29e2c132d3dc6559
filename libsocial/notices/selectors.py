"""Notices as screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.urls import reverse

from libsocial.notices import catalogue
from libsocial.notices.models import Notice


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
