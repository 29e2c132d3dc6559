"""A campaign again, in another year: every post as a draft to be checked."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from posts import drafting, redating, selectors
from posts.models import Campaign, Post
from posts.redating import Redated
from posts.services import campaigns, drafts


def preview(*, by: User, campaign: Campaign, years: int, rule: str) -> list[tuple[Post, Redated]]:
    """What would be made, post by post; nothing is written. Raises NotAllowed, Refused."""
    policies.require(by, "campaign.manage", campaign.unit)
    if rule not in redating.RULES or not 1 <= years <= 20:
        raise Refused(_("Choose a later year, and how the days move."), "year")
    posts = Post.objects.visible_to(by).filter(campaign=campaign).exclude(state__in=("archived", "withdrawn"))
    found = selectors.with_targets(posts.order_by("planned_at", "pk"))
    return [(post, redating.redated(drafting.of_revision(post.current), years, rule)) for post in found if post.current]


def clone(*, by: User, campaign: Campaign, years: int, rule: str, name: str, channels: bool = True) -> Campaign:
    """The campaign in another year, its posts as drafts of this person, each with a note of what to check.

    Channels are kept where the unit may still use them. Raises NotAllowed, Refused.
    """
    made = preview(by=by, campaign=campaign, years=years, rule=rule)
    plan = campaigns.Plan(
        **{field: getattr(campaign, field) for field in campaigns.OF_ROW}
        | {
            "name": name.strip()[:120] or campaign.name,
            "starts": redating.moved(campaign.starts, years, rule),
            "ends": redating.moved(campaign.ends, years, rule),
        },
        approver=campaign.approver,
        units=list(campaign.units.all()),
        opted_out=list(campaign.opted_out.all()),
    )
    with transaction.atomic():
        copy = campaigns.create(by=by, unit=campaign.unit, plan=plan)
        for post, one in made:
            if policies.can(by, "post.write", post.unit):
                _draft(by, post, one, copy, channels)
        data = {"name": copy.name, "source": campaign.name, "drafts": copy.posts.count()}
        audit.record("campaign.cloned", by=by, on=copy, unit=copy.unit, data=data)
    return copy


def _draft(by: User, post: Post, one: Redated, copy: Campaign, channels: bool) -> None:
    usable = set(selectors.usable_channels(post.unit).values_list("pk", flat=True)) if channels else set()
    targets = tuple(target for target in one.draft.targets if target.channel in usable)
    draft = replace(one.draft, targets=targets, note=_note(one), campaign=copy.pk)
    drafts.create(by=by, unit=post.unit, token=uuid.uuid4(), draft=draft)


def _note(one: Redated) -> str:
    if not one.found:
        return _("Check: this was written for last time. Are names, places and links still right?")
    words = {"words": ", ".join(one.found)}
    return (
        _("Check what stands in square brackets; it was true last time: %(words)s. Are names and links right?") % words
    )
