"""Days a unit keeps by itself: added, changed, removed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core.flash import flash
from posts.day_forms import OwnDayForm
from posts.models import OwnDay
from posts.services import keeping


@login_required
def new(request: HttpRequest, unit_pk: int) -> HttpResponse:
    """A day more."""
    unit = _unit(request, unit_pk)
    form = OwnDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        keeping.add_day(by=request.user, unit=unit, words=form.words())
        flash(request, _("Added. It stands in the calendar now."))
        return _back(unit)
    return _page(request, unit, form)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A day that is kept: other words, other days, or no more."""
    day = get_object_or_404(OwnDay.objects.select_related("unit"), pk=pk)
    unit = _unit(request, day.unit_id)
    if request.method == "POST" and request.POST.get("do") == "remove":
        keeping.remove_day(by=request.user, day=day)
        flash(request, _("Removed. Posts written about it stay."))
        return _back(unit)
    form = OwnDayForm(request.POST) if request.method == "POST" else OwnDayForm.of(day)
    if request.method == "POST" and form.is_valid():
        keeping.change_day(by=request.user, day=day, words=form.words())
        flash(request, _("Saved."))
        return _back(unit)
    return _page(request, unit, form, day)


def _unit(request: HttpRequest, pk: int) -> Unit:
    """Http404 where the person may not know of it; NotAllowed where they may only look."""
    unit = policies.units_where(request.user, "post.see").filter(pk=pk).first()
    if unit is None:
        raise Http404
    policies.require(request.user, "slots.manage", unit)
    return unit


def _back(unit: Unit) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('posts:kept_days')}?unit={unit.pk}")


def _page(request: HttpRequest, unit: Unit, form: OwnDayForm, day: OwnDay | None = None) -> HttpResponse:
    context = {"unit": unit, "form": form, "day": day, "back": f"{reverse('posts:kept_days')}?unit={unit.pk}"}
    return render(request, "posts/own_day.html", context, status=422 if form.is_bound and form.errors else 200)
