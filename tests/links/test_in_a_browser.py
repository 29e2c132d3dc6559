"""The composer's script counts short links as the server will send them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from channels_app.practice.services import ensure_practice
from tests import browser
from tests.cast import Library
from tests.posts.conftest import simple, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_script_counts_the_ending_of_the_channel(page: Any, live_server: Any, lib: Library, settings: Any) -> None:
    settings.LINK_URLS = ["https://go.library-x.example"]
    channel = ensure_practice(lib.north, by=lib.ada)
    post = written(lib.alice, lib.north, simple(channel, text="x"))
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:edit", args=[post.pk]))
    text = "https://go.library-x.example/s/seeds. And https://go.library-x.example/s/seeds.poster"
    page.locator("#base-0-text").fill(text)
    used = len(text) + 1 + len(str(channel.pk))
    page.get_by_text(f"{used} / ").first.wait_for()
    assert page.locator("[data-counts] output").first.inner_text().startswith(f"{used} / ")
