"""The approval protocol. Every way to "approved" leads through `approve`; there is no second one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from posts import digest as digests
from posts import drafting, needs, problems, schedule, workflow
from posts.knowledge import links_of
from posts.models import Guest, Post, Review, Revision
from posts.needs import Need
from posts.services import exceptions, glass, guests, link_checks, media, outbox, placing, telling
from posts.services.drafts import bind_names, locked, write_revision
from posts.workflow import NotPossible


class Changed(NotPossible):
    """The post is not what the person saw; `revision` is what stands now, for showing the change."""

    def __init__(self, revision: Revision) -> None:
        super().__init__(
            _("%(person)s changed this post after you opened it. Read what changed, then decide.")
            % {"person": revision.changed_by}
        )
        self.revision = revision


def submit(*, post: Post, by: User) -> Revision:
    """Freezes what is written and asks for approval. Raises NotAllowed, NotPossible, problems.Blocked."""
    with transaction.atomic():
        post = locked(post)
        workflow.require(post, by, "submit")
        revision = _fresh(post, by)
        bind_names(revision)
        placing.take_times(post, revision, timezone.now())
        _refuse_blocking(revision)
        revision.digest, revision.submitted_at, revision.submitted_by = digests.of(revision), timezone.now(), by
        # Counts as a save: a page opened before does not know that its next one voids a review.
        revision.version += 1
        revision.save(update_fields=["digest", "submitted_at", "submitted_by", "version"])
        workflow.MACHINE.move(
            post, "submit", where=Q(current=post.current_id), current=revision, changed_at=timezone.now()
        )
        outbox.begin_films(revision)
        link_checks.want(links_of(drafting.of_revision(revision)))
        media.remember_descriptions(draft=drafting.of_revision(revision), by=by, unit=post.unit)
        telling.submitted(post, by)
        audit.record("post.submitted", by=by, on=post, unit=post.unit, data={"revision": revision.number})
    return revision


def approve(*, post: Post, by: User | Guest, digest: str, urgent: str = "", accept: Collection[int] = ()) -> bool:
    """One person's yes to exactly what they saw. True when it was the last one needed: then it is planned.

    A guest's yes counts as far as the unit's rules let it. `urgent`: why one person lets this out alone; it then
    counts for everything their own unit asks for, and a second person judges it afterwards (see posts.services.glass).
    `accept`: the exceptions (CheckOverride ids) this person read and agrees to; a guest accepts none.
    Raises NotAllowed, NotPossible (own words, already decided, time passed), Changed, problems.Blocked.
    """
    _require_voice(post, by, urgent)
    made = _rendered(post, digest)
    with transaction.atomic():
        post = locked(post)
        revision = _seen(post, digest)
        voice = _voice(post, by, revision, urgent)
        report, ticked = _refuse_blocking(revision), accept if isinstance(by, User) else ()
        exceptions.accept(post=post, revision=revision, by=voice.answers_for, report=report, ticked=ticked)
        for need in voice.needs:
            _record_yes(revision, voice, need)
        now = workflow.needs_of(post)
        complete = not any(need.open for need in now)
        if complete:
            _to_approved(post, revision, voice, made)
        else:
            workflow.MACHINE.move(post, "endorse", where=Q(current=revision), changed_at=timezone.now())
            telling.half_approved(post, voice.answers_for, voice.name, now)
        if urgent:
            glass.open_for(post, revision, voice.answers_for, urgent)
        _trail_yes(post, revision, voice)
    return complete


def break_glass(*, post: Post, by: User, reason: str, digest: str | None = None) -> bool:
    """Urgent words, let out by one person of the unit alone; a draft is sent for approval on the way.

    `digest` is what they saw; None takes what stands now. The other approvers are told at once, and one of them
    has to judge it within a day. Raises as `submit` and `approve` do, and NotPossible without a reason.
    """
    reason = drafting.text_of(reason).strip()
    if not reason:
        raise NotPossible(_("Say why this cannot wait, so that the person who judges it afterwards understands."))
    with transaction.atomic():
        if post.state in {"draft", "changes_requested"}:
            submit(post=post, by=by)
        post.refresh_from_db()
    standing = _revision(post).digest
    return approve(post=post, by=by, digest=standing if digest is None else digest, urgent=reason)


def request_changes(*, post: Post, by: User, digest: str, reason: str) -> None:
    """A no with its reason, about exactly what the person saw. Raises NotAllowed, NotPossible, Changed."""
    reason = drafting.text_of(reason).strip()
    if not reason:
        raise NotPossible(_("Say what should be changed, so that the author can do it."))
    with transaction.atomic():
        post = locked(post)
        revision = _seen(post, digest)
        facts = workflow.require(post, by, "request_changes")
        for need in facts.deciding_units[:1]:
            Review.objects.create(
                revision=revision,
                person=by,
                decision="changes_requested",
                unit=need.unit,
                need=need.key,
                reason=reason,
                digest=digest,
            )
        workflow.MACHINE.move(post, "request_changes", where=Q(current=revision), changed_at=timezone.now())
        telling.decided(post)
        telling.changes_requested(post, by, reason)
        data = {"revision": revision.number, "reason": reason}
        audit.record("post.changes_requested", by=by, on=post, unit=post.unit, data=data)


def recall(*, post: Post, by: User) -> None:
    """Back to draft to work on it; what was planned is cancelled. Raises NotAllowed, NotPossible."""
    _take_back(post, by, "recall", "post.recalled")


def withdraw(*, post: Post, by: User) -> None:
    """It is not going to be said; what was planned is cancelled. Raises NotAllowed, NotPossible."""
    _take_back(post, by, "withdraw", "post.withdrawn")


# --- steps ------------------------------------------------------------------


def _fresh(post: Post, by: User) -> Revision:
    """The revision to submit: the one being written, or a copy when that one was submitted before.

    A decision belongs to one submission, so what was taken back or sent back gets a number of its own.
    """
    revision = _revision(post)
    if revision.submitted_at is None:
        return revision
    draft = drafting.of_revision(revision)
    copy = write_revision(post, by, draft, number=revision.number + 1, version=revision.version + 1)
    # Sending it again changes no word: who wrote them stays who wrote them.
    copy.changed_by = revision.changed_by
    copy.save(update_fields=["changed_by"])
    return copy


def _revision(post: Post) -> Revision:
    return Revision.objects.select_related("post__unit", "changed_by").get(pk=post.current_id)


def _rendered(post: Post, digest: str) -> outbox.Made:
    """The renditions, made before the transaction; nothing for a digest that is not the current one."""
    revision = Revision.objects.filter(pk=Post.objects.filter(pk=post.pk).values("current_id")[:1]).first()
    return outbox.render(revision) if revision is not None and revision.digest == digest else {}


def _seen(post: Post, digest: str) -> Revision:
    """The current revision, provided it is what the person had before them and what the rows still say."""
    revision = _revision(post)
    if not digest or revision.digest != digest or digests.of(revision) != digest:
        raise Changed(revision)
    return revision


@dataclass(frozen=True)
class Voice:
    """Who says yes, and what it counts for. `answers_for`: the person of ours in whose name what follows is done."""

    by: User | Guest
    answers_for: User
    needs: tuple[Need, ...]
    own: bool = False
    urgent: bool = False

    @property
    def guest(self) -> Guest | None:
        return self.by if isinstance(self.by, Guest) else None

    @property
    def name(self) -> str:
        return str(self.by)


def _require_voice(post: Post, by: User | Guest, urgent: str) -> None:
    """Raises NotAllowed before anything slow is done."""
    if isinstance(by, Guest):
        guests.require(by, post, "approve")
        return
    facts = workflow.Facts(post, by)
    allowed = facts.has_right("break_glass" if urgent else "approve")
    if not allowed or (facts.own_words and not facts.approves_for and not urgent and post.state == "in_review"):
        # No page offers this: somebody tried by hand.
        audit.record("post.approval_refused", by=by, on=post, unit=post.unit)
    if not allowed:
        raise policies.NotAllowed("post.approve")


def _voice(post: Post, by: User | Guest, revision: Revision, urgent: str) -> Voice:
    if isinstance(by, Guest):
        return _guests_voice(post, by, revision)
    facts = _may_approve(post, by, revision, "break_glass" if urgent else "approve")
    if urgent:
        asked = [need for need in facts.deciding_units if need.open and need.unit.pk == post.unit_id]
        return Voice(by, by, tuple(asked), own=facts.own_words, urgent=True)
    found = tuple(need for need in facts.approves_for if not facts.has_given(need))
    return Voice(by, by, found, own=facts.own_words)


def _guests_voice(post: Post, guest: Guest, revision: Revision) -> Voice:
    """For the unit's plain number of approvals; steps and owners of channels ask for people of the house."""
    if post.state != "in_review":
        raise NotPossible(_("This post is not waiting for a decision any more."))
    if revision.reviews.filter(guest=guest, decision="approved").exists():
        raise NotPossible(_("You have approved this version already. Thank you."))
    if schedule.passed_targets(drafting.of_revision(revision), timezone.now()):
        raise NotPossible(_("The planned time has passed. The library chooses a new one first."))
    found = tuple(need for need in workflow.needs_of(post) if need.key == "" and not need.lent)
    return Voice(guest, guest.invited_by, found)


