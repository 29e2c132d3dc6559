"""Links of posts are opened in the background; neighbours on a channel are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from channels_app.models import Channel
from libsocial.links.services import links
from posts import problems
from posts.models import LinkCheck
from posts.services import link_checks
from tests.cast import Library, signed_in
from tests.core.site import Site, running
from tests.posts.conftest import NOW, approved, simple, written
from tests.posts.test_composer import form

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]


@pytest.fixture
def site(db: None, settings) -> Iterator[Site]:
    with running() as server:
        settings.PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
        yield server


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, "text/html", b"Hello"), "ok"),
        ((200, "text/html", b"x" * 200_000), "ok"),
        ((404, "text/html", b""), "gone"),
        ((410, "text/html", b""), "gone"),
        ((401, "text/html", b""), "private"),
        ((302, "->/login", b""), "private"),
        ((301, "->/there", b""), "moved"),
        ((302, "->/there", b""), "ok"),
        ((403, "text/html", b""), "unsure"),
        ((500, "text/html", b""), "unsure"),
    ],
)
def test_what_a_server_answers(site: Site, answer: tuple[int, str, bytes], outcome: str) -> None:
    site.answers |= {"/page": answer, "/there": (200, "text/html", b""), "/login": (200, "text/html", b"")}
    link_checks.want([site.url + "/page"])
    assert link_checks.look_at_due() == 1
    assert LinkCheck.objects.get().outcome == outcome
    assert link_checks.look_at_due() == 0


def test_nobody_there_and_places_inside_the_house(db: None) -> None:
    link_checks.want(["http://nowhere.invalid/", "http://10.0.0.1/", "ftp://library.example/"])
    link_checks.look_at_due()
    assert dict(LinkCheck.objects.values_list("url", "outcome")) == {
        "http://nowhere.invalid/": "gone", "http://10.0.0.1/": "private",
    }  # fmt: skip


def looked_at(url: str, outcome: str, final: str = "") -> None:
    link_checks.want([url])
    LinkCheck.objects.update(outcome=outcome, final_url=final or url, checked_at=NOW)


@pytest.mark.parametrize(
    ("outcome", "final", "message"),
    [
        ("gone", "", ["rule.L1"]),
        ("private", "", ["rule.L2"]),
        ("moved", "https://new.example/a", ["rule.L3"]),
        ("moved", "https://www.library.example/a/", []),
        ("ok", "", []),
        ("unsure", "", []),
    ],
)
def test_a_link_that_was_looked_at_is_told_and_never_blocks(
    lib: Library, channel: Channel, outcome: str, final: str, message: list[str]
) -> None:
    looked_at("http://library.example/a", outcome, final)
    draft = simple(channel, text="Read http://library.example/a.")
    found = problems.of_draft(draft, unit=lib.north)
    assert [one.message for one in found.all] == message
    assert not found.blocking


def test_a_long_address_with_a_short_link_is_told(lib: Library, channel: Channel) -> None:
    url = "https://library.example/programmes/winter/storytelling-for-the-smallest?branch=north"
    draft = simple(channel, text=f"Read {url} with us")
    assert problems.of_draft(draft, unit=lib.north).all == ()
    short = links.shorten(by=lib.sam, unit=lib.north, url=url)
    [found] = problems.of_draft(draft, unit=lib.north).all
    assert (found.message, found.severity) == ("rule.A13.short", "hint")
    assert short.address in problems.sentence(found)
    mended = simple(channel, text=f"Read with us: {short.address}.")
    assert problems.of_draft(mended, unit=lib.north).all == ()


def test_an_autosave_puts_the_links_down_and_a_look_does_not(lib: Library, channel: Channel) -> None:
    browser = signed_in(lib.alice)
    browser.post(reverse("posts:autosave"), form(channel, "See https://library.example/new"))
    saved = json.loads(
        browser.post(reverse("posts:autosave"), form(channel, "See https://library.example/next")).content
    )
    assert "links:now" in saved["live"]["checks"]
    before = set(LinkCheck.objects.values_list("url", "due_at"))
    browser.get(saved["url"])
    assert set(LinkCheck.objects.values_list("url", "due_at")) == before
    assert {url for url, _due in before} >= {"https://library.example/next"}


def test_asked_for_again_it_is_looked_at_at_once(lib: Library, channel: Channel) -> None:
    url = "https://library.example/a"
    looked_at(url, "ok")
    LinkCheck.objects.update(due_at=NOW + timedelta(days=9000))
    post = written(lib.alice, lib.north, simple(channel, text=f"See {url}"))
    data = form(channel, f"See {url}", do="links:now", token=str(post.token), version=str(post.current.version))
    signed_in(lib.alice).post(reverse("posts:edit", args=[post.pk]), data)
    assert LinkCheck.objects.get().due_at < NOW + timedelta(days=9000)


def test_links_no_post_names_are_forgotten(db: None) -> None:
    link_checks.want(["https://library.example/a"])
    LinkCheck.objects.update(wanted_at=NOW - timedelta(days=9000))
    link_checks.tidy()
    assert not LinkCheck.objects.exists()


# --- neighbours -------------------------------------------------------------------
TEXT = "Story time is back on the big carpet"


def test_the_same_words_within_thirty_days_are_told(
    lib: Library, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    approved(lib.alice, lib.sam, lib.north, simple(channel, text=TEXT, at="2026-12-01T10:00"))

    def found(text: str, at: str, where: Channel = channel) -> list[str]:
        return [one.message for one in problems.of_draft(simple(where, text=text, at=at), unit=lib.north).all]

    assert found(TEXT.upper().title(), "2026-12-20T10:00") == ["rule.T1"]
    assert found(TEXT, "2027-01-20T10:00") == []
    assert found(TEXT + " again", "2026-12-20T10:00") == []
    assert found(TEXT, "2026-12-20T10:00", second) == []


def test_another_post_within_the_hour_is_told_but_never_the_post_itself(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    first = approved(lib.alice, lib.sam, lib.north, simple(channel, text=TEXT, at="2026-12-01T10:00"))
    report = problems.of_draft(simple(channel, text="Something else", at="2026-12-01T10:59"), unit=lib.north)
    assert [(one.message, one.field, one.severity) for one in report.all] == [("rule.T2", "at", "warn")]
    assert "10" in problems.sentence(report.all[0])
    same = problems.of_draft(simple(channel, text=TEXT, at="2026-12-01T10:30"), unit=lib.north, post=first)
    assert same.all == ()
    later = problems.of_draft(simple(channel, text="Something else", at="2026-12-01T11:01"), unit=lib.north)
    assert later.all == ()
