from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Role, Unit
from libsocial.accounts.policies import NotAllowed
from libsocial.accounts.services import units
from libsocial.audit.models import Entry
from tests.cast import Library, person, signed_in

pytestmark = pytest.mark.bothdbs  # moving a tree and locking its rows is said in each database's own words


@pytest.fixture
def nora(lib: Library) -> Any:
    """Administrator of the north branch alone."""
    return person("Nora North", (Role.ADMIN, lib.north))


def test_a_new_unit_follows_its_parent(lib: Library) -> None:
    desk = units.create(by=lib.ada, parent=lib.north, name="  Desk ")
    assert (desk.name, desk.zone, desk.language) == ("Desk", lib.north.zone, lib.north.language)
    assert desk.path == f"{lib.north.path}{desk.pk}/"
    assert Entry.objects.get(action="unit.created").data == {"name": "Desk", "parent": "North Branch"}


def test_a_branch_administrator_works_below_the_branch_only(lib: Library, nora: Any) -> None:
    assert units.create(by=nora, parent=lib.north, name="Desk")
    for parent in (lib.root, lib.south):
        with pytest.raises(NotAllowed):
            units.create(by=nora, parent=parent, name="Desk")
    with pytest.raises(NotAllowed):
        units.move(by=nora, unit=lib.north, parent=lib.south)
    with pytest.raises(NotAllowed):
        units.change(by=nora, unit=lib.south, name="Mine")
    with pytest.raises(NotAllowed):
        units.archive(by=lib.sam, unit=lib.north)


def test_moving_carries_everything_below_along(lib: Library) -> None:
    desk = units.create(by=lib.ada, parent=lib.north, name="Desk")
    drawer = units.create(by=lib.ada, parent=desk, name="Drawer")
    units.move(by=lib.ada, unit=desk, parent=lib.south)
    desk.refresh_from_db()
    drawer.refresh_from_db()
    assert desk.path == f"{lib.south.path}{desk.pk}/"
    assert drawer.path == f"{desk.path}{drawer.pk}/"
    assert policies.can(lib.olga, "post.see", drawer)
    assert not policies.can(lib.alice, "post.see", drawer)
    assert Entry.objects.get(action="unit.moved").data["before"] == "North Branch"


def test_a_unit_does_not_move_below_itself_nor_does_the_library_move(lib: Library) -> None:
    desk = units.create(by=lib.ada, parent=lib.north, name="Desk")
    for unit, parent in ((lib.north, desk), (lib.north, lib.north), (lib.root, lib.north)):
        with pytest.raises(Refused):
            units.move(by=lib.ada, unit=unit, parent=parent)
    lib.north.refresh_from_db()
    assert lib.north.parent == lib.root


def test_the_tree_does_not_grow_past_what_a_path_can_hold(lib: Library) -> None:
    parent = lib.north
    with pytest.raises(Refused, match="too deep"):
        for _level in range(250):
            parent = units.create(by=lib.ada, parent=parent, name="Deeper")
    assert all(len(path) <= units.LONGEST_PATH for path in Unit.objects.values_list("path", flat=True))


def test_archiving_is_refused_while_something_stands_against_it(lib: Library, monkeypatch: Any) -> None:
    desk = units.create(by=lib.ada, parent=lib.north, name="Desk")
    with pytest.raises(Refused, match="units below"):
        units.archive(by=lib.ada, unit=lib.north)
    with pytest.raises(Refused, match="library itself"):
        units.archive(by=lib.ada, unit=lib.root)
    monkeypatch.setattr(units, "objections", [lambda unit: "It has channels."])
    with pytest.raises(Refused, match="It has channels"):
        units.archive(by=lib.ada, unit=desk)
    monkeypatch.setattr(units, "objections", [])
    units.archive(by=lib.ada, unit=desk)
    desk.refresh_from_db()
    assert desk.archived_at
    assert desk not in policies.units_where(lib.ada, "post.see")


