"""Films, documents, captions and many choices in a real browser: added, watched, described, saved; by everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from channels_app.models import Channel
from channels_app.platforms.base import Adapter
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget
from posts.models import Asset, Post
from tests import browser, reels
from tests.cast import Library
from tests.posts.conftest import make_channel, submitted, written
from tests.posts.quay import LAYOUTS, moored, quays
from tests.posts.test_intake import captioned, taken

__all__ = ["quays"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def files(folder: Path) -> dict[str, Path]:
    made = {
        "tour.mp4": reels.film(seconds=3, size="640x360"),
        "Programme.pdf": reels.pdf(3),
        "tour.es.vtt": reels.VTT,
        "broken.mp4": reels.film()[:4000],
        "empty.mp4": b"",
        "still.gif": reels.gif(1, (300, 200)),
    }
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in made}


def open_new(page: Any, live_server: Any, lib: Library) -> None:
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:new"))


def saved(page: Any) -> None:
    expect(page.locator("[data-status]")).to_have_attribute("data-state", "saved")


def test_a_film_is_added_captioned_given_another_picture_and_kept(
    page: Any, live_server: Any, lib: Library, tmp_path: Path
) -> None:
    make_channel(lib.north)
    paths = files(tmp_path)
    open_new(page, live_server, lib)
    page.locator("[data-files]").first.set_input_files(paths["tour.mp4"])
    item = page.locator('[data-media][data-kind="video"]')
    expect(item).to_be_visible()
    expect(item.locator("[data-told]")).to_have_text("0:03 · 640 × 360")
    assert (
        page.evaluate(
            """async () => {
              const film = document.querySelector("[data-film]");
              film.muted = true;
              await film.play();
              await new Promise((done) => film.addEventListener("timeupdate", done, { once: true }));
              return film.videoWidth;
            }"""
        )
        == 640
    )
    item.locator("[data-caption-file]").set_input_files(paths["tour.es.vtt"])
    expect(item.locator("[data-caption]")).to_contain_text("español")
    item.get_by_label("What the film shows").fill("A walk through the hall")
    own = item.locator("[data-film]").get_attribute("poster")
    item.locator("[data-poster-file]").set_input_files(paths["still.gif"])
    expect(item.locator("[data-film]")).not_to_have_attribute("poster", own)
    page.get_by_label("Text", exact=True).first.fill("Come and see")
    saved(page)
    film = Asset.objects.get(kind="video")
    (kept,) = Draft.from_json(Post.objects.get().current.body).parts[0].media
    assert (kept.asset, kept.alt, len(kept.captions)) == (film.pk, "A walk through the hall", 1)
    assert kept.poster not in (None, film.poster_id)
    page.reload()
    expect(page.locator("[data-caption]")).to_contain_text("español")
    page.get_by_role("button", name="Use one of the film").click()
    page.locator("[data-caption-remove]").click()
    saved(page)
    (kept,) = Draft.from_json(Post.objects.get().current.body).parts[0].media
    assert (kept.poster, kept.captions) == (None, ())


def test_bad_files_are_said_by_name_and_nothing_is_added(
    page: Any, live_server: Any, lib: Library, tmp_path: Path, settings: Any
) -> None:
    settings.UPLOAD_DOCUMENT_BYTES = 100
    paths = files(tmp_path)
    open_new(page, live_server, lib)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    picker = page.locator("[data-files]").first
    picker.set_input_files([paths["empty.mp4"], paths["Programme.pdf"]])
    uploads = page.locator("[data-uploads]").first
    expect(uploads).to_contain_text("empty.mp4: the file is empty")
    expect(uploads).to_contain_text("Programme.pdf: the document is too large")
    assert not any("/upload/" in url for url in asked)
    picker.set_input_files(paths["broken.mp4"])
    expect(uploads).to_contain_text("broken.mp4: This film is damaged")
    assert page.locator("[data-media]").count() == 0


def test_a_version_of_its_own_takes_the_film_with_its_captions_along(page: Any, live_server: Any, lib: Library) -> None:
    channel = make_channel(lib.north)
    film = taken(lib, reels.film())
    row = captioned(lib, film)
    part = DraftPart("See", (DraftMedia(film.pk, "A walk", captions=(row.pk,)),))
    post = written(lib.alice, lib.north, Draft(parts=(part,), targets=(DraftTarget(channel.pk),), language="en"))
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:edit", args=[post.pk]))
    page.locator(f'[data-variant="{channel.pk}"] > summary').click()
    page.get_by_label("Write differently for Practice North").check()
    saved(page)
    variant = Post.objects.get().current.targets.get().variant
    assert variant["parts"][0]["media"] == [
        {"asset": film.pk, "alt": "A walk", "decorative": False, "captions": [row.pk]}
    ]


def test_choices_that_mean_nothing_beside_the_others_are_hidden(
    page: Any, live_server: Any, lib: Library, quays: list[Adapter]
) -> None:
    channel = moored(lib.north, "page")
    browser.sign_in(page, live_server, lib.alice)
    page.goto(f"{live_server.url}{reverse('posts:new')}?channel={channel.pk}")
    card = page.locator(f'[data-variant="{channel.pk}"]')
    card.locator("summary").first.click()
    expect(card.get_by_label("Begins")).to_be_hidden()
    card.get_by_label("What it is").select_option("event")
    expect(card.get_by_label("Begins")).to_be_visible()
    page.get_by_label("Text", exact=True).first.fill("x" * 50)
    expect(page.locator("[data-counts]").first).to_contain_text("50 / 2200")
    card.get_by_label("What it is").select_option("story")
    expect(page.locator("[data-counts]").first).to_contain_text("50 / 40")
    expect(card.get_by_label("Begins")).to_be_hidden()


def crowd(lib: Library) -> Draft:
    """Fifteen channels of every look, a film with captions, and every choice set."""
    channels = [moored(lib.north, LAYOUTS[n % 6], f"The {LAYOUTS[n % 6]} of branch number {n}") for n in range(15)]
    film = taken(lib, reels.film(seconds=3, size="640x360"))
    row = captioned(lib, film)
    options = {"title": "Night of the books", "poll": "Yes\nNo", "first_comment": "More on our pages", "kind": "event"}
    part = DraftPart("Come along and read all night. " * 6, (DraftMedia(film.pk, "A walk", captions=(row.pk,)),))
    targets = tuple(DraftTarget(channel.pk, options=options) for channel in channels)
    return Draft(parts=(part,), targets=targets, zone="Europe/London", language="en")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(browser.SIZES))
def test_fifteen_channels_with_a_film_are_usable_everywhere(
    page: Any, live_server: Any, lib: Library, quays: list[Adapter], theme: str, size: str
) -> None:
    post = written(lib.alice, lib.north, crowd(lib))
    browser.sign_in(page, live_server, lib.alice)
    page.set_viewport_size(browser.SIZES[size])
    getattr(browser, theme)(page)
    page.goto(live_server.url + reverse("posts:edit", args=[post.pk]))
    assert page.locator("[data-counts] .counter").count() == 6
    expect(page.locator("[data-counts]").first).to_contain_text("and 9 more with room")
    assert page.locator(".compose-preview-folded[open]").count() == 2
    for summary in page.locator(".compose-variant:not([open]) > summary").all()[:2]:
        summary.click()
    for summary in page.locator(".compose-variant[open] .disclosure > summary").all():
        summary.click()
    browser.axe(page)
    browser.no_sideways_scroll(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_look_is_accessible_on_the_page_of_who_decides(
    page: Any, live_server: Any, lib: Library, quays: list[Adapter], theme: str
) -> None:
    post = submitted(lib.alice, lib.north, crowd_of_looks(lib))
    browser.sign_in(page, live_server, lib.sam)
    getattr(browser, theme)(page)
    for width in (browser.DESK, browser.PHONE):
        page.set_viewport_size(width)
        page.goto(live_server.url + reverse("posts:detail", args=[post.pk]))
        browser.axe(page)
        browser.no_sideways_scroll(page)


def crowd_of_looks(lib: Library) -> Draft:
    whole = crowd(lib)
    options = {"title": "Night of the books", "poll": "Yes\nNo", "first_comment": "More on our pages"}
    return Draft(
        parts=whole.parts,
        targets=tuple(DraftTarget(target.channel, options=options) for target in whole.targets[:6]),
        zone=whole.zone,
        language="en",
    )


def test_a_preview_somebody_folded_stays_folded_while_they_write(
    page: Any, live_server: Any, lib: Library, quays: list[Adapter]
) -> None:
    post = written(lib.alice, lib.north, crowd(lib))
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:edit", args=[post.pk]))
    folds = page.locator(".compose-preview-folded")
    folds.nth(0).locator("summary").first.click()
    folds.nth(9).locator("summary").first.click()
    page.get_by_label("Text", exact=True).first.fill("Other words")
    saved(page)
    expect(folds.nth(9)).to_contain_text("Other words")
    assert [folds.nth(n).evaluate("fold => fold.open") for n in (0, 1, 9)] == [False, True, True]


def test_where_pictures_leave_less_room_for_words_the_counter_says_so_at_once(
    page: Any, live_server: Any, lib: Library, tmp_path: Path
) -> None:
    channel = Channel.objects.create(unit=lib.north, platform="telegram", name="Telegram", remote_id="-1001")
    paths = files(tmp_path)
    open_new(page, live_server, lib)
    page.locator(f'[data-channel-pick][value="{channel.pk}"]').check()
    page.locator("[data-text]").first.fill("Hello")
    counter = page.locator("[data-counts] output")
    expect(counter).to_have_text("5 / 4096")
    page.locator("[data-files]").first.set_input_files(paths["still.gif"])
    expect(page.locator("[data-media]")).to_be_visible()
    expect(counter).to_have_text("5 / 1024")
    page.locator("[data-media-remove]").click()
    expect(counter).to_have_text("5 / 4096")
