"""How often figures are asked for: young posts move fast, old ones hardly. Minutes first, then hours, days, a year."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(minutes=2)
ACCOUNT = timedelta(hours=6)
# (younger than, ask again after)
STEPS: tuple[tuple[timedelta, timedelta], ...] = (
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(hours=6), timedelta(minutes=30)),
    (timedelta(days=1), timedelta(hours=2)),
    (timedelta(days=7), timedelta(hours=12)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta(days=180), timedelta(days=7)),
    (timedelta(days=365), timedelta(days=30)),
)


def pause_at(age: timedelta) -> timedelta | None:
    """How long to wait for the next reading of a post of this age; None after a year."""
    return next((pause for limit, pause in STEPS if age < limit), None)
