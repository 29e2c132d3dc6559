"""Campaigns: their list, the board of one, and what is done with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.audit import selectors as trail
from libsocial.core.flash import flash
from posts import campaigning
from posts.campaign_forms import CampaignForm, CloneForm, ExportForm, ReachedForm
from posts.models import Campaign
from posts.packs import ready
from posts.services import campaigns, cloning, packs


@login_required
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Every campaign the person may know of; `?show=archived` those put away."""
    archived = request.GET.get("show") == "archived"
    found = campaigning.campaigns_for(request.user, getattr(request, "unit", None), archived=archived)
    today = timezone.localdate()
    rows = [(one, one.phase(today)) for one in campaigning.with_counts(found)[:200]]
    context = {
        "rows": rows,
        "archived": archived,
        "may_manage": policies.can_anywhere(request.user, "campaign.manage"),
        "ready": ready.PACKS,
    }
    return render(request, "posts/campaigns/list.html", context)


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The board of a campaign: its posts by state, its days, its goal, its links."""
    return _show(request, campaigning.get_campaign(request.user, pk))


def _show(request: HttpRequest, campaign: Campaign, status: int = 200, **forms: Any) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "campaign": campaign,
        "board": campaigning.board(campaign, request.user, today),
        "phase": campaign.phase(today),
        "may_manage": policies.can(request.user, "campaign.manage", campaign.unit),
        "may_write": policies.can_anywhere(request.user, "post.write"),
        "joined": campaign.units.all(),
        "out": campaign.opted_out.all(),
        "reached_form": ReachedForm(initial={"reached": campaign.reached}),
        "export_form": ExportForm(initial={"licence": campaign.licence}),
        "lines": trail.about(campaign),
        **forms,
    }
    return render(request, "posts/campaigns/board.html", context, status=status)


@login_required
def new(request: HttpRequest) -> HttpResponse:
    units = list(policies.units_where(request.user, "campaign.manage"))
    if not units:
        raise policies.NotAllowed("campaign.manage")
    first, here = timezone.localdate() + timedelta(days=14), getattr(request, "unit", None)
    initial = {"starts": first, "ends": first + timedelta(days=27), "unit": here if here in units else units[0]}
    form = CampaignForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = campaigns.create(by=request.user, unit=form.cleaned_data["unit"], plan=form.plan())
        except Refused as refusal:
            _put(form, refusal)
        else:
            flash(request, _("The campaign has begun. Write its first post."))
            return redirect("posts:campaign", made.pk)
    return render(request, "posts/campaigns/edit.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaigning.get_campaign(request.user, pk)
    policies.require(request.user, "campaign.manage", campaign.unit)
    form = CampaignForm(request.POST or None, user=request.user, campaign=campaign, initial=_initial(campaign))
    if request.method == "POST" and form.is_valid():
        try:
            campaigns.change(by=request.user, campaign=campaign, plan=form.plan())
        except Refused as refusal:
            _put(form, refusal)
        else:
            flash(request, _("Saved."))
            return redirect("posts:campaign", campaign.pk)
    campaign = campaigning.get_campaign(request.user, pk)
    context = {"form": form, "campaign": campaign}
    return render(request, "posts/campaigns/edit.html", context, status=422 if form.errors else 200)


def _initial(campaign: Campaign) -> dict[str, Any]:
    said = {name: getattr(campaign, name) for name in (*campaigns.OF_ROW, "approver")}
    return said | {"units": campaign.units.all(), "opted_out": campaign.opted_out.all()}


def _put(form: Any, refusal: Refused) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Put away, or bring back."""
    campaign = campaigning.get_campaign(request.user, pk)
    campaigns.archive(by=request.user, campaign=campaign, back=name == "restore")
    flash(request, _("The campaign is back.") if name == "restore" else _("Archived. Its posts stay what they are."))
    return redirect("posts:campaign", campaign.pk)


@login_required
@require_POST
def reached(request: HttpRequest, pk: int) -> HttpResponse:
    """The sum counted by hand."""
    campaign, form = campaigning.get_campaign(request.user, pk), ReachedForm(request.POST)
    policies.require(request.user, "campaign.manage", campaign.unit)
    if not form.is_valid():
        return _show(request, campaign, 422, reached_form=form)
    campaigns.note_reached(by=request.user, campaign=campaign, number=form.cleaned_data["reached"])
    flash(request, _("Noted."))
    return redirect("posts:campaign", campaign.pk)


@login_required
def clone(request: HttpRequest, pk: int) -> HttpResponse:
    """The campaign in another year: first what it would be, post by post, then as drafts."""
    campaign = campaigning.get_campaign(request.user, pk)
    policies.require(request.user, "campaign.manage", campaign.unit)
    usual = {"year": campaign.starts.year + 1, "rule": "weekday", "name": campaign.name, "channels": True}
    form = CloneForm(request.POST if request.method == "POST" else ({**usual, **request.GET.dict()}))
    rows: list[Any] = []
    if form.is_valid():
        asked = form.cleaned_data
        how = {"years": asked["year"] - campaign.starts.year, "rule": asked["rule"]}
        try:
            if request.method == "POST":
                keep = asked["channels"]
                made = cloning.clone(by=request.user, campaign=campaign, name=asked["name"], channels=keep, **how)
                flash(request, _("Every post is a draft again. Each has a note of what to check."))
                return redirect("posts:campaign", made.pk)
            rows = cloning.preview(by=request.user, campaign=campaign, **how)
        except Refused as refusal:
            _put(form, refusal)
    context = {"campaign": campaign, "form": form, "rows": rows}
    return render(request, "posts/campaigns/clone.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The campaign as a zip for other libraries."""
    campaign, form = campaigning.get_campaign(request.user, pk), ExportForm(request.POST)
    policies.require(request.user, "campaign.manage", campaign.unit)
    if not form.is_valid():
        return _show(request, campaign, 422, export_form=form)
    try:
        made = packs.export(by=request.user, campaign=campaign, licence=form.cleaned_data["licence"])
    except Refused as refusal:
        form.add_error("licence", str(refusal))
        return _show(request, campaign, 422, export_form=form)
    response = HttpResponse(made, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="campaign-{campaign.pk}.zip"'
    return response
