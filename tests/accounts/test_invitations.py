from __future__ import annotations

import re
import threading
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Invitation, Membership, Role, User
from libsocial.accounts.policies import NotAllowed
from libsocial.accounts.services import invitations, people
from libsocial.audit.models import Entry
from libsocial.notices import mailer
from libsocial.notices.models import Letter, Notice
from tests.cast import PASSWORD, Library, person, signed_in

NEW = {"name": "Nina New", "password": "three quiet words"}


def made(lib: Library, **changed: Any) -> invitations.Made:
    given = {"by": lib.ada, "email": "nina@library.example", "unit": lib.north, "role": Role.EDITOR, **changed}
    return invitations.invite(**given)


def path_of(made: invitations.Made) -> str:
    return "/" + made.link.split("/", 3)[3]


class Refusing(EmailBackend):
    def send_messages(self, messages: list[Any]) -> int:
        raise ConnectionRefusedError


class NoSuchPerson(EmailBackend):
    def send_messages(self, messages: list[Any]) -> int:
        raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"5.1.1 no such user")})


def test_the_link_makes_the_account_gives_the_role_and_leads_to_the_start(lib: Library) -> None:
    path, browser = path_of(made(lib)), Client()
    page = browser.get(path).content.decode()
    assert "North Branch" in page
    assert "Ada Administrator" in page
    answer = browser.post(path, NEW)
    assert answer["Location"] == "/"
    nina = User.objects.get(email="nina@library.example")
    assert policies.can(nina, "post.edit_any", lib.north)
    assert not policies.can(nina, "post.see", lib.south)
    assert browser.get(reverse("accounts:profile")).status_code == 200
    assert Notice.objects.get(recipient=lib.ada).message == "account.invitation_accepted"
    assert Entry.objects.filter(action="person.joined", actor=nina).exists()


def test_the_token_is_kept_nowhere(lib: Library) -> None:
    token = path_of(made(lib)).split("/")[2]
    assert len(token) > 40
    kept = str(list(Invitation.objects.values())) + str(list(Entry.objects.values()))
    assert token not in kept


def test_the_page_shows_the_link_once_and_mails_it_when_asked(lib: Library, with_mail: list[Any]) -> None:
    browser = signed_in(lib.ada)
    values = {"email": "Nina@Library.example", "unit": lib.north.pk, "role": "editor", "by_mail": "on"}
    page = browser.post(reverse("accounts:invite"), values)
    link = re.search(r'data-copy="([^"]+)"', page.content.decode())[1]
    assert link.startswith("https://social.library.example/invitation/")
    assert page["Cache-Control"] == "no-store"
    (sent,) = with_mail
    assert sent.to == ["nina@library.example"]
    assert link in sent.body
    assert link in sent.alternatives[0][0]
    assert Invitation.objects.get().letter.mail_state == "sent"
    assert "mailed" in browser.get(reverse("accounts:people")).content.decode()
    assert link.split("/")[-2] not in browser.get(reverse("accounts:people")).content.decode()


def test_without_a_mail_server_the_page_says_so_and_the_link_still_works(lib: Library) -> None:
    browser = signed_in(lib.ada)
    assert "cannot send mail" in browser.get(reverse("accounts:invite")).content.decode()
    values = {"email": "nina@library.example", "unit": lib.north.pk, "role": "editor", "by_mail": "on"}
    page = browser.post(reverse("accounts:invite"), values).content.decode()
    assert "data-copy" in page
    assert mail.outbox == []


INVITE_NINA = {"email": "nina@library.example", "role": "editor", "by_mail": "on"}


def invite_nina(lib: Library, browser: Client) -> str:
    """Through the page; the page that shows the link."""
    return browser.post(reverse("accounts:invite"), {**INVITE_NINA, "unit": lib.north.pk}).content.decode()


def mail_part(browser: Client) -> str:
    return browser.get(reverse("accounts:invitation_mail", args=[Invitation.objects.get().pk])).content.decode()


