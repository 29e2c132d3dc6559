"""The approval protocol. Every way to "approved" leads through `approve`; there is no second one."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from posts import digest as digests
from posts import drafting, problems, schedule, workflow
from posts.knowledge import links_of
from posts.models import Post, Review, Revision
from posts.services import exceptions, link_checks, media, outbox, telling
from posts.services.drafts import locked, write_revision
from posts.workflow import Need, NotPossible


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


def approve(*, post: Post, by: User, digest: str, accept: Collection[int] = ()) -> bool:
    """One person's yes to exactly what they saw. True when it was the last one needed: then it is planned.

    `accept`: the exceptions (CheckOverride ids) this person read and agrees to.
    Raises NotAllowed, NotPossible (own words, already decided, time passed), Changed, problems.Blocked.
    """
    if not workflow.Facts(post, by).has_right("approve"):
        raise policies.NotAllowed("post.approve")
    made = _rendered(post, digest)
    with transaction.atomic():
        post = locked(post)
        revision = _seen(post, digest)
        facts = _may_approve(post, by, revision)
        report = _refuse_blocking(revision)
        exceptions.accept(post=post, revision=revision, by=by, report=report, ticked=accept)
        for need in facts.approves_for:
            if need.unit.pk not in facts.already_approved_for:
                _record_yes(revision, by, need, own=facts.own_words)
        complete = not any(need.open for need in workflow.needs_of(post))
        if complete:
            _to_approved(post, revision, by, made)
        else:
            workflow.MACHINE.move(post, "endorse", where=Q(current=revision), changed_at=timezone.now())
            telling.half_approved(post, by)
        _trail_yes(post, revision, by, facts)
    return complete


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
                revision=revision, person=by, decision="changes_requested", unit=need.unit, reason=reason, digest=digest
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


def _may_approve(post: Post, by: User, revision: Revision) -> workflow.Facts:
    try:
        return workflow.require(post, by, "approve")
    except NotPossible as error:
        yes = revision.reviews.filter(decision="approved").exclude(person=by).select_related("person").last()
        if post.state == "approved" and yes is not None:
            raise NotPossible(_("%(person)s has just approved it. It is planned.") % {"person": yes.person}) from error
        raise


def _refuse_blocking(revision: Revision) -> problems.Report:
    report = problems.of(revision)
    if report.blocking:
        raise problems.Blocked(report)
    return report


def _record_yes(revision: Revision, by: User, need: Need, *, own: bool) -> None:
    Review.objects.create(
        revision=revision, person=by, decision="approved", unit=need.unit, digest=revision.digest, own=own
    )


def _to_approved(post: Post, revision: Revision, by: User, made: outbox.Made) -> None:
    planned_at = post.planned_at or timezone.now()
    workflow.MACHINE.move(
        post,
        "approve",
        where=Q(current=revision),
        approved=revision,
        planned_at=planned_at,
        changed_at=timezone.now(),
    )
    outbox.plan(post, revision, by, made)
    telling.decided(post)
    telling.approved(post, by)


def _trail_yes(post: Post, revision: Revision, by: User, facts: workflow.Facts) -> None:
    action = "post.approved_own" if facts.own_words else "post.approved"
    for need in facts.approves_for:
        data = {"revision": revision.number, "unit": str(need.unit), "digest": revision.digest}
        audit.record(action, by=by, on=post, unit=post.unit, data=data)


def _take_back(post: Post, by: User, action: str, sentence: str) -> None:
    with transaction.atomic():
        post = locked(post)
        workflow.require(post, by, action)
        outbox.cancel_unsent(post, by)
        telling.decided(post)
        planned_at = schedule.first_moment(drafting.of_revision(_revision(post)))
        workflow.MACHINE.move(post, action, approved=None, planned_at=planned_at, changed_at=timezone.now())
        audit.record(sentence, by=by, on=post, unit=post.unit)
