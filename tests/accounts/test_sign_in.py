"""Signing in, with allauth's pages in our words: nothing is told to strangers, nothing leads away."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.contrib.auth import hashers
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from libsocial.accounts.models import Membership, User
from libsocial.audit.models import Entry
from libsocial.core import crypto, site_settings
from libsocial.notices import letters
from libsocial.notices.models import Letter, Notice
from tests.cast import PASSWORD, Library, signed_in

LOGIN = "/account/login/"


def without_tokens(page: bytes) -> str:
    text = re.sub(r'(name="csrfmiddlewaretoken" value|name="csrf-token" content)="[^"]+"', "", page.decode())
    return text.replace("nobody@library.example", "X").replace("alice@library.example", "X")


def sign_in(person: User, **more: str) -> Client:
    browser = Client()
    browser.post(LOGIN, {"login": person.email, "password": PASSWORD, **more})
    return browser


class Refusing(EmailBackend):
    def send_messages(self, messages: list[Any]) -> int:
        raise ConnectionRefusedError


def test_with_the_password_one_is_in(lib: Library) -> None:
    browser = sign_in(lib.alice)
    assert browser.get(reverse("accounts:profile")).status_code == 200
    assert Client().post(LOGIN, {"login": "ALICE@library.example", "password": PASSWORD})["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(lib: Library) -> None:
    known = Client().post(LOGIN, {"login": "alice@library.example", "password": "wrong"})
    unknown = Client().post(LOGIN, {"login": "nobody@library.example", "password": "wrong"})
    assert known.status_code == unknown.status_code == 200
    assert "not correct" in known.content.decode()
    assert without_tokens(known.content) == without_tokens(unknown.content)


def test_a_deactivated_account_with_a_wrong_password_looks_like_any_other(lib: Library) -> None:
    User.objects.filter(pk=lib.alice.pk).update(is_active=False)
    known = Client().post(LOGIN, {"login": "alice@library.example", "password": "wrong"})
    unknown = Client().post(LOGIN, {"login": "nobody@library.example", "password": "wrong"})
    assert without_tokens(known.content) == without_tokens(unknown.content)


def test_guessing_is_slowed_down_for_known_and_unknown_addresses_alike(lib: Library) -> None:
    for address in ("alice@library.example", "nobody@library.example"):
        browser = Client(REMOTE_ADDR="198.51.100.7" if "alice" in address else "198.51.100.8")
        for _try in range(5):
            browser.post(LOGIN, {"login": address, "password": "wrong"})
        answer = browser.post(LOGIN, {"login": address, "password": PASSWORD})
        assert "Too many failed" in answer.content.decode()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "\thttps://evil.example",
    ],
)
def test_after_signing_in_nobody_is_led_away(lib: Library, target: str) -> None:
    answer = Client().post(f"{LOGIN}?next={target}", {"login": lib.alice.email, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"
    out = signed_in(lib.alice).post("/account/logout/", {"next": target})
    assert out["Location"] == "/"


def test_after_signing_in_one_is_where_one_wanted_to_be(lib: Library) -> None:
    wanted = reverse("notices:list")
    first = Client().get(wanted)
    answer = Client().post(first["Location"], {"login": lib.alice.email, "password": PASSWORD})
    assert answer["Location"] == wanted


def test_nobody_registers_while_the_library_does_not_allow_it(lib: Library, with_mail: list[Any]) -> None:
    values = {"name": "Mallory", "email": "mallory@example.org", "password1": "three quiet words"}
    assert "Registration is closed" in Client().post("/account/signup/", values).content.decode()
    assert "Register" not in Client().get(LOGIN).content.decode()
    assert not User.objects.filter(email="mallory@example.org").exists()


def test_with_open_registration_a_newcomer_proves_the_address_and_waits_for_a_role(
    lib: Library, with_mail: list[Any], settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    site_settings.put("accounts.open_registration", True)
    assert "Register" in Client().get(LOGIN).content.decode()
    browser = Client()
    values = {"name": "Nina New", "email": "Nina@Example.org", "password1": "three quiet words"}
    browser.post("/account/signup/", values)
    nina = User.objects.get(email="nina@example.org")
    assert nina.name == "Nina New"
    assert Notice.objects.filter(recipient=lib.ada, message="account.registered").exists()
    (proof,) = with_mail
    link = re.search(r"https://social\.library\.example(/account/confirm-email/\S+)", proof.body)[1]
    early = Client()
    early.post(LOGIN, {"login": nina.email, "password": "three quiet words"})
    assert early.get(reverse("accounts:profile")).status_code == 302
    browser.post(link)
    late = Client()
    late.post(LOGIN, {"login": nina.email, "password": "three quiet words"})
    assert late.get(reverse("accounts:people")).status_code in (200, 403)
    assert not Membership.objects.filter(user=nina).exists()


def test_registering_with_a_known_address_looks_the_same(lib: Library, with_mail: list[Any], settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    site_settings.put("accounts.open_registration", True)
    values = {"name": "Nina New", "password1": "three quiet words"}
    known = Client().post("/account/signup/", {**values, "email": lib.alice.email})
    unknown = Client().post("/account/signup/", {**values, "email": "nobody@library.example"})
    assert known["Location"] == unknown["Location"]
    assert User.objects.get(pk=lib.alice.pk).check_password(PASSWORD)


def test_registration_opens_only_where_mail_works(lib: Library, settings: Any) -> None:
    url = reverse("accounts:settings_registration")
    page = signed_in(lib.ada).post(url, {"open_registration": "on"}).content.decode()
    assert "Registration needs mail" in page
    assert site_settings.get("accounts.open_registration") is False
    site_settings.put("accounts.open_registration", True)
    assert "Registration is closed" in Client().get("/account/signup/").content.decode()


def test_a_forgotten_password_comes_back_by_mail(lib: Library, with_mail: list[Any]) -> None:
    elsewhere = sign_in(lib.alice)
    answer = Client().post("/account/password/reset/", {"email": lib.alice.email}, follow=True)
    assert "If the address has an account" in answer.content.decode()
    (sent,) = with_mail
    path = re.search(r"https://social\.library\.example(\S+)", sent.body)[1]
    assert "Town Library" in sent.subject
    browser = Client()
    form = browser.get(path, follow=True)
    fresh = "four words as fresh"
    done = browser.post(form.redirect_chain[-1][0], {"password1": fresh, "password2": fresh}, follow=True)
    assert "Your password is changed" in done.content.decode()
    assert User.objects.get(pk=lib.alice.pk).check_password(fresh)
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302
    assert Notice.objects.filter(recipient=lib.alice, message="account.security_changed").exists()


RESET = "/account/password/reset/"


def test_the_reset_page_tells_nobody_who_has_an_account(lib: Library, with_mail: Any, settings: Any) -> None:
    pages = [
        Client().post(RESET, {"email": address}, follow=True).content
        for address in ("alice@library.example", "nobody@library.example")
    ]
    assert [sent.to for sent in with_mail] == [["alice@library.example"]]
    settings.EMAIL_BACKEND = "tests.accounts.test_sign_in.Refusing"
    pages.append(Client().post(RESET, {"email": "alice@library.example"}, follow=True).content)
    assert len({without_tokens(page) for page in pages}) == 1
    assert {letter.to for letter in Letter.objects.all()} == {"alice@library.example"}


def test_the_reset_page_works_as_much_for_an_unknown_address(lib: Library, with_mail: Any, monkeypatch: Any) -> None:
    """Otherwise a stop-watch tells who has an account: as many mails are written and put down either way."""
    real, written = letters.post, []
    monkeypatch.setattr(letters, "post", lambda *args, **more: written.append(1) or real(*args, **more))
    costs = []
    for address in ("alice@library.example", "nobody@library.example"):
        written.clear()
        Client().post(RESET, {"email": address})
        costs.append(len(written))
    assert costs == [1, 1]


def test_a_reset_link_lies_readable_nowhere_and_is_erased_when_it_has_left(
    lib: Library, with_mail: Any, caplog: Any
) -> None:
    Client().post(RESET, {"email": lib.alice.email})
    (letter,) = Letter.objects.all()
    assert letter.words
    assert "password/reset" not in str(list(Letter.objects.values()))
    (sent,) = with_mail
    assert re.search(r"https://social\.library\.example/account/password/reset/key/\S+", sent.body)
    letter.refresh_from_db()
    assert (letter.words, letter.mail_state) == ("", "sent")
    assert "reset/key" not in caplog.text


def test_without_mail_the_reset_page_says_whom_to_ask(lib: Library) -> None:
    page = Client().get("/account/password/reset/").content.decode()
    assert "cannot send mail" in page
    assert "Ask an administrator" in page
    posted = Client().post("/account/password/reset/", {"email": lib.alice.email}, follow=True).content.decode()
    assert "cannot send mail" in posted
    assert mail.outbox == []


def test_changing_the_password_asks_for_the_old_one_and_is_told(lib: Library) -> None:
    browser = sign_in(lib.alice)
    values = {"oldpassword": "wrong", "password1": "four words as fresh", "password2": "four words as fresh"}
    browser.post("/account/password/change/", values)
    assert User.objects.get(pk=lib.alice.pk).check_password(PASSWORD)
    browser.post("/account/password/change/", {**values, "oldpassword": PASSWORD})
    assert User.objects.get(pk=lib.alice.pk).check_password("four words as fresh")
    assert Entry.objects.filter(action="person.password_changed", actor=lib.alice).exists()
    assert browser.get(reverse("accounts:profile")).status_code == 200


def test_a_new_address_counts_only_when_it_is_proven(lib: Library, with_mail: list[Any], settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    browser = confirmed(lib.alice)
    browser.post("/account/email/", {"email": "alice.new@library.example", "action_add": "1"})
    assert User.objects.get(pk=lib.alice.pk).email == "alice@library.example"
    link = re.search(r"https://social\.library\.example(/account/confirm-email/\S+)", with_mail[0].body)[1]
    assert with_mail[0].to == ["alice.new@library.example"]
    browser.post(link)
    assert User.objects.get(pk=lib.alice.pk).email == "alice.new@library.example"
    assert (with_mail[-1].to, "address" in with_mail[-1].subject) == (["alice@library.example"], True)
    assert Entry.objects.filter(action="person.email_changed").exists()


def test_without_mail_the_address_page_offers_no_form_that_leads_nowhere(lib: Library) -> None:
    page = sign_in(lib.alice).get("/account/email/").content.decode()
    assert "cannot send mail" in page
    assert 'name="email"' not in page


def confirmed(person: User) -> Client:
    """Signed in, and has shown again just now that it is them."""
    browser = sign_in(person)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def with_app(person: User) -> tuple[Client, str]:
    """The person sets up an app through the pages; its secret."""
    browser = confirmed(person)
    form = browser.get(reverse("mfa_activate_totp"))
    secret = re.search(r'data-copy="([A-Z2-7]+)"', form.content.decode())[1]
    with_code(secret, lambda code: browser.post(reverse("mfa_activate_totp"), {"code": code}))
    return browser, secret


def with_code(secret: str, act: Callable[[str], Any]) -> Any:
    """What comes of acting with the code of this moment; once more when that ran out while it was on its way."""
    while True:
        now = counter()
        answer = act(totp.format_hotp_value(totp.hotp_value(secret, now)))
        if now == counter():
            return answer


def counter() -> int:
    return next(totp.yield_hotp_counters_from_time())


def test_an_app_is_set_up_and_then_asked_after_the_password(
    lib: Library, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        _browser, secret = with_app(lib.alice)
    row = Authenticator.objects.get(user=lib.alice, type="totp")
    assert secret not in str(row.data)
    assert crypto.decrypt(row.data["secret"]) == secret
    again = Client()
    step = again.post(LOGIN, {"login": lib.alice.email, "password": PASSWORD})
    assert step["Location"] == reverse("mfa_authenticate")
    assert again.get(reverse("accounts:profile")).status_code == 302
    assert "Incorrect code" in again.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert Entry.objects.get(action="person.factor_added", actor=lib.alice).data["kind"] == "TOTP Authenticator"


def test_recovery_codes_are_shown_once_and_let_one_in_once(lib: Library) -> None:
    browser, _secret = with_app(lib.alice)
    page = browser.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.search(r'<pre class="recovery-codes"[^>]*>(.*?)</pre>', page, re.S)[1].split()
    assert len(codes) == 10
    assert codes[0] not in browser.get(reverse("mfa_view_recovery_codes")).content.decode()

    def try_with(code: str) -> bool:
        again = Client()
        again.post(LOGIN, {"login": lib.alice.email, "password": PASSWORD})
        again.post(reverse("mfa_authenticate"), {"code": code})
        return again.get(reverse("accounts:profile")).status_code == 200

    assert try_with(codes[0])
    assert not try_with(codes[0])


def test_ones_sessions_are_listed_and_others_signed_out(lib: Library) -> None:
    here = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    phone = Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605 Version/19.0 Safari/604")
    for browser in (here, phone):
        browser.post(LOGIN, {"login": lib.alice.email, "password": PASSWORD})
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    assert here.post(reverse("accounts:end_session", args=[other.pk])).status_code == 302
    assert phone.get(reverse("accounts:profile")).status_code == 302
    phone.post(LOGIN, {"login": lib.alice.email, "password": PASSWORD})
    here.post(reverse("usersessions_list"))
    assert phone.get(reverse("accounts:profile")).status_code == 302
    assert here.get(reverse("accounts:profile")).status_code == 200


def test_a_session_of_somebody_else_is_not_there(lib: Library) -> None:
    sign_in(lib.alice)
    alices = UserSession.objects.get(user=lib.alice)
    assert sign_in(lib.olga).post(reverse("accounts:end_session", args=[alices.pk])).status_code == 404
    assert UserSession.objects.filter(pk=alices.pk).exists()


def test_security_is_changed_only_after_showing_again_that_it_is_you(lib: Library) -> None:
    browser = signed_in(lib.alice)  # signed in, but without having typed the password lately
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        answer = browser.get(reverse(name))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    page = browser.get(reverse("account_reauthenticate")).content.decode()
    assert "Confirm that it is you" in page


@pytest.mark.parametrize(
    "path",
    [
        LOGIN, "/account/password/reset/", "/account/password/reset/done/", "/account/password/reset/key/1-x/",
        "/account/password/reset/key/done/", "/account/confirm-email/x/", "/account/signup/", "/account/inactive/",
        "/account/confirm-email/",
    ],
)  # fmt: skip
def test_every_page_around_sign_in_has_our_look(lib: Library, path: str) -> None:
    page = Client().get(path, follow=True)
    assert page.status_code == 200
    assert 'class="public-card"' in page.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "usersessions_list",
    ],
)
def test_every_page_of_ones_account_has_our_look(lib: Library, name: str) -> None:
    page = confirmed(lib.alice).get(reverse(name), follow=True)
    assert page.status_code == 200
    assert 'class="app-content' in page.content.decode()


def test_a_second_factor_does_not_lock_the_address(lib: Library, with_mail: list[Any], settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    browser, _secret = with_app(lib.alice)
    browser.post("/account/email/", {"email": "alice.new@library.example", "action_add": "1"})
    assert [sent.to for sent in with_mail][-1] == ["alice.new@library.example"]


def test_an_unknown_address_costs_as_many_hashes_as_a_known_one(lib: Library, monkeypatch: Any) -> None:
    """Otherwise a stop-watch tells who has an account."""
    hasher = type(hashers.get_hasher())
    real, counted = hasher.encode, []

    def counting(self: Any, *args: Any, **kwargs: Any) -> str:
        counted.append(1)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(hasher, "encode", counting)
    costs = []
    for address in ("alice@library.example", "nobody@library.example"):
        counted.clear()
        Client().post(LOGIN, {"login": address, "password": "wrong"})
        costs.append(len(counted))
    assert costs[0] == costs[1] > 0
