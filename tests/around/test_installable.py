"""The product as an app: manifest, icons, the page without a network; and what is shared to it from a phone."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests import browser
from tests.cast import Library

pytestmark = pytest.mark.django_db


def test_the_manifest_names_the_library_and_icons_that_are_there(client: Client, lib: Library) -> None:
    said = json.loads(client.get(reverse("app_manifest")).content)
    assert lib.root.name in said["name"]
    for entry in said["icons"]:
        picture = Image.open(io.BytesIO(client.get(entry["src"]).content))
        assert f"{picture.width}x{picture.height}" == entry["sizes"]
    assert client.get(reverse("app_icon", args=[77])).status_code == 404


def test_words_shared_from_a_phone_stand_in_a_new_post(client: Client, lib: Library) -> None:
    client.force_login(lib.alice)
    action = json.loads(client.get(reverse("app_manifest")).content)["share_target"]["action"]
    page = client.get(action, {"title": "Night of stories", "url": "https://library.example/n"}).content.decode()
    assert "Night of stories\n\nhttps://library.example/n" in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_a_network_a_plain_page_says_so(page: Any, live_server: Any, lib: Library) -> None:
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("today"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto(live_server.url + reverse("posts:list"))
    page.locator("h1", has_text="No network").wait_for()
    browser.axe(page)
    page.context.set_offline(False)
