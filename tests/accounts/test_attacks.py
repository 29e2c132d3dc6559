"""Ways in that must stay closed, told from the side of whoever tries them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from libsocial.accounts import firstrun
from libsocial.accounts.models import Membership, Role, User
from libsocial.accounts.services import people
from tests.accounts.test_first_run import ANSWERS, DOOR
from tests.accounts.test_sign_in import LOGIN
from tests.cast import PASSWORD, Library, person, signed_in

pytestmark = pytest.mark.django_db
FRESH = "four words as fresh"


def test_a_stranger_who_guesses_codes_does_not_lock_the_owner_out(code: str) -> None:
    stranger, owner = Client(REMOTE_ADDR="198.51.100.66"), Client(REMOTE_ADDR="192.0.2.1")
    for _try in range(firstrun.TRIES):
        stranger.post(DOOR, {**ANSWERS, "code": "wrong"})
    assert "Too many wrong codes" in stranger.post(DOOR, {**ANSWERS, "code": code}).content.decode()
    assert owner.post(DOOR, {**ANSWERS, "code": code})["Location"] == "/"


def test_a_forged_forwarding_header_does_not_reset_the_count(code: str, settings: Any) -> None:
    for number in range(firstrun.TRIES):
        Client(HTTP_X_FORWARDED_FOR=f"203.0.113.{number}").post(DOOR, {**ANSWERS, "code": "wrong"})
    answer = Client(HTTP_X_FORWARDED_FOR="203.0.113.99").post(DOOR, {**ANSWERS, "code": code})
    assert "Too many wrong codes" in answer.content.decode()


def test_behind_the_proxy_only_what_the_proxy_wrote_counts(code: str, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(firstrun.TRIES):
        forged = f"203.0.113.{number}, 198.51.100.66"
        Client(HTTP_X_FORWARDED_FOR=forged).post(DOOR, {**ANSWERS, "code": "wrong"})
    answer = Client(HTTP_X_FORWARDED_FOR="203.0.113.99, 198.51.100.66").post(DOOR, {**ANSWERS, "code": code})
    assert "Too many wrong codes" in answer.content.decode()


def test_a_full_cache_does_not_forget_who_guesses_passwords(lib: Library) -> None:
    """Many visits fill the memory of the one process; the count of a guesser must not be what is dropped."""
    browser = Client()
    for _try in range(5):
        browser.post(LOGIN, {"login": lib.alice.email, "password": "wrong"})
    for number in range(5_000):
        cache.set(f"something-else:{number}", 1, 300)
    answer = browser.post(LOGIN, {"login": lib.alice.email, "password": PASSWORD})
    assert "Too many failed" in answer.content.decode()


def reset_path(by: User, someone: User) -> str:
    return "/" + people.reset_link(by=by, person=someone).split("/", 3)[3]


def set_password_by(path: str) -> None:
    browser = Client()
    form = browser.get(path, follow=True)
    where = form.redirect_chain[-1][0] if form.redirect_chain else path
    browser.post(where, {"password1": FRESH, "password2": FRESH}, follow=True)


def test_a_reset_link_made_before_a_promotion_opens_nothing_afterwards(lib: Library) -> None:
    """Otherwise the administrator of a branch keeps a key to whoever will administer the library tomorrow."""
    nora = person("Nora North", (Role.ADMIN, lib.north))
    kept = reset_path(nora, lib.erin)
    people.give_role(by=lib.ada, person=lib.erin, unit=lib.root, role=Role.ADMIN)
    set_password_by(kept)
    assert User.objects.get(pk=lib.erin.pk).check_password(PASSWORD)


def test_a_reset_link_of_somebody_who_was_deactivated_opens_nothing(lib: Library) -> None:
    kept = reset_path(lib.ada, lib.erin)
    people.deactivate(by=lib.ada, person=lib.erin)
    set_password_by(kept)
    people.reactivate(by=lib.ada, person=User.objects.get(pk=lib.erin.pk))
    assert User.objects.get(pk=lib.erin.pk).check_password(PASSWORD)


def test_nobody_gives_themselves_a_role_through_the_pages(lib: Library) -> None:
    for who in (lib.alice, lib.sam, lib.erin, lib.audit):
        where = reverse("accounts:give_role", args=[who.pk])
        signed_in(who).post(where, {"role": "admin", "unit": lib.root.pk})
        signed_in(who).post(where, {"role": "admin", "unit": lib.north.pk})
    assert set(Membership.objects.filter(role=Role.ADMIN).values_list("user__name", flat=True)) == {lib.ada.name}


def test_signing_in_gives_a_fresh_session(lib: Library) -> None:
    browser = Client()
    session = browser.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    browser.cookies["sessionid"] = planted
    browser.post(LOGIN, {"login": lib.alice.email, "password": PASSWORD})
    assert browser.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get(reverse("accounts:profile")).status_code == 302


def test_a_strange_host_name_is_refused_without_a_trace(lib: Library) -> None:
    answer = Client(HTTP_HOST="evil.example").post("/account/password/reset/", {"email": lib.alice.email})
    assert answer.status_code == 400
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/account/login/", "/people/", "/no/such/page", "/account/password/reset/"])
def test_no_page_can_be_framed_or_run_foreign_script(lib: Library, path: str) -> None:
    answer = signed_in(lib.ada).get(path)
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and answer["X-Frame-Options"] == "DENY"
    assert "script-src 'self'" in policy and "unsafe" not in policy


def test_cookies_cannot_be_read_by_script_nor_sent_from_elsewhere(lib: Library) -> None:
    browser = Client()
    browser.post(LOGIN, {"login": lib.alice.email, "password": PASSWORD})
    session = browser.cookies["sessionid"]
    assert session["httponly"] and session["samesite"] == "Lax"


def test_every_form_that_changes_something_asks_for_its_proof(lib: Library) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(lib.ada)
    unprotected = [
        name
        for name, args in (
            ("accounts:invite", ()), ("accounts:give_role", (lib.erin.pk,)), ("accounts:deactivate", (lib.erin.pk,)),
            ("accounts:reset_link", (lib.erin.pk,)), ("accounts:settings_hosts", ()), ("accounts:switch_unit", ()),
            ("accounts:unit_move", (lib.north.pk,)), ("theme", ()), ("notices:see_all", ()), ("account_logout", ()),
            ("account_login", ()), ("accounts:first_run", ()),
        )
        if browser.post(reverse(name, args=args)).status_code not in {403, 302}
    ]  # fmt: skip
    assert unprotected == []
    assert User.objects.get(pk=lib.erin.pk).is_active


def test_keys_and_codes_of_the_first_run_do_not_stay_behind(code: str, data_dir: Path) -> None:
    Client().post(DOOR, {**ANSWERS, "code": code})
    assert not list((data_dir / "keys").glob("first-run*"))
