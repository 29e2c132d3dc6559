"""Campaigns are begun, changed, put away; posts are put into them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts.drafting import Draft, FieldProblem, Invalid
from posts.models import Campaign, Post
from scheduler import services as scheduler

LONGEST = 400  # days; what runs longer is no campaign


@dataclass(frozen=True)
class Plan:
    """What a person says of a campaign."""

    name: str
    starts: date
    ends: date
    brief: str = ""
    goal: str = ""
    goal_kind: str = ""
    goal_number: int | None = None
    colour: str = "teal"
    tags: str = ""
    advocacy: bool = False
    approver: User | None = None
    licence: str = ""
    units: Collection[Unit] = field(default=())
    opted_out: Collection[Unit] = field(default=())


OF_ROW = ("name", "starts", "ends", "brief", "goal", "goal_kind", "goal_number", "colour", "tags", "advocacy")
OF_ROW += ("licence",)


def create(*, by: User, unit: Unit, plan: Plan) -> Campaign:
    """Raises NotAllowed, Refused naming the field."""
    policies.require(by, "campaign.manage", unit)
    _judge(unit, plan)
    with transaction.atomic():
        campaign = Campaign.objects.create(
            unit=unit, created_by=by, approver=plan.approver, **{name: getattr(plan, name) for name in OF_ROW}
        )
        campaign.units.set(plan.units)
        campaign.opted_out.set(plan.opted_out)
        audit.record("campaign.created", by=by, on=campaign, unit=unit, data={"name": campaign.name})
    return campaign


def change(*, by: User, campaign: Campaign, plan: Plan) -> None:
    """Raises NotAllowed, Refused naming the field."""
    policies.require(by, "campaign.manage", campaign.unit)
    _judge(campaign.unit, plan)
    with transaction.atomic():
        for name in OF_ROW:
            setattr(campaign, name, getattr(plan, name))
        campaign.approver = plan.approver
        campaign.save()
        campaign.units.set(plan.units)
        campaign.opted_out.set(plan.opted_out)
        audit.record("campaign.changed", by=by, on=campaign, unit=campaign.unit, data={"name": campaign.name})


def archive(*, by: User, campaign: Campaign, back: bool = False) -> None:
    """Out of the lists, or back; its posts stay what they are. Raises NotAllowed."""
    policies.require(by, "campaign.manage", campaign.unit)
    with transaction.atomic():
        campaign.archived_at = None if back else timezone.now()
        campaign.save(update_fields=["archived_at"])
        action = "campaign.restored" if back else "campaign.archived"
        audit.record(action, by=by, on=campaign, unit=campaign.unit, data={"name": campaign.name})


def note_reached(*, by: User, campaign: Campaign, number: int) -> None:
    """The sum counted by hand so far, such as cards signed up at the desk. Raises NotAllowed, Refused."""
    policies.require(by, "campaign.manage", campaign.unit)
    if not 0 <= number < 2**31:
        raise Refused(_("Write a whole number that is not negative."), "reached")
    with transaction.atomic():
        before, campaign.reached = campaign.reached, number
        campaign.save(update_fields=["reached"])
        data = {"before": before, "after": number}
        audit.record("campaign.counted", by=by, on=campaign, unit=campaign.unit, data=data)


def _judge(unit: Unit, plan: Plan) -> None:
    if plan.ends < plan.starts:
        raise Refused(_("It ends before it starts. Choose a later last day."), "ends")
    if (plan.ends - plan.starts).days >= LONGEST:
        raise Refused(_("A campaign runs at most %(days)s days.") % {"days": LONGEST}, "ends")
    if plan.goal_kind and not plan.goal_number:
        raise Refused(_("Write the number to reach, or choose no number."), "goal_number")
    if plan.advocacy and plan.approver is None:
        raise Refused(_("Name who gives the last approval of what speaks for the library."), "approver")
    if plan.approver and not policies.people_who("post.approve", unit).filter(pk=plan.approver.pk).exists():
        raise Refused(_("This person may not approve posts of the unit. Choose one who may."), "approver")


# --- posts in campaigns -----------------------------------------------------------


def chosen(post: Post, draft: Draft) -> int | None:
    """The campaign after saving this draft: its own word, else as it stands."""
    return post.campaign_id if draft.campaign is None else draft.campaign or None


def check_choice(unit: Unit, by: User, wanted: int | None, standing: int | None) -> None:
    """Raises Invalid for a campaign out of reach; what stands may stay."""
    if wanted in (None, standing) or Campaign.objects.usable_in(unit).filter(pk=wanted).exists():
        return
    sentence = _("This campaign is not one your unit takes part in. Choose another one, or none.")
    raise Invalid([FieldProblem("campaign", sentence)])


def put_in(post: Post, campaign: int | None) -> None:
    """In the caller's transaction; what waits to go out is named anew, so that a hold of the campaign finds it."""
    if post.campaign_id == campaign:
        return
    post.campaign_id = campaign
    Post.objects.filter(pk=post.pk).update(campaign=campaign)
    scheduler.regroup(f"post:{post.pk}:", f"campaign:{campaign}" if campaign else "")
