"""Every path that could end on a platform × every person × every state: nothing arrives without a valid approval.

The paths are the addresses that take a form. An address that is in neither table fails the first test, so that a
new one is thought about.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import time, timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from channels_app.models import Channel, PracticePost
from channels_app.practice.services import ensure_practice
from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit, User
from posts import tokens
from posts.models import DecisionLink, EvergreenItem, Guest, Post, Review, Slot
from posts.services import deciding, drafts, evergreen_filling, evergreens, review
from posts.services.evergreens import Terms
from scheduler import engine, holds
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, simple, submitted, written

pytestmark = pytest.mark.django_db

PEOPLE = ("stranger", "alice", "erin", "sam", "ada", "audit", "olga")


@pytest.fixture
def practice(lib: Library) -> Channel:
    return ensure_practice(lib.north, by=lib.ada)


# --- where a post can stand -------------------------------------------------------
def draft(lib: Library, channel: Channel) -> Post:
    return written(lib.alice, lib.north, simple(channel))


def in_review(lib: Library, channel: Channel) -> Post:
    return submitted(lib.alice, lib.north, simple(channel))


def own_of_the_supervisor(lib: Library, channel: Channel) -> Post:
    return submitted(lib.sam, lib.north, simple(channel))


def edited_by_the_supervisor(lib: Library, channel: Channel) -> Post:
    post = in_review(lib, channel)
    version = again(post).current.version
    drafts.save(post=again(post), by=lib.sam, draft=simple(channel, text="Sam's words"), version=version)
    review.submit(post=again(post), by=lib.alice)
    return again(post)


def half_approved(lib: Library, channel: Channel) -> Post:
    Unit.objects.filter(pk=lib.north.pk).update(approvals_needed=2)
    post = in_review(lib, channel)
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    return again(post)


def changes_requested(lib: Library, channel: Channel) -> Post:
    post = in_review(lib, channel)
    review.request_changes(post=post, by=lib.sam, digest=post.current.digest, reason="No")
    return again(post)


def edited_after_approval(lib: Library, channel: Channel) -> Post:
    post = submitted(lib.alice, lib.north, simple(channel, at="2190-01-10T10:00"))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    version = again(post).current.version
    drafts.save(post=again(post), by=lib.alice, draft=simple(channel, text="Other words"), version=version)
    return again(post)


def withdrawn(lib: Library, channel: Channel) -> Post:
    post = in_review(lib, channel)
    review.withdraw(post=post, by=lib.alice)
    return again(post)


def archived(lib: Library, channel: Channel) -> Post:
    post = draft(lib, channel)
    drafts.archive(post=post, by=lib.alice)
    return again(post)


def held(lib: Library, channel: Channel) -> Post:
    """Approved, and held back by a pause."""
    holds.place(by=lib.ada, scope="all", reason="Accident")
    post = in_review(lib, channel)
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    run_engine()
    return again(post)


STATES = (
    draft,
    in_review,
    own_of_the_supervisor,
    edited_by_the_supervisor,
    half_approved,
    changes_requested,
    edited_after_approval,
    withdrawn,
    archived,
    held,
)


# --- what people can press ----------------------------------------------------------
Way = Callable[[Client, Post, Library], None]


def digest_of(post: Post) -> str:
    """What somebody who forges a request would send: what stands, even where no page shows it."""
    return again(post).current.digest


def act(name: str, **fields: str) -> Way:
    def press(client: Client, post: Post, lib: Library) -> None:
        client.post(reverse("posts:act", args=[post.pk, name]), {"digest": digest_of(post), "reason": "x"} | fields)

    return press


def several(client: Client, post: Post, lib: Library) -> None:
    for person in User.objects.all():
        deciding.remember(person=person, post=again(post), digest=digest_of(post))
    client.post(reverse("posts:approve_seen"), {"post": f"{post.pk}:{digest_of(post)}"})


def composer(client: Client, post: Post, lib: Library) -> None:
    form = {"do": "submit", "token": str(post.token), "version": again(post).current.version, "unit": post.unit_id}
    form |= {"part-0-text": "Words from the composer", "channel": [again(post).current.targets.get().channel_id]}
    client.post(reverse("posts:edit", args=[post.pk]), form)
    client.post(reverse("posts:autosave"), form)
    client.post(reverse("posts:new"), form | {"token": str(uuid.uuid4())})


def by_mail(client: Client, post: Post, lib: Library) -> None:
    """A link for each person of the cast, as if every one of them had got a mail."""
    for person in (lib.alice, lib.erin, lib.sam, lib.olga):
        token = tokens.new()
        DecisionLink.objects.create(
            person=person,
            revision=again(post).current,
            digest=digest_of(post),
            token_hash=tokens.hashed(token),
            expires_at=timezone.now() + timedelta(hours=1),
        )
        client.post(reverse("posts:decide", args=[token]), {"do": "approve"})


def as_guest(rule: str) -> Way:
    def press(client: Client, post: Post, lib: Library) -> None:
        Unit.objects.filter(pk=post.unit_id).update(guests_may=rule)
        token = tokens.new()
        Guest.objects.create(
            post=post,
            name="Petra",
            may="approve",
            token_hash=tokens.hashed(token),
            invited_by=lib.sam,
            expires_at=timezone.now() + timedelta(days=1),
        )
        client.post(reverse("posts:guest", args=[token]), {"do": "approve", "digest": digest_of(post)})

    return press


def urgent(client: Client, post: Post, lib: Library) -> None:
    Unit.objects.filter(pk=post.unit_id).update(break_glass=True)
    act("break_glass", reason="Flood")(client, post, lib)


def engine_buttons(client: Client, post: Post, lib: Library) -> None:
    for row in Delivery.objects.all():
        for name in ("retry", "release", "hurry", "say_not_there", "say_there"):
            client.post(reverse("scheduler:action", args=[row.pk, name]), {"url": "https://practice.example/1"})
        client.post(reverse("scheduler:release"), {"delivery": row.pk})


def other_buttons(client: Client, post: Post, lib: Library) -> None:
    """Everything else on the page of a post, one after the other."""
    for name in ("submit", "request_changes", "recall", "withdraw", "archive", "reopen", "duplicate", "submit"):
        act(name)(client, post, lib)


def as_guest_without_the_right(client: Client, post: Post, lib: Library) -> None:
    for rule in ("no", "see", "comment"):
        as_guest(rule)(client, post, lib)


def moved(client: Client, post: Post, lib: Library) -> None:
    """To another minute in the calendar, then sent again."""
    form = {"date": "2199-03-01", "time": "10:00", "version": again(post).current.version, "confirm": "1"}
    client.post(reverse("posts:move", args=[post.pk]), form)
    act("submit")(client, post, lib)


def many(client: Client, post: Post, lib: Library) -> None:
    for what in ("submit", "approve", "shift", "day", "archive"):
        client.post(reverse("posts:bulk"), {"do": what, "post": post.pk, "days": "1", "day": "2199-03-02"})


def close_now(client: Client, post: Post, lib: Library) -> None:
    form = {"units": post.unit_id, "why": "weather", "until": "2199-01-01T10:00", "channel": channel_of(post)}
    words = {"short": "Closed", "medium": "We are closed.", "long": "We are closed today.", "reopening": "Open again"}
    client.post(reverse("posts:close_now"), form | words | {"do": "close"})


def evergreen(client: Client, post: Post, lib: Library) -> None:
    """Into the queue, by this person or by its author; one at once, what the clock makes, and all that sent again."""
    channel = channel_of(post)
    Slot.objects.bulk_create(Slot(channel_id=channel, unit=lib.north, weekday=day, at=time(10)) for day in range(7))
    form = {"channels": channel, "gap_days": "1", "look_again": str(timezone.localdate() + timedelta(days=30))}
    client.post(reverse("posts:evergreen_put", args=[post.pk]), form)
    with suppress(Refused):
        evergreens.put_in(by=lib.alice, post=again(post), terms=Terms([channel], gap_days=1))
    for item in EvergreenItem.objects.all():
        for name in ("first", "look", "make"):
            client.post(reverse("posts:evergreen_act", args=[item.pk, name]))
    evergreen_filling.fill_due()
    for made in Post.objects.exclude(pk=post.pk):
        act("submit")(client, made, lib)


def channel_of(post: Post) -> int:
    return again(post).current.targets.get().channel_id


WAYS: dict[str, tuple[str, Way]] = {
    "approve": ("posts:act", act("approve")),
    "other buttons": ("posts:act", other_buttons),
    "urgent": ("posts:act", urgent),
    "urgent where it is forbidden": ("posts:act", act("break_glass")),
    "several": ("posts:approve_seen", several),
    "composer": ("posts:edit", composer),
    "mail": ("posts:decide", by_mail),
    "guest without the right": ("posts:guest", as_guest_without_the_right),
    "guest approve": ("posts:guest", as_guest("approve")),
    "guest alone": ("posts:guest", as_guest("alone")),
    "engine": ("scheduler:action", engine_buttons),
    "calendar": ("posts:move", moved),
    "many at once": ("posts:bulk", many),
    "close now": ("posts:close_now", close_now),
    "evergreen": ("posts:evergreen_act", evergreen),
}
COVERED = {address for address, _way in WAYS.values()} | {"posts:new", "posts:autosave", "scheduler:release"}
# What takes a form and can bring nothing on its way, and why.
HARMLESS = {
    "posts:upload": "brings a file into the library",
    "posts:upload_captions": "the same",
    "posts:card": "reads a page for a link card",
    "posts:seen": "notes a look",
    "posts:judge": "a word about what is out already",
    "posts:put_step": "asks for more or other people; counted anew by approve",
    "posts:remove_step": "the same",
    "posts:channel_reviewers": "the same",
    "posts:invite_guest": "makes a link; what it may do is asked when it is used",
    "posts:revoke_guest": "ends a link",
    "scheduler:hold": "stops things",
    "scheduler:lift": "sends nothing: what became overdue stays held (tests/engine/test_stops.py)",
}


def addresses_that_take_a_form() -> set[str]:
    """Of posts and scheduler: every address but those that say they are only for reading."""
    found = set()
    for space in ("posts", "scheduler"):
        resolver = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == space)
        for pattern in resolver.url_patterns:
            if not is_for_reading(pattern.callback):
                found.add(f"{space}:{pattern.name}")
    return found


def is_for_reading(view: Callable[..., object] | None) -> bool:
    from django.test import RequestFactory

    request = RequestFactory().post("/")
    request.user, request.htmx, request._dont_enforce_csrf_checks = User(), False, True
    try:
        return view(request).status_code == 405
    except Exception:
        return False


# Pages that make drafts, or send what they made for approval like everybody; and what has nothing to send.
MAKES_DRAFTS = (
    "posts:repeat_new", "posts:repeat_act", "posts:repeat", "posts:imports", "posts:import_batch",
    "posts:campaign_clone", "posts:pack_bring", "posts:pack_ready", "posts:pack_look",
    "posts:template_use", "posts:copy_for", "posts:evergreen_put",
)  # fmt: skip
NOTHING_TO_SEND = (
    "posts:own_day", "posts:own_day_new",
    "posts:addresses", "posts:kept_days", "posts:slots", "posts:slots_of", "posts:checks", "posts:contacts",
    "posts:contact_remove", "posts:embargoes", "posts:embargo_act", "posts:languages", "posts:language_reviewer",
    "posts:glossary_term", "posts:language_review", "posts:campaigns", "posts:campaign", "posts:campaign_new",
    "posts:campaign_edit", "posts:campaign_act", "posts:campaign_reached", "posts:pack_export", "posts:media",
    "posts:media_add", "posts:media_do", "posts:media_bin", "posts:media_folder", "posts:media_asset",
    "posts:arriving", "posts:arriving_piece", "posts:arriving_finish", "posts:arriving_drop", "posts:media_card_new",
    "posts:media_card", "posts:media_card_preview", "posts:media_brand", "posts:media_words_new", "posts:media_words",
    "posts:media_words_add", "posts:media_still",
    "posts:media_act", "posts:closed", "posts:repeats", "posts:expired", "posts:export", "posts:ical",
    "posts:import_template", "posts:kit", "posts:kit_new", "posts:kit_entry", "posts:kit_act", "posts:kit_ours",
    "posts:kit_data", "posts:emoji", "posts:template_keep", "posts:talk", "posts:talk_people", "posts:talk_say",
    "posts:talk_act", "posts:versions", "posts:evergreen", "posts:evergreen_item", "posts:evergreen_queue",
)  # fmt: skip
READING = {
    "posts:list": "filters", "posts:calendar": "filters", "posts:detail": "shows", "posts:picker": "shows",
    "posts:door_asset": "a file", "posts:door_captions": "a file", "posts:steps": "shows",
    "posts:who_approves": "shows",
}  # fmt: skip


def test_every_address_that_takes_a_form_is_thought_about() -> None:
    unknown = addresses_that_take_a_form() - COVERED - set(HARMLESS) - set(READING)
    unknown -= {*MAKES_DRAFTS, *NOTHING_TO_SEND}
    assert unknown == set()


# --- what must hold ------------------------------------------------------------------
def run_engine() -> None:
    """Whatever is there, and whatever somebody managed to put there, is handed to a worker."""
    for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True):
        engine.deliver(pk)


def valid(delivery: Delivery) -> bool:
    """Somebody with the right, who did not write it, said yes to exactly this; or the rules let one do it alone."""
    number, revision = delivery.reference.removeprefix("post:").split(":")
    post = Post.objects.select_related("unit").get(pk=number)
    written_by = {post.author_id, post.revisions.get(number=revision).changed_by_id}
    said = Review.objects.filter(revision__post=post, revision__number=revision, decision="approved")
    good = 0
    for one in said.select_related("person", "guest"):
        if one.digest != post.revisions.get(number=revision).digest:
            continue
        if one.guest:
            good += Unit.objects.get(pk=post.unit_id).guests_may in {"approve", "alone"}
        elif policies.can(User.objects.get(pk=one.person_id), "post.approve", post.unit):
            good += one.person_id not in written_by or (one.glass and one.person_id is not None)
    people = [one for one in said if one.person_id]
    rules = Unit.objects.get(pk=post.unit_id)
    needed = 1 if any(one.glass for one in said) else rules.approvals_needed or 1
    return good >= needed and (bool(people) or rules.guests_may == "alone")


def client_of(lib: Library, who: str) -> Client:
    cache.clear()  # nobody is refused here for knocking too often
    person = None if who == "stranger" else User.objects.get(pk=getattr(lib, who).pk)
    client = signed_in(person) if person else Client()
    client.raise_request_exception = False
    return client


def people_of(name: str) -> tuple[str, ...]:
    """A link speaks for itself: whose session it is opened in makes no difference, and two show that."""
    return ("stranger", "sam") if name.startswith(("mail", "guest")) else PEOPLE


def test_nothing_reaches_a_platform_without_a_valid_approval(lib: Library, practice: Channel) -> None:
    arrived: dict[str, set[tuple[str, str]]] = {name: set() for name in WAYS}
    for state in STATES:
        with transaction.atomic():
            post, before = state(lib, practice), PracticePost.objects.count()
            for name, (_address, way) in WAYS.items():
                for who in people_of(name):
                    with transaction.atomic():
                        way(client_of(lib, who), post, lib)
                        run_engine()
                        out = Delivery.objects.exclude(state__in=("planned", "held", "cancelled"))
                        assert all(valid(row) for row in out), (state.__name__, name, who)
                        if PracticePost.objects.count() > before:
                            assert out.exists()
                            arrived[name].add((state.__name__, who))
                        transaction.set_rollback(True)
            transaction.set_rollback(True)
    assert arrived["approve"] == {
        ("in_review", "sam"),
        ("in_review", "ada"),
        ("own_of_the_supervisor", "ada"),
        ("edited_by_the_supervisor", "ada"),
        ("half_approved", "ada"),
    }
    assert arrived["several"] == arrived["approve"]
    assert arrived["urgent"] >= {("own_of_the_supervisor", "sam")}
    assert {who for _state, who in arrived["urgent"]} == {"sam"}  # where a plain yes is enough, it is no urgency
    assert {state for state, _who in arrived["mail"]} == {"in_review"}
    assert {state for state, _who in arrived["guest alone"]} >= {"in_review", "own_of_the_supervisor"}
    assert {state for state, _who in arrived["guest approve"]} == {"half_approved"}
    nothing = ("urgent where it is forbidden", "composer", "other buttons", "guest without the right", "evergreen")
    assert {name: arrived[name] for name in nothing if arrived[name]} == {}
    assert arrived["engine"] == set()  # what a pause holds back stays, as long as it stands
