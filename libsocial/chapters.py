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
            _(
                "Media keeps every file of the library with its description, licence and permission. A picture whose "
                "permission has ended, or that shows people without one, stops the post. Turning and cutting changes "
                "no file: it is done when the picture is made for a channel."
            ),
            _(
                "A large file goes on where it stopped when the connection was cut: choose the same file again. A text "
                "card puts a few words in large letters on a colour or a picture; words that could not be read are "
                "refused. On the page of a film you write its captions and choose its still picture."
            ),
        ),
        ("posts:media*", "posts:asset*", "posts:arriving*"),
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
            _(
                "Who is away names a deputy with dates. A guest without an account looks and answers by a link. Where "
                "the rules allow it, urgent words leave on one yes and are judged by a second person afterwards."
            ),
        ),
        (
            "posts:review*",
            "posts:detail",
            "posts:expired",
            "posts:urgent",
            "posts:steps",
            "posts:who_approves",
            "posts:channel_reviewers",
            "posts:invite_guest",
            "accounts:deputies",
        ),
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
            _(
                "Drag a post to another day, or choose it and press m. Posting times of a channel show as free places. "
                "A file of posts is shown line by line before anything is written, and goes through review like all."
            ),
            _(
                "What stays true all year can go into the evergreen queue: it is written again in free posting times, "
                "rests as long as you say, keeps to its season, and waits when somebody should look at it again."
            ),
            _(
                "Days that only your library keeps, such as a book fair, are added under Days to keep, and stand in "
                "the calendar of the unit and those below it. Several posts are moved, sent for approval or put into a "
                "campaign at once in the list."
            ),
        ),
        (
            "posts:calendar*",
            "posts:list",
            "posts:move",
            "posts:slots*",
            "posts:import*",
            "posts:repeat*",
            "posts:evergreen*",
            "posts:kept_days",
            "posts:own_day*",
        ),
    ),
    Chapter(
        "checks",
        _("What is checked"),
        (
            _(
                "While you write, the text is checked for private data, for people who read with eyes closed or in a "
                "second language, for dead links and for words that will be wrong on the day. Many findings have a "
                "button that mends them."
            ),
            _(
                "Each unit decides what is a hint, a warning or a stop. Where a stop is wrong, ask for an exception "
                "with a reason: it counts when an approval accepts it."
            ),
        ),
        ("posts:checks", "posts:contacts", "posts:embargoes"),
    ),
    Chapter(
        "languages",
        _("Several languages"),
        (
            _(
                "A post can have versions in further languages. Each channel gets those it speaks. A reviewer of the "
                "language confirms a version; when the source changes afterwards, it is stale and does not go out."
            ),
        ),
        ("posts:languages", "posts:glossary*"),
    ),
    Chapter(
        "hours",
        _("Opening hours and closures"),
        (
            _(
                "Hours, quiet hours and closures of each unit tell when posts should rest and how long an answer may "
                "take. A new closure lists the posts it touches and asks what to do with each."
            ),
            _(
                "“Close now” is for emergencies: say why and until when, look at the words, and they go out; planned "
                "posts are held."
            ),
        ),
        ("hours:", "posts:close*"),
    ),
    Chapter(
        "campaigns",
        _("Campaigns and links"),
        (
            _(
                "A campaign gathers posts with a goal and a brief. It can be stopped as a whole, passed on as a pack "
                "without names and accounts, and brought back next year as drafts to check."
            ),
            _(
                "A short link counts how often it is followed, by hour and kind of device, and nobody’s address. Each "
                "channel and each poster has a place of its own, so that you see what worked."
            ),
        ),
        ("posts:campaign*", "posts:pack*", "links:"),
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
