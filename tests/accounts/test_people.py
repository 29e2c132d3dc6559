from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.urls import reverse

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Membership, Role, User
from libsocial.accounts.policies import NotAllowed
from libsocial.accounts.services import people, units
from libsocial.audit.models import Entry
from libsocial.notices.models import Notice
from tests.cast import PASSWORD, Library, person, signed_in

pytestmark = pytest.mark.bothdbs


@pytest.fixture
def nora(lib: Library) -> User:
    """Administrator of the north branch alone."""
    return person("Nora North", (Role.ADMIN, lib.north))


def role_of(user: User, role: str) -> Membership:
    return Membership.objects.get(user=user, role=role)


def test_a_role_is_given_told_and_kept_in_the_trail(lib: Library) -> None:
    people.give_role(by=lib.ada, person=lib.alice, unit=lib.north, role="supervisor")
    assert policies.can(lib.alice, "post.approve", lib.north)
    assert Notice.objects.get(recipient=lib.alice).message == "account.role_given"
    assert Entry.objects.get().data["role"] == "supervisor"
    people.give_role(by=lib.ada, person=lib.alice, unit=lib.north, role="supervisor")
    assert (Notice.objects.count(), Entry.objects.count()) == (1, 1)


def test_a_role_that_does_not_exist_is_not_given(lib: Library) -> None:
    with pytest.raises(ValueError, match="emperor"):
        people.give_role(by=lib.ada, person=lib.alice, unit=lib.north, role="emperor")
    page = signed_in(lib.ada).post(
        reverse("accounts:give_role", args=[lib.alice.pk]), {"role": "emperor", "unit": lib.north.pk}
    )
    assert "Select a valid choice" in page.content.decode()


def test_nobody_makes_themselves_more_than_they_are(lib: Library, nora: User) -> None:
    for who in (lib.alice, lib.sam, lib.audit):
        with pytest.raises(NotAllowed):
            people.give_role(by=who, person=who, unit=lib.north, role="admin")
    with pytest.raises(NotAllowed):
        people.give_role(by=nora, person=nora, unit=lib.root, role="admin")
    answer = signed_in(nora).post(reverse("accounts:give_role", args=[nora.pk]), {"role": "admin", "unit": lib.root.pk})
    assert "Select a valid choice" in answer.content.decode()
    assert not Membership.objects.filter(user=nora, unit=lib.root).exists()


def test_the_last_administrator_keeps_the_role(lib: Library) -> None:
    browser = signed_in(lib.ada)
    answer = browser.post(reverse("accounts:take_role", args=[role_of(lib.ada, "admin").pk]), follow=True)
    assert "last administrator" in answer.content.decode()
    with pytest.raises(Refused, match="last administrator"):
        people.deactivate(by=lib.ada, person=lib.ada)
    lib.ada.refresh_from_db()
    assert lib.ada.is_active
    assert policies.can(User.objects.get(pk=lib.ada.pk), "people.manage", lib.root)


def test_a_branch_administrator_or_a_deactivated_one_does_not_count_as_another(lib: Library, nora: User) -> None:
    second = person("Second Admin", (Role.ADMIN, lib.root))
    people.deactivate(by=lib.ada, person=second)
    with pytest.raises(Refused, match="last administrator"):
        people.take_role(by=lib.ada, membership=role_of(lib.ada, "admin"))
    people.reactivate(by=lib.ada, person=second)
    people.take_role(by=second, membership=role_of(lib.ada, "admin"))
    assert set(people.administrators()) == {second}


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one(lib: Library) -> None:
    bert = person("Bert Administrator", (Role.ADMIN, lib.root))
    pairs = [(lib.ada, role_of(bert, "admin")), (bert, role_of(lib.ada, "admin"))]
    start, outcomes = threading.Barrier(2), []

    def remove(by: User, membership: Membership) -> None:
        start.wait()
        try:
            people.take_role(by=by, membership=membership)
            outcomes.append("taken")
        except (Refused, NotAllowed):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]
    assert people.administrators().count() == 1


def test_nobody_takes_over_an_account_that_reaches_further_than_their_own(lib: Library, nora: User) -> None:
    """Otherwise the administrator of a branch could set the password of the library's administrator."""
    Membership.objects.create(user=lib.ada, unit=lib.north, role=Role.CONTRIBUTOR)
    Membership.objects.create(user=lib.alice, unit=lib.south, role=Role.CONTRIBUTOR)
    browser = signed_in(nora)
    for target in (lib.ada, lib.alice):
        for act in ("reset_link", "deactivate", "remove_factors", "reactivate"):
            assert browser.post(reverse(f"accounts:{act}", args=[target.pk])).status_code == 403
    assert User.objects.filter(is_active=False).count() == 0
    assert browser.post(reverse("accounts:reset_link", args=[lib.erin.pk])).status_code == 200


