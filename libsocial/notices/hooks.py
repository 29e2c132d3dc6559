"""Notices sent to an address of a person's own, signed: for a chat room, a ticket system, a light on the desk.

Each is one POST of JSON. `X-LibSocial-Signature` is `sha256=` and the HMAC of `<timestamp>.<body>` under the
secret of the hook, `X-LibSocial-Timestamp` the seconds since 1970: who checks both is safe from others and from
repetitions. Sent in order, each at least once; `id` tells a repetition. 2xx takes it, all else is tried again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation

from libsocial.core import http
from libsocial.core.crypto import CannotDecrypt
from libsocial.notices import catalogue, services
from libsocial.notices.models import Hook, Notice

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
GIVEN_UP = timedelta(days=1)
AT_ONCE = 20  # of one hook in one turn
SETTLED = timedelta(seconds=5)  # ids may be committed out of order: the newest wait a moment
SECONDS, ANSWER = 10, 64 * 1024


def send_due(*, now: datetime | None = None) -> int:
    """Sends what waits, hook by hook; the number of notices sent."""
    now, sent = now or timezone.now(), 0
    for pk, next_at in Hook.objects.filter(stopped=False, next_at__lte=now).values_list("pk", "next_at"):
        claim = Hook.objects.filter(pk=pk, next_at=next_at, stopped=False)
        if claim.update(next_at=now + LEASE):
            sent += _serve(pk, now)
    return sent


def _serve(pk: int, now: datetime) -> int:
    try:
        hook = Hook.objects.select_related("person").get(pk=pk)
    except CannotDecrypt:
        return 0
    fresh = Notice.objects.filter(recipient=hook.person, pk__gt=hook.sent_up_to, created_at__lte=now - SETTLED)
    sent = 0
    for notice in fresh.order_by("pk")[:AT_ONCE]:
        trouble = deliver(hook, _payload(notice, hook.person), now)
        if trouble:
            _failed(hook, trouble, now)
            return sent
        sent += 1
        Hook.objects.filter(pk=hook.pk).update(
            sent_up_to=notice.pk, tries=0, failing_since=None, trouble="", last_at=timezone.now()
        )
    Hook.objects.filter(pk=hook.pk).update(next_at=now)
    return sent


def deliver(hook: Hook, payload: dict[str, Any], now: datetime | None = None) -> str:
    """Sends one; '' when it was taken, else what went wrong: 'refused', 'silent' or a status."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    stamp = str(int((now or timezone.now()).timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-LibSocial-Timestamp": stamp,
        "X-LibSocial-Signature": "sha256=" + signature(hook.secret, stamp, body),
    }
    try:
        with http.outside(label="notice hook", max_bytes=ANSWER, total=SECONDS) as session:
            answer = session.post(hook.url, data=body, headers=headers)
    except http.Refused:
        return "refused"
    except (http.NotSent, http.NoAnswer):
        return "silent"
    return "" if 200 <= answer.status_code < 300 else str(answer.status_code)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """The hexadecimal HMAC-SHA256 a receiver computes too."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def test_payload(person: Any) -> dict[str, Any]:
    """What the button "Send a test" sends."""
    return _said("account.hook_test", {}, person) | {"id": 0, "at": timezone.now().isoformat(), "url": ""}


def _payload(notice: Notice, person: Any) -> dict[str, Any]:
    link = settings.BASE_URL + reverse("notices:open", args=[notice.pk])
    return _said(notice.message, notice.params, person) | {
        "id": notice.pk,
        "at": notice.created_at.isoformat(),
        "url": link if notice.url else "",
    }


def _said(message: str, params: dict[str, Any], person: Any) -> dict[str, Any]:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        words = catalogue.render(message, params)
    return {"message": message, "severity": words.severity, "heading": words.heading, "body": words.body}


def _failed(hook: Hook, trouble: str, now: datetime) -> None:
    since = hook.failing_since or now
    wait = WAITS[min(hook.tries, len(WAITS) - 1)]
    stopped = now - since >= GIVEN_UP
    changed = Hook.objects.filter(~Q(stopped=True), pk=hook.pk).update(
        tries=hook.tries + 1, failing_since=since, trouble=trouble, next_at=now + wait, stopped=stopped
    )
    if stopped and changed:
        log.warning("hook %s was stopped: %s", hook.pk, trouble)
        host = urlsplit(hook.url).hostname or ""
        services.tell([hook.person], "account.hook_stopped", params={"host": host}, url=reverse("notices:reach"))
