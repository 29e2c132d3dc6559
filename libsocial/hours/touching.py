"""What a closure would touch. Apps above register how to find it and what can be done with it.

This app knows no posts: `find` answers what is planned in a stretch of time, `settle` does what a person
chose for one of them, in the transaction that makes the closure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from libsocial.accounts.models import Unit, User
from libsocial.hours.reckoning import Shut


@dataclass(frozen=True)
class Touched:
    """Something planned inside a closure. `choices` are those of 'move', 'keep', 'hold' that are possible, the
    proposed one first; `moves_to` is where 'move' leads."""

    key: str
    title: str
    url: str
    at: datetime
    where: str
    state: str
    choices: tuple[str, ...]
    moves_to: datetime | None = None


Find = Callable[[Unit, Shut, User], list[Touched]]
# key, choice, where to, who, why
Settle = Callable[[str, str, "datetime | None", User, str], None]
_sources: list[tuple[Find, Settle]] = []


def register(find: Find, settle: Settle) -> None:
    """Called by an app above in its AppConfig.ready()."""
    if (find, settle) not in _sources:
        _sources.append((find, settle))


def by(unit: Unit, shut: Shut, person: User) -> list[Touched]:
    """Everything planned inside this closure that the person may decide about, by time."""
    return sorted((one for find, _settle in _sources for one in find(unit, shut, person)), key=lambda one: one.at)


def settle(unit: Unit, shut: Shut, person: User, chosen: dict[str, str]) -> None:
    """Does what was chosen for each; what stands there and was not decided about is left as it is."""
    for find, act in _sources:
        for one in find(unit, shut, person):
            choice = chosen.get(one.key, "keep")
            if choice in one.choices and choice != "keep":
                act(one.key, choice, one.moves_to, person, shut.reason)
