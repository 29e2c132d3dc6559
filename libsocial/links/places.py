"""Names for the numbers in `/s/summer.12`, and for what links are made for: whoever has those rows says them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from libsocial.accounts.models import User


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


@dataclass(frozen=True)
class Origin:
    """What a reference such as "campaign:3" means: its name, and the page to go back to."""

    name: str
    url: str


Asking = Callable[[str, User], Origin | None]
_askings: list[Asking] = []


def register_origin(asking: Asking) -> None:
    """`asking` answers for the references it knows and this person may see; None for every other."""
    if asking not in _askings:
        _askings.append(asking)


def origin(reference: str, user: User) -> Origin | None:
    """What a link may be made for by this person; None where nobody knows it."""
    return next((found for asking in _askings if (found := asking(reference, user))), None) if reference else None


def named(numbers: Iterable[int]) -> dict[int, Place]:
    wanted = set(numbers)
    found: dict[int, Place] = {}
    for naming in _namings:
        found |= naming(wanted) if wanted else {}
    return found