def test_a_unit_that_still_owns_a_channel_is_not_archived(lib: Library) -> None:
    channel = Channel.objects.create(unit=lib.south, platform="practice", name="South on Practice", remote_id="south")
    page = signed_in(lib.ada).post(reverse("accounts:unit_archive", args=[lib.south.pk]), follow=True)
    assert "South on Practice" in page.content.decode()
    with pytest.raises(Refused, match="still owns channels"):
        units.archive(by=lib.ada, unit=lib.south)
    Channel.objects.filter(pk=channel.pk).update(state="disconnected")
    units.archive(by=lib.ada, unit=lib.south)


def test_an_archived_unit_takes_nothing_new_and_comes_back(lib: Library) -> None:
    units.archive(by=lib.ada, unit=lib.south)
    for act in (
        lambda: units.create(by=lib.ada, parent=lib.south, name="Desk"),
        lambda: units.move(by=lib.ada, unit=lib.north, parent=lib.south),
    ):
        with pytest.raises(Refused, match="archived"):
            act()
    units.restore(by=lib.ada, unit=lib.south)
    lib.south.refresh_from_db()
    assert lib.south.archived_at is None


def test_a_change_of_rules_is_kept_with_before_and_after(lib: Library) -> None:
    units.change(by=lib.ada, unit=lib.north, approvals_needed=2, own_approval=True)
    entry = Entry.objects.get(action="unit.policy_changed")
    assert entry.data["before"] == {"approvals_needed": None, "own_approval": None}
    assert entry.data["after"] == {"approvals_needed": 2, "own_approval": True}


def test_saving_without_a_change_leaves_no_trace(lib: Library) -> None:
    units.change(by=lib.ada, unit=lib.north, name=lib.north.name, zone=lib.north.zone)
    assert not Entry.objects.exists()


def test_the_pages_of_units_do_it_all(lib: Library) -> None:
    browser = signed_in(lib.ada)
    new = {"name": "Desk", "parent": lib.north.pk, "zone": "Europe/Paris", "language": "fr"}
    assert browser.post(reverse("accounts:unit_new"), new).status_code == 302
    desk = Unit.objects.get(name="Desk")
    change = reverse("accounts:unit_change", args=[desk.pk])
    browser.post(change, {"part": "basics", "name": "Front desk", "zone": "europe/rome", "language": "it"})
    browser.post(
        change,
        {"part": "policy", "approvals_needed": "3", "own_approval": "False", "alt_text_rule": "", "late_hours": ""},
    )
    desk.refresh_from_db()
    assert (desk.name, desk.zone, desk.approvals_needed, desk.own_approval) == ("Front desk", "Europe/Rome", 3, False)
    assert (desk.alt_text_rule, desk.late_hours) == ("", None)
    browser.post(reverse("accounts:unit_move", args=[desk.pk]), {"parent": lib.south.pk})
    browser.post(reverse("accounts:unit_archive", args=[desk.pk]))
    desk.refresh_from_db()
    assert desk.parent == lib.south
    assert desk.archived_at
    assert "Front desk" in browser.get(reverse("accounts:units")).content.decode()
    browser.post(reverse("accounts:unit_restore", args=[desk.pk]))
    page = browser.get(reverse("accounts:unit", args=[desk.pk])).content.decode()
    assert "brought the unit Front desk back" in page


def test_a_wrong_entry_stays_in_the_form_with_its_reason(lib: Library) -> None:
    browser = signed_in(lib.ada)
    change = reverse("accounts:unit_change", args=[lib.north.pk])
    page = browser.post(change, {"part": "basics", "name": "North", "zone": "Nowhere/Land", "language": "en"})
    assert "This is not a time zone" in page.content.decode()
    assert "Nowhere/Land" in page.content.decode()
    page = browser.post(change, {"part": "policy", "late_hours": "0", "approvals_needed": "99"}).content.decode()
    assert "greater than or equal to 1" in page
    assert "Select a valid choice" in page
    lib.north.refresh_from_db()
    assert lib.north.zone == "Europe/London"
    moved = browser.post(reverse("accounts:unit_move", args=[lib.north.pk]), {"parent": lib.north.pk})
    assert "Select a valid choice" in moved.content.decode()


@pytest.mark.parametrize("below", ["", "x", "-1", "99999999999999999999", "٣"])
def test_a_parent_that_is_none_is_simply_not_chosen(lib: Library, below: str) -> None:
    assert signed_in(lib.ada).get(reverse("accounts:unit_new"), {"below": below}).status_code == 200
