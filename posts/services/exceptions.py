"""Findings that are to stand although a rule speaks against them.

Who writes may leave a warning as it is, and may ask, with a reason, for an exception from what must be changed.
Only an approval accepts it: whoever approves ticks each one as part of the yes, and the yes holds for that version
alone. What a platform does not take is no finding of a rule and knows no exception.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.check import Problem
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from posts import drafting, workflow
from posts.checks import BY_ID
from posts.models import CheckOverride, Post, Revision
from posts.problems import Report
from posts.services.drafts import locked
from posts.workflow import NotPossible

SHORTEST = 5  # characters of a reason
LONGEST = 1000


def ask(*, post: Post, by: User, problem: Problem, reason: str) -> CheckOverride:
    """Lets a finding stand: a warning at once, what must be changed once an approval accepts the reason.

    Asked again with another reason it waits for a new yes. Raises NotAllowed, NotPossible.
    """
    workflow.require(post, by, "edit")
    reason = drafting.text_of(reason).strip()[:LONGEST]
    params = problem.params
    needs_yes = params.get("level", problem.severity) == "block"
    if params.get("rule") not in BY_ID or "key" not in params:
        raise NotPossible(_("This cannot be let stand: the platform does not take it. It has to be changed."))
    if needs_yes and len(reason) < SHORTEST:
        raise NotPossible(_("Say why it should stand. Who approves reads the reason and decides."))
    with transaction.atomic():
        locked(post)  # one at a time: two tabs may ask for the same
        CheckOverride.objects.filter(post=post, fingerprint=params["key"]).delete()
        row = CheckOverride.objects.create(
            post=post,
            rule=params["rule"],
            fingerprint=params["key"],
            excerpt=str(params.get("excerpt", ""))[:200],
            reason=reason,
            needs_yes=needs_yes,
            asked_by=by,
        )
        audit.record("check.asked" if needs_yes else "check.left", by=by, on=post, unit=post.unit, data=_told(row))
    return row


def take_back(*, post: Post, by: User, pk: int) -> None:
    """The rule speaks again. Raises NotAllowed, NotPossible."""
    workflow.require(post, by, "edit")
    with transaction.atomic():
        row = CheckOverride.objects.select_for_update().filter(post=post, pk=pk).first()
        if row is None:
            return
        told = _told(row)
        row.delete()
        audit.record("check.taken_back", by=by, on=post, unit=post.unit, data=told)


def accept(*, post: Post, revision: Revision, by: User, report: Report, ticked: Collection[int]) -> None:
    """Part of an approval, in its transaction: every exception that waits must have been ticked. Raises NotPossible.

    A tick counts for the row it was set on; a reason that was changed since is another row.
    """
    waiting = [problem.params["exception"] for problem in report.asked]
    if not set(waiting) <= set(ticked):
        raise NotPossible(_("Somebody asks for an exception. Read the reason, tick it if you agree, and approve then."))
    for row in CheckOverride.objects.select_for_update().filter(post=post, pk__in=waiting):
        row.accepted_by, row.accepted_at, row.accepted_revision = by, timezone.now(), revision.number
        row.save(update_fields=["accepted_by", "accepted_at", "accepted_revision"])
        audit.record("check.accepted", by=by, on=post, unit=post.unit, data=_told(row))


def _told(row: CheckOverride) -> dict[str, str]:
    return {
        "rule": f"{BY_ID[row.rule].name} ({row.rule})" if row.rule in BY_ID else row.rule,
        "excerpt": row.excerpt or "…",
        "reason": row.reason or "…",
    }
