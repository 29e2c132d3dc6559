"""Celery's door to the engine. Messages carry ids; losing or doubling one is harmless, and each grows stale."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from celery import shared_task
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from scheduler import engine, holds, pulse

logger = logging.getLogger(__name__)

STALE = timedelta(seconds=20)  # a message not worked on by then is dropped; the next tick sends it anew
SOON = 0.2  # seconds
MEMO = engine.Memo(STALE.total_seconds())
ASKED = engine.Memo(STALE.total_seconds())


def patient(act: Callable[..., None]) -> Callable[..., None]:
    """A database that is away costs a line in the log: the next tick, or the sweep, goes on."""

    @wraps(act)
    def run(*args: int) -> None:
        try:
            act(*args)
        except (DatabaseError, InterfaceError):
            logger.warning("the database did not answer in %s", act.__name__, exc_info=True)

    return run


@shared_task
@patient
def dispatch() -> None:
    """Hands out what is due, and what soon will be so that it fires at its very time."""
    pulse.beat("dispatcher")
    for pk, due in MEMO.fresh(engine.dispatch()):
        now = timezone.now()
        deliver.apply_async((pk,), eta=due if due > now else None, expires=max(due, now) + STALE)


@shared_task
@patient
def deliver(pk: int) -> None:
    """A worker whose clock is a little behind that of the dispatcher comes back a moment later."""
    if engine.deliver(pk) == "early":
        deliver.apply_async((pk,), countdown=SOON, expires=timezone.now() + STALE)


@shared_task
@patient
def heartbeat() -> None:
    pulse.beat("worker")


@shared_task
@patient
def sweep() -> None:
    engine.sweep()


@shared_task
@patient
def watch() -> None:
    """Hands out what should be asked about again."""
    kinds = {"unclear": reconcile, "processing": follow}
    for pk, state, _at in ASKED.fresh(engine.watch()):
        kinds[state].apply_async((pk,), expires=timezone.now() + STALE)


@shared_task
@patient
def reconcile(pk: int) -> None:
    engine.reconcile(pk)


@shared_task
@patient
def follow(pk: int) -> None:
    engine.follow(pk)


@shared_task
@patient
def remind_of_holds() -> None:
    """A pause that was meant to end is brought up; it does not end by itself."""
    holds.remind()
