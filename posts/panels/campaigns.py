"""The campaign a post is part of, chosen in the composer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from libsocial.core import asked
from posts.models import Campaign
from posts.panels import Panel

if TYPE_CHECKING:
    from posts.composer import Composer


class CampaignPanel(Panel):
    """A choice among the campaigns the unit may use, and the one that stands; `?campaign=3` proposes one."""

    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        post, said = composer.post, composer.draft.campaign
        standing = post.campaign_id if post is not None else asked.number(request.GET.get("campaign"))
        chosen = standing if said is None else said or None
        usable = Campaign.objects.usable_in(composer.unit).values("pk")
        kept = Q(pk__in=usable) | Q(pk=post.campaign_id if post is not None else None)
        return {"campaign_choices": list(Campaign.objects.filter(kept)), "campaign_chosen": chosen}

    def read(self, form: QueryDict, data: dict[str, Any]) -> None:
        if "campaign" in form:
            data["campaign"] = form["campaign"]
