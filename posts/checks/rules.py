"""The register of rules: what is looked at, how grave it is unless a unit says otherwise, and why.

Ids are those of the checks' table in the handbook: A accessibility, P privacy, L links, T time. A rule with `by`
is kept elsewhere and listed here so that the page of rules is whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
LEVELS: dict[str, Text] = {"off": _("Off"), "hint": _("Hint"), "warn": _("Warning"), "block": _("Must be changed")}
FAMILIES: dict[str, Text] = {
    "privacy": _("Privacy"),
    "accessibility": _("Accessibility"),
    "words": _("Words"),
    "links": _("Links"),
    "planning": _("Planning"),
}


@dataclass(frozen=True)
class Rule:
    """`default`: off, hint, warn or block. `fixed`: no unit may change it; `by` says who looks then."""

    id: str
    family: str
    default: str
    name: Text
    why: Text
    source: str = ""
    fixed: bool = False
    secret: bool = False  # what it finds is never written down in full


RULES: tuple[Rule, ...] = (
    # --- privacy ---
    Rule(
        "P1", "privacy", "block", _("Library card numbers"), _("A card number opens somebody’s account."), secret=True
    ),
    Rule("P2", "privacy", "warn", _("Barcodes of items"), _("It may tell what somebody has borrowed.")),
    Rule("P3", "privacy", "warn", _("E-mail addresses that are not the library’s"), _("It may be a private one.")),
    Rule("P4", "privacy", "warn", _("Telephone numbers that are not the library’s"), _("It may be a private one.")),
    Rule("P5", "privacy", "warn", _("Loans and accounts of one person"), _("What people read is confidential.")),
    Rule("P6", "privacy", "hint", _("Full names of private people"), _("They should know and agree.")),
    Rule("P7", "privacy", "warn", _("Children who can be recognised"), _("A guardian’s consent is needed.")),
    Rule(
        "P8",
        "privacy",
        "block",
        _("Payment cards, identity numbers, birthdays, homes"),
        _("With these somebody can be robbed or found."),
        secret=True,
    ),
    Rule(
        "P9",
        "privacy",
        "block",
        _("Passwords, PINs, door codes, internal servers"),
        _("They are for staff only."),
        secret=True,
    ),
    Rule(
        "P10",
        "privacy",
        "block",
        _("Place and device inside picture files"),
        _("Taken out of every file when it is added."),
        fixed=True,
    ),
    Rule(
        "P11",
        "privacy",
        "block",
        _("Links that carry somebody’s sign-in"),
        _("Whoever opens it may be signed in as that person."),
        secret=True,
    ),
    # --- accessibility ---
    Rule(
        "A1",
        "accessibility",
        "block",
        _("Pictures without a description"),
        _("People who cannot see hear the description."),
        "WCAG 1.1.1",
        fixed=True,
    ),
    Rule(
        "A2",
        "accessibility",
        "warn",
        _("Descriptions that describe nothing"),
        _("A file name or one word tells nothing."),
        "WCAG 1.1.1",
    ),
    Rule(
        "A3",
        "accessibility",
        "block",
        _("Facts that only the picture tells"),
        _("Date and place of a text card are said in words too."),
        "WCAG 1.4.5",
    ),
    Rule(
        "A4",
        "accessibility",
        "warn",
        _("Films without captions, or with captions nobody can follow"),
        _("Deaf people, and everybody with the sound off, read along."),
        "WCAG 1.2.2",
    ),
    Rule(
        "A5",
        "accessibility",
        "hint",
        _("Films without a transcript or audio description"),
        _("Blind people hear what is only shown."),
        "WCAG 1.2.3, 1.2.5",
    ),
    Rule(
        "A6",
        "accessibility",
        "warn",
        _("Hashtags in lower case"),
        _("A capital for each word lets screen readers read it."),
    ),
    Rule("A7", "accessibility", "hint", _("Many hashtags inside sentences"), _("They interrupt whoever listens.")),
    Rule(
        "A8",
        "accessibility",
        "block",
        _("Fancy letters"),
        _("Screen readers spell them, skip them or say “mathematical bold”."),
        "WCAG 1.3.1",
    ),
    Rule(
        "A9",
        "accessibility",
        "warn",
        _("Emoji: many, repeated, or in place of words"),
        _("Each is read out by its full name."),
    ),
    Rule(
        "A10",
        "accessibility",
        "warn",
        _("Dividers and pictures made of characters"),
        _("They are read out sign by sign."),
        "WCAG 1.1.1",
    ),
    Rule(
        "A11",
        "accessibility",
        "warn",
        _("Sentences in capitals"),
        _("They are harder to read and sound like shouting."),
    ),
    Rule(
        "A12",
        "words",
        "hint",
        _("Sentences that are hard to read"),
        _("Plain words reach more people. English, Spanish and French are measured."),
        "WCAG 3.1.5",
    ),
    Rule(
        "A13", "words", "warn", _("“Click here”"), _("A link is found by words that say where it leads."), "WCAG 2.4.4"
    ),
    Rule(
        "A14",
        "accessibility",
        "block",
        _("Contrast of words on text cards"),
        _("Kept when a card is made: 4.5 to 1, large words 3 to 1."),
        "WCAG 1.4.3",
        fixed=True,
    ),
    Rule(
        "A15",
        "accessibility",
        "warn",
        _("Films and moving pictures that flash"),
        _("More than three flashes a second can cause a seizure."),
        "WCAG 2.3.1",
    ),
    Rule(
        "A16",
        "accessibility",
        "hint",
        _("A language that is not the one named"),
        _("Screen readers choose their voice by it."),
        "WCAG 3.1.1",
    ),
    Rule(
        "A17",
        "accessibility",
        "hint",
        _("Events without a word on access"),
        _("People need to know whether they can come, and whom to ask."),
    ),
    Rule(
        "A18",
        "accessibility",
        "warn",
        _("Characters nobody sees"),
        _("They break links and searches. Those that turn the writing direction always block."),
    ),
    # --- links and planning ---
    Rule("L1", "links", "warn", _("Links that lead nowhere"), _("Each link is opened in the background.")),
    Rule(
        "L2",
        "links",
        "warn",
        _("Links the public cannot open"),
        _("A server inside the house, or a page behind a sign-in."),
    ),
    Rule("L3", "links", "hint", _("Links that lead on to another address"), _("The new one lasts longer.")),
    Rule(
        "T1",
        "planning",
        "warn",
        _("The same words again within 30 days"),
        _("Some platforms refuse them; readers notice."),
    ),
    Rule(
        "T2",
        "planning",
        "warn",
        _("Another post on the channel within the hour"),
        _("One takes the readers of the other."),
    ),
    Rule(
        "T3",
        "planning",
        "warn",
        _("“Tomorrow”, “this Friday” and days that are over"),
        _("They mean something else on the day it goes out."),
    ),
)
BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
SET_BY_UNITS = tuple(rule for rule in RULES if not rule.fixed)
GRAVITY = ("off", "hint", "warn", "block")


def level_of(rule: str, levels: Mapping[str, str]) -> str:
    """What holds for a rule under these levels; a word nobody knows counts as not said."""
    said = levels.get(rule, "")
    return said if said in LEVELS and not BY_ID[rule].fixed else BY_ID[rule].default
