"""A large upload that is cut: it goes on by itself, after a reload of the page, or not at all when it is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from posts.models import Arrival, Asset
from tests import browser, reels
from tests.cast import Library
from tests.posts.conftest import make_channel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PIECES = "**/posts/arriving/*/"


@pytest.fixture(autouse=True)
def small_pieces(settings: Any) -> None:
    settings.UPLOAD_PIECE_BYTES = 20_000


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A browser whose requests can be cut: those that pass a service worker could not."""
    context = chromium.new_context(service_workers="block")
    yield context.new_page()
    context.close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "tour.mp4"
    path.write_bytes(reels.film(seconds=2))
    return path


def open_library(page: Any, live_server: Any, lib: Library) -> None:
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:media"))


def choose(page: Any, film: Path) -> None:
    page.set_input_files("[data-media-files] >> nth=0", film)


def test_a_cut_connection_costs_one_piece(page: Any, live_server: Any, lib: Library, film: Path) -> None:
    seen: list[str] = []

    def cut(route: Any) -> None:
        seen.append(route.request.url)
        route.abort() if len(seen) in (2, 3) else route.continue_()

    open_library(page, live_server, lib)
    page.route(PIECES, cut)
    choose(page, film)
    page.get_by_text("the connection is gone").wait_for()
    page.get_by_role("link", name="tour.mp4").wait_for()
    assert Asset.objects.filter(kind="video").count() == 1
    assert len(seen) == 2 + -(-film.stat().st_size // 20_000)  # each piece once, and the two that were cut


def test_after_a_reload_the_same_file_goes_on_where_it_stopped(
    page: Any, live_server: Any, lib: Library, film: Path
) -> None:
    sent = 0

    def only_two(route: Any) -> None:
        nonlocal sent
        sent += 1
        route.continue_() if sent <= 2 else route.abort()

    open_library(page, live_server, lib)
    page.route(PIECES, only_two)
    choose(page, film)
    page.get_by_text("the connection is gone").wait_for()
    page.unroute(PIECES)
    page.reload()
    page.get_by_text("has arrived. Choose the same file again").wait_for()
    browser.axe(page)
    assert Arrival.objects.get().received == 40_000
    later: list[str] = []
    page.on("request", lambda request: later.append(request.url) if "/arriving/" in request.url else None)
    choose(page, film)
    page.get_by_role("link", name="tour.mp4").wait_for()
    assert Asset.objects.filter(kind="video").count() == 1
    pieces = [url for url in later if url.rstrip("/").split("/")[-1].isdigit()]
    assert len(pieces) == -(-film.stat().st_size // 20_000) - 2
    assert page.get_by_text("has arrived. Choose the same file again").count() == 0


def test_an_upload_is_cancelled_from_its_line(page: Any, live_server: Any, lib: Library, film: Path) -> None:
    open_library(page, live_server, lib)
    page.route("**/posts/arriving/*/", lambda route: route.abort())
    choose(page, film)
    page.get_by_text("the connection is gone").wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/drop/")):
        page.get_by_role("button", name="Cancel: tour.mp4").click()
    expect(page.locator("[data-media-arriving] li")).to_have_count(0)
    assert not Arrival.objects.exists()
    assert not Asset.objects.exists()


def test_the_composer_takes_large_films_the_same_way(page: Any, live_server: Any, lib: Library, film: Path) -> None:
    make_channel(lib.north)
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:new"))
    page.locator("[data-files]").first.set_input_files(film)
    expect(page.locator('[data-media][data-kind="video"]')).to_be_visible()
    assert Arrival.objects.get().asset == Asset.objects.get(kind="video")
