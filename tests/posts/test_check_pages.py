"""What is checked in a unit, and its known contacts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts import policy
from libsocial.accounts.services import units
from posts import problems
from posts.models import Contact, Post
from tests.cast import Library, signed_in
from tests.posts.conftest import make_channel, simple, submitted
from tests.posts.test_composer import form, save


def test_an_administrator_chooses_and_the_branches_follow(lib: Library) -> None:
    address = reverse("posts:checks", args=[lib.root.pk])
    assert signed_in(lib.ada).post(address, {"rule-A6": "block", "rule-A1": "off"}).status_code == 302
    assert policy.of(lib.north).rules == {"A6": "block"}
    page = signed_in(lib.ada).get(reverse("posts:checks", args=[lib.north.pk])).content.decode()
    assert "As above: Must be changed" in page


def test_the_page_says_what_a_missing_description_means_here(lib: Library) -> None:
    units.change(by=lib.ada, unit=lib.north, alt_text_rule="warn")
    for unit, level in ((lib.root, "Must be changed"), (lib.north, "Warning")):
        page = signed_in(lib.ada).get(reverse("posts:checks", args=[unit.pk])).content.decode()
        row = page.partition('id="rule-A1-name"')[2].partition("</li>")[0]
        assert level in row
        assert reverse("accounts:unit", args=[unit.pk]) in row


def test_staff_read_what_is_checked_and_cannot_change_it(lib: Library) -> None:
    address = reverse("posts:checks", args=[lib.north.pk])
    page = signed_in(lib.alice).get(address).content.decode()
    assert "Hashtags in lower case" in page and "<select" not in page.partition("<main")[2].partition("</main")[0]
    assert signed_in(lib.alice).post(address, {"rule-P1": "off"}).status_code == 403
    assert signed_in(lib.olga).post(address, {"rule-P1": "off"}).status_code == 404
    assert policy.of(lib.north).rules == {}


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("phone", "020 7946 0000", "+442079460000"),
        ("email", "Desk@Library.Example", "desk@library.example"),
        ("domain", "@library.example", "library.example"),
        ("host", "https://Books.council.example/", "books.council.example"),
        ("name", "Sarah Jones", "Sarah Jones"),
    ],
)
def test_a_contact_is_kept_in_one_form_and_counts_in_every_unit(lib: Library, kind: str, typed: str, kept: str) -> None:
    answer = signed_in(lib.ada).post(reverse("posts:contacts", args=[lib.north.pk]), {"kind": kind, "value": typed})
    assert answer.status_code == 302
    assert Contact.objects.get().value == kept
    assert kept in signed_in(lib.ada).get(reverse("posts:contacts", args=[lib.south.pk])).content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"kind": "phone", "value": "12"},
        {"kind": "email", "value": "desk at library"},
        {"kind": "domain", "value": "no dots"},
        {"kind": "name", "value": "Sarah"},
        {"kind": "secret", "value": "x"},
        {"kind": "email", "value": ""},
        {"kind": "card", "prefix": "12a", "length": "14"},
        {"kind": "card", "prefix": "2123", "length": "3"},
        {"kind": "card", "prefix": "2123", "length": "９"},
        {"kind": "access", "value": "x" * 501},
    ],
)
def test_what_makes_no_sense_is_named_and_stays_typed(lib: Library, typed: dict[str, str]) -> None:
    answer = signed_in(lib.ada).post(reverse("posts:contacts", args=[lib.north.pk]), typed)
    assert answer.status_code == 422
    assert typed.get("prefix") or typed["value"] in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_known_number_is_not_warned_about_any_more(lib: Library, channel: Channel) -> None:
    draft = simple(channel, text="Call 020 7946 0000")
    assert [one.message for one in problems.of_draft(draft, unit=lib.north).all] == ["rule.P4"]
    signed_in(lib.ada).post(
        reverse("posts:contacts", args=[lib.south.pk]), {"kind": "phone", "value": "+44 20 7946 0000"}
    )
    assert problems.of_draft(draft, unit=lib.north).all == ()
    signed_in(lib.ada).post(reverse("posts:contact_remove", args=[Contact.objects.get().pk]))
    assert [one.message for one in problems.of_draft(draft, unit=lib.north).all] == ["rule.P4"]


def test_cards_of_the_library_look_as_it_says(lib: Library, channel: Channel) -> None:
    draft = simple(channel, text="Number 770001234")
    assert problems.of_draft(draft, unit=lib.north).all == ()
    page = reverse("posts:contacts", args=[lib.root.pk])
    signed_in(lib.ada).post(page, {"kind": "card", "prefix": "77", "length": "9"})
    assert [one.message for one in problems.of_draft(draft, unit=lib.north).all] == ["rule.P1"]
    assert "9 digits that begin with 77" in signed_in(lib.ada).get(page).content.decode()


def test_only_who_manages_the_unit_changes_its_contacts(lib: Library) -> None:
    page = reverse("posts:contacts", args=[lib.north.pk])
    signed_in(lib.ada).post(page, {"kind": "email", "value": "desk@library.example"})
    row = Contact.objects.get()
    for person, answer in ((lib.alice, 403), (lib.sam, 403), (lib.olga, 404)):
        assert signed_in(person).post(page, {"kind": "name", "value": "A B"}).status_code == answer
        assert signed_in(person).post(reverse("posts:contact_remove", args=[row.pk])).status_code == answer
    assert list(Contact.objects.all()) == [row]


def test_one_text_on_access_a_unit(lib: Library) -> None:
    page = reverse("posts:contacts", args=[lib.north.pk])
    for words in ("Step-free.", "Step-free, hearing loop."):
        signed_in(lib.ada).post(page, {"kind": "access", "value": words})
    assert [row.value for row in Contact.objects.all()] == ["Step-free, hearing loop."]


# --- off, hint, warning, must be changed, through the pages -------------------------------
TAG = "Sign up #bannedbooksweek"


def levelled(lib: Library, level: str) -> None:
    address = reverse("posts:checks", args=[lib.root.pk])
    assert signed_in(lib.ada).post(address, {"rule-A6": level}).status_code == 302


@pytest.mark.parametrize(
    ("level", "told", "goes_on"),
    [("off", False, True), ("hint", True, True), ("warn", True, True), ("block", True, False)],
)
def test_the_level_of_a_unit_decides_what_an_author_meets(
    lib: Library, channel: Channel, level: str, told: bool, goes_on: bool
) -> None:
    levelled(lib, level)
    browser, data = signed_in(lib.alice), form(channel, TAG)
    saved = save(browser, data)
    assert ("#bannedbooksweek is read as one long word" in saved["live"]["checks"]) is told
    sent = browser.post(saved["url"], data | {"version": saved["version"], "do": "submit"})
    post = Post.objects.get()
    assert (sent.status_code, post.state) == ((302, "in_review") if goes_on else (422, "draft"))
    if not goes_on:
        assert "#bannedbooksweek" in sent.content.decode()  # what was typed is there


def test_a_rule_made_strict_after_the_approval_was_asked_for_holds_at_the_approval(
    lib: Library, channel: Channel
) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, text=TAG))
    levelled(lib, "block")
    act = reverse("posts:act", args=[post.pk, "approve"])
    assert signed_in(lib.sam).post(act, {"digest": post.current.digest}).status_code == 409
    assert Post.objects.get().state == "in_review"
    levelled(lib, "off")
    assert signed_in(lib.sam).post(act, {"digest": post.current.digest}).status_code == 302


def test_a_branch_may_be_stricter_than_the_library(lib: Library, channel: Channel) -> None:
    levelled(lib, "off")
    address = reverse("posts:checks", args=[lib.north.pk])
    assert signed_in(lib.ada).post(address, {"rule-A6": "block"}).status_code == 302
    assert [one.severity for one in problems.of_draft(simple(channel, text=TAG), unit=lib.north).all] == ["block"]
    south = simple(make_channel(lib.south), text=TAG)
    assert problems.of_draft(south, unit=lib.south).all == ()
