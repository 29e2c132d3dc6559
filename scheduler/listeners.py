"""Whom a delivery concerns and where they look at it. Apps above register, because the engine knows no authors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from libsocial.accounts import policies
from libsocial.accounts.models import User
from scheduler.models import Delivery

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listener:
    """`who_cares` gives people, or None for "not mine"; `address` the page of the delivery, or ''."""

    who_cares: Callable[[Delivery], Iterable[User] | None]
    address: Callable[[Delivery], str]


_LISTENERS: list[Listener] = []


def register(listener: Listener) -> None:
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def forget(listener: Listener) -> None:
    _LISTENERS.remove(listener)


def concerned(delivery: Delivery) -> list[User]:
    """The people to tell; without an answer from above those who may decide in its unit. Raises for no listener."""
    for listener in _LISTENERS:
        try:
            people = listener.who_cares(delivery)
        except Exception:
            logger.exception("listener failed", extra={"delivery": delivery.pk})
            continue
        if people is not None:
            return list(people)
    return list(policies.people_who("delivery.decide", delivery.unit))


def address_of(delivery: Delivery) -> str:
    """Where a person sees this delivery, or ''."""
    for listener in _LISTENERS:
        try:
            if found := listener.address(delivery):
                return found
        except Exception:
            logger.exception("listener failed", extra={"delivery": delivery.pk})
    return ""
