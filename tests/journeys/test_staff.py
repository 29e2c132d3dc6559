"""A librarian writes, a supervisor decides, and what is due goes out: on the product as it runs."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.hands import Hands
from tests.journeys.product import WRITE, Product
from tests.servers.mailbox import Mailbox
from tests.servers.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH = pytest.mark.parametrize("hands", ["keyboard", "thumb"], indirect=True)
PICTURE = Path(__file__).resolve().parents[1] / "data" / "images" / "hopper.jpg"
People = Callable[[str], Hands]
TOO_LONG = " ".join(f"Sentence {number} tells of the summer programme." for number in range(13))
MOST_LATE = 5.0  # seconds


@BOTH
def test_a_librarian_writes_for_two_channels_with_a_picture_and_mends_a_problem(people: People) -> None:
    alice = people("alice")
    alice.press("link", "New post")
    alice.write("Text", TOO_LONG)
    teens = alice.page.get_by_role("checkbox", name=re.compile("North Teens"))
    if not teens.is_checked():  # a channel used lately is chosen already
        alice.tick(teens)
    expect(teens).to_be_checked()
    add_a_picture(alice)
    alice.write("What the picture shows", "Grace Hopper, smiling")
    alice.saved()
    alice.press("button", "Make it a thread here")
    expect(alice.page.locator("[data-problem]").filter(has_text="too long")).to_have_count(0)
    for _channel in range(2):
        more = alice.page.get_by_role("button", name="Make it a thread here")
        if more.count():
            alice.act(more.first)
    alice.lasting("Ready to be sent for approval")
    alice.press("button", "Send for approval")
    alice.told("Sent for approval.")
    main = alice.page.get_by_role("main")
    for name in ("North Branch", "North Teens"):
        expect(main.get_by_text(name).first).to_be_visible()


def add_a_picture(person: Hands) -> None:
    """Through the browser's own dialogue for files."""
    field = person.page.locator("input[data-files]").first
    with person.page.expect_file_chooser() as dialogue:
        if person.window.get("has_touch"):
            person.page.get_by_text("Add pictures").first.tap()
        else:
            person.reach(field)  # type: ignore[attr-defined]
            person.page.keyboard.press("Enter")
    dialogue.value.set_files(str(PICTURE))
    expect(person.page.get_by_label("What the picture shows")).to_be_visible()


@BOTH
def test_a_supervisor_asks_for_a_change_sees_it_and_approves_and_an_edit_voids_that(
    product: Product, people: People, request: pytest.FixtureRequest
) -> None:
    kind = request.node.callspec.params["hands"]
    three = f'for day in (1, 2, 3): submitted(f"Reading {kind} {{day}} on Tuesday", f"2190-0{{day}}-10T10:00")'
    product.run(WRITE + three)
    sam = people("sam")
    first, second = (post_called(product, f"Reading {kind} {day}%") for day in (1, 2))
    sam.press("link", "Review")
    decide(sam, kind, first, second)
    assert wait_for(lambda: state(product, second) == "changes_requested", what="the reason to arrive")
    wait_for(lambda: state(product, first) == "approved", what="the approval")

    alice = people("alice")
    alice.page.goto(f"{product.address}/posts/{second}/")
    alice.lasting("Which room is it?")
    alice.press("link", "Edit")
    alice.write("Text", f"Reading {kind} 2 on Friday in the hall")
    alice.saved()
    alice.press("button", "Send for approval")
    alice.told("Sent for approval.")

    sam.page.goto(f"{product.address}/posts/review/")
    entry = sam.page.locator(f"#post-{second}")
    expect(entry.locator("del").filter(has_text="Tuesday").first).to_be_visible()
    expect(entry.locator("ins").filter(has_text="Friday").first).to_be_visible()
    sam.act(entry.get_by_role("button", name=re.compile("^Approve")))
    wait_for(lambda: state(product, second) == "approved", what="the approval")

    alice.page.goto(f"{product.address}/posts/{second}/edit/")
    alice.lasting("must be approved again")
    alice.write("Text", f"Reading {kind} 2 on Saturday")
    alice.saved()
    assert state(product, second) == "draft"
    planned = product.rows("select state from scheduler_delivery where reference like ?", f"post:{second}:%")
    assert {row[0] for row in planned} == {"cancelled"}


