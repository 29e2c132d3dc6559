"""Every rule gives the dates organisers published, for any year."""

from __future__ import annotations

from datetime import date

import pytest

from posts import observances

# First days in 2026 and 2027 as checked with the organisers; None: announced each year and not published.
KNOWN = {
    "public-domain-day": ("2026-01-01", "2027-01-01"),
    "take-your-child": ("2026-02-07", "2027-02-06"),
    "safer-internet": ("2026-02-10", "2027-02-09"),
    "freedom-to-read-ca": ("2026-02-22", "2027-02-28"),
    "world-book-day-uk": ("2026-03-05", "2027-03-04"),
    "nlw": ("2026-04-19", None),
    "right-to-read": ("2026-04-20", None),
    "take-action": ("2026-04-23", None),
    "cbw-spring": ("2026-05-04", "2027-05-03"),
    "gaad": ("2026-05-21", "2027-05-20"),
    "voter-reg": ("2026-09-22", "2027-09-28"),
    "poetry-day-uk": ("2026-10-01", "2027-10-07"),
    "canadian-workers": ("2026-10-16", "2027-10-15"),
    "friends-week": ("2026-10-18", "2027-10-17"),
    "oa-week": ("2026-10-19", "2027-10-25"),
    "digital-preservation": ("2026-11-05", "2027-11-04"),
}


@pytest.mark.parametrize("key", KNOWN)
def test_the_known_dates(key: str) -> None:
    one = observances.named(key)
    assert one
    found = tuple(str(kept.first) if (kept := observances.in_year(one, year)) else None for year in (2026, 2027))
    assert found == KNOWN[key]


@pytest.mark.parametrize("year", range(2020, 2036))
def test_every_rule_gives_one_day_of_the_year_or_none(year: int) -> None:
    for one in observances.ALL:
        kept = observances.in_year(one, year)
        assert kept is None or (kept.first.year == year and kept.first <= kept.last)
        assert kept is not None or one.rule.startswith(("table", "offset"))


def test_a_month_is_as_long_as_it_is() -> None:
    one = observances.named("library-lovers-month")
    assert one
    assert [observances.in_year(one, year).last.day for year in (2027, 2028)] == [28, 29]


def test_only_the_chosen_sets_and_only_what_touches_the_days() -> None:
    found = observances.between(date(2026, 10, 26), date(2026, 10, 26), ["intl"])
    assert [kept.observance.key for kept in found] == ["mil-week"]
    assert observances.between(date(2026, 6, 19), date(2026, 6, 19), []) == []
    assert len({one.key for one in observances.ALL}) == len(observances.ALL)


def test_a_day_of_the_leap_year_is_kept_on_the_one_before_in_others() -> None:
    found = observances.runs(date(2028, 2, 29), date(2028, 3, 1), range(2027, 2033))
    assert [(first.isoformat(), (last - first).days) for first, last in found] == [
        ("2028-02-29", 1), ("2029-02-28", 1), ("2030-02-28", 1), ("2031-02-28", 1), ("2032-02-29", 1),
    ]  # fmt: skip
