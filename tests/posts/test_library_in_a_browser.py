"""The media library by hand: files added, many chosen, a picture cut by keys alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from posts import drafting
from posts.models import Asset
from tests import browser
from tests.cast import Library
from tests.posts.conftest import again, make_channel, written
from tests.posts.test_library import picture, showing
from tests.posts.test_media import DATA

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_files_are_added_with_one_refused_and_named(page: Any, live_server: Any, lib: Library) -> None:
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:media"))
    wrong = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    page.set_input_files("[data-media-files] >> nth=0", [
        {"name": "hopper.jpg", "mimeType": "image/jpeg", "buffer": (DATA / "hopper.jpg").read_bytes()}, wrong,
    ])  # fmt: skip
    page.get_by_text("not a picture we can read").wait_for()
    page.get_by_role("link", name="Show what was added").click()
    page.get_by_role("link", name="hopper.jpg").wait_for()
    assert Asset.objects.get().original_name == "hopper.jpg"


def test_many_are_chosen_and_tagged_by_enter(page: Any, live_server: Any, lib: Library) -> None:
    for colour in ("red", "green", "blue"):
        picture(lib, colour=colour, name=f"{colour}.png")
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:media"))
    assert not page.get_by_role("button", name="Put into the bin").is_visible()
    page.locator("[data-media-tick]").nth(0).check()
    page.locator("[data-media-tick]").nth(2).click(modifiers=["Shift"])
    page.get_by_text("3 chosen").wait_for()
    page.get_by_label("Tags to add").fill("summer")
    page.get_by_label("Tags to add").press("Enter")
    page.get_by_text("3 files tagged").wait_for()
    assert Asset.objects.filter(tags=",summer,", binned_at=None).count() == 3


def test_a_picture_is_cut_by_keys_in_the_composer(page: Any, live_server: Any, lib: Library) -> None:
    asset, channel = picture(lib), make_channel(lib.north)
    post = written(lib.alice, lib.north, showing(channel, asset))
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:edit", args=[post.pk]))
    page.locator("[data-media-crop]").first.click()
    box = page.locator("#crop [data-crop-box]")
    box.wait_for()
    page.locator("#crop").get_by_role("button", name="1:1", exact=True).click()
    box.focus()
    for _ in range(10):
        box.press("ArrowRight")
    for _ in range(10):  # smaller by keys, and still a square
        box.press("Shift+ArrowLeft")
    browser.axe(page)
    with page.expect_response(lambda answer: "autosave" in answer.url and answer.status == 200):
        page.locator("#crop").get_by_role("button", name="Use it like this").click()
    item = drafting.of_revision(again(post).current).parts[0].media[0]
    assert item.edits is not None
    assert item.edits.crop == (0.35, 0.0, 0.4, 0.8)
    assert item.edits.size_of(400, 200) == (160, 160)
