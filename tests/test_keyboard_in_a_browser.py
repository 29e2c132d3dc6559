"""Every act by keyboard alone: it can be reached by Tab, done by Enter, and the focus is never lost on the way.

Sending, deciding and the keys of the calendar have their stories beside those pages and in tests/journeys.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from channels_app.practice.services import ensure_practice
from libsocial.accounts.models import Unit, User
from libsocial.hours.models import Closure
from libsocial.links.models import Link
from posts import drafting
from posts.models import Asset, Campaign, Comment, Post, Template
from posts.services import review
from scheduler.models import Hold
from tests import browser
from tests.cast import Library
from tests.journeys.hands import Keyboard
from tests.pages import world
from tests.posts.conftest import again, make_channel, simple, submitted, written

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.django_db(transaction=True)
]  # fmt: skip
PICTURE = world.PICTURE
CLOSED = {"parts": [{"text": "Closed on {date}."}]}


@pytest.fixture
def keys(page: Page) -> Keyboard:
    return Keyboard(page)


def at(keys: Keyboard, live_server: Any, person: User, name: str, *args: Any, query: str = "") -> Keyboard:
    browser.sign_in(keys.page, live_server, person)
    keys.page.goto(live_server.url + reverse(name, args=args) + query)
    keys.page.wait_for_load_state("load")
    return keys


def leads_on(keys: Keyboard, role: str, name: str, near: Locator | None = None) -> None:
    """Pressed, and the next page is there."""
    with keys.page.expect_navigation():
        keys.press(role, name, near)


def focused(target: Locator) -> None:
    expect(target).to_be_focused()


def test_a_post_is_moved_by_its_dialog_from_the_calendar(keys: Keyboard, live_server: Any, lib: Library) -> None:
    post = written(lib.alice, lib.north, simple(make_channel(lib.north), at="2190-05-10T10:00"))
    at(keys, live_server, lib.alice, "posts:calendar", query="?view=month&on=2190-05-10")
    stop = keys.page.locator(f'table [data-entry="{post.pk}"] [data-stop]').first
    grid = keys.page.locator("table [data-stop][tabindex='0']")
    keys.reach(grid)
    for _step in range(45):
        if stop.evaluate("e => e === document.activeElement"):
            break
        keys.page.keyboard.press("ArrowRight")
    focused(stop)
    keys.page.keyboard.press("m")
    dialog = keys.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    keys.page.keyboard.press("Escape")
    focused(stop)
    keys.page.keyboard.press("m")
    keys.write("Time", "15:30", dialog)
    with keys.page.expect_navigation():
        keys.press("button", "Move", dialog.locator(".form-actions"))
    assert again(post).current.at == "2190-05-10T15:30"
    focused(stop)


def test_many_posts_are_chosen_and_sent(keys: Keyboard, live_server: Any, lib: Library) -> None:
    channel = make_channel(lib.north)
    posts = [
        written(lib.alice, lib.north, simple(channel, text=f"Number {n}", at=f"2190-05-1{n}T10:00")) for n in range(3)
    ]
    at(keys, live_server, lib.alice, "posts:list")
    for post in posts[:2]:
        keys.tick(keys.page.locator(f"input[name=post][value='{post.pk}']"))
    expect(keys.page.locator("[data-bulk-count]")).to_have_text("2 chosen")
    leads_on(keys, "button", "Send for approval")
    assert [again(post).state for post in posts] == ["in_review", "in_review", "draft"]


def test_a_picture_is_uploaded_described_and_cut(keys: Keyboard, live_server: Any, lib: Library) -> None:
    make_channel(lib.north)
    at(keys, live_server, lib.alice, "posts:new")
    keys.page.keyboard.type("With a picture")
    with keys.page.expect_file_chooser() as chooser:
        keys.reach(keys.page.locator("input[data-files]").first)
        keys.page.keyboard.press("Enter")
    chooser.value.set_files(str(PICTURE))
    keys.write("What the picture shows", "Grace Hopper")
    opener = keys.page.locator("[data-media-crop]").first
    keys.act(opener)
    crop = keys.page.locator("#crop")
    keys.press("button", "16:9", crop)
    keys.reach(crop.locator("[data-crop-box]"))
    keys.page.keyboard.press("ArrowDown")
    keys.press("button", "Use it like this", crop)
    focused(opener)
    keys.saved()
    item = drafting.of_revision(Post.objects.get().current).parts[0].media[0]
    assert item.alt == "Grace Hopper"
    assert item.edits is not None and item.edits.crop is not None


def test_a_picture_comes_from_the_library(keys: Keyboard, live_server: Any, lib: Library) -> None:
    make_channel(lib.north)
    world.picture(lib.north, lib.alice)
    at(keys, live_server, lib.alice, "posts:new")
    opener = keys.page.get_by_role("button", name="From the library").first
    keys.act(opener)
    choice = keys.page.locator("#picker [data-asset]").first
    expect(choice).to_be_visible()
    keys.page.keyboard.press("Escape")
    focused(opener)
    keys.act(opener)
    keys.act(choice)
    expect(keys.page.get_by_label("What the picture shows")).to_have_value("Grace Hopper, smiling")
    assert keys.page.evaluate("document.activeElement !== document.body")
    keys.saved()


def test_files_of_the_library_are_tagged_and_described(keys: Keyboard, live_server: Any, lib: Library) -> None:
    asset = world.picture(lib.north, lib.alice)
    at(keys, live_server, lib.alice, "posts:media")
    keys.tick(keys.page.locator("[data-media-tick]").first)
    keys.write("Tags to add", "summer")
    keys.press("button", "Tag")
    keys.lasting("tagged")
    keys.page.goto(live_server.url + reverse("posts:media_asset", args=[asset.pk]))
    keys.write("Credit", "Navy")
    leads_on(keys, "button", "Save", keys.page.locator("form", has=keys.page.locator("[name=credit]")))
    kept = Asset.objects.get()
    assert (kept.tags, kept.credit) == (",summer,", "Navy")


def test_a_campaign_is_begun(keys: Keyboard, live_server: Any, lib: Library) -> None:
    at(keys, live_server, lib.sam, "posts:campaign_new")
    keys.write("Name", "Seed week")
    leads_on(keys, "button", "Begin the campaign")
    expect(keys.page.get_by_role("heading", level=1)).to_contain_text("Seed week")
    assert Campaign.objects.get().name == "Seed week"


def test_a_link_is_made(keys: Keyboard, live_server: Any, lib: Library) -> None:
    at(keys, live_server, lib.alice, "links:new")
    keys.write("Where it leads", "https://library.example/seeds")
    leads_on(keys, "button", "Make the link")
    assert Link.objects.get().target == "https://library.example/seeds"


def test_the_library_is_closed_and_everything_paused(keys: Keyboard, live_server: Any, lib: Library) -> None:
    ensure_practice(lib.north, by=lib.ada)
    Unit.objects.filter(pk=lib.north.pk).update(break_glass=True)
    at(keys, live_server, lib.sam, "posts:close_now")
    keys.reach(keys.page.locator("[name=why]").first)
    keys.page.keyboard.press("Space")
    keys.press("button", "Show the words")
    keys.press("button", "Close and publish now")
    keys.page.wait_for_url("**/close-now/done/**")
    assert Closure.objects.get().state == "in_force"
    at(keys, live_server, lib.sam, "scheduler:pause")
    keys.write("Why", "Storm")
    leads_on(keys, "button", "Pause now")
    assert Hold.objects.get().reason == "Storm"


def test_a_template_becomes_a_post(keys: Keyboard, live_server: Any, lib: Library) -> None:
    make_channel(lib.north)
    template = Template.objects.create(unit=lib.north, name="Closed", body=CLOSED)
    at(keys, live_server, lib.alice, "posts:template_use", template.pk)
    keys.type_into(keys.page.locator("[name=date]"), "2190-05-01")
    keys.press("button", "Write the post")
    keys.page.wait_for_url(re.compile(r"/posts/\d+/edit/"))
    focused(keys.page.locator("[data-text]").first)
    assert "{date}" not in Post.objects.get().current.body["parts"][0]["text"]


def test_a_post_is_returned_and_talked_about(keys: Keyboard, live_server: Any, lib: Library) -> None:
    post = submitted(lib.alice, lib.north, simple(make_channel(lib.north)))
    at(keys, live_server, lib.sam, "posts:detail", post.pk)
    talk = keys.page.locator("#talk")
    keys.write("Write a comment", "Which room?", talk)
    keys.press("button", "Comment", talk)
    expect(talk.locator(".talk-words")).to_have_text("Which room?")
    focused(talk.get_by_label("Write a comment"))
    assert Comment.objects.get().text == "Which room?"
    keys.act(keys.page.locator("summary", has_text="Request changes").first)
    keys.page.keyboard.type("The date")
    leads_on(keys, "button", "Send back")
    assert again(post).state == "changes_requested"


# --- the focus after something closed, and where a part of the page was drawn anew ---------------


def test_the_focus_comes_back_from_whatever_was_open(keys: Keyboard, live_server: Any, lib: Library) -> None:
    post = written(lib.alice, lib.north, simple(make_channel(lib.north)))
    at(keys, live_server, lib.alice, "posts:edit", post.pk)
    for name in ("Emoji", "Hashtags", "Snippets", "From the library"):
        opener = keys.page.get_by_role("button", name=name).first
        keys.act(opener)
        expect(keys.page.get_by_role("dialog")).to_be_visible()
        keys.page.keyboard.press("Escape")
        focused(opener)
    field = keys.page.locator("[data-text]").first
    keys.reach(field)
    keys.page.keyboard.press("Control+k")
    expect(keys.page.locator("#palette input")).to_be_focused()
    keys.page.keyboard.press("Escape")
    focused(field)
    review.submit(post=again(post), by=lib.alice)
    at(keys, live_server, lib.alice, "posts:detail", post.pk)
    withdraw = keys.page.get_by_role("button", name="Withdraw").first
    keys.act(withdraw)
    expect(keys.page.get_by_role("dialog")).to_be_visible()
    keys.page.keyboard.press("Escape")
    focused(withdraw)
    for key in ("?", "h"):
        keys.page.keyboard.press(key)
        expect(keys.page.get_by_role("dialog")).to_be_visible()
        keys.page.keyboard.press("Escape")
        focused(withdraw)


def test_a_save_does_not_take_the_focus_from_a_button_beside_the_text(
    keys: Keyboard, live_server: Any, lib: Library
) -> None:
    long = " ".join(f"Sentence {number} tells of the summer programme." for number in range(13))
    post = written(lib.alice, lib.north, simple(make_channel(lib.north), text=long))
    at(keys, live_server, lib.alice, "posts:edit", post.pk)
    field = keys.page.locator("[data-text]").first
    mend = keys.page.get_by_role("button", name="Make it a thread here").first
    keys.reach(field)
    keys.page.keyboard.press("Control+End")
    keys.page.keyboard.type(" And more.")
    mend.focus()
    with keys.page.expect_response("**/autosave/"):
        pass
    keys.saved()
    focused(keys.page.get_by_role("button", name="Make it a thread here").first)
