"""The editorial machine: who may say this?

`actions_for` answers both the buttons and the services: there is no second
opinion on what a person may do with a post.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import policies
from libsocial.accounts import policy as accounts_policy
from libsocial.accounts.models import Unit, User
from libsocial.core.states import Machine
from posts import drafting, schedule
from posts.models import Post, Review
from scheduler import states as scheduler_states
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

    @property
    def possible(self) -> bool:
        return not self.why_not


LABELS: dict[str, str | Promise] = {
    "approve": _("Approve"),
    "request_changes": _("Request changes"),
    "submit": _("Send for approval"),
    "edit": _("Edit"),
    "recall": _("Take back"),
    "reopen": _("Reopen"),
    "duplicate": _("Duplicate"),
    "withdraw": _("Withdraw"),
    "archive": _("Archive"),
}
KINDS = {"approve": "primary", "submit": "primary", "withdraw": "danger", "archive": "danger"}
# What left, or may have left: nothing else may be said in its place.
LEFT = ("sending", "processing", "unclear", "needs_person", "published", "removed")


def actions_for(post: Post, person: User) -> tuple[Action, ...]:
    """What this person may do with this post now: those possible, and those that are only hindered, with the reason.

    What the person has no right to, and what makes no sense in this state, is not listed.
    """
    facts = Facts(post, person)
    found = []
    for name, label in LABELS.items():
        why_not = facts.why_not(name)
        if why_not is not None:
            found.append(Action(name, str(label), why_not, KINDS.get(name, "normal")))
    return tuple(found)


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


@dataclass(frozen=True)
class Need:
    """Approvals one unit asks for. `lent_by` is True for the owner of a channel that was lent."""

    unit: Unit
    needed: int
    given: int
    lent: bool
    own_allowed: bool

    @property
    def open(self) -> bool:
        return self.given < self.needed


RIGHTS = {
    "approve": "post.approve",
    "request_changes": "post.approve",
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

    def __init__(self, post: Post, person: User) -> None:
        self.post, self.person = post, person

    # --- rights ---
    def has_right(self, name: str) -> bool:
        if name in {"approve", "request_changes"}:
            return bool(self.deciding_units)
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
        return needs_of(self.post)

    @cached_property
    def deciding_units(self) -> tuple[Need, ...]:
        """The units for which this person may decide."""
        return tuple(need for need in self.needs if policies.can(self.person, "post.approve", need.unit))

    @cached_property
    def own_words(self) -> bool:
        current = self.post.current
        return self.person.pk in {self.post.author_id, current.changed_by_id if current else None}

    @cached_property
    def already_approved_for(self) -> set[int]:
        return set(
            Review.objects.filter(
                revision_id=self.post.current_id, person=self.person, decision="approved"
            ).values_list("unit_id", flat=True)
        )

    @cached_property
    def approves_for(self) -> tuple[Need, ...]:
        """The units for which an approval of this person would count now."""
        return tuple(
            need
            for need in self.deciding_units
            if need.open and need.unit.pk not in self.already_approved_for and (need.own_allowed or not self.own_words)
        )

    # --- what left ---
    @cached_property
    def left(self) -> list[str]:
        """Names of the channels it is out on, or may be."""
        return sorted(set(left_of(self.post).values_list("channel__name", flat=True)))

    # --- answers ---
    def why_not(self, name: str) -> str | None:
        """'' when it can be done, a sentence when something hinders it, None when it is not on offer at all."""
        if not self.has_right(name) or not self._in_table(name):
            return None
        return str(getattr(self, f"_{name}_hindered", lambda: "")())

    def _in_table(self, name: str) -> bool:
        if name == "duplicate":
            return self.post.current_id is not None
        if name == "reopen" and self.post.state == "archived":
            return True
        return MACHINE.allows(self.post.state, name)

    def wrong_state(self) -> str:
        return _("This post is %(state)s, so that cannot be done now. Load the page again to see where it stands.") % {
            "state": STATE_NAMES[self.post.state]
        }

    def _edit_hindered(self) -> str:
        return self._out_already(
            _("It is already out on %(channels)s and cannot be changed here. Duplicate it to say something new.")
        )

    _recall_hindered = _edit_hindered

    def _withdraw_hindered(self) -> str:
        return self._out_already(
            _("It is already out on %(channels)s. Use the buttons of each channel below for what is still to come.")
        )

    def _archive_hindered(self) -> str:
        waiting = deliveries_of(self.post).filter(state__in=scheduler_states.MAY_CANCEL | {"sending"}).exists()
        return str(_("Something of it is still to go out. Withdraw it or cancel that first.")) if waiting else ""

    def _approve_hindered(self) -> str:
        if self.approves_for:
            return self._expired()
        if self.own_words and any(need.open and not need.own_allowed for need in self.deciding_units):
            return str(_("You wrote or changed this version. A second person approves it."))
        return str(_("You have approved this version. It waits for another person."))

    def _expired(self) -> str:
        passed = schedule.passed_targets(drafting.of_revision(self.post.current), timezone.now())
        if not passed:
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


def deliveries_of(post: Post) -> QuerySet[Delivery]:
    """Deliveries of every revision of this post."""
    return Delivery.objects.filter(reference__startswith=f"post:{post.pk}:")


def left_of(post: Post) -> QuerySet[Delivery]:
    """Deliveries that are out, or may be; a thread whose first part is out counts as out."""
    return deliveries_of(post).filter(Q(state__in=LEFT) | Q(parts__published_at__isnull=False)).distinct()


def needs_of(post: Post) -> tuple[Need, ...]:
    """Who has to approve the current revision: the post's own unit, and the owner of every lent channel."""
    if post.current_id is None:
        return ()
    owners = Unit.objects.filter(channels__targets__revision_id=post.current_id).exclude(pk=post.unit_id).distinct()
    given = _given(post.current_id)
    own_policy = accounts_policy.of(post.unit)
    needs = [
        Need(post.unit, max(1, own_policy.approvals_needed), given.get(post.unit_id, 0), False, own_policy.own_approval)
    ]
    for unit in owners:
        needs.append(Need(unit, 1, given.get(unit.pk, 0), True, accounts_policy.of(unit).own_approval))
    return tuple(needs)


def _given(revision_id: int) -> dict[int, int]:
    rows = Review.objects.filter(revision_id=revision_id, decision="approved").values("unit_id")
    return {row["unit_id"]: row["count"] for row in rows.annotate(count=Count("person", distinct=True))}
