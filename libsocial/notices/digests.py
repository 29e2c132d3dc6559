"""The one mail of the day: what a person chose to read together, sent at their hour."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from libsocial.core import localtime
from libsocial.notices import catalogue, letters
from libsocial.notices.models import Notice, Reach

MOST = 50  # lines of one mail; it says how many more there are


def send_due(*, now: datetime | None = None) -> int:
    """Puts down the mail of everybody whose hour has come; the number of mails. Doubled or lost calls are harmless."""
    now = now or timezone.now()
    waiting = Notice.objects.filter(digest=True).order_by().values("recipient_id")
    return sum(_send(reach, now) for reach in Reach.objects.filter(person__in=waiting).select_related("person"))


def _send(reach: Reach, now: datetime) -> bool:
    here = localtime.wall_of(now, reach.zone if localtime.is_zone(reach.zone) else settings.TIME_ZONE)
    if here.hour < reach.digest_hour or reach.digested_on == here.date():
        return False
    with transaction.atomic():
        if not _claimed(reach, here.date()):
            return False
        notices = list(Notice.objects.filter(recipient=reach.person, digest=True, seen_at=None)[: MOST + 1])
        Notice.objects.filter(recipient=reach.person, digest=True).update(digest=False)
        if notices and reach.person.is_active:
            letters.post(_mail(reach.person, notices), kind="digest")
            return True
    return False


def _claimed(reach: Reach, today: date) -> bool:
    free = Q(digested_on=None) | Q(digested_on__lt=today)
    return bool(Reach.objects.filter(free, pk=reach.pk).update(digested_on=today))


def _mail(person: Any, notices: list[Notice]) -> EmailMultiAlternatives:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        lines = [
            (catalogue.render(one.message, one.params), settings.BASE_URL + reverse("notices:open", args=[one.pk]))
            for one in notices[:MOST]
        ]
        context = {
            "lines": lines,
            "more": max(0, len(notices) - MOST),
            "link": settings.BASE_URL + reverse("notices:list"),
            "choose": settings.BASE_URL + reverse("notices:reach"),
        }
        subject = ngettext("%(n)s thing to know today", "%(n)s things to know today", len(lines)) % {"n": len(lines)}
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("notices/digest.txt", context),
            to=[person.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("notices/digest.html", context), "text/html")
    return mail