def _may_approve(post: Post, by: User, revision: Revision, name: str) -> workflow.Facts:
    try:
        return workflow.require(post, by, name)
    except NotPossible as error:
        yes = revision.reviews.filter(decision="approved").exclude(person=by).select_related("person", "guest").last()
        if post.state == "approved" and yes is not None:
            raise NotPossible(_("%(person)s has just approved it. It is planned.") % {"person": yes.who}) from error
        raise


def _refuse_blocking(revision: Revision) -> problems.Report:
    report = problems.of(revision)
    if report.blocking:
        raise problems.Blocked(report)
    return report


def _record_yes(revision: Revision, voice: Voice, need: Need) -> None:
    person = None if voice.guest else voice.answers_for
    Review.objects.create(
        revision=revision,
        person=person,
        guest=voice.guest,
        instead_of_id=needs.instead_of(need, person) if person else None,
        decision="approved",
        unit=need.unit,
        need=need.key,
        digest=revision.digest,
        own=voice.own,
        glass=voice.urgent,
    )


def _to_approved(post: Post, revision: Revision, voice: Voice, made: outbox.Made) -> None:
    planned_at = post.planned_at or timezone.now()
    workflow.MACHINE.move(
        post,
        "approve",
        where=Q(current=revision),
        approved=revision,
        planned_at=planned_at,
        changed_at=timezone.now(),
    )
    outbox.plan(post, revision, voice.answers_for, made)
    telling.decided(post)
    telling.approved(post, voice.answers_for, voice.name)


