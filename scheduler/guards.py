"""Who may still say no, just before the creating request. Apps above register; the engine only asks."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.models import Delivery

Guard = Callable[[Delivery], str | None]
_GUARDS: list[Guard] = []


def register(guard: Guard) -> None:
    """`guard(delivery)` returns the id of a message (notices catalogue) that refuses the sending, or None."""
    if guard not in _GUARDS:
        _GUARDS.append(guard)


def forget(guard: Guard) -> None:
    _GUARDS.remove(guard)


def refusal(delivery: Delivery) -> str | None:
    """The first refusal. A guard that breaks lets nothing pass: its error goes up and the delivery waits."""
    return next((reason for guard in _GUARDS if (reason := guard(delivery))), None)
