"""The command palette, the help beside a page, and how a person wants pages to look."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from libsocial import chapters
from libsocial.shell import navigation
from tests import browser
from tests.cast import Library
from tests.pages import table

pytestmark = pytest.mark.django_db


def asked(client: Client, words: str = "") -> str:
    return client.get(reverse("palette"), {"q": words}).content.decode()


def test_without_words_it_offers_the_places_one_may_go_to(client: Client, lib: Library) -> None:
    client.force_login(lib.alice)
    page = asked(client)
    assert "Calendar" in page
    assert reverse("posts:new") in page
    assert reverse("accounts:settings") not in page


def test_it_finds_posts_channels_people_and_help_by_words(client: Client, lib: Library) -> None:
    client.force_login(lib.ada)
    assert reverse("accounts:people") in asked(client, "peop")
    assert str(lib.sam) in asked(client, lib.sam.name)
    assert f"{reverse('help')}#approve" in asked(client, "supervisors")
    assert "Nothing found" in asked(client, "zzzz-nothing")


def test_it_finds_nothing_of_another_unit(client: Client, lib: Library) -> None:
    client.force_login(lib.olga)
    assert str(lib.alice) not in asked(client, lib.alice.name)


def test_every_place_has_a_chapter_and_every_chapter_names_pages_that_are_there() -> None:
    names = {row.name for row in table.ROWS}
    for place in navigation.PLACES:
        assert any(
            place.url_name == page or (page[-1] in ":*" and place.url_name.startswith(page.rstrip("*")))
            for one in chapters.CHAPTERS
            for page in one.pages
        ), place.url_name
    unknown = [
        page
        for one in chapters.CHAPTERS
        for page in one.pages
        if page[-1] not in ":*" and page not in names and not page.startswith(("account_", "mfa_", "usersessions"))
    ]
    assert not unknown


def test_the_help_of_a_page_is_its_own_chapter(client: Client, lib: Library) -> None:
    client.force_login(lib.sam)
    page = client.get(reverse("posts:calendar")).content.decode()
    assert reverse("help_chapter", args=["plan"]) in page
    assert "ten o’clock" in client.get(reverse("help_chapter", args=["plan"])).content.decode()
    assert client.get(reverse("help_chapter", args=["nothing"])).status_code == 404


def test_more_contrast_and_compact_spacing_are_kept(client: Client, lib: Library) -> None:
    client.force_login(lib.alice)
    asked_for = {"name": lib.alice.name, "theme": "auto", "contrast": "more", "density": "compact", "shortcuts": "on"}
    assert client.post(reverse("accounts:profile"), asked_for).status_code == 302
    page = client.get(reverse("today")).content.decode()
    assert 'data-density="compact"' in page
    assert re.search(r'contrast[^"]*\.css" media="all"', page)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_palette_by_keyboard(page: Any, live_server: Any, lib: Library) -> None:
    browser.sign_in(page, live_server, lib.sam)
    page.goto(live_server.url + reverse("today"))
    page.keyboard.press("Control+k")
    page.locator("#palette input").wait_for()
    page.keyboard.type("calen")
    page.locator("#palette [aria-selected=true]", has_text="Calendar").wait_for()
    browser.axe(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**" + reverse("posts:calendar"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_help_opens_beside_the_page(page: Any, live_server: Any, lib: Library) -> None:
    browser.sign_in(page, live_server, lib.sam)
    page.goto(live_server.url + reverse("posts:review"))
    page.keyboard.press("h")
    page.locator("#help-here", has_text="exactly what goes out").wait_for()
    browser.axe(page)
