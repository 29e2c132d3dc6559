"""Telling people, and noting that they have seen it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from libsocial.notices import catalogue, kinds, reaching
from libsocial.notices.models import Notice


def tell(
    people: Iterable[models.Model],
    message: str,
    *,
    params: dict[str, Any] | None = None,
    url: str = "",
    subject: models.Model | None = None,
    dedupe: str = "",
) -> None:
    """One notice per person, in the caller's transaction; a person who has one with this `dedupe` gets no second.

    `url` is a path of ours. Raises KeyError for a message nobody registered.
    """
    catalogue.MESSAGES[message]
    people = list(people)
    ways = reaching.ways_of(people, message) if settings.MAIL_CONFIGURED else {}
    now = timezone.now()
    Notice.objects.bulk_create(
        (_notice(person, message, params or {}, url, subject, dedupe, ways.get(person.pk), now) for person in people),
        ignore_conflicts=True,
    )


def _notice(
    person: models.Model,
    message: str,
    params: dict[str, Any],
    url: str,
    subject: models.Model | None,
    dedupe: str,
    way: str | None,
    now: datetime,
) -> Notice:
    mail = way == kinds.NOW
    return Notice(
        recipient=person,
        message=message,
        params=params,
        url=url,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        dedupe=dedupe,
        mail_due=mail,
        mail_next_at=now if mail else None,
        digest=way == kinds.DAILY,
    )


def see(*, person: models.Model, notice: Notice) -> None:
    """The person has read it: no longer unread, no mail any more."""
    _seen(Notice.objects.filter(pk=notice.pk, recipient=person))


def see_all(*, person: models.Model, up_to: int) -> int:
    """Everything up to the newest notice the person was shown; what came since stays unread."""
    return _seen(Notice.objects.filter(recipient=person, pk__lte=up_to))


def see_about(*, person: models.Model, subject: models.Model) -> int:
    """The person opened the page of the subject: what was told about it has done its work."""
    return _seen(
        Notice.objects.filter(recipient=person, subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    )


def answered(*, subject: models.Model, message: str) -> int:
    """What this message asked for has been done by somebody: for nobody it is unread any more."""
    return _seen(
        Notice.objects.filter(message=message, subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    )


def _seen(notices: models.QuerySet[Notice]) -> int:
    return notices.filter(seen_at=None).update(seen_at=timezone.now(), mail_due=False, digest=False)
