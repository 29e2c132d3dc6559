"""What anybody can type into an address."""

from __future__ import annotations

import pytest

from libsocial.core import asked


@pytest.mark.parametrize(("text", "meant"), [("7", 7), ("0012", 12), (str(2**63 - 1), 2**63 - 1)])
def test_a_number_is_a_number(text: str, meant: int) -> None:
    assert asked.number(text) == meant


@pytest.mark.parametrize("text", ["", None, "-1", "1.5", " 1", "²", "٣", "1e3", "x", str(2**63), "9" * 40, "1\x00"])
def test_what_is_no_number_of_a_row_is_none(text: str | None) -> None:
    assert asked.number(text) is None


def test_only_numbers_stay_in_a_list() -> None:
    assert asked.numbers(["1", "²", "x", "2"]) == [1, 2]


def test_words_lose_what_a_database_cannot_hold() -> None:
    assert asked.words(" seed\x00 library ", 9) == "seed libr"
    assert asked.words(None) == ""
