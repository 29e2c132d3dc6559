"""Days libraries keep: which days of a year they fall on. Pure.

A rule is one line: `fixed M D`; `month M`; `nth M WD N` (the N-th weekday of a month, -1 the last); `fullweek M WD N`
(the N-th run of seven days from WD that lies wholly in the month); `table KEY` (dates as published); `offset KEY N`
(days after the date in a table). Where a table has no year nothing is shown: such dates are announced, not computed.
Dates that organisers set anew each year without a rule are left out. Checked on 23 November 2026.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The sets a unit switches on.
SETS: tuple[tuple[str, str | Promise], ...] = (
    ("intl", _("International")),
    ("US", _("United States")),
    ("CA", _("Canada")),
    ("UK", _("United Kingdom")),
    ("IE", _("Ireland")),
    ("EU", _("European Union")),
    ("MX", _("Mexico")),
)
USUAL = ("intl",)


@dataclass(frozen=True)
class Observance:
    """A day, week or month that is kept. `days` is its length, 0 for the whole month."""

    key: str
    name: str | Promise
    sets: frozenset[str]
    rule: str
    days: int


@dataclass(frozen=True)
class Kept:
    """An observance in one year, first and last day included."""

    observance: Observance
    first: date
    last: date


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
TABLES: dict[str, tuple[str, ...]] = {
    # First days, Sundays, as the organisers published them.
    "nlw": ("2015-04-12", "2016-04-10", "2021-04-04", "2023-04-23", "2024-04-07", "2025-04-06", "2026-04-19"),
    "bbw": ("2015-09-27", "2018-09-23", "2019-09-22", "2020-09-27", "2023-10-01", "2024-09-22", "2025-10-05"),
}
_ROWS: tuple[tuple[str, str | Promise, str, str, int], ...] = (
    ("public-domain-day", _("Public Domain Day"), "intl", "fixed 1 1", 1),
    ("data-privacy-day", _("Data Privacy Day"), "intl", "fixed 1 28", 1),
    ("library-lovers-month", _("Library Lovers' Month"), "US", "month 2", 0),
    ("take-your-child", _("Take Your Child to the Library Day"), "US/CA", "nth 2 SA 1", 1),
    ("world-read-aloud", _("World Read Aloud Day"), "intl", "nth 2 WE 1", 1),
    ("safer-internet", _("Safer Internet Day"), "intl", "nth 2 TU 2", 1),
    ("mother-language", _("International Mother Language Day"), "intl", "fixed 2 21", 1),
    ("freedom-to-read-ca", _("Freedom to Read Week"), "CA", "nth 2 SU -1", 7),
    ("read-across-america", _("Read Across America"), "US", "fixed 3 2", 1),
    ("world-book-day-uk", _("World Book Day (UK, IE)"), "UK/IE", "nth 3 TH 1", 1),
    ("foi-day", _("Freedom of Information Day"), "US", "fixed 3 16", 1),
    ("world-poetry", _("World Poetry Day"), "intl", "fixed 3 21", 1),
    ("poetry-month", _("National Poetry Month"), "US/CA", "month 4", 0),
    ("school-library-month", _("School Library Month"), "US", "month 4", 0),
    ("intl-childrens-book", _("International Children's Book Day"), "intl", "fixed 4 2", 1),
    ("school-librarian-day", _("School Librarian Day"), "US", "fixed 4 4", 1),
    ("dear", _("Drop Everything and Read"), "US", "fixed 4 12", 1),
    ("nlw", _("National Library Week"), "US", "table nlw", 7),
    ("right-to-read", _("Right to Read Day"), "US", "offset nlw 1", 1),
    ("workers-day", _("National Library Workers Day"), "US", "offset nlw 2", 1),
    ("outreach-day", _("National Library Outreach Day"), "US", "offset nlw 3", 1),
    ("take-action", _("Take Action for Libraries Day"), "US", "offset nlw 4", 1),
    ("world-book-copyright", _("World Book and Copyright Day"), "intl", "fixed 4 23", 1),
    ("dia", _("El día de los niños / El día de los libros"), "US/MX", "fixed 4 30", 1),
    ("cbw-spring", _("Children's Book Week, spring"), "US", "nth 5 MO 1", 7),
    ("gaad", _("Global Accessibility Awareness Day"), "intl", "nth 5 TH 3", 1),
    ("juneteenth", _("Juneteenth"), "US", "fixed 6 19", 1),
    ("card-month", _("Library Card Sign-up Month"), "US", "month 9", 0),
    ("literacy-day", _("International Literacy Day"), "intl", "fixed 9 8", 1),
    ("read-a-book", _("Read a Book Day"), "US", "fixed 9 6", 1),
    ("hispanic-heritage", _("Hispanic Heritage Month"), "US", "fixed 9 15", 31),
    ("voter-reg", _("National Voter Registration Day"), "US", "nth 9 TU 4", 1),
    ("languages-eu", _("European Day of Languages"), "EU", "fixed 9 26", 1),
    ("bbw", _("Banned Books Week"), "US", "table bbw", 7),
    ("poetry-day-uk", _("National Poetry Day"), "UK", "nth 10 TH 1", 1),
    ("teentober", _("TeenTober"), "US", "month 10", 0),
    ("canadian-library-month", _("Canadian Library Month"), "CA", "month 10", 0),
    ("canadian-workers", _("Canadian Library Workers Day"), "CA", "nth 10 FR 3", 1),
    ("friends-week", _("National Friends of Libraries Week"), "US", "fullweek 10 SU 3", 7),
    ("oa-week", _("International Open Access Week"), "intl", "fullweek 10 MO -1", 7),
    ("mil-week", _("Global Media and Information Literacy Week"), "intl", "fixed 10 24", 8),
    ("av-heritage", _("World Day for Audiovisual Heritage"), "intl", "fixed 10 27", 1),
    ("games-month", _("International Games Month"), "intl", "month 11", 0),
    ("picture-book-month", _("Picture Book Month"), "intl", "month 11", 0),
    ("cbw-autumn", _("Children's Book Week, autumn"), "US", "nth 11 MO 1", 7),
    ("digital-preservation", _("World Digital Preservation Day"), "intl", "nth 11 TH 1", 1),
    ("native-heritage", _("Native American Heritage Month"), "US", "month 11", 0),
    ("dewey", _("Dewey Decimal Day"), "US", "fixed 12 10", 1),
)
ALL = tuple(Observance(key, name, frozenset(sets.split("/")), rule, days) for key, name, sets, rule, days in _ROWS)
_BY_KEY = {one.key: one for one in ALL}


def named(key: str) -> Observance | None:
    return _BY_KEY.get(key)


def first_day(rule: str, year: int) -> date | None:
    """The first day a rule gives in a year; None where the year's date is not published."""
    kind, *words = rule.split()
    if kind == "fixed":
        return date(year, int(words[0]), int(words[1]))
    if kind == "month":
        return date(year, int(words[0]), 1)
    if kind in {"nth", "fullweek"}:
        return _counted(kind, year, int(words[0]), WEEKDAYS.index(words[1]), int(words[2]))
    start = next((date.fromisoformat(day) for day in TABLES[words[0]] if day.startswith(f"{year}-")), None)
    return start + timedelta(days=int(words[1])) if start and kind == "offset" else start