def test_deactivating_signs_out_everywhere_and_letting_in_again_works(lib: Library) -> None:
    alices = Client()
    alices.post(reverse("account_login"), {"login": lib.alice.email, "password": PASSWORD})
    assert UserSession.objects.filter(user=lib.alice).count() == 1
    browser = signed_in(lib.ada)
    browser.post(reverse("accounts:deactivate", args=[lib.alice.pk]))
    assert not UserSession.objects.filter(user=lib.alice).exists()
    assert alices.get(reverse("accounts:profile")).status_code == 302
    again = alices.post(reverse("account_login"), {"login": lib.alice.email, "password": PASSWORD})
    assert "_auth_user_id" not in alices.session
    assert again.status_code in (200, 302)
    browser.post(reverse("accounts:reactivate", args=[lib.alice.pk]))
    alices.post(reverse("account_login"), {"login": lib.alice.email, "password": PASSWORD})
    assert alices.get(reverse("accounts:profile")).status_code == 200


def test_a_reset_link_made_by_an_administrator_works_once(lib: Library, settings: Any) -> None:
    settings.BASE_URL = "https://social.library.example"
    page = signed_in(lib.ada).post(reverse("accounts:reset_link", args=[lib.alice.pk]))
    assert page["Cache-Control"] == "no-store"
    link = re.search(r'data-copy="([^"]+)"', page.content.decode())[1]
    assert link.startswith("https://social.library.example/account/password/reset/key/")
    path = link.removeprefix("https://social.library.example")
    alices = Client()
    form = alices.get(path, follow=True)
    fresh = "a brand new secret"
    answer = alices.post(form.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})
    assert answer.status_code == 302
    lib.alice.refresh_from_db()
    assert lib.alice.check_password("a brand new secret")
    assert "no longer works" in Client().get(path, follow=True).content.decode()
    assert Entry.objects.filter(action="person.password_reset").exists()
    assert link.split("/")[-2] not in str(list(Entry.objects.values_list("data", flat=True)))


def test_a_weak_password_is_refused_on_the_reset_page(lib: Library) -> None:
    alices = Client()
    form = alices.get(people.reset_path(lib.alice), follow=True)
    answer = alices.post(form.redirect_chain[-1][0], {"password1": "password12", "password2": "password12"})
    assert "too common" in answer.content.decode()
    lib.alice.refresh_from_db()
    assert lib.alice.check_password(PASSWORD)


def test_lost_factors_are_removed_and_the_owner_is_told(lib: Library) -> None:
    Authenticator.objects.create(user=lib.alice, type="totp", data={"secret": "x"})
    signed_in(lib.ada).post(reverse("accounts:remove_factors", args=[lib.alice.pk]))
    assert not Authenticator.objects.filter(user=lib.alice).exists()
    assert Notice.objects.get(recipient=lib.alice).message == "account.factors_removed"


def test_the_profile_is_ones_own(lib: Library) -> None:
    browser = signed_in(lib.alice)
    values = {"name": "Alice Autora", "language": "en", "zone": "europe/madrid", "theme": "dark"}
    assert browser.post(reverse("accounts:profile"), values).status_code == 302
    lib.alice.refresh_from_db()
    assert (lib.alice.name, lib.alice.language, lib.alice.zone) == ("Alice Autora", "en", "Europe/Madrid")
    assert (lib.alice.theme, lib.alice.shortcuts) == ("dark", False)
    assert Entry.objects.get(action="person.profile_changed").data["before"]["name"] == "Alice Author"
    wrong = browser.post(reverse("accounts:profile"), {**values, "zone": "Moon/Base", "name": ""})
    assert set(wrong.context["form"].errors) == {"zone", "name"}


def test_pages_speak_the_persons_zone(lib: Library) -> None:
    from datetime import UTC, datetime

    User.objects.filter(pk=lib.ada.pk).update(zone="Asia/Tokyo")
    User.objects.filter(pk=lib.alice.pk).update(last_login=datetime(2026, 1, 5, 20, 0, tzinfo=UTC))
    page = signed_in(lib.ada).get(reverse("accounts:person", args=[lib.alice.pk])).content.decode()
    assert "2026-01-06T05:00:00+09:00" in page


def test_the_house_settings_are_changed_by_its_administrators_only(lib: Library, nora: User) -> None:
    values = {"name": "City Library", "zone": "Europe/Berlin", "language": "de"}
    assert signed_in(nora).post(reverse("accounts:settings_library"), values).status_code == 403
    assert signed_in(lib.ada).post(reverse("accounts:settings_library"), values).status_code == 302
    assert units.root().name == "City Library"
