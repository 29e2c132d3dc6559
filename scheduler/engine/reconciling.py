"""Asking the platform: what became of an unclear one, and is a processing one public yet?

A round begins with a conditional update that takes it, so that two workers do
not ask at once and an answer from an earlier round decides nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from channels_app import errors, platforms
from channels_app.content import Content
from channels_app.platforms.base import Found, Prepared, Receipt
from channels_app.services import mark_lost
from channels_app.sessions import open_session
from libsocial.core import own
from scheduler import timing
from scheduler.engine.delivering import keep_receipt, load
from scheduler.models import Attempt, Delivery, DeliveryPart
from scheduler.progress import standing
from scheduler.settling import LeaseLost, settle
from scheduler.verdicts import NOT_ARRIVED, Verdict, words

logger = logging.getLogger(__name__)


def reconcile(pk: int) -> str:
    """One round for an unclear delivery; returns its state afterwards, or 'nothing' when this call came in vain."""
    return _round(pk, "unclear", timing.check_after, _asked_about)


def follow(pk: int) -> str:
    """One look at a processing delivery; returns its state afterwards, or 'nothing' when this call came in vain."""
    return _round(pk, "processing", timing.follow_after, _followed)


Question = Callable[[Delivery, datetime], Verdict | datetime | None]


def _round(pk: int, state: str, pause: Callable[[int], timedelta], question: Question) -> str:
    """Takes the round, asks, and writes the verdict; a moment instead of one means: again then."""
    delivery, now = load(pk), timezone.now()
    if delivery is None or delivery.state != state or delivery.next_at is None or delivery.next_at > now:
        return "nothing"
    if not _taken(delivery, now + pause(delivery.checks_made + 1)):
        return "nothing"
    answer = question(delivery, now)
    mine = Q(checks_made=delivery.checks_made)
    if isinstance(answer, datetime):
        Delivery.objects.filter(mine, pk=pk, state=state).update(next_at=answer)
    if not isinstance(answer, Verdict):
        return state
    try:
        return settle(delivery, answer, where=mine)
    except LeaseLost:
        return "nothing"


def _taken(delivery: Delivery, again: datetime) -> bool:
    rows = Delivery.objects.filter(
        pk=delivery.pk, state=delivery.state, attempts_made=delivery.attempts_made, checks_made=delivery.checks_made
    )
    taken = rows.update(checks_made=delivery.checks_made + 1, next_at=again) == 1
    delivery.checks_made += taken
    return taken


# --- unclear ----------------------------------------------------------------
def _asked_about(delivery: Delivery, now: datetime) -> Verdict | datetime | None:
    attempt = Attempt.objects.filter(delivery=delivery, creating_since__isnull=False).last()
    if attempt is None:
        return NOT_ARRIVED
    part = delivery.parts.all()[attempt.creating_part or 0]
    if part.receipt is not None:
        return _onwards(delivery)
    try:
        found = _find(delivery, part, attempt)
    except errors.Unsupported:
        found = Found("unknown")
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001  no answer is no proof
        return _unanswered(delivery, error)
    return _concluded(delivery, part, attempt, found, now)


def _find(delivery: Delivery, part: DeliveryPart, attempt: Attempt) -> Found:
    adapter = platforms.get(delivery.channel.platform)
    since = attempt.creating_since or attempt.started_at
    content = Content.from_json(delivery.payload)
    return adapter.find(open_session(delivery.channel), content, part.index, Prepared(**part.prepared), since)


def _concluded(
    delivery: Delivery, part: DeliveryPart, attempt: Attempt, found: Found, now: datetime
) -> Verdict | datetime | None:
    if found.state == "present" and found.receipt:
        keep_receipt(part, found.receipt)
        return _onwards(delivery)
    if found.state == "absent":
        settled = (attempt.finished_at or attempt.started_at) + timing.SETTLING
        return NOT_ARRIVED if now >= settled else min(settled, now + timing.check_after(delivery.checks_made))
    known = "find" in platforms.get(delivery.channel.platform).capabilities.features
    if delivery.checks_made >= timing.MAX_UNKNOWN or not known:
        return _ask(delivery, found.look_at)
    return None


def _unanswered(delivery: Delivery, error: Exception) -> Verdict | datetime | None:
    """The platform could not be asked. A dead credential stops the channel; asking goes on after it was reconnected."""
    known = isinstance(error, errors.PlatformError)
    logger.warning("no answer about a delivery", extra={"delivery": delivery.pk}, exc_info=not known)
    if isinstance(error, errors.NeedsReconnect):
        mark_lost(delivery.channel, "channel.lost", {"reason": words(error)})
    if delivery.checks_made >= timing.MAX_CHECKS:
        return _ask(delivery, "")
    return error.until if isinstance(error, errors.RateLimited) else None


def _ask(delivery: Delivery, look_at: str) -> Verdict:
    return Verdict("ask", "delivery.needs_person", {"look_at": own.kept(look_at or delivery.channel.url)})


def _onwards(delivery: Delivery) -> Verdict:
    return standing(list(DeliveryPart.objects.filter(delivery=delivery)))


# --- processing -------------------------------------------------------------
def _followed(delivery: Delivery, now: datetime) -> Verdict | datetime | None:
    part = delivery.parts.filter(receipt__isnull=False, published_at=None).first()
    if part is None:
        return _onwards(delivery)
    adapter = platforms.get(delivery.channel.platform)
    try:
        receipt = adapter.follow(open_session(delivery.channel), Receipt(**part.receipt))
    except errors.Rejected as error:
        return Verdict("refuse", "delivery.rejected", {"reason": words(error), "field": words(error.field)})
    except errors.Gone as error:
        return Verdict("refuse", "delivery.gone", {"reason": words(error)})
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001
        return _unanswered(delivery, error) if delivery.checks_made < timing.MAX_FOLLOWS else _ask(delivery, "")
    if not receipt.processing:
        keep_receipt(part, receipt)
        return _onwards(delivery)
    return _ask(delivery, part.remote_url) if delivery.checks_made >= timing.MAX_FOLLOWS else None
