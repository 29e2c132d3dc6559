"""The pages of this area in a real browser: readable by everybody, usable with a passkey, without script too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from libsocial.accounts import firstrun
from libsocial.accounts.models import Role, Unit, User
from libsocial.accounts.services import invitations, people, units
from libsocial.notices import services as notices
from tests.browser import SIZES, axe, dark, light, no_sideways_scroll, sign_in
from tests.cast import PASSWORD, Library, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(lib: Library, settings: Any) -> Library:
    """A library in which something has happened."""
    settings.MAIL_CONFIGURED = True
    desk = units.create(by=lib.ada, parent=lib.north, name="Children's desk of the North Branch")
    units.change(by=lib.ada, unit=lib.north, approvals_needed=2, own_approval=False)
    units.archive(by=lib.ada, unit=units.create(by=lib.ada, parent=lib.south, name="Old mobile library"))
    people.give_role(by=lib.ada, person=lib.alice, unit=desk, role=Role.SUPERVISOR)
    person("Wolfeschlegelsteinhausenbergerdorff", (Role.EDITOR, lib.south))
    invitations.invite(by=lib.ada, email="a.very.long.address@branch.library.example", unit=lib.north, role="editor")
    notices.tell([lib.ada], "account.registered", params={"person": "Nina New"}, url="/people/")
    notices.tell([lib.ada], "account.security_changed", params={"what": "password"}, url="/profile/")
    return lib


def paths(lib: Library) -> dict[str, str]:
    return {
        "people": "/people/",
        "person": f"/people/{lib.alice.pk}/",
        "invite": "/people/invite/",
        "units": "/units/",
        "unit": f"/units/{lib.north.pk}/",
        "unit_new": "/units/new/",
        "settings": "/settings/",
        "profile": "/profile/",
        "notices": "/notices/",
        "audit": "/audit/",
        "security": "/account/2fa/",
        "sessions": "/account/sessions/",
        "password": "/account/password/change/",
        "email": "/account/email/",
        "logout": "/account/logout/",
    }


def look(page: Any, name: str, shots: str | None = None) -> None:
    """Light and dark, wide and narrow."""
    for theme in (light, dark):
        theme(page)
        for size, window in SIZES.items():
            page.set_viewport_size(window)
            no_sideways_scroll(page)
            if size != "narrow":
                axe(page)
            if shots:
                page.screenshot(path=f"{shots}/{name}-{theme.__name__}-{size}.png", full_page=True)


def shots() -> str | None:
    """A folder to keep pictures in, for somebody who wants to look."""
    import os

    return os.environ.get("LIBSOCIAL_TEST_SHOTS")


def test_every_page_for_people_in_the_house(page: Any, live_server: Any, busy: Library) -> None:
    sign_in(page, live_server, busy.ada)
    for name, path in paths(busy).items():
        page.goto(live_server.url + path)
        look(page, name, shots())


def test_every_page_for_strangers(page: Any, live_server: Any, busy: Library) -> None:
    made = invitations.invite(by=busy.ada, email="nina@library.example", unit=busy.north, role="editor")
    known = invitations.invite(by=busy.ada, email=busy.olga.email, unit=busy.north, role="editor")
    for name, path in {
        "login": "/account/login/",
        "forgot": "/account/password/reset/",
        "forgot_done": "/account/password/reset/done/",
        "reset": people.reset_path(busy.alice),
        "reset_dead": "/account/password/reset/key/1-x/",
        "closed": "/account/signup/",
        "accept": "/" + made.link.split("/", 3)[3],
        "accept_known": "/" + known.link.split("/", 3)[3],
        "invitation_gone": "/invitation/none/",
    }.items():
        page.goto(live_server.url + path)
        look(page, name, shots())


def test_forms_with_errors_are_as_readable(page: Any, live_server: Any, busy: Library) -> None:
    sign_in(page, live_server, busy.ada)
    page.goto(live_server.url + "/settings/")
    page.get_by_label("Private hosts that may be reached").fill("http://intranet/")
    page.get_by_role("button", name="Save the list").click()
    page.get_by_text("is an address of a page").wait_for()
    look(page, "settings_error", shots())


def test_the_first_run_guesses_the_zone_and_opens_the_library(
    page: Any, live_server: Any, data_dir: Any, chromium: Any
) -> None:
    code = firstrun.current_code()
    context = chromium.new_context(timezone_id="Pacific/Auckland", locale="en-GB")
    first = context.new_page()
    first.goto(live_server.url + "/people/")
    assert first.url.endswith("/first-run/")
    assert first.get_by_label("Time zone").input_value() == "Pacific/Auckland"
    look(first, "first_run", shots())
    first.get_by_label("Name of the library").fill("Town Library")
    first.get_by_label("Your name").fill("Ada Administrator")
    first.get_by_label("E-mail address").fill("ada@library.example")
    first.get_by_label("Password").fill(PASSWORD)
    first.get_by_label("Code from the terminal").fill("wrong")
    first.get_by_role("button", name="Open the library").click()
    first.get_by_text("This is not the code").wait_for()
    look(first, "first_run_error", shots())
    assert first.get_by_label("Name of the library").input_value() == "Town Library"
    first.get_by_label("Code from the terminal").fill(code)
    first.get_by_label("Password").fill(PASSWORD)
    first.get_by_role("button", name="Open the library").click()
    first.wait_for_url(live_server.url + "/")
    context.close()
    assert Unit.objects.get().zone == "Pacific/Auckland"
    assert User.objects.get().name == "Ada Administrator"


@pytest.fixture
def device(page: Any) -> Iterator[Any]:
    """A device that keeps passkeys and always recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield session
    session.detach()


