"""Nothing a person wrote is ever lost: what the composer does when saving goes wrong, in a real browser."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from channels_app.models import Channel
from posts.models import Post
from tests import browser
from tests.cast import Library
from tests.posts.conftest import again, make_channel, simple, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AUTOSAVE = "**/posts/autosave/"


@pytest.fixture
def alice(page: Page, live_server: Any, lib: Library) -> Page:
    """Alice's browser."""
    browser.sign_in(page, live_server, lib.alice)
    return page


@pytest.fixture
def composer(alice: Page, live_server: Any, channel: Channel) -> Page:
    """A new post, the script ready."""
    return opened(alice, live_server, "/posts/new/")


def opened(page: Page, live_server: Any, address: str) -> Page:
    page.goto(live_server.url + address)
    ready(page)
    return page


def ready(page: Page) -> None:
    """The scripts have come: they are run before the page says it is loaded."""
    page.wait_for_load_state("load")
    page.locator("[data-compose]").wait_for()


def text(page: Page, part: int = 0) -> Any:
    return page.locator("[data-scope=base] textarea[data-text]").nth(part)


def status(page: Page, state: str) -> None:
    expect(page.locator("[data-status]")).to_have_attribute("data-state", state, timeout=20_000)


def told(page: Page, words: str) -> None:
    """The short message after an act; the page before it may say something alike."""
    expect(page.locator("[data-toast]").filter(has_text=words).first).to_be_visible(timeout=15_000)


def body(post: Post) -> list[str]:
    return [part["text"] for part in again(post).current.body["parts"]]


def out_of_reach(page: Page) -> None:
    """From now on nothing that is saved arrives."""
    page.route(AUTOSAVE, lambda route: route.abort())


def within_reach(page: Page) -> None:
    page.unroute(AUTOSAVE)


def left(page: Page, address: str) -> None:
    """Gone from the page although it asks not to be: as after a crash."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(address)


def copies(page: Page) -> list[dict[str, Any]]:
    found = page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('libsocial:draft:')).map(e => e[1])"
    )
    return [json.loads(one) for one in found]


def holding(page: Page, address: str) -> list[Route]:
    """Questions to this address wait until the test lets them go."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))
    return held


def until(page: Page, look: Callable[[], Any]) -> Any:
    """Lets the browser go on until something is true; the test's own limit ends a wait in vain."""
    while not (found := look()):
        page.wait_for_timeout(20)
    return found


# --- a crash, and what comes back --------------------------------------------------


def test_a_whole_thread_typed_before_a_crash_comes_back(composer: Page, live_server: Any, lib: Library) -> None:
    out_of_reach(composer)
    text(composer).fill("The first part")
    composer.get_by_role("button", name="Continue as a thread").first.click()
    text(composer, 1).fill("The second part, typed before the crash")
    status(composer, "problem")
    left(composer, f"{live_server.url}/posts/")
    within_reach(composer)
    opened(composer, live_server, "/posts/new/")
    expect(composer.locator("[data-restore]")).to_contain_text("The second part, typed before the crash")
    with composer.expect_navigation():
        composer.get_by_role("button", name="Bring them back").click()
    expect(text(composer, 1)).to_have_value("The second part, typed before the crash")
    assert body(Post.objects.get()) == ["The first part", "The second part, typed before the crash"]
    expect(composer.locator("[data-restore]")).to_be_hidden()
    assert copies(composer) == []


def test_words_for_one_channel_and_its_options_come_back_too(
    alice: Page, live_server: Any, lib: Library, channel: Channel
) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    opened(alice, live_server, f"/posts/{post.pk}/edit/")
    out_of_reach(alice)
    alice.locator(".compose-variant > summary").click()
    alice.get_by_label("Write differently for").check()
    alice.locator(f"textarea[name='v{channel.pk}-0-text']").fill("Only here")
    status(alice, "problem")
    left(alice, f"{live_server.url}/posts/")
    within_reach(alice)
    opened(alice, live_server, f"/posts/{post.pk}/edit/")
    with alice.expect_navigation():
        alice.get_by_role("button", name="Bring them back").click()
    ready(alice)
    expect(alice.locator(f"textarea[name='v{channel.pk}-0-text']")).to_have_value("Only here")
    assert again(post).current.targets.get().variant["parts"][0]["text"] == "Only here"


