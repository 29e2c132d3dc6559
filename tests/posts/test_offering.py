"""A platform's own choices and looks, on the composer and on the pages of who decides."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.urls import reverse

from channels_app.platforms.base import Adapter
from posts import offering
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart, DraftTarget
from posts.models import Asset, CaptionFile, Post
from tests import reels
from tests.cast import Library, signed_in
from tests.posts import quay
from tests.posts.conftest import make_channel, submitted, written
from tests.posts.quay import LAYOUTS, moored, quays
from tests.posts.test_intake import captioned, taken

__all__ = ["quays"]

SET = {"title": "Night of the books", "poll": "Yes\nNo\nPerhaps", "button": "https://l.example/", "multiple": True}


def edit_page(lib: Library, draft: Draft) -> str:
    post = written(lib.alice, lib.north, draft)
    return signed_in(lib.alice).get(reverse("posts:edit", args=[post.pk])).content.decode()


def draft_for(*channels: Any, text: str = "Come along", options: dict[str, Any] | None = None, **part: Any) -> Draft:
    targets = tuple(DraftTarget(channel.pk, options=options or {}) for channel in channels)
    return Draft(parts=(DraftPart(text, **part),), targets=targets, zone="Europe/London", language="en")


# --- the fields -----------------------------------------------------------------------


def test_few_choices_are_shown_and_of_many_those_that_matter() -> None:
    can = quay.adapter("page").capabilities
    names = lambda fields: [field["name"] for field in fields]  # noqa: E731
    plain = offering.of(can, {})
    assert names(plain["shown"]) == ["kind", "title", "starts", "ends"]
    assert len(plain["folded"]) == 11
    chosen = offering.of(can, {"place": "Room 5", "audience": "adults"})
    assert names(chosen["shown"]) == ["kind", "title", "starts", "ends", "place", "audience"]


def test_every_kind_of_choice_has_its_field(lib: Library, quays: list[Adapter]) -> None:
    channel = moored(lib.north, "page")
    page = edit_page(lib, draft_for(channel, options={**SET, "starts": "2026-12-01T18:00", "kind": "event"}))
    scope = f"v{channel.pk}"
    for wanted in (
        rf'<textarea id="{scope}-option-poll"[^>]*>Yes\nNo\nPerhaps</textarea>',
        rf'<input type="url" id="{scope}-option-button"[^>]*value="https://l.example/"',
        rf'<input type="datetime-local" id="{scope}-option-starts"[^>]*value="2026-12-01T18:00"',
        rf'<input type="checkbox" id="{scope}-flag-multiple"[^>]*checked',
        rf'<select id="{scope}-option-kind"',
        rf'<textarea id="{scope}-option-first_comment"',
        r'data-only="kind" data-only-values="event"',
        r"One on each line\. Between 2 and 4\. At most 25 characters\.",
        r'<span class="field-required">needed</span>',
    ):
        assert re.search(wanted, page), wanted


def test_what_is_typed_into_every_field_is_kept(lib: Library, quays: list[Adapter]) -> None:
    channel = moored(lib.north, "page")
    scope = f"v{channel.pk}"
    form = {
        "token": str(uuid.uuid4()),
        "version": "0",
        "unit": str(lib.north.pk),
        "base-0-text": "Come",
        "channel": [str(channel.pk)],
        "when": "asap",
        "language": "en",
        f"{scope}-flags": ["multiple", "synthetic"],
        f"{scope}-option-title": "Books",
        f"{scope}-option-poll": "Yes\r\nNo",
        f"{scope}-flag-multiple": "1",
        f"{scope}-option-starts": "2026-12-01T18:00",
        f"{scope}-option-first_comment": "More: https://l.example/",
    }
    answer = signed_in(lib.alice).post(reverse("posts:autosave"), form)
    assert answer.status_code == 200
    options = Post.objects.get().current.targets.get().options
    assert options == {
        "title": "Books",
        "poll": "Yes\nNo",
        "starts": "2026-12-01T18:00",
        "first_comment": "More: https://l.example/",
        "multiple": True,
        "synthetic": False,
    }
    side = answer.json()["side"]
    assert "First comment, by us" in side
    assert "More: " in side


def test_an_option_decides_the_limit_that_is_counted_and_checked(lib: Library, quays: list[Adapter]) -> None:
    channel, text = moored(lib.north, "page"), "A text of rather more than forty characters for a story"
    page = edit_page(lib, draft_for(channel, text=text, options={"kind": "story", "title": "T"}))
    assert f"{len(text)} / 40" in page
    assert "15 characters too long" in page
    plain = edit_page(lib, draft_for(channel, text=text, options={"title": "T"}))
    assert f"{len(text)} / 2200" in plain
    assert "too long" not in plain


# --- films on a page without script ------------------------------------------------------


@pytest.fixture
def film(lib: Library) -> Asset:
    return taken(lib, reels.film())


def form_of(lib: Library, film: Asset, **more: Any) -> dict[str, Any]:
    channel = make_channel(lib.north)
    return {
        "token": str(uuid.uuid4()),
        "version": "0",
        "unit": str(lib.north.pk),
        "base-0-text": "Come",
        "channel": [str(channel.pk)],
        "when": "asap",
        "language": "en",
        "base-0-media": [str(film.pk)],
        f"base-0-alt-{film.pk}": "A walk",
        **more,
    }


def kept(post: Post | None = None) -> DraftMedia:
    (item,) = Draft.from_json((post or Post.objects.get()).current.body).parts[0].media
    return item


def test_captions_and_another_picture_are_added_and_taken_away_by_buttons(lib: Library, film: Asset) -> None:
    alice, name = signed_in(lib.alice), f"base-0:{film.pk}"
    form = form_of(lib, film)
    words = {f"base-0-captionfile-{film.pk}": reels.sent(reels.VTT, "t.vtt"), f"base-0-captionlang-{film.pk}": "cy"}
    assert alice.post(reverse("posts:new"), {**form, **words, "do": f"captions:{name}"}).status_code == 302
    row = CaptionFile.objects.get()
    assert (row.language, kept().captions) == ("cy", (row.pk,))
    address = reverse("posts:edit", args=[Post.objects.get().pk])
    page = alice.get(address).content.decode()
    assert f'name="base-0-captions-{film.pk}" value="{row.pk}"' in page
    assert "Cymraeg" in page
    still = {**form, "version": "1", f"base-0-captions-{film.pk}": str(row.pk)}
    shot = {f"base-0-posterfile-{film.pk}": reels.sent(reels.gif(1), "p.gif", "image/gif")}
    assert alice.post(address, {**still, **shot, "do": f"poster:{name}"}).status_code == 302
    assert kept().poster == Asset.objects.latest("pk").pk
    own = {**still, "version": "2", f"base-0-poster-{film.pk}": str(kept().poster), "do": f"own-poster:{name}"}
    assert alice.post(address, own).status_code == 302
    assert (kept().poster, kept().captions) == (None, (row.pk,))
    gone = {**still, "version": "3", "do": f"remove-captions:{name}:{row.pk}"}
    assert alice.post(address, gone).status_code == 302
    assert kept().captions == ()


def test_a_refused_caption_file_is_said_beside_its_part_and_the_words_stay(lib: Library, film: Asset) -> None:
    form = form_of(lib, film) | {f"base-0-captionfile-{film.pk}": reels.sent(b"no", "t.vtt")}
    answer = signed_in(lib.alice).post(reverse("posts:new"), {**form, "do": f"captions:base-0:{film.pk}"})
    assert answer.status_code == 422
    assert "There are no captions in this file" in answer.content.decode()
    assert kept().alt == "A walk"


@pytest.mark.parametrize(
    "do", ["captions:", "captions:base-0", "poster:base-0:x", "own-poster:", "remove-captions:a:b:c:d"]
)
def test_a_button_with_nonsense_changes_nothing(lib: Library, film: Asset, do: str) -> None:
    assert signed_in(lib.alice).post(reverse("posts:new"), {**form_of(lib, film), "do": do}).status_code in {302, 422}
    assert kept().captions == ()


def test_a_film_added_without_script_brings_its_captions_along(lib: Library, film: Asset) -> None:
    row = captioned(lib, film)
    form = form_of(lib, film) | {"base-0-media": [], "base-0-files": reels.sent(reels.film())}
    signed_in(lib.alice).post(reverse("posts:new"), {**form, "do": "upload:base-0"})
    assert kept().captions == (row.pk,)


# --- the looks ----------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_look_shows_all_that_is_said(lib: Library, quays: list[Adapter], film: Asset, layout: str) -> None:
    channel = moored(lib.north, layout)
    row = captioned(lib, film)
    options = {**SET, "first_comment": "Our comment"}
    media = (DraftMedia(film.pk, "A walk through the hall", captions=(row.pk,)),)
    post = submitted(lib.alice, lib.north, draft_for(channel, text="Come & see <all>", options=options, media=media))
    page = signed_in(lib.sam).get(reverse("posts:detail", args=[post.pk])).content.decode()
    preview = page[page.index(f'class="preview preview-{layout}"') :]
    wanted = [
        "Come &amp; see &lt;all&gt;",
        "A walk through the hall",
        "Perhaps",
        "Our comment",
        "<video controls",
        "<track",
    ]
    for words in wanted:
        assert words in preview, words
    assert "Night of the books" in (page if layout == "microblog" else preview)
    assert "Captions:" in page
    assert "Address of the button: <strong>https://l.example/" in page


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_look_stands_without_anything_and_with_a_card(lib: Library, quays: list[Adapter], layout: str) -> None:
    channel = moored(lib.north, layout)
    assert f"preview-{layout}" in edit_page(lib, draft_for(channel, text=""))
    card = DraftCard("https://l.example/a", "The card", "About it")
    assert "l.example" in edit_page(lib, draft_for(channel, card=card))


def test_a_folded_channel_says_that_something_in_it_must_be_changed(lib: Library, quays: list[Adapter]) -> None:
    channel = moored(lib.north, "page")
    page = edit_page(lib, draft_for(channel))
    assert "1 thing to change" in page[page.index(f'data-slot="mark-v{channel.pk}"') :][:900]
    assert "thing to change" not in edit_page(lib, draft_for(channel, options={"title": "T"}))


def test_a_document_shows_its_name_and_pages(lib: Library, quays: list[Adapter]) -> None:
    paper = taken(lib, reels.pdf(4), "Programme.pdf")
    page = edit_page(lib, draft_for(moored(lib.north, "page"), media=(DraftMedia(paper.pk),), options={"title": "T"}))
    assert page.count("Programme.pdf") >= 2
    assert "4 pages" in page
    assert f"base-0-alt-{paper.pk}" not in page


def test_text_beyond_the_fold_is_marked_and_not_lost(lib: Library, quays: list[Adapter]) -> None:
    text = " ".join(f"word{n}" for n in range(60))
    page = edit_page(lib, draft_for(moored(lib.north, "page"), text=text, options={"title": "T"}))
    shown = re.search(r'<div class="preview-text" dir="ltr" lang="en">(.*?)</div>', page, re.DOTALL)
    assert shown
    assert re.sub(r"</?details[^>]*>|<summary.*?</summary>", "", shown[1]) == text
    assert 100 < shown[1].index("<details") <= 120
