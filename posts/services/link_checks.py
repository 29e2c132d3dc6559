"""Whether the links of posts open for the public: looked at in the background, through the guarded door."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import requests
from django.utils import timezone

from libsocial.core import http
from posts.knowledge import hash_of
from posts.models import LinkCheck

SECONDS = 20.0
MAX_BYTES = 64 * 1024  # whether a page opens is known long before its end
FRESH = timedelta(hours=6)  # a good answer; bad ones are asked again sooner
SOON = timedelta(minutes=30)
MOST = 30  # links of one post
BATCH = 20  # at one tick
FORGET = timedelta(days=60)
LEASE = timedelta(minutes=2)
_SPREAD = random.SystemRandom()  # so that what came together does not come together again


def want(urls: Iterable[str]) -> None:
    """Puts addresses down to be looked at; those known are remembered a while longer."""
    wanted = {hash_of(url): url for url in sorted(urls)[:MOST] if urlsplit(url).scheme in {"http", "https"}}
    if not wanted:
        return
    now = timezone.now()
    rows = [LinkCheck(url_hash=key, url=url, due_at=now, wanted_at=now) for key, url in wanted.items()]
    LinkCheck.objects.bulk_create(rows, ignore_conflicts=True)
    old = LinkCheck.objects.filter(url_hash__in=wanted, wanted_at__lt=now - SOON)
    old.update(wanted_at=now)


def ask_again(urls: Iterable[str]) -> None:
    """These addresses at the next tick, however fresh the last answer is."""
    want(urls)
    LinkCheck.objects.filter(url_hash__in=[hash_of(url) for url in urls]).update(due_at=timezone.now())


def look_at_due(now: datetime | None = None) -> int:
    """Opens the links that are due, at most a batch of them; how many. Two at once look at different ones."""
    now = now or timezone.now()
    rows = list(LinkCheck.objects.filter(due_at__lte=now).order_by("due_at")[:BATCH])
    mine = [row for row in rows if LinkCheck.objects.filter(pk=row.pk, due_at=row.due_at).update(due_at=now + LEASE)]
    for row in mine:
        row.outcome, row.final_url = outcome_of(row.url)
        row.checked_at = timezone.now()
        row.due_at = row.checked_at + (SOON if row.outcome in {"gone", "unsure"} else FRESH) * _SPREAD.uniform(1, 1.2)
        row.save(update_fields=["outcome", "final_url", "checked_at", "due_at"])
    return len(mine)


def tidy(now: datetime | None = None) -> None:
    """Forgets what no post has named for long, and stops asking for it before."""
    now = now or timezone.now()
    LinkCheck.objects.filter(wanted_at__lt=now - FORGET).delete()


def outcome_of(url: str) -> tuple[str, str]:
    """'ok', 'moved', 'gone', 'private' or 'unsure', and where the address led in the end."""
    try:
        with http.outside(label="link check", max_bytes=MAX_BYTES, total=SECONDS) as session:
            answer = session.get(url, headers={"Accept": "text/html,*/*;q=0.5"})
    except http.TooLarge:
        return "ok", url
    except http.Refused:
        return "private", url
    except http.NotSent:
        return "gone", url
    except (http.OutsideError, requests.RequestException, ValueError):
        return "unsure", url
    final = answer.url or url
    if answer.status_code in {404, 410}:
        return "gone", final
    if answer.status_code == 401 or _is_sign_in(url, final):
        return "private", final
    if answer.status_code >= 400:
        return "unsure", final  # many sites turn programs away and let people in
    return ("moved", final) if _moved_for_good(answer) else ("ok", final)


def _moved_for_good(answer: requests.Response) -> bool:
    """Whether each step on the way was one that is meant to last."""
    return bool(answer.history) and all(step.status_code in {301, 308} for step in answer.history)


def _is_sign_in(url: str, final: str) -> bool:
    words = ("login", "signin", "sign-in", "sign_in", "/cas/", "/sso", "/saml", "accounts.google.com")
    before, after = url.lower(), final.lower().partition("?")[0]
    return any(word in after and word not in before for word in words)
