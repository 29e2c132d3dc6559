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
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from channels_app import platforms, services
from channels_app.connect import FieldProblem
from channels_app.forms import ConnectForm
from channels_app.models import Channel
from channels_app.platforms.base import Adapter, Redirect
from channels_app.views.access import channel_for, person_of
from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core.flash import flash


@login_required
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which platform?"""
    _managed_units(request)
    return render(request, "channels/connect.html", {"platforms": platforms.ALL})


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, platform: str) -> HttpResponse:
    adapter, units = _adapter(platform), _managed_units(request)
    form = ConnectForm(
        request.POST or None, adapter=adapter, units=units, initial={"unit": _likely(request, list(units))}
    )
    context = {"form": form, "adapter": adapter}
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
    context = {"form": form, "adapter": adapter, "channel": channel}
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
        channel = services.connect_finish(
            by=person_of(request),
            state=answer.pop("state", ""),
            answer=answer,
            arrived_at=settings.BASE_URL + request.path,
        )
    except FieldProblem as problem:
        return render(request, "channels/not_connected.html", {"sentence": problem.sentence}, status=422)
    return _welcome(request, channel)


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
    units = policies.units_where(person_of(request), "channel.manage")
    if not units:
        raise policies.NotAllowed("channel.manage")
    return units


def _likely(request: HttpRequest, units: list[Unit]) -> Unit:
    """The unit the person is working in, otherwise the first they manage."""
    chosen = getattr(request, "unit", None)
    return chosen if chosen in units else units[0]
