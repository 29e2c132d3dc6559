"""Two editors, a network that fails, a session that ends, the way back and two presses, with every panel of the
composer and on the pages around it: nothing lost, nothing doubled, said plainly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import Page, expect

from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from libsocial.accounts.models import Unit
from libsocial.hours.models import Closure
from posts import drafting
from posts.drafting import DraftLanguage, DraftPart
from posts.models import Asset, Comment, GuestWord, Post
from posts.services import drafts, guests, importing, media, talk
from tests import browser
from tests.cast import Library
from tests.posts.conftest import again, make_channel, simple, submitted, written
from tests.posts.test_media import DATA
from tests.posts.test_saving import (
    body,
    left,
    opened,
    out_of_reach,
    ready,
    status,
    text,
    told,
    within_reach,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOPPER = DATA / "hopper.jpg"


@pytest.fixture
def alice(page: Page, live_server: Any, lib: Library) -> Page:
    """Alice's browser."""
    browser.sign_in(page, live_server, lib.alice)
    return page


@pytest.fixture
def channel(lib: Library) -> Channel:
    return make_channel(lib.north, "Practice both", languages=["en", "es"])


@pytest.fixture
def post(lib: Library, channel: Channel) -> Post:
    """In two languages, for two channels."""
    spanish = DraftLanguage("es", (DraftPart("Hora de cuentos"),))
    draft = replace(simple(channel, make_channel(lib.north, "Practice East")), languages=(spanish,))
    return written(lib.alice, lib.north, draft)


def edit(page: Page, live_server: Any, post: Post) -> None:
    opened(page, live_server, reverse("posts:edit", args=[post.pk]))


def spanish_of(post: Post) -> str:
    return drafting.of_revision(again(post).current).languages[0].parts[0].text


def of_spanish(page: Page) -> Any:
    page.locator('[data-tab="es"]').click()
    return page.locator("#l-es-0-text")


# --- the network is gone ---------------------------------------------------------------


def test_every_panel_typed_in_before_a_crash_comes_back(alice: Page, live_server: Any, post: Post) -> None:
    edit(alice, live_server, post)
    out_of_reach(alice)
    of_spanish(alice).fill("Hora de cuentos el martes")
    alice.locator("summary", has_text="Language, content warning").click()
    alice.get_by_label("Note").first.fill("Ask the children's desk")
    alice.get_by_label("On a day and time").check()
    alice.get_by_label("Day", exact=True).fill("2190-05-01")
    alice.get_by_label("Time", exact=True).fill("10:30")
    status(alice, "problem")
    left(alice, f"{live_server.url}/posts/")
    within_reach(alice)
    edit(alice, live_server, post)
    with alice.expect_navigation():
        alice.get_by_role("button", name="Bring them back").click()
    ready(alice)
    assert spanish_of(post) == "Hora de cuentos el martes"
    assert (again(post).current.at, again(post).note) == ("2190-05-01T10:30", "Ask the children's desk")
    expect(of_spanish(alice)).to_have_value("Hora de cuentos el martes")


def test_words_of_a_language_wait_for_the_network(alice: Page, live_server: Any, post: Post) -> None:
    edit(alice, live_server, post)
    out_of_reach(alice)
    of_spanish(alice).fill("En el túnel")
    status(alice, "problem")
    within_reach(alice)
    alice.get_by_role("button", name="Save draft").click()
    told(alice, "Draft saved.")
    assert spanish_of(post) == "En el túnel"


def comment_field(page: Page) -> Any:
    page.locator("[data-beside] summary", has_text="Comments").click()
    return page.locator("[data-beside]").get_by_label("Write a comment")


def test_a_comment_that_does_not_arrive_stays_and_is_sent_once(alice: Page, live_server: Any, post: Post) -> None:
    edit(alice, live_server, post)
    field = comment_field(alice)
    field.fill("Which room?")
    alice.route("**/talk/say/", lambda route: route.abort())
    comment = alice.locator("[data-beside]").get_by_role("button", name="Comment", exact=True)
    comment.click()
    told(alice, "What you typed is still here")
    expect(field).to_have_value("Which room?")
    alice.unroute("**/talk/say/")
    comment.dblclick()
    expect(alice.locator("[data-beside] .talk-words")).to_have_text("Which room?")
    assert Comment.objects.count() == 1


