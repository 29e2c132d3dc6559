"""What people are told: once, in their language, by mail when they have not looked."""

from __future__ import annotations

import threading
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from libsocial.accounts.models import User
from libsocial.notices import catalogue, letters, mailer, services
from libsocial.notices.catalogue import Message
from libsocial.notices.models import Letter, Notice
from tests.cast import Library, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]
WORDS = {
    "test.loud": Message("{who} needs you", "Look at {what}.", "caution", mail=True),
    "test.quiet": Message("Done: {what}", "", "good"),
}


@pytest.fixture(autouse=True)
def _words(monkeypatch: Any) -> None:
    monkeypatch.setattr(catalogue, "MESSAGES", {**catalogue.MESSAGES, **WORDS})


@pytest.fixture
def with_mail(with_mail: Any) -> list[Any]:
    """Only what a tick of this story sent: nothing leaves by looking."""
    return mail.outbox


class ServerGone(EmailBackend):
    asked = 0

    def send_messages(self, messages: list[Any]) -> int:
        type(self).asked += 1
        raise SMTPServerDisconnected("gone")


class NotThisOne(EmailBackend):
    def send_messages(self, messages: list[Any]) -> int:
        if "alice" in messages[0].to[0]:
            raise SMTPRecipientsRefused({})
        return super().send_messages(messages)


def tell(person: User, message: str = "test.loud", **more: Any) -> None:
    services.tell([person], message, params={"who": "Sam", "what": "a post"}, url="/people/", **more)


def test_a_message_nobody_registered_is_a_mistake_in_the_program(lib: Library) -> None:
    with pytest.raises(KeyError):
        services.tell([lib.alice], "no.such_message")


def test_every_registered_message_can_be_rendered_without_its_parameters() -> None:
    for key, message in catalogue.MESSAGES.items():
        words = catalogue.render(key, {})
        assert words.heading, key
        assert "{" not in words.heading + words.body, key
        assert message.severity in catalogue.SEVERITIES


def test_one_id_has_one_meaning() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        catalogue.register({"account.registered": Message("Something else")})


def test_a_notice_of_another_version_does_not_break_the_list(lib: Library) -> None:
    Notice.objects.create(recipient=lib.alice, message="future.message", params={})
    assert signed_in(lib.alice).get(reverse("notices:list")).status_code == 200


def test_the_same_thing_is_told_once(lib: Library) -> None:
    for _time in range(3):
        services.tell([lib.alice, lib.sam], "test.quiet", params={"what": "x"}, dedupe="delivery:7")
    assert Notice.objects.count() == 2
    tell(lib.alice)
    tell(lib.alice)
    assert Notice.objects.filter(message="test.loud").count() == 2


def test_a_notice_is_unread_until_it_was_followed(lib: Library) -> None:
    tell(lib.alice)
    browser = signed_in(lib.alice)
    for _look in range(2):
        assert "1 you have not seen" in browser.get(reverse("notices:list")).content.decode()
    assert "Notices, 1 unread" in browser.get(reverse("notices:bell")).content.decode()
    answer = browser.get(reverse("notices:open", args=[Notice.objects.get().pk]))
    assert answer["Location"] == "/people/"
    assert "Notices, 0 unread" in browser.get(reverse("notices:bell")).content.decode()


def test_opening_the_subject_settles_what_was_told_about_it(lib: Library) -> None:
    tell(lib.alice, subject=lib.north)
    tell(lib.alice, subject=lib.south)
    assert services.see_about(person=lib.alice, subject=lib.north) == 1
    assert Notice.objects.get(seen_at=None).subject_id == str(lib.south.pk)


def test_marking_all_seen_leaves_what_came_after_the_page_was_drawn(lib: Library) -> None:
    tell(lib.alice)
    newest = Notice.objects.latest("pk").pk
    tell(lib.alice)
    browser = signed_in(lib.alice)
    browser.post(reverse("notices:see_all"), {"up_to": newest})
    assert Notice.objects.filter(seen_at=None).count() == 1
    for nonsense in ("", "x", "-1", "9" * 30, "²"):
        assert browser.post(reverse("notices:see_all"), {"up_to": nonsense}).status_code == 302
    assert Notice.objects.filter(seen_at=None).count() == 1


