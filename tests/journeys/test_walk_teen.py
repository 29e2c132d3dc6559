"""The walk of a teen-services librarian, most of it with a phone: pictures of people, a carousel, a closed Friday."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests import reels
from tests.journeys.hands import Hands
from tests.journeys.product import Product
from tests.journeys.walking import (
    a_file,
    arrived,
    choose_files,
    deliveries_of,
    kind_of,
    post_called,
    run,
    state_of,
    station,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH = pytest.mark.parametrize("hands", ["keyboard", "thumb"], indirect=True)
People = Callable[..., Hands]
COLOURS = ("teal", "orange", "purple", "olive")
OVERLAPPING = b"WEBVTT\n\n00:00.000 --> 00:02.000\nWelcome\n\n00:01.000 --> 00:03.000\nto the manga club\n"
RIGHT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nWelcome\n\n00:01.000 --> 00:03.000\nto the manga club\n"

# Open on weekdays from nine to five; on that Friday the branch is closed.
CLOSED = """
from datetime import date, time
from libsocial.hours.models import Closure
from libsocial.hours.reckoning import Span
from libsocial.hours.services import closing, keeping
ada = User.objects.get(email="ada@library.example")
if not Closure.objects.filter(unit=north).exists():
    keeping.set_week(by=ada, unit=north, spans=[Span(day, time(9), time(17)) for day in range(5)])
    closing.declare(by=ada, unit=north, kind="closed", first_day=friday, last_day=friday, reason="Training day")
