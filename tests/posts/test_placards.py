"""Text cards: drawn so that they can be read, kept with their words, written again, in the look of the unit."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image

from libsocial.accounts import policies
from libsocial.core import contrast, lettering
from posts import placards
from posts.drafting import DraftMedia
from posts.models import Asset
from posts.placards import Placard
from posts.services import placards as making
from posts.services import storage
from tests.cast import Library, signed_in
from tests.posts.conftest import again, make_channel, submitted, written
from tests.posts.test_library import picture, showing

pytestmark = pytest.mark.django_db
NIGHT = Placard("Poetry night", "Bring a poem.", "Friday 3 May, 19:00")
EVERY = [(layout, size) for layout in placards.LAYOUTS for size in placards.SIZES]


def made(lib: Library, card: Placard = NIGHT) -> Asset:
    return making.make(by=lib.alice, unit=lib.north, card=card)


def half(colour: str, other: str) -> Image.Image:
    image = Image.new("RGB", (600, 600), colour)
    image.paste(Image.new("RGB", (300, 600), other), (0, 0))
    return image


# --- drawing ----------------------------------------------------------------------


@pytest.mark.parametrize(("layout", "size"), EVERY)
@pytest.mark.parametrize("behind", [None, "busy"])
def test_every_layout_in_every_size_can_be_read(layout: str, size: str, behind: str | None) -> None:
    photo = half("white", "black") if behind else None
    card = Placard(NIGHT.title, NIGHT.text, NIGHT.date, layout, size, dim=80)
    drawn = placards.draw(card, picture=photo, logo=Image.new("RGBA", (300, 100), "red"))
    assert drawn.image.size == placards.SIZES[size][0]
    assert drawn.problems == ()
    assert drawn.ratio >= 4.5


@pytest.mark.parametrize("colour", placards.PALETTE)
def test_letters_are_chosen_to_be_read_on_every_colour(colour: str) -> None:
    drawn = placards.draw(Placard("Closed on Monday", colour=colour), picture=None, logo=None, scale=0.5)
    assert drawn.problems == ()


def test_words_lost_on_a_picture_are_refused_and_dimming_helps() -> None:
    photo, card = half("white", "black"), Placard("Poetry night", dim=0)
    (problem,) = placards.draw(card, picture=photo, logo=None).problems
    assert problem.field == "ink"
    assert "4.5 to 1" in problem.sentence
    for _said, change in problem.fixes:
        better = Placard(**card.to_json() | change)
        assert placards.draw(better, picture=photo, logo=None).problems == ()


def test_dark_letters_on_a_dark_colour_are_refused_with_a_way_out() -> None:
    (problem,) = placards.draw(Placard("Closed", ink="dark"), picture=None, logo=None).problems
    assert [change for _said, change in problem.fixes] == [{"ink": ""}]


@pytest.mark.parametrize(
    ("card", "field"),
    [
        (Placard("Short", "MMMM WWWW " * 40, layout="band", size="landscape"), "text"),
        (Placard("x" * 120), "title"),
    ],
)
def test_words_that_do_not_fit_are_named_and_never_cut(card: Placard, field: str) -> None:
    (problem,) = placards.draw(card, picture=None, logo=None).problems
    assert problem.field == field
    assert "Shorten it" in problem.sentence


def test_letters_the_typeface_does_not_have_are_named() -> None:
    (problem,) = placards.draw(Placard("Story time 物語 📚"), picture=None, logo=None).problems
    assert problem.field == "title"
    assert "物 語 📚" in problem.sentence
    assert lettering.missing("Ñandú, Żółć, Ελλάδα, Їжак – “café”") == ""


def test_what_an_asset_keeps_is_read_back_and_nonsense_is_no_card() -> None:
    assert placards.read(NIGHT.to_json()) == NIGHT
    for nonsense in (None, [], {"title": 3}, NIGHT.to_json() | {"size": "huge"}, NIGHT.to_json() | {"colour": "red"}):
        assert placards.read(nonsense) is None


# --- keeping ----------------------------------------------------------------------


def test_a_card_is_a_picture_described_by_its_own_words(lib: Library) -> None:
    asset = made(lib)
    assert (asset.kind, asset.mime, asset.width, asset.height) == ("image", "image/png", 1080, 1080)
    assert asset.alt == "Poetry night. Bring a poem. Friday 3 May, 19:00."
    assert (asset.title, asset.unit, asset.uploaded_by) == ("Poetry night", lib.north, lib.alice)
    assert asset.facts["card_fields"] == {"title": NIGHT.title, "text": NIGHT.text, "date": NIGHT.date}
    assert placards.read(asset.facts["placard"]) == NIGHT


def test_a_card_that_cannot_be_read_is_not_kept(lib: Library) -> None:
    with pytest.raises(making.Unreadable, match="do not stand out"):
        made(lib, Placard("Closed", ink="dark"))
    assert not Asset.objects.exists()


def test_what_holds_for_the_picture_behind_holds_for_the_card(lib: Library) -> None:
    photo = picture(lib, colour="navy")
    photo.credit, photo.shows_people, photo.consent = "Jane Roe", True, "folder 3"
    photo.save()
    card = made(lib, Placard("Poetry night", picture=photo.pk))
    assert (card.mime, card.credit, card.shows_people, card.consent) == ("image/jpeg", "Jane Roe", True, "folder 3")
    shown = Image.open(io.BytesIO(storage.get(card.path))).convert("RGB")
    left, right = (contrast.luminance(shown.getpixel((x, 30))) for x in (20, 1060))
    assert left > right + 0.02  # the photograph is white on its left and navy on its right


def test_a_picture_of_another_unit_is_not_shown_behind(lib: Library) -> None:
    photo = picture(lib, colour="white")
    foreign = making.make(by=lib.olga, unit=lib.south, card=Placard("Poetry night", picture=photo.pk))
    corner = Image.open(io.BytesIO(storage.get(foreign.path))).convert("RGB").getpixel((2, 2))
    assert corner == placards.colour_of(placards.COLOUR)


def test_a_card_written_again_takes_its_place_in_drafts_and_what_was_sent_keeps_the_old(lib: Library) -> None:
    old, channel = made(lib), make_channel(lib.north)
    plain = showing(channel, old)
    said = replace(plain, parts=(replace(plain.parts[0], media=(DraftMedia(old.pk, old.alt),)),))
    draft, waiting = written(lib.alice, lib.north, said), submitted(lib.alice, lib.north, said)
    new = making.rewrite(asset=old, by=lib.alice, card=Placard("Poetry night", "Bring two.", NIGHT.date))
    assert new.alt == "Poetry night. Bring two. Friday 3 May, 19:00."
    assert again(draft).current.uses.filter(asset=new).exists()
    assert not again(waiting).current.uses.filter(asset=new).exists()


def test_a_description_somebody_wrote_stays(lib: Library) -> None:
    old = made(lib)
    old.alt = "Poster: poetry night on Friday"
    old.save()
    new = making.rewrite(asset=old, by=lib.alice, card=Placard("Poetry night", colour="#24548a"))
    assert new.alt == "Poster: poetry night on Friday"


def test_the_look_of_a_unit_holds_below_it_until_that_has_its_own(lib: Library) -> None:
    logo = picture(lib, colour="red")
    making.set_brand(unit=lib.root, by=lib.ada, colour="#24548a", logo=logo)
    assert making.fresh(lib.north).colour == "#24548a"
    making.set_brand(unit=lib.north, by=lib.erin, colour="#673c8a", logo=None)
    assert (making.fresh(lib.north).colour, making.fresh(lib.south).colour) == ("#673c8a", "#24548a")
    with pytest.raises(policies.NotAllowed):
        making.set_brand(unit=lib.north, by=lib.alice, colour="#000000", logo=None)


def test_strangers_make_no_cards(lib: Library) -> None:
    with pytest.raises(policies.NotAllowed):
        making.make(by=lib.olga, unit=lib.north, card=NIGHT)


# --- pages ------------------------------------------------------------------------


def fields(card: Placard, lib: Library, **more: Any) -> dict[str, Any]:
    said = card.to_json() | {"unit": lib.north.pk} | more
    return {name: value for name, value in said.items() if value is not False}


def test_a_card_is_written_on_its_page(lib: Library) -> None:
    client = signed_in(lib.alice)
    answer = client.post(reverse("posts:media_card_new"), fields(NIGHT, lib, do="new"))
    asset = Asset.objects.get()
    assert answer.url == reverse("posts:media_asset", args=[asset.pk])
    page = client.get(reverse("posts:media_card", args=[asset.pk])).content.decode()
    assert "Poetry night" in page
    assert "Save as a new card" in page


def test_a_mistake_keeps_what_was_typed_and_a_button_mends_it(lib: Library) -> None:
    client = signed_in(lib.alice)
    dark = Placard("Closed on Monday", ink="dark")
    refused = client.post(reverse("posts:media_card_new"), fields(dark, lib, do="new"))
    assert refused.status_code == 422
    assert "Closed on Monday" in refused.content.decode()
    assert "do not stand out" in refused.content.decode()
    mended = client.post(reverse("posts:media_card_new"), fields(dark, lib, fix="ink="))
    assert "do not stand out" not in mended.content.decode()
    empty = client.post(reverse("posts:media_card_new"), fields(Placard(), lib, do="new"))
    assert empty.status_code == 422
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"layout": "x"}, {"size": "x"}, {"dim": "1000"}, {"colour": "red"}, {"picture": "9"}]
)
def test_nonsense_is_refused_and_drawn_all_the_same(lib: Library, wrong: dict[str, str]) -> None:
    client = signed_in(lib.alice)
    assert client.post(reverse("posts:media_card_new"), fields(NIGHT, lib, do="new") | wrong).status_code == 422
    assert client.post(reverse("posts:media_card_preview"), fields(NIGHT, lib) | wrong).status_code == 200
    assert not Asset.objects.exists()


def test_the_look_is_chosen_on_the_page(lib: Library) -> None:
    logo = picture(lib, colour="red")
    said = {"colour": "#24548a", "logo": logo.pk}
    signed_in(lib.erin).post(reverse("posts:media_brand", args=[lib.north.pk]), said)
    assert making.brand_of(lib.north).logo == logo
    assert signed_in(lib.alice).post(reverse("posts:media_brand", args=[lib.north.pk]), said).status_code == 404
    signed_in(lib.erin).post(reverse("posts:media_brand", args=[lib.north.pk]), {"colour": "red"})
    assert making.brand_of(lib.north).colour == "#24548a"


def test_a_card_nobody_wrote_on_yet_is_no_mistake(lib: Library) -> None:
    page, where = signed_in(lib.alice), reverse("posts:media_card_new")
    fresh = page.get(where).content.decode()
    assert "Write the words" in fresh
    assert 'role="alert"' not in fresh.partition("data-card-preview")[2]
    long = page.post(where, fields(Placard("x" * 120), lib)).content.decode()
    assert 'role="alert"' in long.partition("data-card-preview")[2]