def test_the_notice_of_somebody_else_is_not_there(lib: Library) -> None:
    tell(lib.alice)
    notice = Notice.objects.get()
    assert signed_in(lib.sam).get(reverse("notices:open", args=[notice.pk])).status_code == 404
    signed_in(lib.sam).post(reverse("notices:see_all"), {"up_to": notice.pk})
    notice.refresh_from_db()
    assert notice.seen_at is None


def test_words_of_people_are_escaped_in_page_and_mail(lib: Library, with_mail: list[Any]) -> None:
    services.tell([lib.alice], "test.loud", params={"who": "<img src=x>{what}", "what": "<b>&"}, url="/people/")
    page = signed_in(lib.alice).get(reverse("notices:list")).content.decode()
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;{what}" in page
    mailer.send_due()
    assert "<img src=x>" not in with_mail[0].alternatives[0][0]
    assert "<img src=x>{what} needs you" in with_mail[0].body


def test_a_heading_with_a_line_break_makes_no_mail_header(lib: Library, with_mail: list[Any]) -> None:
    services.tell([lib.alice], "test.loud", params={"who": "Sam\r\nBcc: all@example.org", "what": ""})
    assert mailer.send_due() == 1
    assert with_mail[0].subject == "Sam Bcc: all@example.org needs you"


def test_an_unread_notice_is_mailed_once_with_an_absolute_link(lib: Library, with_mail: list[Any]) -> None:
    tell(lib.alice)
    assert mailer.send_due() == 1
    assert mailer.send_due() == 0
    (sent,) = with_mail
    assert (sent.to, sent.subject) == (["alice@library.example"], "Sam needs you")
    link = f"https://social.library.example/notices/{Notice.objects.get().pk}/"
    assert link in sent.body
    assert link in sent.alternatives[0][0]
    assert Notice.objects.get().mailed_at


def test_what_was_seen_is_quiet_or_belongs_to_somebody_who_left_is_not_mailed(
    lib: Library, with_mail: list[Any]
) -> None:
    tell(lib.alice)
    services.see(person=lib.alice, notice=Notice.objects.get())
    tell(lib.sam, "test.quiet")
    tell(lib.erin)
    User.objects.filter(pk=lib.erin.pk).update(is_active=False)
    assert mailer.send_due() == 0
    assert with_mail == []
    assert not Notice.objects.filter(mail_due=True).exists()


def test_without_a_mail_server_nothing_waits_to_be_mailed_later(lib: Library) -> None:
    tell(lib.alice)
    assert not Notice.objects.get().mail_due


def test_the_mail_is_in_the_persons_language(lib: Library, with_mail: list[Any], monkeypatch: Any) -> None:
    seen: list[str] = []
    real = catalogue.render

    def noting(*args: Any) -> Any:
        seen.append(translation.get_language())
        return real(*args)

    monkeypatch.setattr(catalogue, "render", noting)
    User.objects.filter(pk=lib.alice.pk).update(language="es")
    tell(lib.alice)
    tell(lib.sam)
    mailer.send_due()
    assert sorted(seen) == ["en", "es"]


