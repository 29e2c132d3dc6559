"""Carrying one delivery as far as it goes: claim, look again, prepare, mark, create, keep the proof, settle."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from channels_app import platforms
from channels_app.content import Content
from channels_app.errors import PlatformError, Temporary
from channels_app.platforms.base import Adapter, Prepared, Receipt, Session
from channels_app.sessions import open_fresh
from scheduler import rates, stops, timing, workers
from scheduler.engine import claiming
from scheduler.models import Attempt, Delivery, DeliveryPart
from scheduler.progress import standing
from scheduler.settling import LeaseLost, settle
from scheduler.states import DUE
from scheduler.verdicts import GOES_ON, Verdict, from_error, words

logger = logging.getLogger(__name__)

# Seconds between tries to store a receipt: the one fact that exists nowhere else may wait for the database.
_PATIENCE = (0.1, 0.4, 1.5, 4.0)
# Steps of preparing in one attempt: a carousel has a container for each of its pictures and one around them.
_STEPS = 60
_BETWEEN_STEPS = timedelta(seconds=5)


@dataclass
class Job:
    """What one attempt works with; `parts` in order, each knowing its receipt when it has one."""

    delivery: Delivery
    attempt: Attempt
    adapter: Adapter
    session: Session
    content: Content
    parts: list[DeliveryPart]


def load(pk: int) -> Delivery | None:
    rows = Delivery.objects.select_related("channel", "unit").prefetch_related("parts")
    return rows.filter(pk=pk).first()


def deliver(pk: int, *, worker: str = "") -> str:
    """One attempt at one delivery; returns its state afterwards, or why there was none.

    'not due', 'early', 'taken', 'resting' and 'lost' mean that this call had
    nothing to do or lost its lease: harmless. Errors of the database go up; the
    sweep finds what they leave.
    """
    now = timezone.now()
    delivery = load(pk)
    if delivery is None or delivery.state not in DUE or delivery.next_at is None:
        return "not due"
    if delivery.next_at > now:
        return "early" if delivery.next_at <= now + timing.HORIZON else "not due"
    try:
        seen = stops.look(delivery, now)
        if stop := stops.of_the_moment(delivery, now, seen):
            return settle(delivery, stop, now=now)
        known = rates.standing(delivery.channel, now) if seen.limits else rates.FREE
        if known.until:
            claiming.put_off(delivery, known.until)
            return "resting"
        attempt = claiming.claim(delivery, worker or workers.identity(), now, troubled=known.troubled)
        if attempt is None:
            return "taken"
        with claiming.KEEPER.keeping(attempt):
            return settle(delivery, _work(delivery, attempt), attempt=attempt)
    except LeaseLost:
        return "lost"


def _work(delivery: Delivery, attempt: Attempt) -> Verdict:
    """Every part that has no receipt yet, in order; the verdict on the whole."""
    try:
        content = Content.from_json(delivery.payload)
        adapter = platforms.get(delivery.channel.platform)
        session = open_fresh(delivery.channel)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, nothing was sent
        return _verdict(error, delivery, creating=False)
    job = Job(delivery, attempt, adapter, session, content, list(delivery.parts.all()))
    for part in job.parts:
        if (reached := standing(job.parts)) is not GOES_ON:
            return reached
        if part.receipt is None and (verdict := _send(job, part)):
            return verdict
    return standing(job.parts)


def _send(job: Job, part: DeliveryPart) -> Verdict | None:
    """One part: prepared, looked at once more, marked, created, its receipt stored. None: go on."""
    try:
        prepared = _prepared(job, part)
        if stop := stops.before_creating(job.delivery, timezone.now()):
            return stop
    except (DatabaseError, LeaseLost):
        raise
    except Exception as error:  # noqa: BLE001  before the mark every error means: nothing was created
        return _verdict(error, job.delivery, creating=False)
    claiming.mark(job.attempt, part.index, timezone.now())
    try:
        receipt = job.adapter.publish_part(job.session, job.content, part.index, prepared, _before(job, part))
    except Exception as error:  # noqa: BLE001  after the mark only a known error says what happened
        return _verdict(error, job.delivery, creating=True)
    keep_receipt(part, receipt)
    return None


def _prepared(job: Job, part: DeliveryPart) -> Prepared:
    """What was prepared by an earlier attempt, or now; stored before anything is made of it."""
    if part.prepared is None:
        at = job.delivery.first_tried_at or timezone.now()
        fresh = job.adapter.prepare(job.session, job.content, part.index, part.key, at)
        _keep_prepared(part, job.adapter.after(job.content, part.index, fresh, _before(job, part)))
    prepared = Prepared(**part.prepared)
    for _step in range(_STEPS):
        further = job.adapter.ready(job.session, job.content, part.index, prepared)
        if further == prepared:
            return prepared
        _keep_prepared(part, further)
        prepared = Prepared(**part.prepared)
    raise Temporary("", detail="still preparing", until=timezone.now() + _BETWEEN_STEPS)


def _keep_prepared(part: DeliveryPart, prepared: Prepared) -> None:
    """Stored before anything is made of it, in the form it will be read in."""
    part.prepared = json.loads(json.dumps(asdict(prepared)))
    DeliveryPart.objects.filter(pk=part.pk).update(prepared=part.prepared)


def _before(job: Job, part: DeliveryPart) -> list[Receipt]:
    return [Receipt(**earlier.receipt) for earlier in job.parts[: part.index]]


def _verdict(error: Exception, delivery: Delivery, *, creating: bool) -> Verdict:
    verdict = from_error(error, creating=creating)
    if verdict.message in ("delivery.trouble", "delivery.unclear"):
        facts = {"delivery": delivery.pk, "creating": creating, "error": type(error).__name__}
        logger.warning("delivery met an error", extra=facts, exc_info=not isinstance(error, PlatformError))
    return verdict


def keep_receipt(part: DeliveryPart, receipt: Receipt) -> None:
    """Stores the proof, patiently: a database that is away for a moment must not cost it."""
    values = _proof(receipt)
    for pause in (*_PATIENCE, None):
        try:
            DeliveryPart.objects.filter(pk=part.pk).update(**values)
            break
        except (DatabaseError, InterfaceError):
            if pause is None or transaction.get_connection().in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    for name, value in values.items():
        setattr(part, name, value)


def _storable(value: Any) -> Any:
    """Without the one character PostgreSQL refuses."""
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {_storable(name): _storable(item) for name, item in value.items()}
        case _:
            return value


def _proof(receipt: Receipt) -> dict[str, object]:
    """The columns of a receipt; a platform's oversized or broken words must not keep it from being stored."""
    return {
        "receipt": _storable(json.loads(json.dumps(asdict(receipt), default=str))),
        "remote_id": words(receipt.remote_id),
        "remote_url": words(receipt.url)[:500],
        "alt": receipt.alt[:20],
        "published_at": None if receipt.processing else timezone.now(),
    }
