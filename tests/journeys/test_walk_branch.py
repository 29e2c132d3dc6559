"""The walk of a branch librarian between patrons: a staff pick, begun at one desk, finished at another, and sent."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.hands import Hands
from tests.journeys.product import Product
from tests.journeys.walking import (
    a_file,
    arrived,
    choose_files,
    deliveries_of,
    kind_of,
    post_called,
    published,
    run,
    state_of,
    station,
)
from tests.servers.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH = pytest.mark.parametrize("hands", ["keyboard", "thumb"], indirect=True)
People = Callable[..., Hands]


# Tomorrow is the only day with hours: whoever sends today reads when the approvers are back.
TOMORROW = """
from datetime import time
from libsocial.hours.reckoning import Span
from libsocial.hours.services import keeping
ada = User.objects.get(email="ada@library.example")
tomorrow = datetime.now(ZoneInfo("Europe/London")).weekday() + 1
keeping.set_week(by=ada, unit=north, spans=[Span(tomorrow % 7, time(9), time(17))])
"""


@BOTH
def test_a_staff_pick_between_two_patrons(product: Product, people: People) -> None:
    run(product, TOMORROW)
    first = people("alice")
    kind = kind_of(first)
    begun, pick = f"{kind} pick: The Summer", f"{kind} pick: The Summer Book. Small, bright and wise."
    arrived(first, "Good to see you")
    station(first, "branch-1-today")
    first.press("link", "New post")
    expect(first.page.get_by_label("Text", exact=True).first).to_be_focused()
    first.write("Text", begun)
    first.saved()

    second = people("alice")
    _go_on(second, begun)
    _finish(second, pick)
    _send(second, kind)

    post = post_called(product, f"{kind} pick%")
    assert state_of(product, post) == "in_review"
    made = product.rows("select count(*) from posts_post where id >= ? and title like ?", post, f"{kind} pick%")
    begun_again = product.rows("select count(*) from posts_post where title = ?", begun)
    assert (made, begun_again) == ([(1,)], [(0,)]), "the other computer made a second draft"
    _sign_out(second)
    _goes_out_once(product, post, pick)


def _go_on(alice: Hands, begun: str) -> None:
    """At another computer the words are there, and it says that they are open at the first one."""
    alice.act(alice.page.get_by_role("main").get_by_role("link", name=begun).first)
    arrived(alice, "")
    if alice.page.get_by_role("heading", name="Edit post").count() == 0:
        alice.press("link", "Edit", near=alice.page.get_by_role("main"))
    arrived(alice, "Edit post")
    expect(alice.page.get_by_label("Text", exact=True).first).to_have_value(begun)
    expect(alice.page.locator("[data-others]")).to_contain_text("Also open on another computer of yours")
    station(alice, "branch-2-another-desk")


def a_cover() -> bytes:
    """One nobody has described yet."""
    out = io.BytesIO()
    Image.frombytes("RGB", (200, 300), os.urandom(200 * 300 * 3)).save(out, "JPEG")
    return out.getvalue()


def _finish(alice: Hands, pick: str) -> None:
    """Two sentences, a tag that gets its capitals, a cover whose description is asked for."""
    alice.write("Text", f"{pick} #summerreading")
    channel = alice.page.get_by_role("checkbox", name=re.compile("North Branch"))
    if not channel.is_checked():
        alice.tick(channel)
    alice.saved()
    _open(alice, "Please look")
    alice.press("button", "Write it with capitals")
    expect(alice.page.get_by_label("Text", exact=True).first).to_have_value(f"{pick} #SummerReading")
    choose_files(alice, "input[data-files]", "Add pictures", [a_file("cover.jpg", a_cover(), "image/jpeg")])
    expect(alice.page.get_by_label("What the picture shows")).to_be_visible()
    alice.saved()
    expect(alice.page.locator("[data-why]")).to_contain_text("must be changed first")
    station(alice, "branch-3-checks")
    alice.write("What the picture shows", "The cover of The Summer Book: an island with pines")
    alice.saved()
    expect(alice.page.locator("[data-why]")).to_contain_text("Ready")


def _open(alice: Hands, words: str) -> None:
    group = alice.page.locator("details.checks-group").filter(has_text=words).first
    if group.get_attribute("open") is None:
        alice.act(group.locator("summary").first)


def _send(alice: Hands, kind: str) -> None:
    """It is named who can say yes before it is sent."""
    expect(alice.page.locator(".compose-asked")).to_contain_text("Can approve:")
    expect(alice.page.locator(".compose-asked")).to_contain_text("Sam Supervisor")
    expect(alice.page.locator(".compose-asked")).to_contain_text("They work next from")
    if kind == "keyboard":
        alice.page.keyboard.press("Control+Enter")
    else:
        alice.press("button", "Send for approval")
    alice.told("Sent for approval.")
    station(alice, "branch-4-sent")


def _sign_out(alice: Hands) -> None:
    menu = alice.page.locator("summary[aria-label^='Your menu']")
    alice.act(menu)
    alice.press("button", "Sign out")
    expect(alice.page.get_by_role("heading", level=1)).to_contain_text("Sign in")
    alice.page.go_back()
    expect(alice.page.get_by_role("heading", level=1)).to_contain_text("Sign in")


def _goes_out_once(product: Product, post: int, pick: str) -> None:
    run(
        product,
        f"post = Post.objects.select_related('current').get(pk={post})\n"
        "review.approve(post=post, by=sam, digest=post.current.digest)\n",
    )
    wait_for(lambda: deliveries_of(product, post) == ["published"], what="the staff pick on the far side")
    assert published(product, f"{pick} #SummerReading") == 1
