"""Two packs that come with the product: a month of library cards, and spotting fakes. Free to use (CC0)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from posts.packs.form import Pack, PackDraft, PackPart

LICENCE = "CC0 1.0"


def _draft(day: int, clock: str, *texts: str, note: str = "") -> PackDraft:
    return PackDraft(tuple(PackPart(text) for text in texts), day, clock, "en", note=note)


CARD_MONTH = Pack(
    name="Library card month",
    days=30,
    brief=(
        "A month that invites people who have no card yet. Put a short link to your sign-up page into each post "
        "(“Shorten links” counts it), name your branch, and add a picture of your own building or staff."
    ),
    goal="New cards this month",
    goal_kind="hand",
    goal_number=100,
    colour="teal",
    tags="#LibraryCardSignUpMonth",
    licence=LICENCE,
    drafts=(
        _draft(
            0,
            "10:00",
            "This month is about the most useful card in your wallet. It opens thousands of books, films and games, "
            "free Wi-Fi, a quiet table and people who like questions.\n\nNo card yet? It takes five minutes.\n\n"
            "#LibraryCardSignUpMonth",
            note="Add the link of your sign-up page and your opening hours.",
        ),
        _draft(
            3,
            "16:00",
            "Five things a library card opens that are not books:\n\n1. Films and music\n2. Language courses\n"
            "3. Newspapers from home\n4. A printer\n5. Help with forms\n\nWhich one is news to you?",
            note="Strike out what your library does not lend.",
        ),
        _draft(
            7,
            "10:00",
            "Moved here lately? Your first address in a new town can be a library card. Bring something with your "
            "name and address on it; we do the rest.",
            note="Check which papers your library asks for.",
        ),
        _draft(
            10,
            "16:00",
            "A first card of one’s own is a big day. Children get theirs from us with a name on it, and a grown-up "
            "beside them to sign.",
            note="A picture of a child needs a guardian’s written consent. A picture of the card needs none.",
        ),
        _draft(
            14,
            "12:00",
            "Halfway through the month of library cards. What did your card save you this year? Tell us below; we "
            "read every answer.",
        ),
        _draft(
            18,
            "10:00",
            "Lost your card? Still have fines from years ago? Come and ask. We would rather have you back.",
            note="Check with the desk what the rules on old fines are before this goes out.",
        ),
        _draft(
            22,
            "16:00",
            "You can read tonight without leaving the sofa: with a card, e-books and audiobooks come to your phone.",
            note="Name the app your library uses and link to its page.",
        ),
        _draft(
            29,
            "10:00",
            "Thank you to everyone who got a card this month. Today is a good day for one, and so is tomorrow.",
            note="Add the number of new cards if you like to tell it.",
        ),
    ),
)

FAKES = Pack(
    name="Spotting fakes",
    days=28,
    brief=(
        "Four weeks of short lessons in telling true from false: pictures, numbers, voices and messages. Neutral in "
        "its examples on purpose. Replace them with local ones that take no side, and invite to your own workshop."
    ),
    goal="People at the workshops",
    goal_kind="hand",
    goal_number=40,
    colour="blue",
    tags="#MediaLiteracy #AskALibrarian",
    licence=LICENCE,
    drafts=(
        _draft(
            0,
            "10:00",
            "Before you share it, wait ten seconds and ask: who says so, how do they know, and who else says it?\n\n"
            "For four weeks we show one small skill every few days. #AskALibrarian",
        ),
        _draft(
            3,
            "16:00",
            "Skill 1: read sideways. Fact-checkers do not study a strange page for long. They open a second tab and "
            "look what others say about whoever runs it.",
            "Try it: take a site you do not know, search for its name with the word “about” or “review”, and look "
            "who writes the answers.",
        ),
        _draft(
            7,
            "10:00",
            "Skill 2: where is the picture from? Search with the picture itself. Often it is years old and from "
            "another place.",
            note="Add a picture of how to search by picture on a phone, with a description.",
        ),
        _draft(
            10,
            "16:00",
            "Skill 3: made by a machine? Look at hands, letters on signs and reflections. Then do not rely on it: "
            "the tricks get better. Ask where it was first published.",
        ),
        _draft(
            14,
            "10:00",
            "Skill 4: a voice you know asks for money at once? Hang up. Call back on the number you have. Agree on "
            "a word in the family that only you know.",
        ),
        _draft(
            18,
            "16:00",
            "Skill 5: a number alone says little. Of how many? Since when? Compared with what?",
        ),
        _draft(
            22,
            "10:00",
            "Skill 6: the message that wants you to hurry. A bank, a parcel, a prize. Do not tap; type the address "
            "yourself. Not sure? Show it to us at the desk, we look together.",
            note="Name your hours for help with devices.",
        ),
        _draft(
            27,
            "10:00",
            "Four weeks, six skills. Which one did you use? We keep answering: ask a librarian, here or at the desk. "
            "#AskALibrarian",
        ),
    ),
)
PACKS: dict[str, tuple[Pack, str | Promise]] = {
    "library-card-month": (CARD_MONTH, _("Eight posts that invite people who have no card yet.")),
    "spotting-fakes": (FAKES, _("Four weeks of short lessons in telling true from false.")),
}
