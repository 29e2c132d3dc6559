"""The editorial machine: who may say this?

`actions_for` answers both the buttons and the services: there is no second
opinion on what a person may do with a post.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.core.states import Machine
from posts import drafting, needs, schedule
from posts.knowledge import Known
from posts.models import Post, Revision
from posts.needs import Need
from scheduler.models import Delivery

MACHINE = Machine(
    "post",
    "draft",
    {
        "draft": {"edit": "draft", "submit": "in_review", "withdraw": "withdrawn", "archive": "archived"},
        "in_review": {
            "edit": "draft",
            "approve": "approved",
            "endorse": "in_review",  # one of several approvals
            "request_changes": "changes_requested",
            "recall": "draft",
            "withdraw": "withdrawn",
            "archive": "archived",
        },
        "changes_requested": {
            "edit": "changes_requested",
            "submit": "in_review",
            "withdraw": "withdrawn",
            "archive": "archived",
        },
        "approved": {"edit": "draft", "recall": "draft", "withdraw": "withdrawn", "archive": "archived"},
        "withdrawn": {"edit": "draft", "reopen": "draft", "archive": "archived"},
        # What went out comes back as what it was; only what never left may be written on.
        "archived": {"reopen": "draft", "restore": "approved"},
    },
)


class NotPossible(Exception):
    """This cannot be done with the post now; the text is a sentence with the way out."""


@dataclass(frozen=True)
class Action:
    """One thing a person may do with a post. `why_not` is '' or the reason it cannot be done now."""

    name: str
    label: str
    why_not: str = ""
    kind: str = "normal"  # primary, normal, danger
    icon: str = ""
    confirm: str = ""  # what is asked before it is done, '' when it may simply be done

    @property
    def possible(self) -> bool:
        return not self.why_not


LABELS: dict[str, str | Promise] = {
    "approve": _("Approve"),
    "request_changes": _("Request changes"),
    "submit": _("Send for approval"),
    "edit": _("Edit"),
    "break_glass": _("Urgent: approve alone"),
    "recall": _("Take back"),
    "reopen": _("Reopen"),
    "duplicate": _("Duplicate"),
    "withdraw": _("Withdraw"),
    "archive": _("Archive"),
}
ICONS = {
    "approve": "check",
    "request_changes": "message-square-warning",
    "submit": "send",
    "edit": "pencil-line",
    "break_glass": "siren",
    "recall": "undo-2",
    "reopen": "archive-restore",
    "duplicate": "copy",
    "withdraw": "ban",
    "archive": "archive",
}
CONFIRM: dict[str, str | Promise] = {
    "recall": _("It becomes a draft again. What was planned is cancelled, and it needs a new approval."),
    "withdraw": _("Nothing of it goes out. What was planned is cancelled; you can reopen it as a draft."),
}
KINDS = {"approve": "primary", "submit": "primary", "withdraw": "danger"}
# What left, or may have left: nothing else may be said in its place.
ON_THE_WAY = ("planned", "waiting", "held", "sending", "processing", "unclear", "needs_person")
LEFT = ("sending", "processing", "unclear", "needs_person", "published", "removed")


def actions_for(post: Post, person: User, known: Known | None = None) -> tuple[Action, ...]:
    """What this person may do with this post now: those possible, and those that are only hindered, with the reason.

    What the person has no right to, and what makes no sense in this state, is not listed.
    """
    facts = Facts(post, person, known)
    found = []
    for name, label in LABELS.items():
        why_not = facts.why_not(name)
        if why_not is not None:
            kind, confirm = KINDS.get(name, "normal"), str(CONFIRM.get(name, ""))
            said = submit_label(post, person, facts.known) if name == "submit" else str(label)
            found.append(Action(name, said, why_not, kind, ICONS[name], confirm))
    return tuple(found)


def submit_label(post: Post | None, person: User, known: Known) -> str:
    """Who changes a colleague's words gives away the right to approve them: the button says so."""
    theirs = post is not None and post.author_id != person.pk and policies.can(person, "post.approve", post.unit)
    if post is not None and theirs and not known.policy(post.unit).own_approval:
        return str(_("Send to another approver"))
    return str(LABELS["submit"])


