"""The help as data: chapters in the order a newcomer meets things, each for the pages it explains.

One source for the help page, for the help that opens beside a page, and for the search.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Chapter:
    """`pages` are URL names it explains: whole, or beginnings that end in a colon or a star."""

    key: str
    title: str | Promise
    paragraphs: tuple[str | Promise, ...]
    pages: tuple[str, ...] = ()


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "today",
        _("Your day"),
        (
            _(
                "Today shows what needs somebody, what waits for you, what goes out in the next 24 hours, "
                "and your own drafts. Every line leads to its post."
            ),
            _(
                "Press Ctrl+K (⌘K on a Mac) on any page to go anywhere or find a post, a channel or a colleague "
                "by typing. The number at the bell counts what you have not seen."
            ),
        ),
        ("today", "search"),
    ),
    Chapter(
        "write",
        _("Writing a post"),
        (
            _(
                "Write once under New post, choose the channels, and look at the previews: each shows the post as "
                "its readers will see it. Where a platform needs other words, open the channel below the text and "
                "choose “Write differently”."
            ),
            _(
                "Everything is saved while you write. Counters use each platform’s own way of counting; what a "
                "platform would cut or refuse is named beside the field, with a button that mends it where that is "
                "possible."
            ),
        ),
        ("posts:new", "posts:edit"),
    ),
    Chapter(
        "pictures",
        _("Pictures"),
        (
            _(
                "Drop, paste or choose pictures. Say what each one shows, or mark it as decorative. Place and camera "
                "data are removed on arrival."
            ),
        ),
        ("posts:media*", "posts:asset*"),
    ),
    Chapter(
        "approve",
        _("Approval"),
        (
            _(
                "“Send for approval” puts the post into the queue of the supervisors. What they approve is exactly "
                "what goes out: any later change needs a new approval and takes back what has not left yet. Nobody "
                "approves their own words unless the library’s policy says so."
            ),
        ),
        ("posts:review*", "posts:detail"),
    ),
    Chapter(
        "plan",
        _("Planning"),
        (
            _(
                "The calendar shows posts of all states on their day, in your time zone. Choose a day to begin a post "
                "there. Times are kept as the clock on the library’s wall: ten o’clock stays ten o’clock when the "
                "clocks change."
            ),
        ),
        ("posts:calendar*", "posts:list"),
    ),
    Chapter(
        "out",
        _("Going out"),
        (
            _(
                "At its minute the post goes to every channel once. If something is wrong the post page says what "
                "happened, what we do and what you can do. “Please check” means the platform did not say whether the "
                "post arrived: look at the address given there, then press “It is there” or “It is not there”."
            ),
        ),
        ("scheduler:delivery",),
    ),
    Chapter(
        "hold",
        _("Stopping everything"),
        (
            _(
                "A supervisor can hold one channel, a unit or everything. While a hold stands nothing leaves. When it "
                "ends, what became overdue is listed and waits for a click."
            ),
        ),
        ("scheduler:",),
    ),
    Chapter(
        "channels",
        _("Channels"),
        (
            _(
                "A channel is an account of the library on a platform. It belongs to a unit, never to a person, and "
                "can be lent to other units, whose posts then need a yes of its owner."
            ),
            _(
                "Connecting opens a guide for that platform. Keys are stored encrypted and shown to nobody; you are "
                "told before one runs out."
            ),
        ),
        ("channels:", "practice:"),
    ),
    Chapter(
        "figures",
        _("Figures"),
        (
            _(
                "Figures come from the platforms themselves. What a platform does not tell is shown as not available, "
                "never as zero, and platforms are compared only in what they share."
            ),
        ),
        ("analytics:",),
    ),
    Chapter(
        "people",
        _("People and units"),
        (
            _(
                "A role holds in its unit and in the units below it. Contributors write, editors change what others "
                "wrote, supervisors approve, administrators run the house, auditors read."
            ),
        ),
        ("accounts:people", "accounts:person", "accounts:invit*", "accounts:unit*", "accounts:settings*"),
    ),
    Chapter(
        "trail",
        _("The trail"),
        (
            _(
                "Every act of importance leaves a sentence: who, what, when, and what was before. It cannot be "
                "changed. The part about one post stands on its page."
            ),
        ),
        ("audit:",),
    ),
    Chapter(
        "notices",
        _("Notices"),
        (
            _(
                "What you should know stands under the bell, and is mailed while you have not seen it. Under “What "
                "reaches you” you choose for each kind: a mail at once, once a day together, or only here. What needs "
                "you today always reaches you."
            ),
        ),
        ("notices:",),
    ),
    Chapter(
        "account",
        _("Your account"),
        (
            _(
                "Language, time zone, colours, contrast and spacing are yours alone. A second factor protects the "
                "account; keep the recovery codes where you find them without your phone."
            ),
        ),
        ("accounts:profile", "account_*", "mfa_*", "usersessions_*"),
    ),
    Chapter(
        "status",
        _("Status"),
        (
            _(
                "Whether the clock ticks, the workers live, mail leaves and the disk has room. Something that is not "
                "in order says what to do."
            ),
        ),
        ("status",),
    ),
    Chapter(
        "keys",
        _("Keyboard"),
        (
            _(
                "Press ? on any page to see its shortcuts, Ctrl+K (⌘K on a Mac) to go anywhere. Single keys can be "
                "switched off in your account."
            ),
        ),
    ),
)

GLOSSARY: tuple[tuple[str | Promise, str | Promise], ...] = (
    (_("Channel"), _("An account of the library on a platform.")),
    (_("Unit"), _("The library, a branch, a department or a partner.")),
    (
        _("Practice"),
        _(
            "A platform inside this product, for trying things. It looks and answers like a network, but only people "
            "who can open this product see it."
        ),
    ),
    (_("Expired"), _("The post was too late to be sent as it stands; choose a new time.")),
)


def chapter(key: str) -> Chapter | None:
    """The chapter of this key."""
    return next((one for one in CHAPTERS if one.key == key), None)


def of_page(view_name: str) -> Chapter:
    """The chapter that explains a page best: the longest name that fits; the first chapter where none does."""
    best, length = CHAPTERS[0], 0
    for one in CHAPTERS:
        for covered in one.pages:
            fits = view_name == covered or (covered.endswith((":", "*")) and view_name.startswith(covered.rstrip("*")))
            if fits and len(covered) > length:
                best, length = one, len(covered)
    return best
