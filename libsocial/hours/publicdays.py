"""Public holidays of a country or region, offline. They are proposals: a public holiday is not a closure by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
from holidays.registry import COUNTRIES

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class PublicDay:
    day: date
    name: str


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """(code, name) of every country known, by name."""
    supported = set(holidays.list_supported_countries())
    named = ((names[1], _WORDS.sub(" ", names[0])) for names in COUNTRIES.values())
    return tuple(sorted((pair for pair in named if pair[0] in supported), key=lambda pair: pair[1]))


@cache
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the regions of a country that have holidays of their own; none for an unknown country."""
    if country not in dict(countries()):
        return ()
    book = holidays.country_holidays(country)
    aliases = book.get_subdivision_aliases()
    return tuple((code, (aliases.get(code) or [code])[0]) for code in book.subdivisions)


def of_year(country: str, region: str, year: int) -> list[PublicDay]:
    """The public holidays of a year in order; none where the place is not known."""
    if country not in dict(countries()) or (region and region not in dict(regions(country))):
        return []
    book = holidays.country_holidays(country, subdiv=region or None, years=year)
    return [PublicDay(day, name) for day, name in sorted(book.items())]