def test_the_page_waits_for_no_mail_server_and_then_tells_what_it_said(
    lib: Library, with_mail: Any, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_invitations.Refusing"
    browser = signed_in(lib.ada)
    page = invite_nina(lib, browser)
    assert "on its way to nina@library.example" in page
    assert "data-copy" in page
    mailer.send_due()
    again = mail_part(browser)
    assert "could not be reached" in again
    assert "copy the link" in again
    assert "tried again" in browser.get(reverse("accounts:people")).content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mailer.send_due(now=timezone.now() + timedelta(minutes=2))
    assert "has taken the mail" in mail_part(browser)


def test_a_mail_that_never_goes_is_told_and_the_invitation_stands(lib: Library, with_mail: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_invitations.Refusing"
    browser = signed_in(lib.ada)
    page = invite_nina(lib, browser)
    for day in range(1, 10):
        mailer.send_due(now=timezone.now() + timedelta(days=day))
    assert "copy the link instead" in mail_part(browser)
    assert "could not be sent: make a new link" in browser.get(reverse("accounts:people")).content.decode()
    link = re.search(r'data-copy="([^"]+)"', page)[1]
    assert Client().get("/" + link.split("/", 3)[3]).status_code == 200


def test_an_address_the_server_refuses_for_good_is_told_at_once(lib: Library, with_mail: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_invitations.NoSuchPerson"
    browser = signed_in(lib.ada)
    invite_nina(lib, browser)
    mailer.send_due()
    assert "does not take mails for this address" in mail_part(browser)
    assert "copy the link instead" in mail_part(browser)


def test_the_page_is_drawn_again_only_when_there_is_news(lib: Library, with_mail: Any) -> None:
    browser = signed_in(lib.ada)
    invite_nina(lib, browser)
    part = reverse("accounts:invitation_mail", args=[Invitation.objects.get().pk])
    assert browser.get(part, {"seen": "waiting"}).status_code == 204
    mailer.send_due()
    assert browser.get(part, {"seen": "waiting"}).status_code == 200
    assert signed_in(lib.sam).get(part).status_code == 404


def stored() -> str:
    """Everything the database knows of letters and invitations, as it lies there."""
    return str([*Letter.objects.values(), *Invitation.objects.values(), *Entry.objects.values()])


def test_the_link_in_a_mail_lies_readable_nowhere_and_is_erased_when_it_has_left(
    lib: Library, with_mail: Any, caplog: Any
) -> None:
    link = re.search(r'data-copy="([^"]+)"', invite_nina(lib, signed_in(lib.ada)))[1]
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in stored()
    assert Letter.objects.get().words
    mailer.send_due()
    assert token in mail.outbox[0].body
    assert Letter.objects.get().words == ""
    assert token not in caplog.text


@pytest.mark.parametrize("ending", ["revoked", "renewed", "replaced", "accepted"])
def test_a_mail_with_a_dead_link_does_not_leave(lib: Library, with_mail: Any, ending: str) -> None:
    first = made(lib, by_mail=True)
    if ending == "revoked":
        invitations.revoke(by=lib.ada, invitation=first.invitation)
    elif ending == "renewed":
        invitations.renew(by=lib.ada, invitation=first.invitation)
    elif ending == "replaced":
        made(lib)
    else:
        invitations.accept_as_new(invitation=first.invitation, name="Nina", password=PASSWORD)
    assert Letter.objects.get().words == ""
    mailer.send_due()
    assert mail.outbox == []


def test_an_invitation_that_is_rolled_back_leaves_no_mail(lib: Library, with_mail: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        made(lib, by_mail=True)
        raise RuntimeError
    mailer.send_due()
    assert mail.outbox == []


def test_the_mail_speaks_the_language_of_the_unit_when_we_do(lib: Library, with_mail: Any) -> None:
    for language in ("cy", "es", "zh-hans"):
        type(lib.north).objects.filter(pk=lib.north.pk).update(language=language)
        lib.north.refresh_from_db()
        made(lib, email=f"{language}@library.example", unit=lib.north, by_mail=True)
    assert len(with_mail) == 3


def dead_links(lib: Library) -> dict[str, str]:
    """One link per way of being dead."""
    used, expired, revoked, replaced = (made(lib, email=f"{word}@library.example") for word in "abcd")
    invitations.accept_as_new(invitation=used.invitation, name="A", password=PASSWORD)
    Invitation.objects.filter(pk=expired.invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    invitations.revoke(by=lib.ada, invitation=revoked.invitation)
    invitations.renew(by=lib.ada, invitation=replaced.invitation)
    nora = person("Nora North", (Role.ADMIN, lib.north))
    from_nobody = made(lib, by=nora, email="e@library.example")
    people.take_role(by=lib.ada, membership=nora.memberships.get())
    return {
        "used": path_of(used),
        "expired": path_of(expired),
        "revoked": path_of(revoked),
        "replaced": path_of(replaced),
        "its giver lost the right": path_of(from_nobody),
        "forged": "/invitation/" + "A" * 43 + "/",
        "empty-ish": "/invitation/%20/",
        "strange": "/invitation/%F0%9F%99%82%00/",
    }


def test_whatever_is_wrong_with_a_link_the_answer_is_one_calm_page(lib: Library) -> None:
    pages = {}
    for why, path in dead_links(lib).items():
        before = User.objects.count()
        for answer in (Client().get(path), Client().post(path, NEW), signed_in(lib.alice).post(path)):
            assert answer.status_code == 410, why
            assert "This invitation no longer works" in answer.content.decode(), why
        assert User.objects.count() == before
        pages[why] = re.sub(
            r'(csrf-token" content|csrfmiddlewaretoken" value)="[^"]+"', "", Client().get(path).content.decode()
        )
    assert len(set(pages.values())) == 1


def test_somebody_with_an_account_signs_in_and_accepts(lib: Library) -> None:
    path = path_of(made(lib, email=lib.olga.email.upper()))
    browser = Client()
    page = browser.get(path).content.decode()
    assert f"/account/login/?next={path}" in page
    assert "password" not in page
    browser.post(path, NEW)
    assert User.objects.get(pk=lib.olga.pk).name == "Olga Outsider"
    login = browser.post(f"/account/login/?next={path}", {"login": lib.olga.email, "password": PASSWORD})
    assert login["Location"] == path
    assert browser.post(path)["Location"] == "/"
    assert policies.can(User.objects.get(pk=lib.olga.pk), "post.edit_any", lib.north)


def test_somebody_else_who_is_signed_in_cannot_accept(lib: Library) -> None:
    path = path_of(made(lib))
    browser = signed_in(lib.olga)
    assert "Sign out, then open the link again" in browser.post(path).content.decode()
    assert not Membership.objects.filter(user=lib.olga, unit=lib.north).exists()
    with pytest.raises(Refused):
        invitations.accept_as_known(invitation=Invitation.objects.get(), person=lib.olga)


def test_a_weak_password_is_named_and_the_name_is_kept(lib: Library) -> None:
    path = path_of(made(lib))
    answer = Client().post(path, {"name": "Nina New", "password": "nina@library"})
    assert "password" in answer.context["form"].errors
    assert 'value="Nina New"' in answer.content.decode()
    assert Client().get(path).status_code == 200


def test_only_those_who_manage_people_there_invite(lib: Library) -> None:
    for who in (lib.alice, lib.sam, lib.erin, lib.audit, lib.olga):
        with pytest.raises(NotAllowed):
            made(lib, by=who)
    nora = person("Nora North", (Role.ADMIN, lib.north))
    made(lib, by=nora)
    with pytest.raises(NotAllowed):
        made(lib, by=nora, unit=lib.root)
    values = {"email": "x@library.example", "unit": lib.south.pk, "role": "admin"}
    assert "Select a valid choice" in signed_in(nora).post(reverse("accounts:invite"), values).content.decode()


def test_an_invitation_of_another_branch_cannot_be_touched(lib: Library) -> None:
    nora = person("Nora North", (Role.ADMIN, lib.north))
    foreign = made(lib, unit=lib.south).invitation
    for act in ("renew", "revoke"):
        assert signed_in(nora).post(reverse(f"accounts:invitation_{act}", args=[foreign.pk])).status_code == 404


def test_a_newer_invitation_replaces_the_older_one(lib: Library) -> None:
    first, second = made(lib), made(lib)
    assert Client().get(path_of(first)).status_code == 410
    assert Client().get(path_of(second)).status_code == 200


def test_who_has_the_role_already_is_not_invited_to_it(lib: Library) -> None:
    with pytest.raises(Refused, match="already has this role"):
        made(lib, email=lib.erin.email.title())


def test_renewing_gives_a_fresh_week_also_to_one_that_ran_out(lib: Library) -> None:
    old = made(lib)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=30))
    page = signed_in(lib.ada).post(reverse("accounts:invitation_renew", args=[old.invitation.pk]))
    link = re.search(r'data-copy="([^"]+)"', page.content.decode())[1]
    assert Client().get("/" + link.split("/", 3)[3]).status_code == 200
    assert Client().get(path_of(old)).status_code == 410


def test_revoking_twice_is_told_politely(lib: Library) -> None:
    invitation = made(lib).invitation
    browser = signed_in(lib.ada)
    revoke = reverse("accounts:invitation_revoke", args=[invitation.pk])
    assert browser.post(revoke).status_code == 302
    assert browser.post(revoke).status_code == 404
    with pytest.raises(Refused, match="in the meantime"):
        invitations.revoke(by=lib.ada, invitation=invitation)


@pytest.mark.django_db(transaction=True)
@pytest.mark.bothdbs
def test_two_clicks_at_once_make_one_account(lib: Library) -> None:
    invitation = made(lib).invitation
    start, outcomes = threading.Barrier(2), []

    def click() -> None:
        start.wait()
        try:
            invitations.accept_as_new(invitation=invitation, name="Nina", password=PASSWORD)
            outcomes.append("in")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "refused"]
    assert User.objects.filter(email="nina@library.example").count() == 1