def require(post: Post, person: User, name: str) -> Facts:
    """Raises NotAllowed (no right to) or NotPossible (not now); returns what was found out on the way."""
    facts = Facts(post, person)
    if not facts.has_right(name):
        raise policies.NotAllowed(RIGHTS[name])
    why_not = facts.why_not(name)
    if why_not is None:
        raise NotPossible(facts.wrong_state())
    if why_not:
        raise NotPossible(why_not)
    return facts


RIGHTS = {
    "approve": "post.approve",
    "request_changes": "post.approve",
    "break_glass": "post.approve",
    "submit": "post.write",
    "edit": "post.write",
    "recall": "post.write",
    "reopen": "post.write",
    "duplicate": "post.write",
    "withdraw": "post.write",
    "archive": "post.write",
}


class Facts:
    """What decides about one post and one person; each question to the database is asked once."""

    def __init__(self, post: Post, person: User, known: Known | None = None) -> None:
        self.post, self.person, self.known = post, person, known or known_of(post)

    # --- rights ---
    def has_right(self, name: str) -> bool:
        if name in {"approve", "request_changes"}:
            return bool(self.deciding_units)
        if name == "break_glass":
            return self.may_break_glass
        if name == "duplicate":
            return policies.can(self.person, "post.write", self.post.unit)
        return self.may_change

    @cached_property
    def may_change(self) -> bool:
        """Authors change their own posts, editors those of others."""
        unit, person = self.post.unit, self.person
        own = self.post.author_id == person.pk and policies.can(person, "post.write", unit)
        return own or policies.can(person, "post.edit_any", unit)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        return needs_of(self.post, self.known)

    @cached_property
    def deciding_units(self) -> tuple[Need, ...]:
        """The needs of units in which this person may decide."""
        return tuple(need for need in self.needs if policies.can(self.person, "post.approve", need.unit))

    @cached_property
    def own_words(self) -> bool:
        current = self.post.current
        return self.person.pk in {self.post.author_id, current.changed_by_id if current else None}

    @cached_property
    def already_given(self) -> set[tuple[int, str]]:
        """Unit and family of every need this person has said yes to."""
        return needs.given_by(self.post, self.known, self.needs, self.person)

    def has_given(self, need: Need) -> bool:
        return (need.unit.pk, need.family) in self.already_given

    def named_in(self, need: Need) -> bool:
        """Is it for this person to say, in their own name or in the place of somebody who is away?"""
        if need.people is None or self.person.pk in need.people:
            return True
        return needs.instead_of(need, self.person) is not None

    def words_allow(self, need: Need) -> bool:
        """Nobody approves their own words, unless the unit's rules say so; a deputy never does."""
        return not self.own_words or (need.own_allowed and needs.instead_of(need, self.person) is None)

    @cached_property
    def approves_for(self) -> tuple[Need, ...]:
        """The needs for which an approval of this person would count now.

        When the rules ask for fewer than when the last yes was given, nothing is open and anybody's press completes it.
        """
        mine = [need for need in self.deciding_units if self.words_allow(need)]
        if not any(need.open for need in self.needs):
            return tuple(mine)
        return tuple(need for need in needs.open_now(mine) if self.named_in(need) and not self.has_given(need))

    @cached_property
    def may_break_glass(self) -> bool:
        """Urgent words: may this person let them out alone, to be judged by a second one afterwards? Only where the
        rules allow it, and where their plain yes is not enough."""
        rules, unit = self.known.policy(self.post.unit), self.post.unit
        if not rules.break_glass or not policies.can_oneself(self.person, "post.approve", unit):
            return False
        still = sum(need.needed - need.given for need in self.needs if need.open and need.unit.pk == unit.pk)
        return still > 1 or not any(need.unit.pk == unit.pk for need in self.approves_for)

    # --- what left ---
    @cached_property
    def left(self) -> list[str]:
        """Names of the channels it is out on, or may be."""
        return sorted({row.channel.name for row in self.known.deliveries[self.post.pk] if has_left(row)})

    @cached_property
    def surely_out(self) -> bool:
        """Is every one of them known to be out? An unclear one may be."""
        rows = self.known.deliveries[self.post.pk]
        return all(row.state not in ON_THE_WAY for row in rows if has_left(row))

    # --- answers ---
    def why_not(self, name: str) -> str | None:
        """'' when it can be done, a sentence when something hinders it, None when it is not on offer at all."""
        if not self._in_table(name) or not self.has_right(name):
            return None
        return str(getattr(self, f"_{name}_hindered", lambda: "")())

    def _in_table(self, name: str) -> bool:
        if name == "duplicate":
            return self.post.current_id is not None
        if name == "reopen" and self.post.state == "archived":
            return True
        if name == "break_glass":
            return self.post.state == "in_review"
        return MACHINE.allows(self.post.state, name)

    def wrong_state(self) -> str:
        return _("This post is %(state)s, so that cannot be done now. Load the page again to see where it stands.") % {
            "state": STATE_NAMES[self.post.state]
        }

    def _edit_hindered(self) -> str:
        return self._out_already(
            _("It is already out on %(channels)s and cannot be changed here. Duplicate it to say something new.")
            if self.surely_out
            else _("It may be out on %(channels)s, so it cannot be changed here. Duplicate it to say something new.")
        )

    _recall_hindered = _edit_hindered

    def _withdraw_hindered(self) -> str:
        return self._out_already(
            _("It is already out on %(channels)s. Use the buttons of each channel below for what is still to come.")
        )

    def _archive_hindered(self) -> str:
        waiting = any(row.state in ON_THE_WAY for row in self.known.deliveries[self.post.pk])
        return str(_("Something of it is still to go out. Withdraw it or cancel that first.")) if waiting else ""

    def _approve_hindered(self) -> str:
        if self.approves_for:
            return self._expired() or self._director_needed()
        if self.own_words and any(need.open and not self.words_allow(need) for need in self.deciding_units):
            return str(_("You wrote or changed this version. A second person approves it."))
        if self.already_given:
            return str(_("You have approved this version. It waits for another person."))
        return self._not_asked()

    def _not_asked(self) -> str:
        """A step comes first, or it names other people."""
        waiting = [need for need in needs.open_now(self.needs) if need.missing]
        if not waiting:
            return str(_("Another step of the approval comes first."))
        return _("It waits for %(names)s.") % {"names": ", ".join(waiting[0].missing)}

    def _break_glass_hindered(self) -> str:
        return self._expired()

    def _director_needed(self) -> str:
        """What speaks for the library in public matters is completed by the person the campaign names."""
        campaign = self.post.campaign if self.post.campaign_id else None
        if campaign is None or not campaign.advocacy or campaign.approver_id in (None, self.person.pk):
            return ""
        left = sum(max(0, need.needed - need.given) for need in self.needs)
        given = {review.person_id for review in self.known.approvals(self.post)}
        if campaign.approver_id in given or left > len(self.approves_for):
            return ""
        return str(_("“%(campaign)s” is advocacy: %(person)s gives the last approval.")) % {
            "campaign": campaign.name,
            "person": campaign.approver,
        }

    def _expired(self) -> str:
        if not schedule.passed_targets(drafting.of_revision(self.post.current), timezone.now()):
            return ""
        return str(_("The planned time has passed. Choose a new time, then send it for approval again."))

    def _out_already(self, sentence: str | Promise) -> str:
        return str(sentence) % {"channels": ", ".join(self.left)} if self.left else ""