def test_a_silent_server_is_asked_once_per_tick_and_later_again(lib: Library, with_mail: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_notices.ServerGone"
    ServerGone.asked = 0
    for person in (lib.alice, lib.sam, lib.erin):
        tell(person)
    start = timezone.now()
    assert mailer.send_due(now=start) == 0
    assert ServerGone.asked == 1
    waiting = Notice.objects.filter(mail_due=True)
    assert waiting.count() == 3
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mailer.send_due(now=start + timedelta(seconds=30)) == 2
    assert mailer.send_due(now=start + timedelta(minutes=2)) == 1


def test_one_refused_address_does_not_hold_up_the_others(lib: Library, with_mail: list[Any], settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_notices.NotThisOne"
    tell(lib.alice)
    tell(lib.sam)
    assert mailer.send_due() == 1
    assert [sent.to for sent in with_mail] == [["sam@library.example"]]


def test_a_mail_that_never_goes_is_given_up_and_the_notice_stays(lib: Library, with_mail: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_notices.ServerGone"
    tell(lib.alice)
    now = timezone.now()
    for _day in range(len(mailer.WAITS) + 3):
        now += timedelta(days=1)
        mailer.send_due(now=now)
    notice = Notice.objects.get()
    assert (notice.mail_due, notice.mailed_at, notice.seen_at) == (False, None, None)
    assert notice.mail_tries == len(mailer.WAITS) + 1


def a_letter(to: str = "nina@library.example") -> Letter:
    return letters.post(EmailMessage(subject="Come in", body="https://x.example/key", to=[to]), kind="test")


def test_letters_leave_before_notices_and_both_by_one_tick(lib: Library, with_mail: list[Any]) -> None:
    tell(lib.alice)
    a_letter()
    assert mailer.send_due() == 2
    assert [sent.to for sent in with_mail] == [["nina@library.example"], ["alice@library.example"]]
    assert with_mail[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_second_tick_waits_while_one_is_at_work(lib: Library, with_mail: list[Any]) -> None:
    """With a server that hangs, ticks must not pile up until they hold every worker."""
    a_letter()
    cache.add(mailer.BUSY, 1, mailer.BUSY_FOR)
    assert mailer.tick() == 0
    cache.delete(mailer.BUSY)
    assert mailer.tick() == 1
    assert cache.get(mailer.BUSY) is None


def test_a_letter_whose_key_is_lost_is_given_up_and_holds_nobody_up(
    lib: Library, with_mail: list[Any], settings: Any
) -> None:
    lost = a_letter()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    a_letter("olga@library.example")
    assert mailer.send_due() == 1
    lost.refresh_from_db()
    assert (lost.mail_state, lost.words) == ("failed", "")


def test_a_letter_called_back_does_not_leave_and_its_words_are_erased(lib: Library, with_mail: list[Any]) -> None:
    letter = a_letter()
    letters.call_back(letter)
    assert mailer.send_due() == 0
    letter.refresh_from_db()
    assert (letter.mail_state, letter.words) == ("none", "")


def test_rows_of_mails_that_ended_are_kept_for_a_month(lib: Library, with_mail: list[Any]) -> None:
    a_letter()
    mailer.send_due()
    a_letter("waits@library.example")
    assert letters.tidy(now=timezone.now() + timedelta(days=29)) == 0
    assert letters.tidy(now=timezone.now() + timedelta(days=31)) == 1
    assert Letter.objects.get().to == "waits@library.example"


def status_of_mail(person: User) -> str:
    return signed_in(person).get(reverse("status")).content.decode()


def test_the_status_page_tells_of_mails_that_do_not_leave(lib: Library, with_mail: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_notices.ServerGone"
    tell(lib.alice)
    a_letter()
    assert "could not be sent" not in status_of_mail(lib.ada)
    mailer.send_due()
    assert "1 mail could not be sent yet" in status_of_mail(lib.ada)
    assert "could not be reached" in status_of_mail(lib.ada)
    now = timezone.now()
    for hours in range(2, 120, 9):
        mailer.send_due(now=now + timedelta(hours=hours))
    assert "2 mails of the last seven days could not be sent" in status_of_mail(lib.ada)
    services.see(person=lib.alice, notice=Notice.objects.get())
    assert "1 mail of the last seven days could not be sent" in status_of_mail(lib.ada)


def test_a_tick_sends_no_more_than_its_share(lib: Library, with_mail: list[Any]) -> None:
    for _number in range(5):
        tell(lib.alice)
    assert mailer.send_due(limit=3) == 3
    assert mailer.send_due(limit=3) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_mail_each_notice_once(lib: Library, with_mail: list[Any]) -> None:
    for _number in range(10):
        tell(lib.alice)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        try:
            mailer.send_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(with_mail) == 10
