"""The page of a unit's hours: its week, its quiet hours, its rules about both."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from libsocial.hours import selectors
from libsocial.hours import week as weeks
from libsocial.hours.forms import QuietForm, RulesForm
from libsocial.hours.models import WEEKDAYS
from libsocial.hours.reckoning import Hours, Quiet
from libsocial.hours.services import keeping
from libsocial.hours.views.reach import unit_of


@require_safe
@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, unit_of(request, pk))


def _page(request: HttpRequest, unit: Unit, status: int = 200, **forms: Any) -> HttpResponse:
    hours, rules = selectors.calendar_of(unit), selectors.rules_of(unit)
    above = selectors.calendar_of(unit.parent) if unit.parent else Hours(unit.zone)
    context = {
        "unit": unit,
        "hours": hours,
        "above": above,
        "rules": rules,
        "week": weeks.of_spans(hours.spans or ()),
        "quiet": [(number, _days(one), one) for number, one in enumerate(hours.quiet)],
        "quiet_form": QuietForm(),
        "rules_form": RulesForm(initial=_said(rules), above=above, country=rules.country or above.country),
        "may": policies.can(request.user, "hours.manage", unit),
        "now": hours.state_at(timezone.now()),
        "tab": "week",
        **forms,
    }
    return render(request, "hours/unit.html", context, status=status)


def _said(rules: Any) -> dict[str, str]:
    return {name: getattr(rules, name) for name in ("closed_rule", "outside_rule", "country", "region")}


def _days(quiet: Quiet) -> str:
    if len(quiet.weekdays) == 7:
        return _("Every day")
    return ", ".join(str(label) for day, label in WEEKDAYS if day in quiet.weekdays)


# Buttons that copy one day: onto which days.
ONTO = {"copy": range(7), "copy5": range(5)}


@require_POST
@login_required
def save_week(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves the week, or copies one day onto others and shows the form again."""
    unit = unit_of(request, pk, "hours.manage")
    week = weeks.read(request.POST)
    do, _colon, day = request.POST.get("do", "save").partition(":")
    if do in ONTO:
        week.copy(min(asked.number(day) or 0, 6), list(ONTO[do]))
        return _page(request, unit, week=weeks.judge(week), unsaved=True)
    if not weeks.judge(week).valid:
        return _page(request, unit, 422, week=week)
    keeping.set_week(by=request.user, unit=unit, spans=week.spans)
    flash(request, _("Opening hours saved."))
    return redirect("hours:unit", pk)


@require_POST
@login_required
def add_quiet(request: HttpRequest, pk: int) -> HttpResponse:
    unit, form = unit_of(request, pk, "hours.manage"), QuietForm(request.POST)
    if not form.is_valid():
        return _page(request, unit, 422, quiet_form=form)
    keeping.add_quiet(by=request.user, unit=unit, **form.cleaned_data)
    flash(request, _("Quiet hours added. Nothing planned leaves then."))
    return redirect("hours:unit", pk)


@require_POST
@login_required
def end_quiet(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    keeping.end_quiet(by=request.user, unit=unit_of(request, pk, "hours.manage"), number=number)
    flash(request, _("Those quiet hours are over."))
    return redirect("hours:unit", pk)


FOLLOW = {"week": keeping.follow_week, "quiet": keeping.follow_quiet}


@require_POST
@login_required
def follow(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Drops the unit's own hours, so that those of the unit above hold."""
    if what not in FOLLOW:
        raise Http404
    unit = unit_of(request, pk, "hours.manage")
    FOLLOW[what](by=request.user, unit=unit)
    flash(request, _("%(unit)s follows %(above)s again.") % {"unit": unit.name, "above": unit.parent or unit})
    return redirect("hours:unit", pk)


@require_POST
@login_required
def save_rules(request: HttpRequest, pk: int) -> HttpResponse:
    unit = unit_of(request, pk, "hours.manage")
    rules, above = selectors.rules_of(unit), selectors.calendar_of(unit.parent) if unit.parent else Hours(unit.zone)
    form = RulesForm(request.POST, initial=_said(rules), above=above, country=request.POST.get("country", ""))
    if not form.is_valid():
        return _page(request, unit, 422, rules_form=form)
    keeping.set_rules(by=request.user, unit=unit, **form.cleaned_data)
    flash(request, _("Saved."))
    return redirect("hours:unit", pk)
