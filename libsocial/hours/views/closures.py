"""Closures of a unit: the list, entering one with what it touches, public holidays, lifting."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from libsocial.hours import publicdays, selectors, touching
from libsocial.hours.forms import ClosureForm
from libsocial.hours.models import Closure
from libsocial.hours.services import closing
from libsocial.hours.views.reach import closure_of, unit_of


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Every unit of the person with how it stands now and what comes next."""
    units = list(policies.units_where(request.user, "post.see"))
    if not units:
        raise policies.NotAllowed("post.see")
    calendars, now = selectors.of_many(units), timezone.now()
    rows = [(unit, calendars[unit.pk], calendars[unit.pk].state_at(now), _coming(unit, calendars)) for unit in units]
    may = policies.can_anywhere(request.user, "closure.declare")
    return render(request, "hours/overview.html", {"rows": rows, "may": may})


def _coming(unit: Unit, calendars: dict[int, Any]) -> list[Any]:
    today = selectors.today_in(unit)
    ahead = [shut for shut in calendars[unit.pk].closures if shut.last_day >= today]
    return sorted(ahead, key=lambda shut: shut.first_day)[:3]


@require_safe
@login_required
def of_unit(request: HttpRequest, pk: int) -> HttpResponse:
    unit = unit_of(request, pk)
    today = selectors.today_in(unit)
    year = asked.number(request.GET.get("year")) or today.year
    year = min(max(year, today.year), today.year + 2)
    rows = Closure.objects.filter(unit_id__in=selectors.chain(unit)).select_related("unit", "by", "lifted_by")
    found = list(rows.exclude(state="dismissed").order_by("first_day", "begins", "pk"))
    context = {
        "unit": unit,
        "ahead": [row for row in found if row.state == "in_force" and row.last_day >= today],
        "proposed": [row for row in found if row.state == "proposed"],
        "over": [row for row in found if row.state == "lifted" or row.last_day < today][::-1][:30],
        "holidays": _holidays(unit, year, found),
        "year": year,
        "years": range(today.year, today.year + 3),
        "may": policies.can(request.user, "closure.declare", unit),
        "tab": "closures",
    }
    return render(request, "hours/closures.html", context)


def _holidays(unit: Unit, year: int, known: list[Closure]) -> list[tuple[publicdays.PublicDay, bool]]:
    hours, today = selectors.calendar_of(unit), selectors.today_in(unit)
    taken = {row.first_day for row in known if row.state == "in_force"}
    days = publicdays.of_year(hours.country, hours.region, year)
    return [(one, one.day in taken) for one in days if one.day >= today]


@login_required
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, then what the closure touches with a choice for each, then it holds."""
    unit = unit_of(request, pk, "closure.declare")
    fresh = Closure(unit=unit)
    form = ClosureForm(request.POST or None, instance=fresh)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, unit, status=422 if request.method == "POST" else 200)
    touched = touching.by(unit, selectors.shut_of(fresh), request.user)
    if touched and "decided" not in request.POST:
        return _form(request, form, unit, touched)
    return _declared(request, form, unit)


def _declared(request: HttpRequest, form: ClosureForm, unit: Unit) -> HttpResponse:
    closing.declare(by=request.user, unit=unit, chosen=_chosen(request), **_values(form))
    flash(request, _("The closure is entered."))
    return redirect("hours:closures", unit.pk)


def _values(form: ClosureForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in closing.FIELDS}


def _chosen(request: HttpRequest) -> dict[str, str]:
    names = (name for name in request.POST if name.startswith("on-"))
    return {name.removeprefix("on-"): request.POST.get(name, "") for name in names}


def _form(
    request: HttpRequest, form: ClosureForm, unit: Unit, touched: list[Any] | None = None, status: int = 200
) -> HttpResponse:
    row = form.instance if form.instance.pk else None
    where = reverse("hours:closure", args=[row.pk]) if row else reverse("hours:closure_new", args=[unit.pk])
    context = {"form": form, "unit": unit, "touched": touched, "closure": row, "action": where}
    return render(request, "hours/closure.html", context, status=status)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = closure_of(request, pk)
    form = ClosureForm(request.POST or None, instance=row)
    if row.state != "in_force":
        flash(request, _("This closure does not hold any more. Enter a new one."), level="info")
        return redirect("hours:closures", row.unit_id)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, row.unit, status=422 if request.method == "POST" else 200)
    touched = touching.by(row.unit, selectors.shut_of(form.instance), request.user)
    if touched and "decided" not in request.POST:
        return _form(request, form, row.unit, touched)
    stored = Closure.objects.select_related("unit").get(pk=pk)
    closing.change(by=request.user, closure=stored, chosen=_chosen(request), **_values(form))
    flash(request, _("The closure is changed."))
    return redirect("hours:closures", row.unit_id)


@require_POST
@login_required
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    row = closure_of(request, pk)
    return _decided(request, row, closing.lift, _("The closure is lifted. Posts that were moved or held stay so."))


@require_POST
@login_required
def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A proposal is accepted or dismissed."""
    if name == "accept":
        return _decided(request, closure_of(request, pk), closing.accept, _("The closure holds."))
    if name == "dismiss":
        return _decided(request, closure_of(request, pk), closing.dismiss, _("Dismissed."))
    raise Http404


def _decided(request: HttpRequest, row: Closure, act: Any, said: str) -> HttpResponse:
    try:
        act(by=request.user, closure=row)
    except Refused as refusal:
        flash(request, str(refusal), level="error")
    else:
        flash(request, said)
    return redirect("hours:closures", row.unit_id)


@require_POST
@login_required
def accept_holidays(request: HttpRequest, pk: int) -> HttpResponse:
    """The ticked public holidays become closures."""
    unit = unit_of(request, pk, "closure.declare")
    made = closing.accept_holidays(by=request.user, unit=unit, days=set(request.POST.getlist("day")))
    if made:
        flash(request, ngettext("%d closure entered.", "%d closures entered.", len(made)) % len(made))
    else:
        flash(request, _("Tick the days on which you are closed."), level="info")
    return redirect("hours:closures", pk)