def _counted(kind: str, year: int, month: int, weekday: int, number: int) -> date:
    length = calendar.monthrange(year, month)[1]
    last = length - 6 if kind == "fullweek" else length
    days = [day for n in range(1, last + 1) if (day := date(year, month, n)).weekday() == weekday]
    return days[number - 1] if number > 0 else days[number]


def in_year(one: Observance, year: int) -> Kept | None:
    first = first_day(one.rule, year)
    if first is None:
        return None
    days = one.days or calendar.monthrange(year, first.month)[1]
    return Kept(one, first, first + timedelta(days=days - 1))


def runs(first: date, last: date, years: Iterable[int]) -> list[tuple[date, date]]:
    """The same days in other years, from the first year on; what begins on 29 February begins on the 28th elsewhere."""
    length = last - first
    starts = [_in(first, year) for year in years if year >= first.year]
    return [(start, start + length) for start in starts]


def _in(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def between(first: date, last: date, sets: Collection[str]) -> list[Kept]:
    """What is kept on any day from `first` to `last` in these sets, by its first day."""
    found = [
        kept
        for year in range(first.year - 1, last.year + 1)
        for one in ALL
        if one.sets & set(sets) and (kept := in_year(one, year)) and kept.first <= last and kept.last >= first
    ]
    return sorted(found, key=lambda kept: (kept.first, kept.last))
