"""Urgent words that one person let out alone, and the judgement of a second one afterwards."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from posts import drafting, workflow
from posts.models import BreakGlass, Post, Revision
from posts.services import telling
from posts.workflow import NotPossible

JUDGE_WITHIN = timedelta(hours=24)


def open_for(post: Post, revision: Revision, by: User, reason: str) -> BreakGlass:
    """Called by `review.approve` alone, in its transaction: the other approvers hear of it at once."""
    judge_by = timezone.now() + JUDGE_WITHIN
    row = BreakGlass.objects.create(post=post, revision=revision, by=by, reason=reason, judge_by=judge_by)
    telling.glass_broken(post, by, reason)
    return row


def judge(*, glass: BreakGlass, by: User, good: bool, text: str = "") -> None:
    """A second person's word about it: confirmed, or objected with a reason. Raises NotAllowed, NotPossible."""
    text = drafting.text_of(text).strip()
    policies.require(by, "post.approve", glass.post.unit)
    if by.pk == glass.by_id:
        raise NotPossible(_("You let this out yourself. A second person judges it."))
    if not good and not text:
        raise NotPossible(_("Say what was wrong, so that it can be learned from."))
    with transaction.atomic():
        row = BreakGlass.objects.select_for_update(of=("self",)).select_related("post__unit", "by").get(pk=glass.pk)
        if row.state != "open":
            raise NotPossible(_("%(person)s has judged this already.") % {"person": row.judged_by})
        values = {"judged_by": by, "judged_at": timezone.now(), "judgement": text}
        workflow.GLASS.move(row, "confirm" if good else "object", **values)
        telling.glass_judged(row.post, by, row.by, text, good=good)
        action = "post.urgent_confirmed" if good else "post.urgent_objected"
        audit.record(action, by=by, on=row.post, unit=row.post.unit, data={"reason": text})
