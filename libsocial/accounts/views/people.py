from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies, selectors
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import RoleForm
from libsocial.accounts.models import Membership, Role, User
from libsocial.accounts.services import people
from libsocial.accounts.views.pages import refuse
from libsocial.core import asked
from libsocial.core.flash import flash

PER_PAGE = 50


@require_safe
@login_required
def list_people(request: HttpRequest) -> HttpResponse:
    if not policies.can_anywhere(request.user, "people.see"):
        raise policies.NotAllowed("people.see")
    role, text, gone = (request.GET.get(name, "") for name in ("role", "q", "gone"))
    found = selectors.people(
        reader=request.user, unit=request.unit, role=role, text=asked.words(text, 100), gone=bool(gone)
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    manages = policies.can_anywhere(request.user, "people.manage")
    context = {
        "page": page,
        "workers": selectors.with_roles(request.user, list(page)),
        "roles": Role.choices,
        "manages": manages,
        "filtered": bool(role or text or gone),
        "invitations": selectors.invitations(request.user) if manages else [],
    }
    return render(request, "accounts/people.html", context)


def _visible(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


@require_safe
@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


def _page(request: HttpRequest, someone: User, **more: Any) -> HttpResponse:
    (worker,) = selectors.with_roles(request.user, [someone])
    where = selectors.units_to_manage(request.user, "people.manage")
    rows = [(one, policies.can(request.user, "people.manage", one.unit)) for one in worker.roles]
    context = {
        "someone": someone,
        "rows": rows,
        "manages": bool(where),
        "manages_whole": people.manages(request.user, someone),
        "form": RoleForm(units=where),
        **more,
    }
    response = render(request, "accounts/person.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    someone = _visible(request, pk)
    form = RoleForm(request.POST, units=selectors.units_to_manage(request.user, "people.manage"))
    if not form.is_valid():
        return _page(request, someone, form=form)
    unit, role = form.cleaned_data["unit"], Role(form.cleaned_data["role"])
    try:
        people.give_role(by=request.user, person=someone, unit=unit, role=role)
    except Refused as refusal:
        return refuse(request, refusal, "accounts:person", pk)
    words = {"person": someone, "role": role.label, "unit": unit.name}
    flash(request, _("%(person)s is %(role)s of %(unit)s now.") % words)
    return redirect("accounts:person", pk)


@require_POST
@login_required
def take_role(request: HttpRequest, pk: int) -> HttpResponse:
    seen = Membership.objects.filter(policies.subtree_q(request.user, "people.see", "unit__"))
    membership = get_object_or_404(seen.select_related("unit", "user"), pk=pk)
    try:
        people.take_role(by=request.user, membership=membership)
    except Refused as refusal:
        return refuse(request, refusal, "accounts:person", membership.user_id)
    flash(request, _("%(person)s no longer has this role.") % {"person": membership.user})
    still = User.objects.visible_to(User.objects.get(pk=request.user.pk)).filter(pk=membership.user_id).exists()
    return redirect("accounts:person", membership.user_id) if still else redirect("accounts:people")


def _act(act: Callable[..., object], done: Callable[[], str]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A button of the person's page: the service, then a sentence."""

    @require_POST
    @login_required
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        someone = _visible(request, pk)
        try:
            act(by=request.user, person=someone)
        except Refused as refusal:
            return refuse(request, refusal, "accounts:person", pk)
        flash(request, done() % {"person": someone})
        return redirect("accounts:person", pk)

    return view


deactivate = _act(people.deactivate, lambda: _("%(person)s can no longer sign in and was signed out everywhere."))
reactivate = _act(people.reactivate, lambda: _("%(person)s can sign in again."))
remove_factors = _act(people.remove_second_factors, lambda: _("%(person)s signs in with the password alone now."))


@require_POST
@login_required
def reset_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The link is shown on this one answer."""
    someone = _visible(request, pk)
    try:
        link = people.reset_link(by=request.user, person=someone)
    except Refused as refusal:
        return refuse(request, refusal, "accounts:person", pk)
    return _page(request, someone, reset_link=link)
