"""Every address of the product, asked by everybody: who gets what, what it costs, and that looking changes nothing."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from libsocial.accounts import middleware
from scheduler.models import Heartbeat
from tests.cast import Library, signed_in
from tests.pages import table, world
from tests.pages.reading import Page
from tests.pages.table import Row
from tests.pages.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]
COSTS = Path(__file__).parent / "pages" / "queries.json"
# What looking may write: the visit itself, that one's own news and posts were seen, and Practice's count of views.
OF_A_VISIT = {"links.ClickHour", "sessions.Session", "usersessions.UserSession", "accounts.User"}
OF_A_VISIT |= {"notices.Notice", "channels_app.PracticePost", "posts.Seen"}


@pytest.fixture
def place(lib: Library) -> World:
    return world.build(lib)


def client_of(place: World, who: str) -> Client:
    return Client() if who == "stranger" else signed_in(getattr(place.lib, who))


def address(row: Row, place: World) -> str:
    return reverse(row.name, args=row.args(place))


def names(resolver: Any, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}"


def contents() -> dict[str, str]:
    """A mark for everything every table holds, apart from what a visit itself writes."""
    kept = [model for model in apps.get_models() if model._meta.label not in OF_A_VISIT and model._meta.managed]
    rows = {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in kept}
    return {label: hashlib.sha256(repr(found).encode()).hexdigest() for label, found in rows.items()}


# --- who gets what ------------------------------------------------------------
def test_the_table_has_every_address_and_no_other() -> None:
    known = {row.name for row in table.ROWS} | set(table.LEFT_OUT)
    assert known == set(names(get_resolver()))


def test_each_person_gets_what_the_table_says(place: World) -> None:
    """One walk; every difference is listed."""
    wrong, clients = {}, [client_of(place, who) for who in table.PEOPLE]
    for row in table.ROWS:
        where, query = address(row, place), row.asks(place)
        found = tuple(client.get(where, query).status_code for client in clients)
        if found != row.answers:
            wrong[row.name] = {"found": found, "table": row.answers}
    assert wrong == {}


def test_looking_changes_nothing(place: World) -> None:
    guilty = []
    for who in table.PEOPLE:
        before, client = contents(), client_of(place, who)
        for row in table.ROWS:
            client.get(address(row, place), row.asks(place))
        if contents() != before:
            guilty.append((who, [label for label, mark in contents().items() if mark != before[label]]))
    assert guilty == []


def test_a_stranger_is_led_to_the_sign_in_page_and_back(place: World) -> None:
    client, wrong = Client(), []
    for row in table.ROWS:
        answer = client.get(address(row, place))
        if (
            row.name != "short_link"
            and answer.status_code == 302
            and answer["Location"].partition("?")[0] not in {reverse("account_login"), "/"}
        ):
            wrong.append((row.name, answer["Location"]))
    assert wrong == []


def test_nonsense_in_an_address_is_never_our_fault(place: World) -> None:
    client, wrong = client_of(place, "ada"), []
    client.raise_request_exception = False
    for row, query in itertools.product(table.ROWS, table.NONSENSE):
        if not row.post_only and client.get(address(row, place), query).status_code >= 500:
            wrong.append((row.name, query))
    assert wrong == []


def test_an_empty_or_senseless_form_is_never_our_fault(place: World) -> None:
    wrong = []
    for row, who in itertools.product(table.ROWS, ("stranger", "olga", "ada")):
        for form in ({}, table.NONSENSE_FORM):
            client = client_of(place, who)
            client.raise_request_exception = False
            with transaction.atomic():
                if client.post(address(row, place), form).status_code >= 500:
                    wrong.append((row.name, who, bool(form)))
                transaction.set_rollback(True)
    assert wrong == []


def test_a_number_nobody_has_is_not_there(place: World) -> None:
    wrong, client = {}, client_of(place, "ada")
    for row in table.ROWS:
        for number in (10**9, 2**63, 10**30):
            args = [number if isinstance(value, int) else value for value in row.args(place)]
            if args != list(row.args(place)):
                asked = client.post if row.post_only else client.get
                status = asked(reverse(row.name, args=args)).status_code
                wrong |= {} if status == 404 else {(row.name, number): status}
    assert wrong == {}


# --- what a page is -----------------------------------------------------------
@pytest.mark.parametrize("who", ["stranger", "alice", "sam", "ada", "audit"])
def test_every_page_can_be_read_and_its_controls_have_names(place: World, who: str) -> None:
    client, wrong = client_of(place, who), {}
    for row in table.ROWS:
        answer = client.get(address(row, place), row.asks(place))
        if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming and answer.content:
            found = Page(answer.content.decode()).complaints()
            wrong |= {row.name: found} if found else {}
    assert wrong == {}


def test_the_reader_of_pages_finds_what_is_wrong() -> None:
    wrong = """<p id="a">{{ left }}</p><p id="a"></p><button></button><input id="b"><label for="c">x</label>
               <a href="/"></a><img src="x"><input type="text" aria-labelledby="nowhere">"""
    found = "\n".join(Page(wrong).complaints())
    for sentence in ("'a' stands 2 times", "<button", "<input id='b'", "'c', which is not", "<a href", "alt", "{{"):
        assert sentence in found
    assert not Page('<label>Name <input></label><button aria-label="Close"></button><a href="/">Home</a>').complaints()


# --- what a page costs --------------------------------------------------------
MOST = 15  # statements of any page
MAIN = (
    "today",
    "search",
    "status",
    "posts:list",
    "posts:calendar",
    "posts:media",
    "posts:media_asset",
    "posts:review",
    "posts:campaigns",
    "posts:campaign",
    "posts:detail",
    "posts:new",
    "posts:edit",
)
MAIN += ("scheduler:delivery", "scheduler:holds", "channels:list", "channels:detail", "practice:timeline")
MAIN += ("hours:overview", "hours:unit", "hours:closures", "posts:embargoes", "posts:repeats", "posts:repeat")
MAIN += ("posts:evergreen", "posts:evergreen_item")
MAIN += ("analytics:overview", "accounts:people", "accounts:units", "notices:list", "audit:list")


def cost(client: Client, where: str) -> int:
    """The second visit: the first makes the session, and afresh what is remembered for some seconds.

    Dispatcher and workers are alive.
    """
    cache.clear()
    Heartbeat.objects.update(at=timezone.now() + timedelta(days=1))
    client.get(where)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(where).status_code == 200
    return len(asked)


def ten_more(place: World, first: int) -> None:
    """Half of them out, half of them waiting."""
    for number in range(first, first + 5):
        world.sent(world.approved(place.lib, place.channel, f"Out number {number}"))
        post = world.written(place.lib.alice, place.channel, f"Waiting number {number}", at="2199-01-10T10:00")
        world.review.submit(post=post, by=place.lib.alice)


def test_no_page_asks_more_of_the_database_than_recorded_or_with_more_posts(
    place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a slow machine this takes longer than the minutes after which the session's last use is written down again.
    monkeypatch.setattr(middleware, "SEEN_EVERY", 24 * 3600)
    rows = {row.name: row for row in table.ROWS if row.name in MAIN and not row.query}
    client = client_of(place, "sam")
    reach = {name: address(row, place) for name, row in rows.items()}
    ten_more(place, 0)
    few = {name: cost(client, where) for name, where in reach.items()}
    for first in range(100, 125, 5):
        ten_more(place, first)
    many = {name: cost(client, where) for name, where in reach.items()}
    recorded = json.loads(COSTS.read_text())
    assert recorded.keys() == reach.keys()
    assert {name: most for name, most in recorded.items() if most > MOST} == {}, "no page may ask more often"
    assert {name: (few[name], many[name]) for name in reach if many[name] > few[name]} == {}, "grows with the rows"
    assert {name: few[name] for name in reach if few[name] > recorded[name]} == {}, "more than recorded"