def test_typing_on_does_not_write_over_what_waits_to_be_brought_back(
    composer: Page, live_server: Any, lib: Library
) -> None:
    out_of_reach(composer)
    text(composer).fill("Words of yesterday")
    status(composer, "problem")
    left(composer, f"{live_server.url}/posts/")
    opened(composer, live_server, "/posts/new/")
    text(composer).fill("Words of today")
    status(composer, "problem")
    left(composer, f"{live_server.url}/posts/")
    opened(composer, live_server, "/posts/new/")
    box = composer.locator("[data-restore]")
    expect(box).to_contain_text("Words of today")
    composer.get_by_role("button", name="Discard them").click()
    expect(box).to_contain_text("Words of yesterday")
    composer.get_by_role("button", name="Discard them").click()
    expect(box).to_be_hidden()


def test_what_comes_back_meets_what_a_colleague_saved_meanwhile(
    alice: Page, live_server: Any, lib: Library, channel: Channel
) -> None:
    from posts.services import drafts

    post = written(lib.alice, lib.north, simple(channel))
    opened(alice, live_server, f"/posts/{post.pk}/edit/")
    out_of_reach(alice)
    text(alice).fill("As Alice wants it")
    status(alice, "problem")
    left(alice, f"{live_server.url}/posts/")
    drafts.save(post=again(post), by=lib.erin, draft=simple(channel, text="As Erin wants it"), version=1)
    within_reach(alice)
    opened(alice, live_server, f"/posts/{post.pk}/edit/")
    with alice.expect_navigation():
        alice.get_by_role("button", name="Bring them back").click()
    ready(alice)
    expect(alice.get_by_role("alert")).to_contain_text("As Erin wants it")
    expect(text(alice)).to_have_value("As Alice wants it")
    alice.get_by_role("button", name="Keep mine").click()
    status(alice, "saved")
    assert body(post) == ["As Alice wants it"]


def test_another_person_at_the_same_desk_is_not_offered_them(composer: Page, live_server: Any, lib: Library) -> None:
    out_of_reach(composer)
    text(composer).fill("For Alice alone")
    status(composer, "problem")
    left(composer, f"{live_server.url}/posts/")
    composer.context.clear_cookies()
    browser.sign_in(composer, live_server, lib.erin)
    opened(composer, live_server, "/posts/new/")
    expect(composer.locator("[data-restore]")).to_be_hidden()
    assert len(copies(composer)) == 1


def test_old_copies_are_not_kept_for_ever(alice: Page, live_server: Any, lib: Library, channel: Channel) -> None:
    alice.goto(f"{live_server.url}/posts/")
    alice.evaluate(
        """person => {
          const copy = (at) => JSON.stringify({at, token: "t", version: 3, fields: [["base-0-text", "words"]]});
          const put = (name, at) => localStorage.setItem(`libsocial:draft:${person}:${name}:x`, copy(at));
          for (let n = 0; n < 40; n += 1) put(`t${n}`, Date.now() - n);
          put("old", 0);
          localStorage.setItem("libsocial:draft:broken", "{");
        }""",
        lib.alice.pk,
    )
    opened(alice, live_server, "/posts/new/")
    assert len(copies(alice)) == 20


# --- pressing a button while a save is on its way, or cannot arrive --------------------


def test_a_save_on_its_way_and_the_button_pressed_do_not_meet_as_two_people(composer: Page) -> None:
    text(composer).fill("One")
    status(composer, "saved")
    held = holding(composer, AUTOSAVE)
    text(composer).fill("One, two")
    until(composer, lambda: held)
    text(composer).fill("One, two, three")
    composer.get_by_role("button", name="Save draft").dblclick()
    within_reach(composer)  # lets go what was held
    told(composer, "Draft saved.")
    assert body(Post.objects.get()) == ["One, two, three"]
    assert Post.objects.count() == 1


