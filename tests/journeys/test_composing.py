"""What happens to people who write: two at once, no network, two clicks, the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.hands import Hands
from tests.journeys.product import WRITE, Product
from tests.journeys.test_staff import post_called, state
from tests.servers.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
People = Callable[..., Hands]


def count(product: Product) -> int:
    return int(product.rows("select count(*) from posts_post")[0][0])


# Every key and every tap outside the text is one act, also across pages; what is written is one more.
COUNT = """(() => {
  const add = () => sessionStorage.setItem("acts", 1 + Number(sessionStorage.getItem("acts")));
  addEventListener("pointerdown", add, true);
  addEventListener("keydown", ({ key, ctrlKey, target }) => {
    if (key !== "Control" && (ctrlKey || !target.matches("textarea"))) add();
  }, true);
})()"""


@pytest.mark.parametrize("hands", ["keyboard", "thumb"], indirect=True)
def test_a_new_post_is_written_and_sent_for_approval_in_at_most_six_acts(
    product: Product, people: People, request: pytest.FixtureRequest
) -> None:
    """On the channels of the last post, which are proposed."""
    product.run(WRITE + "written('The post before')")
    alice, kind = people("alice"), request.node.callspec.params["hands"]
    alice.page.context.add_init_script(COUNT)
    alice.page.goto(f"{product.address}/")
    if kind == "keyboard":
        alice.page.keyboard.press("n")
    else:
        alice.page.get_by_role("link", name="New").last.tap()
    text = alice.page.get_by_label("Text", exact=True).first
    expect(text).to_be_focused()
    alice.page.keyboard.type(f"Six acts by {kind} are enough")
    if kind == "keyboard":
        alice.page.keyboard.press("Control+Enter")
    else:
        alice.page.get_by_role("button", name="Send for approval").tap()
    alice.told("Sent for approval.")
    assert state(product, post_called(product, f"Six acts by {kind}%")) == "in_review"
    assert 2 <= 1 + int(alice.page.evaluate("sessionStorage.getItem('acts')")) <= 6


def test_saving_while_one_writes_never_makes_a_second_draft(product: Product, people: People) -> None:
    before = count(product)
    alice = people("alice")
    alice.press("link", "New post")
    for words in ("First thoughts.", "First thoughts. Second thoughts.", "First thoughts. Second thoughts. Third."):
        alice.write("Text", words)
        alice.saved()
    alice.press("button", "Save draft")
    alice.told("Draft saved.")
    assert count(product) == before + 1
    post = post_called(product, "First thoughts%")
    assert product.rows("select count(*) from posts_revision where post_id = ?", post) == [(1,)]


def test_words_typed_without_a_network_are_kept_and_saved_when_it_is_back(product: Product, people: People) -> None:
    alice = people("alice")
    alice.press("link", "New post")
    alice.write("Text", "Before the tunnel.")
    alice.saved()
    alice.page.route("**/posts/autosave/", lambda route: route.abort())
    alice.page.keyboard.type(" In the tunnel.")
    expect(alice.page.locator("[data-status]")).to_have_attribute("data-state", "problem")
    expect(alice.page.get_by_label("Text", exact=True).first).to_have_value("Before the tunnel. In the tunnel.")
    alice.page.unroute("**/posts/autosave/")
    expect(alice.page.locator("[data-status]")).to_have_attribute("data-state", "saved")
    sql = "select id from posts_post where title like 'Before the tunnel. In%'"
    wait_for(lambda: product.rows(sql), what="the words")


def test_words_typed_before_the_script_has_come_are_saved_too(product: Product, people: People) -> None:
    alice = people("alice", service_workers="block")
    underway: list[Route] = []
    alice.page.route(re.compile(r"/js/compose\.(\w+\.)?js$"), lambda route: underway.append(route))
    alice.press("link", "New post")
    alice.write("Text", "Faster than the network.")
    assert underway, "the composer's script was not asked for"
    for route in underway:
        route.continue_()
    alice.saved()
    assert post_called(product, "Faster than the network.")


def test_two_people_on_one_post_are_told_and_nobodys_words_are_lost(product: Product, people: People) -> None:
    product.run(WRITE + "written('Draft for two')")
    post = post_called(product, "Draft for two")
    alice, erin = people("alice"), people("erin")
    for person in (alice, erin):
        person.page.goto(f"{product.address}/posts/{post}/edit/")
    erin.write("Text", "Draft for two, as Erin wants it")
    erin.saved()
    alice.write("Text", "Draft for two, as Alice wants it")
    alice.lasting("Erin Editor saved this post at")
    expect(alice.page.get_by_role("alert")).to_contain_text("as Erin wants it")
    expect(alice.page.locator("textarea[data-text]").first).to_have_value("Draft for two, as Alice wants it")
    assert post_called(product, "Draft for two, as Erin wants it") == post
    alice.press("button", "Keep mine")
    wait_for(
        lambda: product.rows("select id from posts_post where title = 'Draft for two, as Alice wants it'"),
        what="Alice's words",
    )


def test_two_clicks_on_send_are_one_submission(product: Product, people: People) -> None:
    product.run(WRITE + "written('Clicked twice', '2190-05-10T10:00')")
    post = post_called(product, "Clicked twice")
    alice = people("alice")
    alice.page.goto(f"{product.address}/posts/{post}/edit/")
    alice.page.get_by_role("button", name="Send for approval").dblclick()
    alice.told("Sent for approval.")
    assert state(product, post) == "in_review"
    sql = "select count(*) from audit_entry where action = 'post.submitted' and subject_id = ?"
    assert product.rows(sql, str(post)) == [(1,)]


def test_back_after_sending_shows_what_is_and_makes_nothing_new(product: Product, people: People) -> None:
    alice = people("alice")
    alice.press("link", "New post")
    alice.write("Text", "There and back again")
    channel = alice.page.locator("[data-channel-pick]").first
    if not channel.is_checked():  # the last post's channels are proposed, and here there may be none before
        alice.tick(channel)
    alice.saved()
    alice.press("button", "Send for approval")
    alice.told("Sent for approval.")
    before = count(product)
    alice.page.go_back()
    alice.page.wait_for_load_state()
    expect(alice.page.get_by_role("main")).to_contain_text("There and back again")
    assert count(product) == before
    assert state(product, post_called(product, "There and back again")) == "in_review"
