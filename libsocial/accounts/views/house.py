from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import HostsForm, LibraryForm, RegistrationForm, put_refusal
from libsocial.accounts.models import Unit
from libsocial.accounts.services import house, units
from libsocial.accounts.views.pages import refuse
from libsocial.core import site_settings
from libsocial.core.flash import flash


def _house(request: HttpRequest) -> Unit:
    root = units.root()
    policies.require(request.user, "settings.manage", root)
    return root


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    return _page(request, _house(request))


def _page(request: HttpRequest, root: Unit, **forms: Any) -> HttpResponse:
    hosts = "\n".join(site_settings.get("outside.private_hosts"))
    is_open = site_settings.get("accounts.open_registration")
    context = {
        "form": LibraryForm(instance=Unit.objects.get(pk=root.pk)),
        "hosts_form": HostsForm(initial={"hosts": hosts}),
        "registration_form": RegistrationForm(initial={"open_registration": is_open}),
        "fixed_hosts": settings.PRIVATE_HOSTS,
        "mail_works": settings.MAIL_CONFIGURED,
        "mail_from": settings.DEFAULT_FROM_EMAIL,
        "mail_host": settings.EMAIL_HOST,
        "base_url": settings.BASE_URL,
        **forms,
    }
    return render(request, "accounts/settings.html", context)


@require_POST
@login_required
def change_library(request: HttpRequest) -> HttpResponse:
    root = _house(request)
    form = LibraryForm(request.POST, instance=Unit.objects.get(pk=root.pk))
    if form.is_valid():
        try:
            units.change(by=request.user, unit=root, **form.cleaned_data)
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            return _saved(request)
    return _page(request, root, form=form)


@require_POST
@login_required
def change_hosts(request: HttpRequest) -> HttpResponse:
    root, form = _house(request), HostsForm(request.POST)
    if form.is_valid():
        try:
            house.change_private_hosts(by=request.user, hosts=form.lines())
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            return _saved(request)
    return _page(request, root, hosts_form=form)


@require_POST
@login_required
def change_registration(request: HttpRequest) -> HttpResponse:
    root, form = _house(request), RegistrationForm(request.POST)
    if form.is_valid():
        try:
            house.change_registration(by=request.user, is_open=form.cleaned_data["open_registration"])
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            return _saved(request)
    return _page(request, root, registration_form=form)


@require_POST
@login_required
def test_mail(request: HttpRequest) -> HttpResponse:
    _house(request)
    try:
        house.send_test_mail(by=request.user)
    except Refused as refusal:
        return refuse(request, refusal, "accounts:settings")
    flash(request, _("A test mail is on its way to %(email)s.") % {"email": request.user.email})
    return redirect("accounts:settings")


def _saved(request: HttpRequest) -> HttpResponse:
    flash(request, _("Saved."))
    return redirect("accounts:settings")
