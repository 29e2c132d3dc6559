"""Names for the numbers in `/s/summer.12`: the app above that has those rows says what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A channel as a link knows it: its name, the network, and the account's own name there."""

    name: str
    platform: str
    account: str


Naming = Callable[[Iterable[int]], Mapping[int, Place]]
_namings: list[Naming] = []


def register(naming: Naming) -> None:
    """`naming` answers for many numbers with one question; unknown ones are missing."""
    if naming not in _namings:
        _namings.append(naming)


def named(numbers: Iterable[int]) -> dict[int, Place]:
    wanted = set(numbers)
    found: dict[int, Place] = {}
    for naming in _namings:
        found |= naming(wanted) if wanted else {}
    return found