def test_who_leaves_with_a_comment_begun_is_asked_first(alice: Page, live_server: Any, post: Post) -> None:
    edit(alice, live_server, post)
    field = comment_field(alice)
    field.fill("Half a thought")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    alice.once("dialog", stay)
    alice.get_by_role("link", name="Calendar").first.click()
    expect(field).to_have_value("Half a thought")
    assert asked == ["beforeunload"]
    assert alice.url.endswith(reverse("posts:edit", args=[post.pk]))


# --- an upload cut in the middle -----------------------------------------------------------


def test_a_picture_cut_off_on_its_way_is_said_by_name_and_added_once(alice: Page, live_server: Any, post: Post) -> None:
    edit(alice, live_server, post)
    text(alice).fill("With a picture")
    alice.route("**/posts/upload/", lambda route: route.abort("connectionreset"))
    alice.locator("input[data-files]").first.set_input_files(str(HOPPER))
    expect(alice.locator(".compose-upload-failed")).to_contain_text("hopper.jpg: the upload was cut off")
    status(alice, "saved")
    alice.unroute("**/posts/upload/")
    alice.locator("input[data-files]").first.set_input_files(str(HOPPER))
    expect(alice.locator("[data-scope=base]").get_by_label("What the picture shows")).to_be_visible()
    alice.get_by_role("button", name="Save draft").click()
    told(alice, "Draft saved.")
    assert body(post) == ["With a picture"]
    assert len(again(post).current.body["parts"][0]["media"]) == Asset.objects.count() == 1


def test_an_answer_lost_after_the_file_arrived_makes_no_second_file(
    alice: Page, live_server: Any, lib: Library, post: Post
) -> None:
    edit(alice, live_server, post)
    media.upload(by=lib.alice, unit=lib.north, file=SimpleUploadedFile("hopper.jpg", HOPPER.read_bytes()))
    alice.route("**/posts/upload/", lambda route: route.abort("connectionreset"))
    alice.locator("input[data-files]").first.set_input_files(str(HOPPER))
    expect(alice.locator(".compose-upload-failed")).to_be_visible()
    alice.unroute("**/posts/upload/")
    alice.locator("input[data-files]").first.set_input_files(str(HOPPER))
    expect(alice.locator("[data-scope=base]").get_by_label("What the picture shows")).to_be_visible()
    assert Asset.objects.count() == 1


# --- two editors -------------------------------------------------------------------------


def test_two_at_different_languages_of_one_post_are_told(
    alice: Page, live_server: Any, lib: Library, post: Post
) -> None:
    edit(alice, live_server, post)
    hers = drafting.of_revision(again(post).current)
    spanish = DraftLanguage("es", (DraftPart("Hora de cuentos, de Erin"),))
    drafts.save(post=again(post), by=lib.erin, draft=replace(hers, languages=(spanish,)), version=1)
    text(alice).fill("As Alice wants it")
    expect(alice.get_by_role("alert")).to_contain_text("Erin Editor saved this post")
    assert spanish_of(post) == "Hora de cuentos, de Erin"
    expect(text(alice)).to_have_value("As Alice wants it")
    alice.get_by_role("button", name="Keep mine").click()
    status(alice, "saved")
    assert body(post) == ["As Alice wants it"]


# --- the way back ---------------------------------------------------------------------------


def test_back_to_a_post_begun_and_left_goes_on_with_that_post(alice: Page, live_server: Any, channel: Channel) -> None:
    opened(alice, live_server, reverse("posts:new"))
    text(alice).fill("Begun")
    status(alice, "saved")
    alice.goto(live_server.url + reverse("posts:calendar"))
    alice.go_back()
    ready(alice)
    expect(text(alice)).to_have_value("Begun")
    text(alice).fill("Begun, and gone on with")
    status(alice, "saved")
    assert body(Post.objects.get()) == ["Begun, and gone on with"]


