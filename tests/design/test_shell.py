"""Navigation: each person sees the places they may enter, and where they are."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels_app.content import Content, Part
from channels_app.models import Channel
from libsocial.accounts.models import User
from libsocial.core.flash import flash
from libsocial.notices.models import Notice
from posts.models import Post
from scheduler import services
from scheduler.models import Heartbeat, Hold
from tests.cast import Library, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.design.places")]

EVERYONE = {
    "Today",
    "Posts",
    "Calendar",
    "Media",
    "Opening hours",
    "Campaigns",
    "Links",
    "Channels",
    "Analytics",
    "People",
}


def sidebar(client: Client, address: str = "/") -> str:
    page = client.get(address).content.decode()
    return page[page.index('<nav class="sidebar"') : page.index('<div class="app-main">')]


def labels(html: str) -> set[str]:
    return set(re.findall(r"<span>([^<]+)</span>", html))


@pytest.mark.parametrize(
    ("who", "more"),
    [
        ("alice", set()),
        ("sam", {"Review", "Status", "Trail"}),
        ("ada", {"Review", "Status", "Settings", "Trail"}),
        ("audit", {"Status", "Trail"}),
    ],
)
def test_people_see_the_places_of_their_roles(lib: Library, who: str, more: set[str]) -> None:
    assert labels(sidebar(signed_in(getattr(lib, who)))) == EVERYONE | more


def test_those_who_may_write_have_one_button_for_it(lib: Library) -> None:
    assert "New post" in sidebar(signed_in(lib.alice))
    assert "New post" not in sidebar(signed_in(lib.audit))


@pytest.mark.parametrize(
    ("address", "current"),
    [("/", "Today"), ("/posts/list/", "Posts"), ("/posts/edit/", "Posts"), ("/posts/calendar/", "Calendar")],
)
def test_the_place_one_is_at_is_marked(lib: Library, address: str, current: str) -> None:
    marked = re.findall(
        r'aria-current="page"[^>]*>.*?<span>([^<]+)</span>', sidebar(signed_in(lib.alice), address), re.S
    )
    assert marked == [current]


def test_what_waits_for_a_supervisor_is_counted_where_it_waits(lib: Library) -> None:
    Post.objects.create(unit=lib.north, author=lib.alice, token=uuid4(), state="in_review")
    Post.objects.create(unit=lib.south, author=lib.olga, token=uuid4(), state="in_review")
    assert re.search(r'count-accent">1<span class="visually-hidden"> waiting for you', sidebar(signed_in(lib.sam)))


def test_unseen_notices_are_counted_on_the_bell(lib: Library) -> None:
    Notice.objects.create(recipient=lib.sam, message="x")
    Notice.objects.create(recipient=lib.alice, message="x")
    assert b'aria-label="Notices, 1 unread"' in signed_in(lib.sam).get("/").content


def test_the_shell_asks_few_questions(lib: Library) -> None:
    for kind in ("dispatcher", "worker"):
        Heartbeat.objects.create(name=f"{kind}:test", kind=kind, at=timezone.now())
    client = signed_in(lib.sam)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    ours = [row["sql"] for row in asked if "SAVEPOINT" not in row["sql"] and "session" not in row["sql"]]
    assert len(ours) <= 7, ours


def test_signing_out_is_a_post_with_a_token(lib: Library) -> None:
    page = signed_in(lib.sam).get("/").content.decode()
    form = page[page.index('action="/account/logout/"') :]
    assert "csrfmiddlewaretoken" in form[:300]


def test_an_htmx_answer_carries_the_sentence_and_its_undo(lib: Library, rf: Any, settings: Any) -> None:
    from django.contrib.messages.middleware import MessageMiddleware
    from django.contrib.sessions.middleware import SessionMiddleware
    from django.http import HttpResponse
    from django_htmx.middleware import HtmxMiddleware

    from libsocial.core.flash import ToastMiddleware

    def view(request: Any) -> HttpResponse:
        flash(request, "Approved.", undo="/posts/1/undo/")
        return HttpResponse("part", headers={"HX-Trigger": "changed"})

    stack = SessionMiddleware(MessageMiddleware(HtmxMiddleware(ToastMiddleware(view))))
    answer = stack(rf.post("/", headers={"HX-Request": "true"}))
    assert '"changed": null' in answer["HX-Trigger"]
    assert '{"text": "Approved.", "level": "success", "undo": "/posts/1/undo/"}' in answer["HX-Trigger"]
    assert "toasts" not in stack(rf.post("/"))["HX-Trigger"], "a full page shows the message itself"


def test_a_persons_name_cannot_break_out_of_the_menu(lib: Library) -> None:
    User.objects.filter(pk=lib.sam.pk).update(name='"><script>alert(1)</script>')
    page = signed_in(lib.sam).get("/").content
    assert b"<script>alert" not in page


@pytest.mark.parametrize(("who", "told"), [("alice", True), ("ada", True), ("olga", False)])
def test_a_hold_is_told_on_the_pages_of_those_it_concerns(lib: Library, who: str, told: bool) -> None:
    Hold.objects.create(scope="unit", key=lib.north.path, reason="The website is down", placed_by=lib.sam)
    page = signed_in(getattr(lib, who)).get("/").content
    assert (b"The website is down" in page) is told


def test_a_lifted_hold_is_told_to_nobody(lib: Library) -> None:
    hold = Hold.objects.create(scope="all", reason="The website is down", placed_by=lib.ada)
    assert b"All publishing is paused since" in signed_in(lib.olga).get("/").content
    Hold.objects.filter(pk=hold.pk).update(lifted_at=hold.placed_at)
    assert b"All publishing is paused since" not in signed_in(lib.olga).get("/").content


def test_a_silent_publisher_is_told_once_something_due_is_not_leaving(lib: Library) -> None:
    words = b"the publisher is silent"
    now = timezone.now()
    channel = Channel.objects.create(unit=lib.north, platform="practice", name="Practice")
    plan = {"unit": lib.north, "reference": "story:1", "not_after": now + timedelta(days=1), "by": None}
    services.plan(channel=channel, content=Content((Part(text="Soon"),)), due_at=now + timedelta(hours=1), **plan)
    assert words not in signed_in(lib.alice).get("/").content, "nothing is late yet"
    services.plan(channel=channel, content=Content((Part(text="Late"),)), due_at=now - timedelta(minutes=2), **plan)
    assert words in signed_in(lib.alice).get("/").content
    for kind in ("dispatcher", "worker"):
        Heartbeat.objects.create(name=f"{kind}:test", kind=kind, at=timezone.now())
    assert words not in signed_in(lib.alice).get("/").content, "the clock goes again"
