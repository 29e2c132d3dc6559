"""The first page puts first what each role is here for, and loads figures, house and trail after it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from libsocial import today
from tests import browser
from tests.cast import Library

pytestmark = pytest.mark.django_db


def names(user: Any) -> list[str]:
    return [one.rpartition("_")[2].removesuffix(".html") for one in today.blocks_of(user)]


def test_each_role_meets_its_own_work_first(lib: Library) -> None:
    assert names(lib.alice)[:2] == ["trouble", "mine"]
    assert names(lib.sam)[:2] == ["trouble", "waiting"]
    assert names(lib.ada)[:2] == ["trouble", "house"]
    assert names(lib.audit)[:2] == ["figures", "trail"]
    assert "house" not in names(lib.alice)
    assert "trail" not in names(lib.alice)


def test_the_parts_that_come_after_the_page_are_for_those_who_may_see_them(client: Client, lib: Library) -> None:
    client.force_login(lib.alice)
    assert client.get(reverse("today_house")).status_code == 403
    assert client.get(reverse("today_trail")).status_code == 403
    client.force_login(lib.audit)
    assert client.get(reverse("today_trail")).status_code == 200
    assert "Posts published" in client.get(reverse("today_figures")).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_they_arrive_in_the_page(page: Any, live_server: Any, lib: Library) -> None:
    browser.sign_in(page, live_server, lib.audit)
    page.goto(live_server.url + reverse("today"))
    page.locator(".today-figures", has_text="Posts published").wait_for()
    browser.axe(page)
