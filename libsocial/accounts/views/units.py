from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from libsocial.accounts import policies, policy, selectors
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import MoveForm, NewUnitForm, PolicyForm, UnitForm, put_refusal
from libsocial.accounts.middleware import SESSION_KEY
from libsocial.accounts.models import Unit
from libsocial.accounts.services import units
from libsocial.accounts.views.pages import back_to, refuse
from libsocial.core import asked
from libsocial.core.flash import flash


@require_safe
@login_required
def list_units(request: HttpRequest) -> HttpResponse:
    found = selectors.in_tree_order(selectors.units(request.user))
    if not found:
        raise policies.NotAllowed("people.see")
    context = {
        "living": [unit for unit in found if not unit.archived_at],
        "archived": [unit for unit in found if unit.archived_at],
        "manageable": {unit.pk for unit in found if policies.can(request.user, "unit.manage", unit)},
    }
    return render(request, "accounts/units.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_unit(request: HttpRequest) -> HttpResponse:
    where = selectors.units_to_manage(request.user)
    first = where.first()
    if first is None:
        raise policies.NotAllowed("unit.manage")
    parent = where.filter(pk=asked.number(request.GET.get("below"))).first() or first
    initial = {"parent": parent, "zone": parent.zone, "language": parent.language}
    form = NewUnitForm(request.POST or None, units=where, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            unit = units.create(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            flash(request, _("%(unit)s was added.") % {"unit": unit.name})
            return redirect("accounts:unit", unit.pk)
    return render(request, "accounts/unit_new.html", {"form": form})


def _manageable(request: HttpRequest, pk: int) -> Unit:
    unit = get_object_or_404(selectors.units(request.user), pk=pk)
    policies.require(request.user, "unit.manage", unit)
    return unit


@require_safe
@login_required
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _manageable(request, pk))


def _page(request: HttpRequest, shown: Unit, **forms: Any) -> HttpResponse:
    elsewhere = selectors.units_to_manage(request.user).exclude(path__startswith=shown.path)
    context = {
        "unit": shown,
        "form": UnitForm(instance=shown),
        "policy_form": PolicyForm(instance=shown, above=policy.of_parent(shown)),
        "move_form": MoveForm(units=elsewhere, initial={"parent": shown.parent_id}) if shown.parent_id else None,
        "held": policy.of(shown),
        **forms,
    }
    return render(request, "accounts/unit.html", context)


@require_POST
@login_required
def change_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves one of the page's forms: `part` says which."""
    shown = _manageable(request, pk)
    fresh = Unit.objects.get(pk=pk)  # a model form writes what was typed into its instance
    if request.POST.get("part") == "policy":
        name, form = "policy_form", PolicyForm(request.POST, instance=fresh, above=policy.of_parent(shown))
    else:
        name, form = "form", UnitForm(request.POST, instance=fresh)
    if form.is_valid():
        try:
            units.change(by=request.user, unit=shown, **form.cleaned_data)
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            flash(request, _("Saved."))
            return redirect("accounts:unit", pk)
    return _page(request, shown, **{name: form})


@require_POST
@login_required
def move_unit(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _manageable(request, pk)
    form = MoveForm(request.POST, units=selectors.units_to_manage(request.user).exclude(path__startswith=shown.path))
    if form.is_valid():
        try:
            units.move(by=request.user, unit=shown, parent=form.cleaned_data["parent"])
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            flash(request, _("%(unit)s was moved.") % {"unit": shown.name})
            return redirect("accounts:unit", pk)
    return _page(request, shown, move_form=form)


@require_POST
@login_required
def archive_unit(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _manageable(request, pk)
    try:
        units.archive(by=request.user, unit=shown)
    except Refused as refusal:
        return refuse(request, refusal, "accounts:unit", pk)
    flash(request, _("%(unit)s was archived.") % {"unit": shown.name})
    return redirect("accounts:units")


@require_POST
@login_required
def restore_unit(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _manageable(request, pk)
    try:
        units.restore(by=request.user, unit=shown)
    except Refused as refusal:
        return refuse(request, refusal, "accounts:units")
    flash(request, _("%(unit)s is back.") % {"unit": shown.name})
    return redirect("accounts:unit", pk)


@require_POST
@login_required
def switch_unit(request: HttpRequest) -> HttpResponse:
    """Which unit's things the pages show; empty for all of mine. Kept in the session."""
    wanted = asked.number(request.POST.get("unit"))
    if any(unit.pk == wanted for unit in request.units):
        request.session[SESSION_KEY] = wanted
    else:
        request.session.pop(SESSION_KEY, None)
    return back_to(request)
