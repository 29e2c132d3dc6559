"""Who is away and who stands in for them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from libsocial.accounts import policies, selectors
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import DeputyForm, put_refusal
from libsocial.accounts.models import Deputy, User
from libsocial.accounts.services import deputies as services
from libsocial.core.flash import flash


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deputies(request: HttpRequest) -> HttpResponse:
    """Absences that concern this person, and the form for a new one where they may make one."""
    form = _form(request)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            services.name_deputy(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            flash(request, _("Noted. The deputy is told."))
            return redirect("accounts:deputies")
    rows = [(row, _may_end(request.user, row)) for row in selectors.absences(request.user)]
    return render(request, "accounts/deputies.html", {"form": form, "rows": rows})


def _form(request: HttpRequest) -> DeputyForm | None:
    """None for those who approve nowhere and manage nobody."""
    person = request.user
    units = policies.units_where(person, "post.approve") | policies.units_where(person, "people.manage")
    if not units.exists():
        return None
    known = User.objects.filter(is_active=True)
    people = known.filter(pk=person.pk)
    if policies.can_anywhere(person, "people.manage"):
        people = User.objects.visible_to(person).filter(is_active=True).order_by("name")
    data = request.POST if request.method == "POST" else None
    initial = {"person": person.pk, "unit": getattr(request.unit, "pk", None)}
    deputies = known.exclude(memberships=None).exclude(pk=person.pk).order_by("name")
    if policies.can_anywhere(person, "people.manage"):
        deputies = known.exclude(memberships=None).order_by("name")
    return DeputyForm(data, people=people, deputies=deputies, units=units.distinct(), initial=initial)


def _may_end(person: User, row: Deputy) -> bool:
    return row.person_id == person.pk or policies.can(person, "people.manage", row.unit)


@login_required
@require_POST
def end_deputy(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(selectors.absences(request.user), pk=pk)
    services.end(by=request.user, row=row)
    flash(request, _("Ended. Nobody stands in any more."))
    return redirect("accounts:deputies")
