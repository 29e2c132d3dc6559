"""Settings of the whole library."""

from __future__ import annotations

from smtplib import SMTPAuthenticationError
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from libsocial.accounts import checklist
from libsocial.accounts.errors import Refused
from libsocial.accounts.policies import NotAllowed
from libsocial.accounts.services import house, invitations
from libsocial.audit.models import Entry
from libsocial.core import addresses, site_settings
from tests.cast import Library, signed_in

pytestmark = pytest.mark.django_db


class WrongPassword(EmailBackend):
    def send_messages(self, messages: list[Any]) -> int:
        raise SMTPAuthenticationError(535, b"5.7.8 password s3cret rejected")


def test_listed_hosts_are_kept_in_one_form_and_written_into_the_trail(lib: Library) -> None:
    typed = (
        " Intranet.Library.example \n10.20.0.0/16\n[FD00::1]:8080\n::1\n127.0.0.1:3000\n\nintranet.library.example\n"
    )
    answer = signed_in(lib.ada).post(reverse("accounts:settings_hosts"), {"hosts": typed})
    assert answer.status_code == 302
    kept = site_settings.get("outside.private_hosts")
    assert kept == ["intranet.library.example", "10.20.0.0/16", "[fd00::1]:8080", "::1", "127.0.0.1:3000"]
    assert Entry.objects.get(action="library.setting_changed").data["after"] == kept


def test_the_guarded_door_understands_what_was_kept() -> None:
    allowed = addresses.Exceptions.of(
        [house.clean_host(entry) for entry in ("localhost:8080", "10.0.0.0/8", "[::1]:99")]
    )
    assert allowed.allow("localhost", 8080, addresses.parse("127.0.0.1"))
    assert not allowed.allow("localhost", 80, addresses.parse("127.0.0.1"))
    assert allowed.allow("box", 443, addresses.parse("10.9.8.7"))
    assert allowed.allow("::1", 99, addresses.parse("::1"))


@pytest.mark.parametrize(
    "entry",
    [
        "http://intranet/", "intranet/path", "0.0.0.0/0", "::/0", "10.0.0.0/4", "host:", "host:0", "host:70000",
        "ho\x01st", "host:12x",
        "two words", "*.example.org", "-x.example", "a..b", "[::1", "[::1]x", "1:2:3", "x" * 300,
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_name_and_nothing_is_saved(lib: Library, entry: str) -> None:
    page = signed_in(lib.ada).post(reverse("accounts:settings_hosts"), {"hosts": f"good.example\n{entry}"})
    assert page.status_code == 200
    assert page.context["hosts_form"].errors["hosts"]
    assert "good.example" in page.content.decode()
    assert site_settings.get("outside.private_hosts") == []


def test_fifty_hosts_are_enough(lib: Library) -> None:
    with pytest.raises(Refused, match="At most"):
        house.change_private_hosts(by=lib.ada, hosts=[f"host{number}" for number in range(51)])


def test_only_the_librarys_administrator_changes_the_house(lib: Library) -> None:
    for act in (
        lambda who: house.change_private_hosts(by=who, hosts=["x"]),
        lambda who: house.change_registration(by=who, is_open=False),
        lambda who: house.send_test_mail(by=who),
    ):
        for who in (lib.alice, lib.sam, lib.audit, lib.olga):
            with pytest.raises(NotAllowed):
                act(who)
    for name in ("library", "hosts", "registration", "test_mail"):
        assert signed_in(lib.sam).post(reverse(f"accounts:settings_{name}")).status_code == 403


def test_the_test_mail_arrives(lib: Library, with_mail: list[Any]) -> None:
    page = signed_in(lib.ada).post(reverse("accounts:settings_test_mail"), follow=True).content.decode()
    assert "on its way to ada@library.example" in page
    assert [sent.to for sent in with_mail] == [["ada@library.example"]]


def test_a_mail_server_that_refuses_is_told_without_its_secrets(lib: Library, with_mail: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_house.WrongPassword"
    page = signed_in(lib.ada).post(reverse("accounts:settings_test_mail"), follow=True).content.decode()
    assert "refused it, code 535" in page
    assert "s3cret" not in page


def test_without_a_mail_server_the_page_says_how_to_get_one(lib: Library) -> None:
    page = signed_in(lib.ada).get(reverse("accounts:settings")).content.decode()
    assert "LIBSOCIAL_MAIL_URL" in page
    assert "Send me a test mail" not in page
    posted = signed_in(lib.ada).post(reverse("accounts:settings_test_mail"), follow=True).content.decode()
    assert "has no mail server" in posted
    assert mail.outbox == []


def test_the_first_steps_tick_themselves_off_and_disappear(lib: Library, monkeypatch: Any) -> None:
    monkeypatch.setattr(checklist, "STEPS", [])
    done: list[bool] = []
    checklist.register("Second", "accounts:people", lambda person: bool(done), order=2)
    checklist.register("First", "accounts:invite", lambda person: True, order=1, text="Why")
    steps = checklist.steps_for(lib.ada)
    assert [(step.label, step.done, step.url) for step in steps] == [
        ("First", True, reverse("accounts:invite")),
        ("Second", False, reverse("accounts:people")),
    ]
    assert checklist.steps_for(lib.alice) == []
    done.append(True)
    assert checklist.steps_for(lib.ada) == []


def test_inviting_somebody_is_a_first_step(db: None, data_dir: Any) -> None:
    from libsocial.accounts.steps import has_invited

    ada = house.open_library(
        library="L", zone="UTC", language="en", name="Ada", email="ada@library.example", password="correct horse"
    )
    assert not has_invited(ada)
    invitations.invite(by=ada, email="x@library.example", unit=ada.memberships.get().unit, role="editor")
    assert has_invited(ada)
