"""The pages of links, and what their services refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.audit.models import Entry
from libsocial.links import checking
from libsocial.links.models import ClickHour, Link
from libsocial.links.services import links
from libsocial.links.services.links import Wanted
from libsocial.notices.models import Notice
from tests.cast import Library, signed_in
from tests.core.site import Site, running

TARGET = "https://library.example/seeds"


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    with running() as server:
        settings.PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
        yield server


def test_a_contributor_makes_a_link_with_a_word_of_its_own(lib: Library) -> None:
    form = {"target": TARGET, "code": "Seed-Library", "title": "Seeds", "unit": lib.north.pk, "expires": "2199-01-10"}
    response = signed_in(lib.alice).post(reverse("links:new"), form)
    link = Link.objects.get()
    assert response["Location"] == reverse("links:detail", args=[link.pk])
    assert (link.code, link.target, link.created_by) == ("seed-library", TARGET, lib.alice)
    assert link.expires_at == datetime(2199, 1, 10, 23, 59, 59, tzinfo=UTC)
    assert Entry.objects.filter(action="link.created", data__code="seed-library").exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"target": "javascript:alert(1)"}, "begins with https"),
        ({"target": "http://192.168.0.1/"}, "private network"),
        ({"code": "b00k"}, "cannot be told apart"),
        ({"code": "taken-word"}, "taken by another"),
        ({"target": ""}, "required"),
    ],
)
def test_what_is_refused_is_said_beside_its_field_and_kept(lib: Library, form: dict[str, str], words: str) -> None:
    Link.objects.create(unit=lib.south, code="taken-word", target=TARGET)
    typed = {"target": TARGET, "title": "Kept words", "unit": lib.north.pk} | form
    response = signed_in(lib.alice).post(reverse("links:new"), typed)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "Kept words" in response.content.decode()
    assert Link.objects.count() == 1


def test_who_may_not_may_not(lib: Library) -> None:
    with pytest.raises(policies.NotAllowed):
        links.create(by=lib.olga, unit=lib.north, wanted=Wanted(TARGET))
    with pytest.raises(policies.NotAllowed):
        links.create(by=lib.audit, unit=lib.north, wanted=Wanted(TARGET))
    with pytest.raises(policies.NotAllowed):
        links.change_rules(by=lib.sam, unit=lib.north, said={"tagged": False})


def test_another_target_stands_in_the_trail(lib: Library) -> None:
    link = links.create(by=lib.alice, unit=lib.north, wanted=Wanted(TARGET, code="seeds"))
    form = {"target": "https://library.example/garden", "title": ""}
    signed_in(lib.alice).post(reverse("links:edit", args=[link.pk]), form)
    entry = Entry.objects.get(action="link.target_changed")
    assert (entry.data["before"], entry.data["after"]) == (TARGET, "https://library.example/garden")
    page = signed_in(lib.alice).get(reverse("links:detail", args=[link.pk])).content.decode()
    assert "instead of" in page


def test_the_same_page_is_shortened_once(lib: Library) -> None:
    first = links.shorten(by=lib.alice, unit=lib.north, url=TARGET, reference="post:1")
    assert links.shorten(by=lib.alice, unit=lib.north, url=TARGET, reference="post:1") == first
    assert links.shorten(by=lib.alice, unit=lib.north, url=TARGET, reference="post:2") != first


def test_a_link_is_switched_off_and_on_again(lib: Library) -> None:
    link, client = links.create(by=lib.alice, unit=lib.north, wanted=Wanted(TARGET, code="seeds")), signed_in(lib.alice)
    client.post(reverse("links:switch", args=[link.pk, "off"]))
    assert client.get("/s/seeds").status_code == 410
    client.post(reverse("links:switch", args=[link.pk, "on"]))
    assert client.get("/s/seeds").status_code == 302


def test_each_place_has_a_code_for_paper(lib: Library) -> None:
    link, client = links.create(by=lib.alice, unit=lib.north, wanted=Wanted(TARGET, code="seeds")), signed_in(lib.alice)
    client.post(reverse("links:place", args=[link.pk]), {"name": "Poster at the entrance"})
    suffix = link.placements.get().suffix
    svg = client.get(reverse("links:qr", args=[link.pk, suffix, "svg"]))
    assert svg["Content-Type"] == "image/svg+xml"
    assert f"/s/seeds.{suffix}</text>" in svg.content.decode()
    png = client.get(reverse("links:qr", args=[link.pk, "-", "png"]))
    assert png.content.startswith(b"\x89PNG")
    assert client.get(reverse("links:qr", args=[link.pk, "nobody", "png"])).status_code == 404


@pytest.mark.parametrize("suffix", ["12", "1a", "b00k", "x" * 40, "<b>"])
def test_an_ending_that_could_be_mistaken_is_refused(lib: Library, suffix: str) -> None:
    link = links.create(by=lib.alice, unit=lib.north, wanted=Wanted(TARGET, code="seeds"))
    with pytest.raises(Refused) as refusal:
        links.add_placement(by=lib.alice, link=link, name="Poster", suffix=suffix)
    assert refusal.value.field == "suffix"


def test_the_page_shows_people_and_robots_apart(lib: Library) -> None:
    link = links.create(by=lib.alice, unit=lib.north, wanted=Wanted(TARGET, code="seeds"))
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    ClickHour.objects.create(link=link, hour=hour, referrer="news.example", device="phone", count=41)
    ClickHour.objects.create(link=link, hour=hour, device="other", bot=True, count=977)
    page = signed_in(lib.alice).get(reverse("links:detail", args=[link.pk])).content.decode()
    assert "news.example" in page
    assert ">41<" in page.replace(" ", "")
    assert ">977<" in page.replace(" ", "")
    assert "1,018" not in page


def test_a_broken_page_is_told_to_whoever_made_the_link_once(lib: Library, site: Site) -> None:
    link = Link.objects.create(
        unit=lib.north, code="seeds", target=f"{site.url}/x", created_by=lib.alice, next_check=timezone.now()
    )
    site.answers["/x"] = (200, "text/html", b"here")
    checking.check_due()
    link.refresh_from_db()
    assert (link.trouble, Notice.objects.count()) == ("", 0)
    del site.answers["/x"]
    for _night in range(2):
        Link.objects.update(next_check=timezone.now() - timedelta(minutes=1))
        checking.check_due()
    link.refresh_from_db()
    assert link.trouble == "gone"
    assert [(notice.recipient, notice.message) for notice in Notice.objects.all()] == [(lib.alice, "link.gone")]
    assert checking.check_due() == 0


def test_a_server_that_is_silent_one_night_is_no_news(lib: Library, site: Site) -> None:
    site.answers["/x"] = (503, "text/html", b"")
    link = Link.objects.create(unit=lib.north, code="seeds", target=f"{site.url}/x", next_check=timezone.now())
    troubles = []
    for _night in range(3):
        Link.objects.update(next_check=timezone.now() - timedelta(minutes=1))
        checking.check_due()
        link.refresh_from_db()
        troubles.append(link.trouble)
    assert troubles == ["", "", "error"]


def test_what_moves_into_the_house_is_never_read(lib: Library) -> None:
    link = Link.objects.create(unit=lib.north, code="seeds", target="http://127.0.0.1:1/x", next_check=timezone.now())
    checking.check_due()
    link.refresh_from_db()
    assert link.trouble == "private"