def with_password(page: Any, live_server: Any, who: User) -> None:
    page.goto(live_server.url + "/account/login/")
    page.get_by_label("E-mail address").fill(who.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"^((?!login).)*$"))


def test_a_passkey_is_added_and_then_lets_one_in_alone(page: Any, live_server: Any, lib: Library, device: Any) -> None:
    with_password(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("My laptop")
    look(page, "passkey_add", shots())
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Recovery codes", level=1).wait_for()
    look(page, "recovery_codes", shots())
    assert Authenticator.objects.get(user=lib.alice, type="webauthn").wrap().is_passwordless
    page.goto(live_server.url + reverse("mfa_list_webauthn"))
    page.get_by_text("My laptop").wait_for()
    look(page, "passkeys", shots())

    page.context.clear_cookies()
    page.goto(live_server.url + "/account/login/?next=/profile/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(live_server.url + "/profile/")


def test_a_passkey_also_serves_as_the_step_after_the_password(
    page: Any, live_server: Any, lib: Library, device: Any
) -> None:
    with_password(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Recovery codes", level=1).wait_for()
    page.context.clear_cookies()
    page.goto(live_server.url + "/account/login/?next=/profile/")
    page.get_by_label("E-mail address").fill(lib.alice.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="One more step").wait_for()
    look(page, "second_step", shots())
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.wait_for_url(live_server.url + "/profile/")


def test_a_passkey_that_nobody_gives_is_told_in_the_page(
    page: Any, live_server: Any, lib: Library, device: Any
) -> None:
    page.goto(live_server.url + "/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The passkey was not used").wait_for()


def test_an_app_is_set_up_in_the_browser(page: Any, live_server: Any, lib: Library) -> None:
    from tests.accounts.test_sign_in import with_code

    with_password(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("mfa_activate_totp"))
    page.get_by_label("Password").fill(PASSWORD)
    look(page, "confirm", shots())
    page.get_by_role("button", name="Confirm").click()
    secret = page.locator("[data-copy]").get_attribute("data-copy")
    look(page, "app", shots())
    heading = page.get_by_role("heading", name="Recovery codes", level=1)
    refused = page.get_by_text("Incorrect code")

    def turn_on(code: str) -> None:
        if not heading.is_visible():
            page.get_by_label("Authenticator code").fill(code)
            page.get_by_role("button", name="Turn it on").click()
            heading.or_(refused).first.wait_for()

    with_code(secret, turn_on)
    heading.wait_for()


def test_without_script_people_are_invited_and_taken_in(chromium: Any, live_server: Any, lib: Library) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    with_password(page, live_server, lib.ada)
    page.goto(live_server.url + "/people/invite/")
    page.get_by_label("E-mail address").fill("nina@library.example")
    page.get_by_role("button", name="Make the invitation").click()
    link = page.locator("[data-copy]").get_attribute("data-copy")
    context.clear_cookies()
    page.goto(live_server.url + "/" + link.split("/", 3)[3])
    page.get_by_label("Your name").fill("Nina New")
    page.get_by_label("Password").fill("three quiet words")
    page.get_by_role("button", name="Make my account").click()
    page.wait_for_url(live_server.url + "/")
    context.close()
    assert User.objects.filter(email="nina@library.example", memberships__unit=lib.root).exists()
