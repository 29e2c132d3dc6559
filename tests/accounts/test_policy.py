from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import IntegrityError

from libsocial.accounts import policy
from libsocial.accounts.models import Unit
from tests.cast import Library


def test_a_unit_without_words_of_its_own_follows_the_default(lib: Library) -> None:
    assert policy.of(lib.north) == policy.Policy(
        approvals_needed=1, own_approval=False, alt_text_rule="block", late_hours=24
    )


def test_a_unit_follows_the_nearest_unit_above_that_says_something(lib: Library) -> None:
    Unit.objects.filter(pk=lib.root.pk).update(approvals_needed=2, own_approval=True, late_hours=6)
    Unit.objects.filter(pk=lib.north.pk).update(approvals_needed=1)
    desk = Unit.objects.plant(name="Desk", parent=lib.north, alt_text_rule="warn")
    assert policy.of(desk) == policy.Policy(approvals_needed=1, own_approval=True, alt_text_rule="warn", late_hours=6)
    assert policy.of_parent(desk).alt_text_rule == "block"


def test_an_explicit_no_below_beats_a_yes_above(lib: Library) -> None:
    Unit.objects.filter(pk=lib.root.pk).update(own_approval=True)
    Unit.objects.filter(pk=lib.north.pk).update(own_approval=False)
    lib.north.refresh_from_db()
    assert policy.of(lib.north).own_approval is False
    assert policy.of(lib.south).own_approval is True


def test_many_policies_are_read_at_once_and_are_the_same(
    lib: Library, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    Unit.objects.filter(pk=lib.root.pk).update(approvals_needed=2, late_hours=6)
    desk = Unit.objects.plant(name="Desk", parent=lib.north, alt_text_rule="warn", late_hours=2)
    with django_assert_num_queries(1):
        found = policy.of_many([lib.root, desk, lib.south])
    assert found == {unit.pk: policy.of(unit) for unit in (lib.root, desk, lib.south)}


def test_there_is_one_root(lib: Library) -> None:
    with pytest.raises(IntegrityError):
        Unit.objects.plant(name="Another library", zone="UTC")
