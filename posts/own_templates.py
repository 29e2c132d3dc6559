"""The templates the product brings: what libraries say most often. Fields in braces are asked for or known."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Own:
    name: str | Promise
    purpose: str | Promise
    text: str | Promise


OURS: dict[str, Own] = {
    "storytime": Own(
        _("Story time"),
        _("Invites families to a story time."),
        _(
            "Story time at {branch}: {title}\n\n{date}, {time}. For {audience}.\n"
            "No library card needed, just come by. {access}\n\n#StoryTime"
        ),
    ),
    "closed": Own(
        _("We are closed"),
        _("A closing day, with what still works and when we open again."),
        _(
            "{branch} is closed on {date}: {reason}.\n\nWe open again {opens}. "
            "Books can be renewed online at {website} or by phone: {phone}."
        ),
    ),
    "new_books": Own(
        _("New on the shelf"),
        _("A few new books, with where to find them."),
        _("New on the shelf at {branch}:\n\n{books}\n\nReserve yours at {website}.\n\n#NewBooks"),
    ),
    "staff_pick": Own(
        _("Staff pick"),
        _("One colleague recommends one book."),
        _("{colleague} recommends: {title} by {author}.\n\n“{why}”\n\nReserve it at {website}.\n\n#StaffPick"),
    ),
    "author_talk": Own(
        _("Author talk"),
        _("Announces a reading or a talk."),
        _(
            "Meet {author} at {branch}.\n\n{title}\n{date}, {time}, {address}\n\n"
            "Free of charge. Seats: {link}\n{access}\n\n#AuthorTalk"
        ),
    ),
    "thank_you": Own(
        _("Thank you"),
        _("Thanks volunteers, partners or readers after an event."),
        _("Thank you, {name}, {thanks_for}!\n\nYou made the day at {branch}. See you again soon."),
    ),
}
