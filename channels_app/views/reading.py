"""Looking at channels: the list, one channel, its picture."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.core.signing import BadSignature
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from channels_app import networks, platforms, selectors
from channels_app import outlet as outlets
from channels_app.feeds import places as feed_places
from channels_app.forms import DescribeForm, LanguagesForm, LendForm, ModeForm, OverrideForm
from channels_app.models import Channel
from channels_app.practice import services as practice
from channels_app.services import renewing
from channels_app.views.access import channel_for, person_of
from libsocial.accounts import choices, policies
from libsocial.audit import selectors as trail
from libsocial.core import ranges

PICTURES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    chosen = {"platform": request.GET.get("platform", ""), "state": request.GET.get("state", "")}
    rows = selectors.listed(person, unit=getattr(request, "unit", None), **chosen)
    context = {
        "cards": selectors.cards(person, rows),
        "chosen": chosen,
        "narrowed": any(chosen.values()),
        "platforms": platforms.ALL,
        "states": _states(),
        "may_connect": policies.can_anywhere(person, "channel.manage"),
    }
    return render(request, "channels/list.html", context)


def _states() -> tuple[tuple[str, str], ...]:
    return (
        ("active", _("Connected")),
        ("paused", _("Paused")),
        ("needs_reconnect", _("Must be reconnected")),
        ("disconnected", _("Disconnected")),
    )


@login_required
@require_safe
def what_networks_allow(request: HttpRequest) -> HttpResponse:
    return render(request, "channels/networks.html", {"networks": networks.every(), "columns": networks.COLUMNS})


@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk)
    return render(request, "channels/detail.html", page_of(request, channel))


def page_of(request: HttpRequest, channel: Channel, **forms: Any) -> dict[str, Any]:
    """Everything the page of a channel shows. `forms` are the ones that came back with mistakes."""
    person = person_of(request)
    card = selectors.cards(person, [channel])[0]
    own = policies.can(person, "channel.see", channel.unit)
    context: dict[str, Any] = {
        "card": card,
        "channel": channel,
        "facts": selectors.facts_of(channel),
        "languages": [(tag, choices.called(tag)) for tag in channel.languages],
        "loans": channel.loans.select_related("unit", "lent_by").order_by("unit__path") if own else (),
        "own": own,
        "history": trail.about(channel, limit=30) if own else (),
    }
    if channel.platform == "feed":
        context["feed"] = feed_places.of(channel)
    if card.may_manage:
        context |= _managing(channel)
    return {**context, **forms}


def _managing(channel: Channel) -> dict[str, Any]:
    forms: dict[str, Any] = {
        "describe_form": DescribeForm(instance=channel),
        "languages_form": LanguagesForm(languages=channel.languages),
    }
    if selectors.adapter_of(channel) is not None:
        forms["access_ends"] = renewing.end_of(channel)
    if channel.state != "disconnected" and (units := selectors.may_borrow(channel)):
        forms["lend_form"] = LendForm(units=units)
    if selectors.adapter_of(channel) is not None:
        forms["override_form"] = OverrideForm(channel=channel)
    if channel.platform == "practice" and channel.state != "disconnected":
        forms["mode_form"] = ModeForm(initial={"mode": practice.mode_of(channel)})
    return forms


@login_required
@require_safe
def avatar(request: HttpRequest, pk: int) -> FileResponse:
    """Our copy of the account's picture, for those who see the channel; sent as what we encoded it to."""
    name = channel_for(request, pk).avatar
    kind = PICTURES.get(name.rpartition(".")[2])
    if not name or kind is None or not default_storage.exists(name):
        raise Http404
    response = FileResponse(default_storage.open(name), content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
def outlet(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """A picture or film for the platform that was told this address; see channels_app.outlet. No one signs in here."""
    try:
        path, mime = outlets.opened(token)
    except BadSignature as error:
        raise Http404 from error
    if not default_storage.exists(path):
        raise Http404
    file = default_storage.open(path)
    response = ranges.answer(request, file, lambda part: FileResponse(part, content_type=mime))
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
