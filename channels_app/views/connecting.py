"""Connecting and reconnecting in the browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from channels_app import appkeys, guides, platforms, services
from channels_app.connect import FieldProblem
from channels_app.forms import ConnectForm, KeysForm
from channels_app.models import Channel
from channels_app.platforms.base import Adapter, Redirect
from channels_app.views.access import channel_for, person_of
from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.accounts.services import units
from libsocial.core.flash import flash


@login_required
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which platform? Those first that need nothing from anyone."""
    _managed_units(request)
    return render(request, "channels/connect.html", {"groups": guides.groups(), "may_enter": _may_enter(request)})


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, platform: str) -> HttpResponse:
    adapter, managed = _adapter(platform), _managed_units(request)
    form = ConnectForm(
        request.POST or None, adapter=adapter, units=managed, initial={"unit": _likely(request, list(managed))}
    )
    context = {"form": form, **_surroundings(request, adapter)}
    if request.method == "POST" and form.is_valid():
        return _begin(request, form, form.cleaned_data["unit"], None, context)
    return render(request, "channels/connect_to.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def reconnect(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    adapter = _adapter(channel.platform)
    form = ConnectForm(request.POST or None, adapter=adapter, channel=channel)
    context = {"form": form, "channel": channel, **_surroundings(request, adapter)}
    if request.method == "POST" and form.is_valid():
        return _begin(request, form, channel.unit, channel, context)
    return render(request, "channels/connect_to.html", context, status=422 if form.errors else 200)


def _begin(
    request: HttpRequest, form: ConnectForm, unit: Unit, channel: Channel | None, context: dict[str, Any]
) -> HttpResponse:
    try:
        begun = services.connect_begin(
            by=person_of(request), unit=unit, platform=form.adapter.key, fields=form.typed(), channel=channel
        )
    except FieldProblem as problem:
        form.refuse(problem)
        return render(request, "channels/connect_to.html", context, status=422)
    if isinstance(begun, Redirect):
        # A page in between: browsers hold a form's redirect to other sites against our own policy.
        place = {"adapter": form.adapter, "url": begun.url, "host": urlsplit(begun.url).netloc}
        return render(request, "channels/leaving.html", place)
    return _welcome(request, begun)


@login_required
@never_cache
@require_GET
def callback(request: HttpRequest, platform: str, place: str) -> HttpResponse:
    """The platform sends the person back here, to the address that belongs to its server."""
    answer = {name: value for name, value in request.GET.items() if len(value) < 5000}
    try:
        arrived = services.connect_finish(
            by=person_of(request),
            state=answer.pop("state", ""),
            answer=answer,
            arrived_at=settings.BASE_URL + request.path,
        )
    except FieldProblem as problem:
        return render(request, "channels/not_connected.html", {"sentence": problem.sentence}, status=422)
    if isinstance(arrived, services.Chooser):
        return render(request, "channels/choose_account.html", {"chooser": arrived, "adapter": _adapter(platform)})
    return _welcome(request, arrived)


@login_required
@never_cache
@require_POST
def choose_account(request: HttpRequest) -> HttpResponse:
    """One of the accounts a sign-in opened."""
    try:
        channel = services.connect_choose(
            by=person_of(request), state=request.POST.get("state", ""), picked=request.POST.get("account", "")
        )
    except FieldProblem as problem:
        return render(request, "channels/not_connected.html", {"sentence": problem.sentence}, status=422)
    return _welcome(request, channel)


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, platform: str) -> HttpResponse:
    """The keys of our application at a platform."""
    adapter = _adapter(platform)
    policies.require(person_of(request), "settings.manage", units.root())
    if not adapter.app_fields:
        raise Http404
    form = KeysForm(request.POST or None, adapter=adapter)
    if request.method == "POST" and form.is_valid() and _entered(request, form):
        flash(request, _("The keys are kept, encrypted. Accounts on %s can be connected now.") % adapter.name)
        return redirect("channels:connect_to", platform)
    context = {"form": form, **_surroundings(request, adapter), "entered": bool(appkeys.entered(adapter))}
    return render(request, "channels/keys.html", context, status=422 if form.errors else 200)


def _entered(request: HttpRequest, form: KeysForm) -> bool:
    try:
        services.enter_keys(by=person_of(request), adapter=form.adapter, fields=form.typed())
    except FieldProblem as problem:
        form.refuse(problem)
        return False
    return True


@login_required
@require_POST
def remove_keys(request: HttpRequest, platform: str) -> HttpResponse:
    adapter = _adapter(platform)
    services.remove_keys(by=person_of(request), adapter=adapter)
    flash(request, _("The keys entered for %s were erased. Nothing can be renewed there without them.") % adapter.name)
    return redirect("channels:connect_to", platform)


def _surroundings(request: HttpRequest, adapter: Adapter) -> dict[str, Any]:
    """What the pages of one platform show beside the form."""
    return {
        "adapter": adapter,
        "guide": guides.of(adapter),
        "keys_missing": bool(appkeys.missing(adapter)),
        "may_enter": _may_enter(request),
    }


def _may_enter(request: HttpRequest) -> bool:
    return policies.can(person_of(request), "settings.manage", units.root())


def _welcome(request: HttpRequest, channel: Channel) -> HttpResponse:
    name = platforms.name_of(channel.platform)
    flash(request, _("%(channel)s is connected to %(platform)s.") % {"channel": channel.name, "platform": name})
    return redirect("channels:detail", channel.pk)


def _adapter(platform: str) -> Adapter:
    try:
        return platforms.get(platform)
    except KeyError as error:
        raise Http404 from error


def _managed_units(request: HttpRequest) -> Any:
    """Where the person may connect something; raises NotAllowed when that is nowhere."""
    managed = policies.units_where(person_of(request), "channel.manage")
    if not managed:
        raise policies.NotAllowed("channel.manage")
    return managed


def _likely(request: HttpRequest, managed: list[Unit]) -> Unit:
    """The unit the person is working in, otherwise the first they manage."""
    chosen = getattr(request, "unit", None)
    return chosen if chosen in managed else managed[0]