def _trail_yes(post: Post, revision: Revision, voice: Voice) -> None:
    """One sentence for each unit, for each person one stands in for, and for what was done in haste."""
    for need in voice.needs:
        action, more = _sentence_of(voice, need)
        data = {"revision": revision.number, "unit": str(need.unit), "digest": revision.digest, **more}
        audit.record(action, by=None if voice.guest else voice.answers_for, on=post, unit=post.unit, data=data)


def _sentence_of(voice: Voice, need: Need) -> tuple[str, dict[str, object]]:
    if voice.guest:
        return "post.approved_by_guest", {"guest": voice.name}
    if voice.urgent:
        return "post.approved_urgent", {"own": voice.own}
    absent = needs.instead_of(need, voice.answers_for)
    if absent is not None:
        return "post.approved_as_deputy", {"absent": str(User.objects.get(pk=absent))}
    return ("post.approved_own" if voice.own else "post.approved"), {}


def _take_back(post: Post, by: User, action: str, sentence: str) -> None:
    with transaction.atomic():
        post = locked(post)
        workflow.require(post, by, action)
        outbox.cancel_unsent(post, by)
        telling.decided(post)
        planned_at = schedule.first_moment(drafting.of_revision(_revision(post)))
        workflow.MACHINE.move(post, action, approved=None, planned_at=planned_at, changed_at=timezone.now())
        audit.record(sentence, by=by, on=post, unit=post.unit)
