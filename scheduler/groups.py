"""Names for what deliveries are grouped by: an app above says what 'campaign:3' is; the engine knows no such noun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise

from libsocial.accounts.models import Unit


@dataclass(frozen=True)
class Source:
    """One kind of group. `label` heads its choices; `named` gives name and unit of a key, None for one that is gone;
    `standing` the keys and names that a hold may be placed on in these units."""

    kind: str
    label: str | Promise
    named: Callable[[str], tuple[str, Unit] | None]
    standing: Callable[[QuerySet[Unit]], Iterable[tuple[str, str]]]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.kind] = source


def _found(key: str) -> tuple[str, Unit] | None:
    source = _sources.get(key.partition(":")[0])
    return source.named(key) if source else None


def name_of(key: str) -> str:
    """The group in words; the key itself where nobody knows it."""
    found = _found(key)
    return found[0] if found else key


def unit_of(key: str) -> Unit | None:
    """Where a person needs the right to hold it; None where nobody knows the key."""
    found = _found(key)
    return found[1] if found else None


def choices(units: QuerySet[Unit]) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Every kind with what a hold may name; kinds with nothing in them are left out."""
    for source in _sources.values():
        if found := list(source.standing(units)):
            yield str(source.label), found
