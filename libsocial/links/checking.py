"""Does the page behind a link still answer? Asked through the guarded door, every night, and told when it does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import requests
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.core import http
from libsocial.links.models import Link
from libsocial.notices import services as notices

HURRY = 4.0  # seconds, while somebody waits
PATIENT = 20.0
AGAIN = timedelta(days=1)
MOST = 50  # links of one round
PATIENCE = 3  # nights a silent server is given


def look(url: str, *, seconds: float = PATIENT) -> str:
    """'' when the page answers, else an id of messages.TROUBLES. What only refuses robots counts as there."""
    try:
        with http.outside(label="short link", max_bytes=2 * 2**20, total=seconds) as session:
            status = session.get(url, headers={"Accept": "text/html,*/*"}).status_code
    except http.Refused:
        return "private"
    except http.TooLarge:
        return ""
    except (http.OutsideError, requests.RequestException, ValueError):
        return "unreachable"
    if status in {404, 410}:
        return "gone"
    return "error" if status >= 500 else ""


def check_due(now: datetime | None = None) -> int:
    """Looks at those whose time has come, oldest first. Doing it twice is harmless."""
    now = now or timezone.now()
    due = Link.objects.filter(state="active", next_check__lte=now).select_related("unit", "created_by")
    links = list(due.order_by("next_check")[:MOST])
    for link in links:
        note(link, look(link.target), now)
    return len(links)


def note(link: Link, found: str, now: datetime) -> None:
    """Keeps what was found; people are told once when it breaks. A silent server is given three nights."""
    fruitless = link.fruitless + 1 if found else 0
    trouble = "" if found in {"unreachable", "error"} and fruitless < PATIENCE else found
    values = {"checked_at": now, "next_check": now + AGAIN, "trouble": trouble, "fruitless": min(fruitless, 1000)}
    with transaction.atomic():
        # Only of the target that was looked at: somebody may have named another one meanwhile.
        kept = Link.objects.filter(pk=link.pk, target=link.target).update(**values)
        if kept and trouble and not link.trouble:
            _tell(link, trouble)


def _tell(link: Link, trouble: str) -> None:
    maker = link.created_by if link.created_by and link.created_by.is_active else None
    people: list[User] = [maker] if maker else list(policies.people_who("links.rules", link.unit))
    params = {"code": link.code, "target": link.target}
    where, once = reverse("links:detail", args=[link.pk]), f"link.broken:{link.pk}:{timezone.now():%Y-%m-%d}"
    notices.tell(people, f"link.{trouble}", params=params, url=where, subject=link, dedupe=once)