STATE_NAMES: dict[str, str | Promise] = {
    "draft": _("a draft"),
    "in_review": _("in review"),
    "changes_requested": _("waiting for changes"),
    "approved": _("approved"),
    "withdrawn": _("withdrawn"),
    "archived": _("archived"),
}


def has_left(delivery: Delivery) -> bool:
    """Is it out, or may it be? A thread whose first part is out counts as out."""
    return delivery.state in LEFT or any(part.published_at for part in delivery.parts.all())


def reference_of(post: Post, revision: Revision) -> str:
    """What the engine knows a revision by."""
    return f"post:{post.pk}:{revision.number}"


def known_of(post: Post) -> Known:
    """What is known of one post, read now."""
    return Known([post], [drafting.of_revision(post.current)] if post.current_id else [])


def out_on(post: Post) -> list[str]:
    """Names of the channels the post is out on, or may be, as the rows stand now."""
    return sorted({row.channel.name for row in known_of(post).deliveries[post.pk] if has_left(row)})


def needs_of(post: Post, known: Known | None = None) -> tuple[Need, ...]:
    """Who has to approve the current revision (see posts.needs)."""
    return needs.needs_of(post, known or known_of(post)) if post.current_id else ()


# Urgent words that went out on one yes.
GLASS = Machine(
    "break-glass",
    "open",
    {"open": {"confirm": "confirmed", "object": "objected"}, "confirmed": {}, "objected": {}},
)
