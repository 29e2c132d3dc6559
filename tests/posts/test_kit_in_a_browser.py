"""Writing with the kit and talking about a post in a real browser: by keyboard, with a thumb, accessible."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from posts.models import BannedTag, Comment, NamedAccount, Post, Snippet, TagSet
from posts.services import kit, talk
from tests import browser
from tests.cast import Library
from tests.posts.conftest import make_channel, simple, submitted, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def furnished(lib: Library) -> Library:
    """A library whose editors have written down what colleagues need."""
    kit.add_ours(by=lib.ada, unit=lib.root)
    Snippet.objects.create(unit=lib.north, key="phone", name="Phone", text="020 7946 0000")
    Snippet.objects.create(unit=lib.north, key="hours", name="Opening hours", text="Monday to Friday, 9 to 18")
    TagSet.objects.create(unit=lib.root, name="Banned Books Week", tags=["BannedBooksWeek", "ReadFreely"])
    BannedTag.objects.create(unit=lib.root, name="BookBurning", folded="bookburning", reason="A campaign uses it.")
    NamedAccount.objects.create(unit=lib.root, name="Friends of the Library", handles={"practice": "@friends"})
    return lib


def open_composer(page: Any, live_server: Any, lib: Library) -> Any:
    browser.sign_in(page, live_server, lib.alice)
    page.goto(f"{live_server.url}/posts/new/")
    text = page.get_by_label("Text", exact=True).first
    expect(text).to_be_focused()
    return text


def test_from_a_new_post_to_sent_with_three_acts_of_the_keyboard(
    page: Any, live_server: Any, furnished: Library
) -> None:
    make_channel(furnished.north)
    browser.sign_in(page, live_server, furnished.alice)
    page.goto(f"{live_server.url}/")
    page.keyboard.press("n")
    page.wait_for_url("**/posts/new/")
    page.keyboard.type("Story time on Tuesday")
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_url(re.compile(r"/posts/\d+/$"))
    assert Post.objects.get().state == "in_review"


def test_hashtags_names_and_emoji_come_from_the_keyboard(page: Any, live_server: Any, furnished: Library) -> None:
    make_channel(furnished.north)
    text = open_composer(page, live_server, furnished)
    page.keyboard.type("Join #bannedbook")
    expect(page.get_by_role("option", name="#BannedBooksWeek")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("with @frien")
    expect(page.get_by_role("option", name="Friends of the Library")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Emoji").first.press("Enter")
    expect(page.get_by_role("button", name="books").first).to_be_visible()
    page.keyboard.type("open book")
    expect(page.get_by_role("button", name="open book").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(text).to_have_value("Join #BannedBooksWeek with @[Friends of the Library] 📖")
    expect(text).to_be_focused()
    expect(page.locator("[data-side]")).to_contain_text("with @friends 📖")
    # Server and browser count the handle, not the name.
    expect(page.locator("[data-counts]").first).to_contain_text(f"{len('Join #BannedBooksWeek with @friends 📖')} /")


def test_a_hashtag_in_small_letters_is_offered_with_capitals(page: Any, live_server: Any, lib: Library) -> None:
    make_channel(lib.north)
    text = open_composer(page, live_server, lib)
    page.keyboard.type("Join #summerreading")
    expect(page.get_by_role("option", name="#SummerReading")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("today")
    expect(text).to_have_value("Join #SummerReading today")


def test_emoji_are_found_group_by_group(page: Any, live_server: Any, lib: Library) -> None:
    make_channel(lib.north)
    text = open_composer(page, live_server, lib)
    page.get_by_role("button", name="Emoji").first.click()
    page.get_by_role("button", name="Animals and nature").click()
    expect(page.get_by_role("heading", name="Animals and nature")).to_be_visible()
    expect(page.get_by_role("button", name="Animals and nature")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="hedgehog").click()
    expect(text).to_have_value("🦔")
    page.get_by_role("button", name="Emoji").first.click()
    expect(page.get_by_role("heading", name="Used lately")).to_be_visible()
    page.get_by_label("Search by name").fill("hedgehog")
    expect(page.get_by_role("button", name="Animals and nature")).to_be_hidden()
    browser.axe(page)


def test_a_banned_hashtag_is_named_while_one_types(page: Any, live_server: Any, furnished: Library) -> None:
    make_channel(furnished.north)
    open_composer(page, live_server, furnished)
    page.keyboard.type("No #bookburning")
    expect(page.get_by_role("option", name="Not used here: #bookburning")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#compose .problem-block").first).to_contain_text("A campaign uses it.")


def test_a_snippet_is_inserted_where_the_cursor_stands(page: Any, live_server: Any, furnished: Library) -> None:
    make_channel(furnished.north)
    text = open_composer(page, live_server, furnished)
    page.keyboard.type("Call  today")
    for _step in range(6):
        page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Snippets").first.click()
    page.get_by_role("button", name="Phone").click()
    expect(text).to_have_value("Call 020 7946 0000 today")


def test_a_comment_beside_the_text_is_kept_and_is_no_change_of_the_post(
    page: Any, live_server: Any, furnished: Library
) -> None:
    post = written(furnished.alice, furnished.north, simple(make_channel(furnished.north)))
    talk.say(post=post, by=furnished.sam, text="Which garden?")
    browser.sign_in(page, live_server, furnished.alice)
    page.goto(f"{live_server.url}/posts/{post.pk}/edit/")
    beside = page.locator("[data-beside]")
    expect(beside).to_contain_text("Which garden?")
    field = beside.get_by_label("Write a comment")
    field.press_sequentially("@Sam Sup")
    expect(page.get_by_role("option", name="Sam Supervisor")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("the small one")
    beside.get_by_role("button", name="Comment", exact=True).click()
    expect(beside.locator(".talk-name")).to_have_text("@Sam Supervisor")
    assert list(Comment.objects.last().mentioned.all()) == [furnished.sam]
    post.refresh_from_db()
    assert post.current.version == 1


def test_the_queue_answers_a_comment_in_place(page: Any, live_server: Any, furnished: Library) -> None:
    post = submitted(furnished.alice, furnished.north, simple(make_channel(furnished.north)))
    talk.say(post=post, by=furnished.alice, text="The date is new")
    browser.sign_in(page, live_server, furnished.sam)
    page.goto(f"{live_server.url}/posts/review/")
    page.locator("summary", has_text="Comments").click()
    page.locator("summary", has_text="Answer").click()
    page.get_by_label("Your answer").fill("Good")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator(".talk-answer")).to_contain_text("Good")
    page.get_by_role("button", name=re.compile("^Settled")).click()
    expect(page.locator("[data-talk]")).to_contain_text("1 settled comment")
    assert Comment.objects.filter(parent=None).get().resolved_by == furnished.sam


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(browser.SIZES))
def test_the_composer_with_everything_open_is_accessible(
    page: Any, live_server: Any, furnished: Library, theme: str, size: str
) -> None:
    post = written(furnished.alice, furnished.north, simple(make_channel(furnished.north), text="Call {phone}"))
    talk.say(post=post, by=furnished.sam, text="@Alice Author which garden?")
    browser.sign_in(page, live_server, furnished.alice)
    page.set_viewport_size(browser.SIZES[size])
    getattr(browser, theme)(page)
    page.goto(f"{live_server.url}/posts/{post.pk}/edit/")
    expect(page.locator("[data-beside]")).to_contain_text("which garden?")
    page.locator("summary", has_text="Versions").click()
    expect(page.locator("[data-beside]")).to_contain_text("Version 1")
    browser.axe(page)
    browser.no_sideways_scroll(page)
    for kind in ("Emoji", "Hashtags", "Mention somebody", "Snippets"):
        page.get_by_role("button", name=kind).first.click()
        expect(page.locator("#kit [data-insert]").first).to_be_visible()
        browser.axe(page)
        browser.no_sideways_scroll(page)
        page.keyboard.press("Escape")
