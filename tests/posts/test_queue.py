"""The queue, and the pages around it, as people meet them: filters, conflicts, links, guests, urgent words."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels_app.models import Channel
from libsocial.accounts.models import Deputy, Unit
from libsocial.audit.models import Entry
from posts import tokens
from posts.models import BreakGlass, DecisionLink, Guest, GuestWord, Post, Seen, Step
from posts.services import deciding, guests, review
from tests.cast import Library, signed_in
from tests.posts.conftest import again, approved, simple, submitted

LATER = "2190-01-10T10:00"


def text(answer: object) -> str:
    import re

    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def queue(lib: Library, **asked: object) -> str:
    return signed_in(lib.sam).get(reverse("posts:review"), asked).content.decode()


def shows(page: str, post: Post) -> bool:
    return f'id="post-{post.pk}"' in page


@pytest.fixture(autouse=True)
def nobody_knocked() -> None:
    cache.clear()


# --- filters and order ------------------------------------------------------------
def test_the_queue_is_narrowed_by_channel_by_time_and_to_what_is_mine(
    lib: Library, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    soon = submitted(lib.alice, lib.north, simple(channel, text="Soon", at="2026-11-24T18:00"))
    far = submitted(lib.alice, lib.north, simple(second, text="Far", at=LATER))
    own = submitted(lib.sam, lib.north, simple(second, text="Own", at="2191-01-10T10:00"))
    by_channel, by_time, mine = queue(lib, channel=second.pk), queue(lib, show="soon"), queue(lib, show="mine")
    assert [shows(by_channel, post) for post in (soon, far, own)] == [False, True, True]
    assert [shows(by_time, post) for post in (soon, far, own)] == [True, False, False]
    assert [shows(mine, post) for post in (soon, far, own)] == [True, True, False]
    assert "Nothing fits this filter" in queue(lib, channel=999)


def test_the_queue_is_in_the_order_of_the_times(lib: Library, channel: Channel) -> None:
    later = submitted(lib.alice, lib.north, simple(channel, text="Later", at="2191-01-10T10:00"))
    sooner = submitted(lib.alice, lib.north, simple(channel, text="Sooner", at=LATER))
    now = submitted(lib.alice, lib.north, simple(channel, text="At once"))
    page = queue(lib)
    places = [page.index(f'id="post-{post.pk}"') for post in (now, sooner, later)]
    assert places == sorted(places)


# --- conflicts --------------------------------------------------------------------
def test_the_same_link_twice_in_a_week_is_named(lib: Library, channel: Channel, second: Channel) -> None:
    sale = "https://library.example/sale"
    approved(lib.alice, lib.sam, lib.north, simple(channel, text=f"Sale! {sale}?utm_source=x", at="2190-01-08T10:00"))
    submitted(lib.alice, lib.north, simple(second, text=f"Once more: {sale}", at=LATER))
    page = text(signed_in(lib.sam).get(reverse("posts:review")))
    assert f"The link {sale} goes out again within a week: Sale!" in page


def test_the_same_link_much_later_is_no_conflict(lib: Library, channel: Channel, second: Channel) -> None:
    sale = "https://library.example/sale"
    approved(lib.alice, lib.sam, lib.north, simple(channel, text=f"Sale! {sale}", at="2190-01-01T10:00"))
    submitted(lib.alice, lib.north, simple(second, text=f"Once more: {sale}", at=LATER))
    assert "goes out again" not in queue(lib)


def test_three_posts_of_a_unit_within_one_hour_are_named(lib: Library, channel: Channel, second: Channel) -> None:
    times = ("2190-01-10T10:00", "2190-01-10T10:20", "2190-01-10T10:40")
    for number, at in enumerate(times[:2]):
        approved(lib.alice, lib.sam, lib.north, simple(channel, text=f"Number {number}", at=at))
    submitted(lib.alice, lib.north, simple(second, text="Number three", at=times[2]))
    page = text(signed_in(lib.sam).get(reverse("posts:review")))
    assert "Three or more posts of this unit within one hour: Number 0" in page


def test_a_post_is_no_conflict_with_itself_on_another_channel(lib: Library, channel: Channel, second: Channel) -> None:
    submitted(lib.alice, lib.north, simple(channel, second, text="See https://library.example/a", at=LATER))
    assert "goes out again" not in queue(lib)


# --- several ----------------------------------------------------------------------
def test_opening_a_posts_page_counts_as_having_seen_it(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    sam = signed_in(lib.sam)
    chosen = {"post": f"{post.pk}:{post.current.digest}"}
    assert "not looked at it yet" in text(sam.post(reverse("posts:approve_seen"), chosen))
    assert again(post).state == "in_review"
    sam.get(reverse("posts:detail", args=[post.pk]))
    assert Seen.objects.get().person == lib.sam
    assert sam.post(reverse("posts:approve_seen"), chosen).status_code == 302
    assert again(post).state == "approved"


def test_a_change_after_the_look_is_not_approved_with_others(lib: Library, channel: Channel) -> None:
    from posts.services import drafts

    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    seen = post.current.digest
    deciding.remember(person=lib.sam, post=post, digest=seen)
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="New", at=LATER), version=post.current.version)
    review.submit(post=again(post), by=lib.alice)
    signed_in(lib.sam).post(reverse("posts:approve_seen"), {"post": f"{post.pk}:{seen}"})
    assert again(post).state == "in_review"


# --- by link ----------------------------------------------------------------------
def link_for(lib: Library, post: Post) -> str:
    token = tokens.new()
    DecisionLink.objects.create(
        person=lib.sam,
        revision=post.current,
        digest=post.current.digest,
        token_hash=tokens.hashed(token),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    return reverse("posts:decide", args=[token])


def test_a_scanner_that_opens_every_link_decides_nothing(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    address, scanner = link_for(lib, post), Client()
    for _time in range(3):
        assert scanner.get(address).status_code == 200
        assert scanner.head(address).status_code == 200
    assert again(post).state == "in_review"
    answer = scanner.get(address)
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_two_taps_from_the_mail_and_the_link_is_dead(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    address, phone = link_for(lib, post), Client()
    assert "Story time on Tuesday" in text(phone.get(address))
    assert "It goes out at its time" in text(phone.post(address, {"do": "approve"}))
    assert again(post).state == "approved"
    assert Entry.objects.get(action="post.approved").actor == lib.sam
    assert phone.get(address).status_code == 410
    assert phone.post(address, {"do": "approve"}).status_code == 410
    assert phone.get(reverse("posts:detail", args=[post.pk])).status_code == 302  # it opened no session


def test_a_return_by_link_needs_its_reason_and_keeps_what_was_typed(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    address = link_for(lib, post)
    assert "Say what should be changed" in text(Client().post(address, {"do": "return", "reason": "  "}))
    assert again(post).state == "in_review"
    Client().post(address, {"do": "return", "reason": "Wrong day"})
    assert again(post).state == "changes_requested"


@pytest.mark.parametrize("token", ["x", "é" * 40, "0" * 43])
def test_a_forged_link_is_a_calm_page(db: None, lib: Library, token: str) -> None:
    for name in ("posts:decide", "posts:guest"):
        for answer in (Client().get(reverse(name, args=[token])), Client().post(reverse(name, args=[token]))):
            assert answer.status_code == 410
            assert "This link no longer works" in text(answer)


def test_who_knocks_too_often_waits(lib: Library) -> None:
    address, stranger = reverse("posts:guest", args=["x"]), Client()
    answers = [stranger.post(address).status_code for _knock in range(31)]
    assert (answers[0], answers[-1]) == (410, 429)


# --- guests -----------------------------------------------------------------------
def test_a_guest_looks_comments_and_approves_without_an_account(lib: Library, channel: Channel) -> None:
    Unit.objects.filter(pk=lib.north.pk).update(guests_may="alone")
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER, note="Internal: ask the mayor"))
    answer = signed_in(lib.sam).post(
        reverse("posts:invite_guest", args=[post.pk]), {"name": "Petra", "may": "approve", "days": "3"}
    )
    address = "/" + answer.content.decode().split("http://", 1)[1].split("/", 1)[1].split('"')[0].split("<")[0]
    guest = Client()
    page = text(guest.get(address))
    assert "Story time on Tuesday" in page
    assert "ask the mayor" not in page
    assert "The library reads it" in text(guest.post(address, {"text": "The date is wrong"}, follow=True))
    assert GuestWord.objects.get().text == "The date is wrong"
    guest.post(address, {"do": "approve", "digest": post.current.digest})
    assert again(post).state == "approved"
    assert "Petra, a guest, approved" in text(signed_in(lib.sam).get(reverse("posts:detail", args=[post.pk])))


def test_a_guest_who_may_only_look_gets_no_further_by_hand(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    made = guests.invite(post=post, by=lib.sam, name="Petra", may="see")
    address = reverse("posts:guest", args=[made.link.rstrip("/").rpartition("/")[2]])
    for form in ({"text": "Hello"}, {"do": "approve", "digest": post.current.digest}):
        assert "does not allow that" in text(Client().post(address, form))
    assert not GuestWord.objects.exists()
    assert again(post).state == "in_review"


def test_a_bad_form_for_a_guest_names_the_way_out_and_keeps_what_was_typed(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    form = {"name": "Petra", "email": "no address", "may": "see", "days": "3"}
    answer = signed_in(lib.sam).post(reverse("posts:invite_guest", args=[post.pk]), form)
    assert answer.status_code == 422
    assert 'value="no address"' in answer.content.decode()
    assert not Guest.objects.exists()


def test_an_ended_link_shows_nothing(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    made = guests.invite(post=post, by=lib.sam, name="Petra")
    signed_in(lib.sam).post(reverse("posts:revoke_guest", args=[post.pk, made.guest.pk]))
    assert Client().get(reverse("posts:guest", args=[made.link.rstrip("/").rpartition("/")[2]])).status_code == 410


# --- expired, urgent ---------------------------------------------------------------
def test_expired_approvals_offer_a_new_time(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at="2026-11-24T12:00"))
    clock.shift(timedelta(hours=4))
    for person in (lib.alice, lib.sam):
        page = signed_in(person).get(reverse("posts:expired")).content.decode()
        assert reverse("posts:edit", args=[post.pk]) in page
    assert "overtaken by its time" not in page


def test_the_banner_stays_until_a_second_person_has_judged(lib: Library, channel: Channel) -> None:
    Unit.objects.filter(pk=lib.north.pk).update(break_glass=True)
    post = submitted(lib.sam, lib.north, simple(channel))
    form = {"digest": post.current.digest, "reason": "Flood at North"}
    signed_in(lib.sam).post(reverse("posts:act", args=[post.pk, "break_glass"]), form)
    assert again(post).state == "approved"
    ada, sam = signed_in(lib.ada), signed_in(lib.sam)
    assert "was let out alone" in text(ada.get("/"))
    assert "was let out alone" not in text(sam.get("/"))
    row = BreakGlass.objects.get()
    refused = ada.post(reverse("posts:judge", args=[row.pk]), {"do": "object", "text": " "})
    assert (refused.status_code, "Say what was wrong" in text(refused)) == (409, True)
    ada.post(reverse("posts:judge", args=[row.pk]), {"do": "confirm"})
    assert "was let out alone" not in text(ada.get("/"))
    assert "Confirmed" in text(sam.get(reverse("posts:urgent")))


# --- steps and deputies as pages ------------------------------------------------------
def test_an_administrator_sets_changes_and_removes_steps(lib: Library) -> None:
    ada, address = signed_in(lib.ada), reverse("posts:put_step", args=[lib.north.pk])
    ada.post(address, {"name": "Facts", "kind": "all", "people": [lib.sam.pk], "number": "1"})
    step = Step.objects.get()
    assert list(step.people.all()) == [lib.sam]
    ada.post(address, {"step": step.pk, "name": "Checked", "kind": "any", "role": "supervisor", "number": "2"})
    step.refresh_from_db()
    assert (step.name, step.role, step.number, step.people.count()) == ("Checked", "supervisor", 2, 0)
    refused = ada.post(address, {"name": "x", "kind": "all", "number": "1"})
    assert (refused.status_code, "Name the people" in text(refused)) == (422, True)
    ada.post(reverse("posts:remove_step", args=[step.pk]))
    assert not Step.objects.exists()


def test_somebody_going_away_names_a_deputy_and_comes_back_sooner(lib: Library) -> None:
    sam, address, today = signed_in(lib.sam), reverse("accounts:deputies"), timezone.localdate()
    form = {"person": lib.sam.pk, "deputy": lib.olga.pk, "unit": lib.north.pk, "reason": "Holiday"}
    days = {"first": today.isoformat(), "last": (today + timedelta(days=5)).isoformat()}
    wrong = sam.post(address, form | days | {"last": (today - timedelta(days=5)).isoformat()})
    assert "before the first one" in text(wrong)
    assert 'value="Holiday"' in wrong.content.decode()
    sam.post(address, form | days)
    row = Deputy.objects.get()
    assert "Olga Outsider for Sam Supervisor" in text(signed_in(lib.olga).get(address))
    sam.post(reverse("accounts:end_deputy", args=[row.pk]))
    row.refresh_from_db()
    assert row.ended_at is not None


def test_the_trail_finds_a_post_by_its_words(lib: Library, channel: Channel) -> None:
    approved(lib.alice, lib.sam, lib.north, simple(channel, text="Zebra day", at=LATER))
    approved(lib.alice, lib.sam, lib.north, simple(channel, text="Lion day", at="2190-02-10T10:00"))
    page = text(signed_in(lib.audit).get(reverse("audit:list"), {"q": "zebra", "action": "post.approved"}))
    assert "Zebra day" in page
    assert "Lion day" not in page
