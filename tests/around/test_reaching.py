"""How people are told: at once, once a day together, only here, and to an address of their own, signed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from libsocial.accounts.models import User
from libsocial.notices import catalogue, digests, hooks, mailer, reaching, services
from libsocial.notices.catalogue import Message
from libsocial.notices.models import Hook, Notice
from tests.cast import Library
from tests.fakes.server import Failure, FarSide, Reply, Request, route, running

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]
WORDS = {
    "post.loud": Message("{who} needs you", "Look.", "info", mail=True),
    "post.quiet": Message("Done: {who}", "", "good"),
    "delivery.broken": Message("{who} failed", "", "bad", mail=True),
}
MORNING = timezone.datetime(2026, 11, 25, 9, 30, tzinfo=timezone.get_fixed_timezone(0))


class Room(FarSide):
    """Takes notices."""

    creating = ("POST", "/in")

    @route("POST", "/in")
    def take(self, request: Request) -> Reply:
        return Reply(204)


@pytest.fixture
def room() -> Iterator[Room]:
    with running(Room()) as far:
        yield far


@pytest.fixture(autouse=True)
def _mail(settings: Any, monkeypatch: Any) -> None:
    settings.MAIL_CONFIGURED = True
    settings.BASE_URL = "https://social.library.example"
    monkeypatch.setattr(catalogue, "MESSAGES", {**catalogue.MESSAGES, **WORDS})


def tell(person: User, message: str, who: str = "A post") -> None:
    services.tell([person], message, params={"who": who}, url="/posts/")


def choose(person: User, **ways: str) -> None:
    reaching.choose(person=person, ways=ways, digest_hour=8, zone="UTC")


def test_what_may_wait_comes_once_a_day_together(lib: Library) -> None:
    choose(lib.alice, posts="daily")
    tell(lib.alice, "post.loud", "One")
    tell(lib.alice, "post.quiet", "Two")
    mailer.send_due()
    assert mail.outbox == []
    assert digests.send_due(now=MORNING.replace(hour=7)) == 0
    assert digests.send_due(now=MORNING) == 1
    assert digests.send_due(now=MORNING) == 0
    mailer.send_due()
    (letter,) = mail.outbox
    assert "One needs you" in letter.body
    assert "Done: Two" in letter.body
    assert "/notices/" in letter.body
    tell(lib.alice, "post.loud", "Three")
    assert digests.send_due(now=MORNING + timedelta(hours=2)) == 0
    assert digests.send_due(now=MORNING + timedelta(days=1)) == 1


def test_what_was_seen_is_not_in_the_mail_of_the_day(lib: Library) -> None:
    choose(lib.alice, posts="daily")
    tell(lib.alice, "post.loud")
    services.see(person=lib.alice, notice=Notice.objects.get())
    assert digests.send_due(now=MORNING) == 0


def test_only_here_sends_nothing_but_what_failed_in_public_always_comes(lib: Library) -> None:
    choose(lib.alice, posts="page", deliveries="page")
    tell(lib.alice, "post.loud")
    tell(lib.alice, "delivery.broken")
    mailer.send_due()
    assert [letter.subject for letter in mail.outbox] == ["A post failed"]
    assert Notice.objects.filter(recipient=lib.alice).count() == 2


def test_who_chose_nothing_is_told_as_before(lib: Library) -> None:
    tell(lib.sam, "post.loud")
    tell(lib.sam, "post.quiet")
    mailer.send_due()
    assert len(mail.outbox) == 1


def test_the_page_keeps_the_choice_and_names_a_wrong_hour(client: Client, lib: Library) -> None:
    client.force_login(lib.alice)
    where = reverse("notices:reach")
    assert client.post(where, {"way-posts": "daily", "hour": "7"}).status_code == 302
    assert reaching.of(lib.alice).ways == {"posts": "daily"}
    wrong = client.post(where, {"way-posts": "page", "hour": "99"})
    assert wrong.status_code == 422
    assert "between 0 and 23" in wrong.content.decode()
    assert reaching.of(lib.alice).ways == {"posts": "daily"}


def hook_of(person: User, room: Room) -> str:
    _hook, secret = reaching.set_hook(person=person, url=f"{room.url}/in")
    return secret


def later(seconds: int = 60) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


@pytest.mark.usefixtures("private_hosts")
def test_an_address_gets_each_notice_once_and_signed(lib: Library, room: Room) -> None:
    tell(lib.sam, "post.loud", "Before")
    secret = hook_of(lib.sam, room)
    tell(lib.sam, "post.loud", "After")
    tell(lib.alice, "post.loud", "Not hers")
    assert hooks.send_due(now=later()) == 1
    assert hooks.send_due(now=later(200)) == 0
    (asked,) = room.created()
    assert asked.json["heading"] == "After needs you"
    assert asked.json["url"].startswith("https://social.library.example/notices/")
    stamp = asked.headers["x-libsocial-timestamp"]
    signed = hmac.new(secret.encode(), stamp.encode() + b"." + asked.body, hashlib.sha256).hexdigest()
    assert asked.headers["x-libsocial-signature"] == f"sha256={signed}"


@pytest.mark.usefixtures("private_hosts")
def test_what_was_not_taken_is_tried_again_and_given_up_after_a_day(lib: Library, room: Room) -> None:
    hook_of(lib.sam, room)
    tell(lib.sam, "post.loud")
    room.fail(Failure(Reply(500)))
    assert hooks.send_due(now=later()) == 0
    assert Hook.objects.get().trouble == "500"
    assert hooks.send_due(now=later(300)) == 1
    assert Hook.objects.get().trouble == ""
    tell(lib.sam, "post.loud")
    for hours in (1, 26):
        room.fail(Failure(Reply(410)))
        hooks.send_due(now=later(hours * 3600))
    assert Hook.objects.get().stopped
    assert Notice.objects.filter(message="account.hook_stopped", recipient=lib.sam).count() == 1
    assert hooks.send_due(now=later(30 * 3600)) == 0


def test_a_private_address_is_refused_and_says_so(client: Client, lib: Library, room: Room, settings: Any) -> None:
    settings.PRIVATE_HOSTS = ()
    client.force_login(lib.sam)
    shown = client.post(reverse("notices:hook"), {"do": "set", "url": f"{room.url}/in"}).content.decode()
    assert Hook.objects.get().secret in shown
    assert Hook.objects.get().secret not in client.get(reverse("notices:reach")).content.decode()
    told = client.post(reverse("notices:hook"), {"do": "test"}, follow=True).content.decode()
    assert "not one we may send to" in told
    assert room.asked == []


@pytest.mark.parametrize("url", ["", "ftp://x.example/", "https://me:pw@x.example/", "https://x.example/" + "a" * 600])
def test_an_address_that_is_none_is_named_and_kept(client: Client, lib: Library, url: str) -> None:
    client.force_login(lib.sam)
    page = client.post(reverse("notices:hook"), {"do": "set", "url": url})
    assert page.status_code == 422
    assert not Hook.objects.exists()
    assert f'value="{url}"' in page.content.decode()
