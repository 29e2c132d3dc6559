"""The table of rights, asked row by row, and the tree under it."""

from __future__ import annotations

import pytest

from libsocial.accounts import policies
from libsocial.accounts.models import Membership, Role, Unit, User
from tests.cast import Library, person

# What each role may do, written out a second time by hand: a change of the table has to be meant.
MAY = {
    Role.CONTRIBUTOR: ("analytics.see campaign.see channel.see links.manage links.see people.see post.see post.write"),
    Role.EDITOR: (
        "analytics.see campaign.manage campaign.see channel.see delivery.decide kit.manage links.manage links.see "
        "media.manage people.see post.edit_any post.see post.write slots.manage"
    ),
    Role.SUPERVISOR: (
        "analytics.see audit.read campaign.manage campaign.see channel.see closure.declare delivery.decide "
        "embargo.manage hold.place hours.manage kit.manage links.manage links.see media.manage people.see post.approve "
        "post.edit_any post.see post.write slots.manage status.see"
    ),
    Role.ADMIN: (
        "analytics.see audit.read campaign.manage campaign.see channel.manage channel.see closure.declare "
        "delivery.decide embargo.manage hold.place hours.manage kit.manage links.manage links.rules links.see "
        "media.manage people.manage people.see post.approve post.edit_any post.see post.write settings.manage "
        "slots.manage status.see unit.manage"
    ),
    Role.AUDITOR: "analytics.see audit.read campaign.see channel.see links.see people.see post.see status.see",
}
TABLE = [(role, ability) for role in Role for ability in policies.ABILITIES]


@pytest.mark.parametrize(("role", "ability"), TABLE, ids=[f"{role}-{ability}" for role, ability in TABLE])
def test_a_role_may_do_what_the_table_says_in_its_subtree_only(lib: Library, role: Role, ability: str) -> None:
    desk = Unit.objects.plant(name="Desk", parent=lib.north)
    somebody = person("Test Person", (role, lib.north))
    expected = ability in MAY[role].split()
    assert policies.can(somebody, ability, lib.north) is expected
    assert policies.can(somebody, ability, desk) is expected
    assert not policies.can(somebody, ability, lib.root)
    assert not policies.can(somebody, ability, lib.south)
    assert set(policies.units_where(somebody, ability)) == ({lib.north, desk} if expected else set())
    assert (somebody in policies.people_who(ability, desk)) is expected
    assert somebody not in policies.people_who(ability, lib.south)


def test_an_ability_nobody_declared_is_a_mistake_in_the_program(lib: Library) -> None:
    with pytest.raises(KeyError):
        policies.can(lib.ada, "post.explode", lib.root)


def test_a_unit_whose_number_begins_alike_is_another_unit(lib: Library) -> None:
    ids = [Unit.objects.plant(name=f"Branch {number}", parent=lib.root) for number in range(12)]
    first, lookalike = ids[0], Unit.objects.plant(name="x", parent=lib.root)
    Unit.objects.filter(pk=lookalike.pk).update(path=first.path.rstrip("/") + "7/")
    lookalike.refresh_from_db()
    somebody = person("Test Person", (Role.ADMIN, first))
    assert not policies.can(somebody, "post.see", lookalike)
    assert lookalike not in policies.units_where(somebody, "post.see")


def test_nobody_and_the_deactivated_may_do_nothing(lib: Library) -> None:
    from django.contrib.auth.models import AnonymousUser

    assert not policies.can(AnonymousUser(), "post.see", lib.north)
    User.objects.filter(pk=lib.ada.pk).update(is_active=False)
    assert not policies.can(User.objects.get(pk=lib.ada.pk), "post.see", lib.north)
    assert lib.ada not in policies.people_who("people.manage", lib.north)


def test_a_flag_on_a_person_gives_no_right(lib: Library) -> None:
    User.objects.filter(pk=lib.alice.pk).update(is_superuser=True, is_staff=True)
    assert not policies.can(User.objects.get(pk=lib.alice.pk), "people.manage", lib.north)


def test_several_roles_add_up(lib: Library) -> None:
    Membership.objects.create(user=lib.alice, unit=lib.south, role=Role.SUPERVISOR)
    alice = User.objects.get(pk=lib.alice.pk)
    assert policies.can(alice, "post.approve", lib.south)
    assert not policies.can(alice, "post.approve", lib.north)
    assert policies.can(alice, "post.write", lib.north)


def test_everybody_sees_people_of_their_units_and_an_administrator_sees_all(lib: Library) -> None:
    loner = User.objects.create_person("loner@library.example", None, name="Loner")
    north = set(User.objects.visible_to(lib.alice))
    assert north == {lib.alice, lib.sam, lib.erin}
    assert set(User.objects.visible_to(lib.olga)) == {lib.olga}
    assert loner in User.objects.visible_to(lib.ada)
    assert loner not in User.objects.visible_to(lib.audit)
    assert set(User.objects.visible_to(loner)) == {loner}