def decide(sam: Hands, kind: str, first: int, second: int) -> None:
    """The first is approved, the second goes back with a reason."""
    sam.page.wait_for_selector("[data-post]")
    if kind == "thumb":
        sam.act(sam.page.locator(f"#post-{first}").get_by_role("button", name=re.compile("^Approve")))
        sam.page.wait_for_load_state()
        entry = sam.page.locator(f"#post-{second}")
        sam.act(entry.locator("summary").filter(has_text="Request changes"))
        sam.type_into(entry.get_by_label("What should be changed?"), "Which room is it?")
        sam.act(entry.get_by_role("button", name="Send back"))
        return
    go_to(sam, first)
    with sam.page.expect_navigation():
        sam.page.keyboard.press("a")
    go_to(sam, second)
    sam.page.keyboard.press("r")
    sam.page.keyboard.type("Which room is it?")
    sam.page.keyboard.press("Tab")
    with sam.page.expect_navigation():
        sam.page.keyboard.press("Enter")


def go_to(sam: Hands, post: int) -> None:
    """Up with k, then down with j."""
    for key in ["k"] * 20 + ["j"] * 20:
        if sam.page.evaluate("document.querySelector('[data-current]')?.id") == f"post-{post}":
            sam.page.keyboard.press(key)
            sam.page.keyboard.press("j" if key == "k" else "k")
            if sam.page.evaluate("document.querySelector('[data-current]')?.id") == f"post-{post}":
                return
            continue
        sam.page.keyboard.press(key)
    raise AssertionError(f"j and k do not come to post {post}")


def post_called(product: Product, title: str) -> int:
    return int(product.rows("select id from posts_post where title like ? order by id desc", title)[0][0])


def state(product: Product, post: int) -> str:
    return str(product.rows("select state from posts_post where id = ?", post)[0][0])


# --- the minute it is due -------------------------------------------------------
PLAN = """
now = datetime.now(ZoneInfo("Europe/London"))
due = now.replace(second=0, microsecond=0) + timedelta(minutes=1 if now.second < 45 else 2)
approved("Due on the minute", due.strftime("%Y-%m-%dT%H:%M"))
print(due.timestamp())
"""


def moment(text: str) -> float:
    """The database file keeps UTC without saying so."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_a_post_goes_out_at_its_minute_once(product: Product) -> None:
    due = float(product.run(WRITE + PLAN).strip().splitlines()[-1])
    sql = "select created_at from channels_app_practicepost where text = ?"
    wait_for(lambda: product.rows(sql, "Due on the minute"), what="the post", seconds=150)
    late = moment(product.rows(sql, "Due on the minute")[0][0]) - due
    assert 0 <= late < MOST_LATE, f"{late:.2f} seconds late"
    assert len(product.rows(sql, "Due on the minute")) == 1


def test_what_cannot_go_out_is_told_to_the_right_person_who_sends_it_again(
    product: Product, people: People, post_office: Mailbox
) -> None:
    ada = "ada = User.objects.get(email='ada@library.example')\n"
    mode = "from channels_app.practice.services import set_mode\nset_mode(by=ada, channel=channel, mode='reject')\n"
    product.run(WRITE + ada + mode + "approved('Bring a jumper today')")
    post = post_called(product, "Bring a jumper%")
    sql = "select state from scheduler_delivery where reference like ?"
    wait_for(lambda: product.rows(sql, f"post:{post}:%") == [("failed",)], what="the refusal")
    letters = functools.partial(post_office.to, "alice@library.example")
    wait_for(
        lambda: [mail for mail in letters() if "Bring a jumper" in mail.subject + mail.text],
        what="the mail about it, among those of the stories before",
    )

    alice = people("alice")
    expect(alice.page.get_by_role("heading", name="Needs attention")).to_be_visible()
    alice.act(alice.page.get_by_role("link", name=re.compile("^Bring a jumper")).first)
    erin = people("erin")
    erin.page.goto(f"{product.address}/posts/{post}/")
    erin.press("button", "Send again")
    erin.act(erin.page.get_by_role("dialog").get_by_role("button", name="Send again"))
    wait_for(lambda: product.rows(sql, f"post:{post}:%") == [("published",)], what="the second try")
    assert len(product.rows("select id from channels_app_practicepost where text = 'Bring a jumper today'")) == 1