# --- two presses, and the same page sent again -------------------------------------------------


ROWS = b"Text,Day,Time\nStory time one,2199-03-01,10:00\nStory time two,2199-03-02,10:00\n"


def test_a_file_of_posts_becomes_them_once(alice: Page, live_server: Any, lib: Library, channel: Channel) -> None:
    batch = importing.begin(by=lib.alice, unit=lib.north, name="spring.csv", data=ROWS)
    alice.goto(live_server.url + reverse("posts:import_batch", args=[batch.pk]))
    alice.get_by_role("button", name="Make 2 drafts").dblclick()
    alice.wait_for_load_state("networkidle")
    assert Post.objects.count() == 2
    alice.go_back()
    alice.wait_for_load_state()
    again_there = alice.get_by_role("button", name="Make 2 drafts")
    if again_there.count():
        again_there.click()
        alice.wait_for_load_state("networkidle")
    assert Post.objects.count() == 2


def test_a_library_closes_once_however_often_it_is_pressed(page: Page, live_server: Any, lib: Library) -> None:
    ensure_practice(lib.north, by=lib.ada)
    Unit.objects.filter(pk=lib.north.pk).update(break_glass=True)
    browser.sign_in(page, live_server, lib.sam)
    page.goto(live_server.url + reverse("posts:close_now"))
    page.get_by_label("power").check()
    page.get_by_role("button", name="Show the words").click()
    page.get_by_role("button", name="Close and publish now").dblclick()
    page.wait_for_url("**/close-now/done/**")
    assert (Closure.objects.count(), Post.objects.count()) == (1, 2)
    page.go_back()
    page.wait_for_load_state()
    press = page.get_by_role("button", name="Close and publish now")
    if not press.count():  # the browser asks for the first page again
        page.get_by_label("power").check()
        page.get_by_role("button", name="Show the words").click()
    cache.clear()  # it is later than a second press could be
    press.click()
    expect(page.get_by_role("main").get_by_text("already closed").first).to_be_visible()
    assert (Closure.objects.count(), Post.objects.count()) == (1, 2)


def test_a_guest_says_a_thing_once(page: Page, live_server: Any, lib: Library, channel: Channel) -> None:
    asked = submitted(lib.alice, lib.north, simple(channel))
    made = guests.invite(post=asked, by=lib.sam, name="Petra Partner", may="comment")
    page.goto(live_server.url + urlsplit(made.link).path)
    page.locator("main textarea").first.fill("The date is wrong")
    page.get_by_role("button", name="Send").first.dblclick()
    page.wait_for_load_state("networkidle")
    assert GuestWord.objects.count() == 1


def test_an_answer_to_a_comment_is_sent_once_and_the_focus_stays(
    page: Page, live_server: Any, lib: Library, channel: Channel
) -> None:
    asked = submitted(lib.alice, lib.north, simple(channel))
    talk.say(post=asked, by=lib.alice, text="The date is new")
    browser.sign_in(page, live_server, lib.sam)
    page.goto(live_server.url + reverse("posts:talk", args=[asked.pk]))
    page.locator("summary", has_text="Answer").click()
    page.get_by_label("Your answer").fill("Good")
    page.get_by_role("button", name="Send the answer").dblclick()
    expect(page.locator(".talk-answer")).to_have_count(1)
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert Comment.objects.count() == 2


# --- signed out ------------------------------------------------------------------------------


def test_a_file_added_while_signed_out_is_said_and_the_words_stay(
    alice: Page, live_server: Any, lib: Library, post: Post
) -> None:
    edit(alice, live_server, post)
    alice.context.clear_cookies()
    alice.locator("input[data-files]").first.set_input_files(str(HOPPER))
    expect(alice.locator(".compose-upload-failed")).to_contain_text("hopper.jpg")
    text(alice).fill("Typed while signed out")
    status(alice, "problem")
    browser.sign_in(alice, live_server, lib.alice)
    alice.evaluate("window.dispatchEvent(new Event('focus'))")
    status(alice, "saved")
    assert body(post) == ["Typed while signed out"]