def test_a_button_pressed_out_of_reach_leaves_the_words_on_the_page(composer: Page) -> None:
    composer.route(AUTOSAVE, lambda route: route.fulfill(status=500, body="trouble"))
    text(composer).fill("Written in vain?")
    composer.get_by_role("button", name="Send for approval").click()
    expect(composer.get_by_role("alert").or_(composer.locator(".toast")).first).to_contain_text("went wrong")
    expect(text(composer)).to_have_value("Written in vain?")
    assert not Post.objects.exists()
    within_reach(composer)
    composer.get_by_role("button", name="Send for approval").click()
    told(composer, "Sent for approval.")
    assert body(Post.objects.get()) == ["Written in vain?"]
    assert Post.objects.get().state == "in_review"


def test_more_than_the_server_takes_is_said_and_not_asked_again(composer: Page) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=413, body="")

    composer.clock.install()
    composer.route(AUTOSAVE, refuse)
    text(composer).fill("Far too much")
    composer.clock.run_for(1_000)
    expect(composer.locator("[data-status]")).to_contain_text("more than the server takes")
    composer.clock.run_for(600_000)
    assert len(asked) == 1
    within_reach(composer)
    text(composer).fill("Less")
    composer.clock.run_for(1_000)
    status(composer, "saved")


def test_a_picture_on_its_way_is_not_left_behind(composer: Page, tmp_path: Any) -> None:
    file = tmp_path / "shelf.png"
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    file.write_bytes(out.getvalue())
    held = holding(composer, "**/posts/upload/")
    text(composer).fill("With a picture")
    composer.locator("input[data-files]").first.set_input_files(str(file))
    until(composer, lambda: held)
    composer.get_by_role("button", name="Save draft").click()
    expect(composer.locator(".toast")).to_contain_text("still on its way")
    held[0].continue_()
    expect(composer.get_by_label("What the picture shows")).to_be_visible()
    composer.get_by_role("button", name="Save draft").click()
    told(composer, "Draft saved.")
    assert len(Post.objects.get().current.body["parts"][0]["media"]) == 1


# --- signed out while writing -------------------------------------------------------


def test_signed_out_and_in_again_elsewhere_the_page_goes_on(composer: Page, live_server: Any, lib: Library) -> None:
    text(composer).fill("Before")
    status(composer, "saved")
    composer.context.clear_cookies()
    text(composer).fill("Before, and while signed out")
    status(composer, "problem")
    expect(composer.locator("[data-status]")).to_contain_text("signed out")
    text(composer).fill("Before, and while signed out, and more")
    assert any("and more" in json.dumps(one) for one in copies(composer))
    browser.sign_in(composer, live_server, lib.alice)
    composer.evaluate("window.dispatchEvent(new Event('focus'))")
    status(composer, "saved")
    assert body(Post.objects.get()) == ["Before, and while signed out, and more"]


def test_somebody_else_signing_in_does_not_save_my_words_as_theirs(
    composer: Page, live_server: Any, lib: Library
) -> None:
    composer.context.clear_cookies()
    text(composer).fill("Alice's words")
    status(composer, "problem")
    browser.sign_in(composer, live_server, lib.erin)
    with composer.expect_response("**/posts/new/"):
        composer.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(composer.locator("[data-status]")).to_contain_text("signed out")
    assert not Post.objects.exists()


def test_a_new_post_begun_before_signing_in_again_is_offered_after_it(
    composer: Page, live_server: Any, lib: Library
) -> None:
    composer.context.clear_cookies()
    text(composer).fill("Begun and never saved")
    status(composer, "problem")
    left(composer, f"{live_server.url}/posts/new/")
    browser.sign_in(composer, live_server, lib.alice)
    opened(composer, live_server, "/posts/new/")
    with composer.expect_navigation():
        composer.get_by_role("button", name="Bring them back").click()
    assert body(Post.objects.get()) == ["Begun and never saved"]


