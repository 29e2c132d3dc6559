"""Pictures on their way into a post: uploads, the picker of what the library has, link cards."""

from __future__ import annotations

import json
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core import asked
from posts import library
from posts.composer_files import asset_json, caption_json
from posts.models import Asset
from posts.services import cards, media

PICKER = 24


def _unit(request: HttpRequest) -> Unit:
    wanted = asked.number(request.POST.get("unit") or request.GET.get("unit"))
    return get_object_or_404(policies.units_where(request.user, "post.write"), pk=wanted)


@login_required
@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """One picture, film or PDF by script; answers with the asset or a sentence."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"message": _("No file arrived. Choose it again.")}, status=400)
    try:
        asset = media.upload(by=request.user, unit=_unit(request), file=file)
    except media.Refused as error:
        return JsonResponse({"message": f"{file.name}: {error}"}, status=422)
    return JsonResponse(asset_json(asset), status=201)


@login_required
@require_POST
def captions(request: HttpRequest) -> JsonResponse:
    """A caption file of a film, by script; answers with the row or a sentence."""
    file = request.FILES.get("file")
    asset = Asset.objects.visible_to(request.user).filter(pk=asked.number(request.POST.get("asset"))).first()
    if file is None or asset is None:
        return JsonResponse({"message": _("No captions arrived. Choose the file again.")}, status=400)
    try:
        row = media.add_captions(by=request.user, asset=asset, file=file, language=request.POST.get("language", ""))
    except media.Refused as error:
        return JsonResponse({"message": f"{file.name}: {error}"}, status=422)
    return JsonResponse(caption_json(row), status=201)


@login_required
@require_POST
def card(request: HttpRequest) -> HttpResponse:
    """The card of the first link of a text, as fields of the composer."""
    name = request.POST.get("name", "")[:20]
    try:
        found = cards.card_for_text(by=request.user, unit=_unit(request), text=request.POST.get("text", ""))
    except cards.NoCard as error:
        return render(request, "posts/_card.html", {"name": name, "card_error": str(error)})
    thumb = Asset.objects.filter(pk=found.thumb).first() if found.thumb else None
    shown = found.to_json() | {"thumb_url": asset_json(thumb)["thumb"] if thumb else ""}
    return render(request, "posts/_card.html", {"name": name, "card": shown})


@login_required
@require_GET
def picker(request: HttpRequest) -> HttpResponse:
    """The unit's pictures, films and documents to choose from, the newest first, found by description or file name."""
    unit, words = _unit(request), asked.words(request.GET.get("q"), 100)
    filters = library.filters_of(request.GET)
    assets = library.assets_for(request.user, unit, replace(filters, unit=None)).prefetch_related("captions")
    page = Paginator(assets, PICKER).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "found": [(asset, asset_json(asset), json.dumps(asset_json(asset))) for asset in page],
        "words": words,
        "unit": unit,
        "filters": filters,
        "folders": library.folders_for(request.user, unit),
        "tags": library.tags_for(Asset.objects.visible_to(request.user).living())[:12],
    }
    return render(request, "posts/_picker.html", context)
