"""The list of links, the page of one, and its forms."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit
from libsocial.audit import selectors as trail
from libsocial.core import asked
from libsocial.core.flash import flash
from libsocial.core.states import TransitionError
from libsocial.links import codes, places, qr, selectors
from libsocial.links.forms import LinkForm, PlacementForm
from libsocial.links.messages import TROUBLES
from libsocial.links.models import Link
from libsocial.links.services import links
from libsocial.notices import services as notices

PAGE = 30


@login_required
@require_safe
def link_list(request: HttpRequest) -> HttpResponse:
    """Every short link the person may see."""
    get = request.GET
    filters = selectors.Filters(asked.words(get.get("q")), get.get("state", ""), asked.words(get.get("of"), 80))
    found = selectors.links_for(request.user, getattr(request, "unit", None), filters)
    page = Paginator(found, PAGE).get_page(get.get("page"))
    page.page_range_elided = page.paginator.get_elided_page_range(page.number)
    context = {
        "page": page,
        "filters": filters,
        "filtered": any((filters.q, filters.standing, filters.reference)),
        "may_make": policies.can_anywhere(request.user, "links.manage"),
        "may_rule": policies.can_anywhere(request.user, "links.rules"),
    }
    return render(request, "links/list.html", context)


@login_required
def new(request: HttpRequest) -> HttpResponse:
    units = policies.units_where(request.user, "links.manage")
    if not units:
        raise policies.NotAllowed("links.manage")
    reference = asked.words(request.GET.get("of"), 80)
    origin = places.origin(reference, request.user)
    first, target = getattr(request, "unit", None) or units[0], asked.words(request.GET.get("target"), 2000)
    initial = {"unit": first, "target": target, "campaign": slugify(origin.name) if origin else ""}
    form = LinkForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made_for = reference if origin else ""
            unit = form.cleaned_data["unit"]
            link = links.create(by=request.user, unit=unit, wanted=form.wanted(), reference=made_for)
        except Refused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            flash(request, _("The short link is ready."))
            return redirect("links:detail", link.pk)
    status = 422 if form.errors else 200
    return render(
        request, "links/edit.html", {"form": form, "base": codes.address(""), "origin": origin}, status=status
    )


def _field(form: Any, refusal: Refused) -> str | None:
    return refusal.field if refusal.field in form.fields else None


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One link: its codes for paper, and how often it was opened."""
    link = selectors.get_link(request.user, pk)
    notices.see_about(person=request.user, subject=link)
    return _detail(request, link, PlacementForm())


def _detail(request: HttpRequest, link: Link, form: PlacementForm, status: int = 200) -> HttpResponse:
    days = asked.number(request.GET.get("days")) or 30
    days = days if days in selectors.DAYS else 30
    zone = ZoneInfo(timezone.get_current_timezone_name())
    context = {
        "link": link,
        "form": form,
        "figures": selectors.figures(link, days, timezone.localdate(), zone),
        "days": days,
        "periods": selectors.DAYS,
        "trouble": TROUBLES.get(link.trouble, ""),
        "origin": places.origin(link.reference, request.user),
        "may_change": policies.can(request.user, "links.manage", link.unit),
        "lines": trail.about(link),
    }
    return render(request, "links/detail.html", context, status=status)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    link = selectors.get_link(request.user, pk)
    policies.require(request.user, "links.manage", link.unit)
    initial = {"target": link.target, "title": link.title, "campaign": link.campaign}
    initial["expires"] = link.expires_at and link.expires_at.astimezone(ZoneInfo(link.unit.zone)).date()
    form = LinkForm(request.POST or None, initial=initial, zone=link.unit.zone)
    if request.method == "POST" and form.is_valid():
        try:
            links.change(by=request.user, link=link, wanted=form.wanted())
        except Refused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            flash(request, _("Saved."))
            return redirect("links:detail", link.pk)
    link = selectors.get_link(request.user, pk)
    return render(request, "links/edit.html", {"form": form, "link": link}, status=422 if form.errors else 200)


@login_required
@require_POST
def switch(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    link = selectors.get_link(request.user, pk)
    try:
        links.switch(by=request.user, link=link, on=way == "on")
    except TransitionError:
        flash(request, _("Somebody else was faster. This is how it stands now."), level="info")
    else:
        said = _("The link works again.") if way == "on" else _("The link is off.")
        back = "off" if way == "on" else "on"
        flash(request, said, undo=reverse("links:switch", args=[link.pk, back]))
    return redirect("links:detail", link.pk)


@login_required
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """A place of its own for a poster or a bookmark."""
    link, form = selectors.get_link(request.user, pk), PlacementForm(request.POST)
    policies.require(request.user, "links.manage", link.unit)
    if form.is_valid():
        try:
            links.add_placement(by=request.user, link=link, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            flash(request, _("The place has a code of its own."))
            return redirect(reverse("links:detail", args=[link.pk]) + "#places")
    return _detail(request, link, form, status=422)


@login_required
@require_safe
def code(request: HttpRequest, pk: int, suffix: str, kind: str) -> HttpResponse:
    """The QR code of a link or of one of its places; `?show` draws it in the page instead of handing it out."""
    link = selectors.get_link(request.user, pk)
    ending = "" if suffix == "-" else suffix
    if ending and not link.placements.filter(suffix=ending).exists():
        raise Http404
    address = codes.address(link.code, ending)
    response = HttpResponse(qr.draw(address, address.partition("//")[2], kind), content_type=qr.KINDS[kind])
    how = "inline" if "show" in request.GET else "attachment"
    response["Content-Disposition"] = f'{how}; filename="qr-{link.code}{"-" + ending if ending else ""}.{kind}"'
    return response


def units_to_rule(request: HttpRequest) -> list[Unit]:
    found = list(policies.units_where(request.user, "links.rules"))
    if not found:
        raise policies.NotAllowed("links.rules")
    return found