# --- on the page itself ----------------------------------------------------------------


def test_enter_in_a_field_saves_and_takes_nothing_out(composer: Page) -> None:
    text(composer).fill("Words that must stay")
    composer.locator("summary", has_text="Language, content warning").click()
    composer.get_by_label("Content warning").fill("Spiders")
    composer.get_by_label("Content warning").press("Enter")
    told(composer, "Draft saved.")
    expect(text(composer)).to_have_value("Words that must stay")


def test_the_keys_of_the_composer_work_while_one_types(composer: Page) -> None:
    text(composer).fill("By keyboard")
    text(composer).press("Control+s")
    told(composer, "Draft saved.")
    text(composer).press("Control+Enter")
    told(composer, "Sent for approval.")
    assert Post.objects.get().state == "in_review"
    composer.get_by_role("button", name="Undo").first.click()
    expect(text(composer)).to_have_value("By keyboard")
    assert Post.objects.get().state == "draft"


def test_a_part_taken_out_can_be_brought_back(composer: Page) -> None:
    text(composer).fill("One")
    composer.get_by_role("button", name="Continue as a thread").first.click()
    text(composer, 1).fill("Two")
    composer.get_by_role("button", name="Remove this part").nth(1).click()
    expect(text(composer, 1)).to_have_count(0)
    undo = composer.get_by_role("button", name="Bring it back")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(text(composer, 1)).to_be_focused()
    expect(text(composer, 1)).to_have_value("Two")
    until(composer, lambda: Post.objects.exists() and body(Post.objects.get()) == ["One", "Two"])


def test_day_and_time_are_asked_only_when_they_are_wanted(composer: Page) -> None:
    day, clock = composer.get_by_label("Day", exact=True), composer.get_by_label("Time", exact=True)
    expect(day).to_be_hidden()
    soon = composer.get_by_label("As soon as it is approved")
    soon.focus()
    composer.keyboard.press("ArrowDown")
    expect(composer.get_by_label("On a day and time")).to_be_checked()
    expect(composer.get_by_label("On a day and time")).to_be_focused()
    composer.keyboard.press("Tab")
    expect(day).to_be_focused()
    expect(clock).to_be_visible()
    for size in (browser.DESK, browser.PHONE):
        composer.set_viewport_size(size)
        browser.axe(composer)
    soon.check()
    expect(clock).to_be_hidden()


def test_another_unit_brings_its_own_channels_and_keeps_the_words(
    page: Page, live_server: Any, lib: Library, channel: Channel
) -> None:
    make_channel(lib.south, "Practice South")
    browser.sign_in(page, live_server, lib.ada)
    opened(page, live_server, f"/posts/new/?unit={lib.north.pk}")
    text(page).fill("For the other branch")
    with page.expect_navigation():
        page.get_by_label("For", exact=True).select_option(label="South Branch")
    ready(page)
    expect(text(page)).to_have_value("For the other branch")
    expect(page.get_by_role("checkbox", name="Practice South")).to_be_visible()
    assert Post.objects.get().unit == lib.south


def test_without_script_day_and_time_can_be_chosen(
    chromium: Any, live_server: Any, lib: Library, channel: Channel
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    browser.sign_in(page, live_server, lib.alice)
    page.goto(f"{live_server.url}/posts/new/")
    page.get_by_label("Text", exact=True).fill("Planned without script")
    page.get_by_label("On a day and time").check()
    page.get_by_label("Day", exact=True).fill("2190-05-01")
    page.get_by_role("button", name="Send for approval").click()
    page.get_by_text("The time is missing").wait_for()
    assert page.get_by_label("Day", exact=True).input_value() == "2190-05-01"
    page.get_by_label("Time", exact=True).fill("10:30")
    page.get_by_role("button", name="Send for approval").click()
    told(page, "Sent for approval.")
    assert Post.objects.get().current.at == "2190-05-01T10:30"
    context.close()
