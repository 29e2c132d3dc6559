"""Packs come in: looked at first, written only when a person says so."""

from __future__ import annotations

from datetime import timedelta
from typing import IO, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.core.flash import flash
from posts.campaign_forms import BeginForm, PackFileForm
from posts.packs import keeping, reading, ready
from posts.packs.form import Bad
from posts.services import packs


@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """A zip arrives; a good one leads on to the page that shows what it would bring."""
    _may(request)
    form = PackFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            reading.read(file)
            token = keeping.keep(file, request.user)
        except Bad as bad:
            form.add_error("file", str(bad))
        else:
            return redirect("posts:pack_look", token)
    return render(request, "posts/campaigns/bring.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def look(request: HttpRequest, token: str) -> HttpResponse:
    """What a zip would bring, with its problems; the button writes it."""
    _may(request)
    try:
        file = keeping.opened(token, request.user)
        found = reading.read(file)
    except (keeping.Gone, Bad):
        raise Http404 from None
    return _look(request, found, file=file, token=token)


@login_required
def ready_pack(request: HttpRequest, name: str) -> HttpResponse:
    """The same for a pack that comes with the product."""
    _may(request)
    if name not in ready.PACKS:
        raise Http404
    return _look(request, reading.Found(ready.PACKS[name][0], ()))


def _look(request: HttpRequest, found: reading.Found, file: IO[bytes] | None = None, token: str = "") -> HttpResponse:
    pack, initial = found.pack, {"starts": _next_first()}
    form = BeginForm(request.POST or None, user=request.user, advocacy=pack.advocacy, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = _begin(request, found, file, form.cleaned_data)
        except (Bad, Refused) as refusal:
            form.add_error(None, str(refusal))
        else:
            keeping.forget(token)
            flash(request, _("The campaign is here, its posts are drafts. Each goes through review like any other."))
            return redirect("posts:campaign", made.pk)
    context = {"pack": pack, "notes": found.notes, "form": form}
    return render(request, "posts/campaigns/look.html", context, status=422 if form.errors else 200)


def _begin(request: HttpRequest, found: reading.Found, file: IO[bytes] | None, asked: dict[str, Any]) -> Any:
    place = {"unit": asked["unit"], "starts": asked["starts"], "approver": asked.get("approver")}
    if file is None:
        return packs.begin(by=request.user, pack=found.pack, files=packs.Files(), **place)
    file.seek(0)
    return packs.bring_in(by=request.user, file=file, **place)


def _next_first() -> Any:
    """The first day of the month after next week: time enough to read, and where months begin."""
    soon = timezone.localdate() + timedelta(days=7)
    return (soon.replace(day=1) + timedelta(days=32)).replace(day=1)


def _may(request: HttpRequest) -> None:
    if not policies.can_anywhere(request.user, "campaign.manage"):
        raise policies.NotAllowed("campaign.manage")