"""


def friday() -> date:
    """One that is more than a week away."""
    today = datetime.now(ZoneInfo("Europe/London")).date()
    return today + timedelta(days=7 + (4 - today.weekday()) % 7)


def photo(colour: str, kind: str) -> bytes:
    """As a phone writes it: with the place where it was taken."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0)}
    out = io.BytesIO()
    width = 640 if kind == "keyboard" else 660  # other bytes for each walk: the same picture is taken in once
    Image.new("RGB", (width, 480), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


@BOTH
def test_pictures_of_the_manga_club_a_closed_friday_and_a_no(product: Product, people: People) -> None:
    erin = people("erin")
    kind = kind_of(erin)
    run(product, f"import datetime as days\nfriday = days.date.fromisoformat('{friday()}')\n{CLOSED}")
    _four_pictures(erin, product, kind)
    _one_says_no(erin, product, kind)
    _a_carousel(erin, kind)
    _thursday_instead_of_friday(erin, kind)
    post = post_called(product, f"{kind} manga%")
    run(
        product,
        f"post = Post.objects.select_related('current').get(pk={post})\n"
        "review.approve(post=post, by=sam, digest=post.current.digest)\n",
    )
    assert state_of(product, post) == "approved"
    _permission_is_taken_back(people("ada"), product, kind, post)


def _library(person: Hands, product: Product, kind: str) -> None:
    person.page.goto(f"{product.address}/posts/media/?q={kind}-manga")
    arrived(person, "Media")


def _four_pictures(erin: Hands, product: Product, kind: str) -> None:
    _library(erin, product, kind)
    files = [a_file(f"{kind}-manga-{n}.jpg", photo(colour, kind), "image/jpeg") for n, colour in enumerate(COLOURS, 1)]
    with erin.page.expect_navigation():
        choose_files(erin, "input[data-media-files]", "Add files", files)
    _library(erin, product, kind)
    boxes = [erin.page.get_by_role("checkbox", name=f"Choose {kind}-manga-{n}.jpg") for n in (1, 2, 3, 4)]
    for box in boxes:
        erin.tick(box)
    erin.write("How the people shown gave permission", "Notice at the door was read")
    station(erin, "teen-1-chosen")
    erin.press("button", "Note permission")
    erin.told("Permission noted for 4 files.")
    noted = product.rows("select shows_people, consent from posts_asset where original_name like ?", f"{kind}-manga%")
    assert noted == [(1, "Notice at the door was read")] * 4


def _stored(product: Product, name: str) -> list[Path]:
    rows = product.rows("select path, thumb from posts_asset where original_name = ?", name)
    return [product.folder / "data" / "media" / path for row in rows for path in row]


def _one_says_no(erin: Hands, product: Product, kind: str) -> None:
    name = f"{kind}-manga-4.jpg"
    files = _stored(product, name)
    assert len(files) == 2
    assert all(file.exists() for file in files)
    _say_no(erin, product, kind, name)
    erin.told("The picture is deleted.")
    assert _stored(product, name) == []
    assert not any(file.exists() for file in files)
    for number in (1, 2, 3):
        picture = _stored(product, f"{kind}-manga-{number}.jpg")[0]
        with Image.open(picture) as kept:
            assert not kept.getexif().get_ifd(0x8825), "the place is still in it"


def _say_no(person: Hands, product: Product, kind: str, name: str) -> None:
    _library(person, product, kind)
    person.act(person.page.locator("[data-media-tile]", has_text=name).get_by_role("link"))
    person.press("link", "Somebody in it said no")
    arrived(person, "Somebody in it said no")
    station(person, "teen-2-no")
    person.press("button", "Delete it everywhere")


def _a_carousel(erin: Hands, kind: str) -> None:
    """Three pictures of the library, each described, and a film whose overlapping captions are told with the time."""
    erin.press("link", "New") if kind == "thumb" else erin.press("link", "New post")
    arrived(erin, "New post")
    erin.write("Text", f"{kind} manga club: what we drew this week.")
    teens = erin.page.get_by_role("checkbox", name=re.compile("North Teens"))
    if not teens.is_checked():
        erin.tick(teens)
    erin.saved()
    for number in (1, 2, 3):
        erin.press("button", "From the library")
        dialogue = erin.page.get_by_role("dialog")
        erin.press("button", f"{kind}-manga-{number}.jpg", near=dialogue)
        expect(erin.page.locator("[data-media]")).to_have_count(number)
    labels = erin.page.get_by_label("What the picture shows")
    for at, words in enumerate(("A drawing of a cat with wings", "Two hands over one page", "A shelf full of manga")):
        erin.type_into(labels.nth(at), words)
    erin.saved()
    station(erin, "teen-3-carousel")
    _captions_are_read(erin, kind)


def _captions_are_read(erin: Hands, kind: str) -> None:
    size = "320x240" if kind == "keyboard" else "336x240"  # a film of its own for each walk, as with the pictures
    film = a_file("club.mp4", reels.film(seconds=3, size=size), "video/mp4")
    choose_files(erin, "input[data-files]", "Add pictures", [film])
    item = erin.page.locator('[data-media][data-kind="video"]')
    expect(item).to_be_visible()
    choose_files(erin, "input[data-caption-file]", "Add a VTT", [a_file("club.en.vtt", OVERLAPPING, "text/vtt")])
    expect(item.locator("[data-caption]")).to_have_count(1)
    erin.saved()
    found = erin.page.locator("[data-check]").filter(has_text="two captions stand over each other at 0:01")
    expect(found).to_have_count(1)
    station(erin, "teen-4-captions")
    erin.act(item.locator("[data-caption-remove]"))
    choose_files(erin, "input[data-caption-file]", "Add a VTT", [a_file("club.en.vtt", RIGHT, "text/vtt")])
    expect(item.locator("[data-caption]")).to_have_count(1)
    erin.saved()
    expect(found).to_have_count(0)
    # Here it was only tried: this network takes pictures or a film.
    erin.act(item.locator("[data-media-remove]"))
    expect(item).to_have_count(0)
    erin.saved()


def _thursday_instead_of_friday(erin: Hands, kind: str) -> None:
    erin.tick(erin.page.get_by_role("radio", name="On a day and time"))
    erin.write("Day", friday().isoformat())
    erin.write("Time", "16:00")
    erin.saved()
    slot = erin.page.locator("[data-slot='at']")
    expect(slot).to_contain_text("lies in a closure: Training day")
    expect(slot).to_contain_text("16:30")
    station(erin, "teen-5-friday")
    erin.press("button", "Move it to before the closure", near=slot)
    thursday = friday() - timedelta(days=1)
    expect(erin.page.get_by_label("Day", exact=True)).to_have_value(thursday.isoformat())
    expect(erin.page.get_by_label("Time", exact=True)).to_have_value("16:30")
    expect(erin.page.locator("[data-slot='at']")).not_to_contain_text("closure")
    if kind == "keyboard":
        erin.page.keyboard.press("Control+Enter")
    else:
        erin.press("button", "Send for approval")
    erin.told("Sent for approval.")
    station(erin, "teen-6-sent")


def _permission_is_taken_back(ada: Hands, product: Product, kind: str, post: int) -> None:
    """In the evening: the approved carousel loses the slide and waits for approval again; both are told."""
    name = f"{kind}-manga-2.jpg"
    gone = product.rows("select id from posts_asset where original_name = ?", name)[0][0]
    _say_no(ada, product, kind, name)
    ada.told("Taken out of 1 post.")
    assert state_of(product, post) == "in_review"
    assert deliveries_of(product, post) == ["cancelled"]
    sql = "select body from posts_revision where id = (select current_id from posts_post where id = ?)"
    shown = [one["asset"] for one in json.loads(product.rows(sql, post)[0][0])["parts"][0]["media"]]
    assert len(shown) == 2
    assert gone not in shown
    sql = (
        "select email from notices_notice n join accounts_user u on u.id = n.recipient_id"
        " where n.message = 'post.picture_withdrawn' and n.subject_id = ?"
    )
    told = {row[0] for row in product.rows(sql, str(post))}
    assert told == {"erin@library.example", "sam@library.example"}
    ada.page.goto(f"{product.address}/posts/{post}/")
    expect(ada.page.get_by_role("main")).to_contain_text("Changed since version 1")
    station(ada, "teen-7-again")
