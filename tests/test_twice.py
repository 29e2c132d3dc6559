"""A form that makes something makes one of it, however often its button is pressed.

What the server does when a second press comes through is in tests/core/test_once.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from libsocial.accounts.models import Invitation, Unit
from libsocial.hours.models import Closure, QuietHours
from libsocial.links.models import Link, Placement
from posts.models import (
    CalendarAddress,
    Campaign,
    Contact,
    Embargo,
    GlossaryTerm,
    Guest,
    ImportBatch,
    Post,
    Repeat,
    Slot,
    Snippet,
    Step,
    TagSet,
    Template,
)
from scheduler.models import Hold
from tests import browser
from tests.cast import Library
from tests.pages import world
from tests.pages.table import Arguments, campaign, channel, link, nothing, post, unit

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.django_db(transaction=True)
]  # fmt: skip
ON = "on"  # a box to tick
TABLE = b"Text,Day,Time\nHello,2199-03-01,10:00\nAgain,2199-03-02,10:00\n"


@dataclass(frozen=True)
class Case:
    """A page with a form, what is typed into it by the names of its fields, and what comes of it."""

    page: str
    args: Arguments
    button: str
    makes: type[Model]
    typed: dict[str, str] = field(default_factory=dict)
    file: tuple[str, str, bytes] | None = None
    folded: bool = False  # the form is in a fold

    @property
    def name(self) -> str:
        return f"{self.page}: {self.button}"


CASES = (
    Case("posts:campaign_new", nothing, "Begin the campaign", Campaign, {"name": "Spring"}),
    Case("posts:campaign_clone", campaign, "Make the drafts", Campaign),
    Case("posts:pack_ready", lambda place: ("spotting-fakes",), "Make the drafts", Campaign, {"unit": "North Branch"}),
    Case("links:new", nothing, "Make the link", Link, {"target": "https://library.example/a", "title": "A"}),
    Case("links:detail", link, "Add a place", Placement, {"name": "Window"}),
    Case("hours:closure_new", unit, "Enter the closure", Closure, {
        "reason": "Inventory", "first_day": "2198-05-01", "last_day": "2198-05-02"}),
    Case("hours:unit", unit, "Add quiet hours", QuietHours, {"begins": "22:00", "ends": "23:00"}),
    Case("posts:embargoes", nothing, "Place the embargo", Embargo, {
        "words": "A Book", "until": "2199-04-01T10:00", "reason": "Publication"}),
    Case("posts:repeat_new", post, "Repeat it", Repeat),
    Case("posts:kit_new", lambda place: ("snippets",), "Keep", Snippet, {
        "name": "Desk", "key": "desk", "text": "Come"}),
    Case("posts:kit_new", lambda place: ("hashtags",), "Keep", TagSet, {"name": "Tags", "tags": "OneTag"}),
    Case("posts:imports", nothing, "Look at it", ImportBatch, file=("file", "a.csv", TABLE)),
    Case("posts:invite_guest", post, "Make the link", Guest, {"name": "Gil Guest"}),
    Case("posts:steps", unit, "Add this step", Step, {"name": "Second eyes"}),
    Case("posts:contacts", unit, "Add", Contact, {"value": "020 7946 0123"}),
    Case("posts:slots_of", channel, "Add", Slot, {"days": ON, "at": "11:00"}),
    Case("posts:languages", unit, "Keep this term", GlossaryTerm, {
        "language": "es", "term": "library card", "translation": "carnet"}),
    Case("posts:addresses", nothing, "Make an address", CalendarAddress),
    Case("posts:detail", post, "Duplicate", Post),
    Case("posts:detail", post, "Make the copy", Post, folded=True),
    Case("posts:detail", post, "Keep it", Template, folded=True),
    Case("posts:template_use", lambda place: (place.template.pk,), "Write the post", Post, {
        "date": "2199-05-01", "phone": "1"}),
    Case("scheduler:pause", nothing, "Pause now", Hold, {"reason": "Storm"}),
    Case("accounts:invite", nothing, "Make the invitation", Invitation, {"email": "twice@library.example"}),
    Case("accounts:unit_new", nothing, "Add the unit", Unit, {"name": "West Branch"}),
)  # fmt: skip


def pressed_twice(page: Any, where: str, case: Case) -> None:
    """The page, its form filled in, and the button pressed two times at once; then whatever it leads to."""
    page.goto(where)
    button = page.get_by_role("button", name=case.button, exact=True).last
    if case.folded:
        page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
    form = page.locator("form", has=button).last
    for name, value in case.typed.items():
        one = form.locator(f"[name='{name}']").first
        if value == ON:
            one.check()
        elif one.evaluate("e => e.tagName") == "SELECT":
            one.select_option(value)
        else:
            one.fill(value)
    if case.file:
        name, called, data = case.file
        form.locator(f"[name='{name}']").set_input_files({"name": called, "mimeType": "text/csv", "buffer": data})
    with page.expect_navigation():
        button.dblclick()
    page.wait_for_load_state("networkidle")


def test_two_presses_make_one(page: Any, live_server: Any, lib: Library) -> None:
    place = world.build(lib)
    browser.sign_in(page, live_server, lib.ada)
    wrong = []
    for case in CASES:
        before = case.makes._default_manager.count()
        pressed_twice(page, live_server.url + reverse(case.page, args=case.args(place)), case)
        if (made := case.makes._default_manager.count() - before) != 1:
            wrong.append(f"{case.name}: {made}")
    assert not wrong, "\n".join(wrong)
