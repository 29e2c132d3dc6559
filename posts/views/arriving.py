"""Large files in pieces, for scripts: begin, the next piece, the end. Answers are JSON; a refusal is a sentence."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from libsocial.accounts import policies
from libsocial.core import asked
from libsocial.core.flash import flash
from posts.composer_files import asset_json
from posts.models import Arrival
from posts.services import arriving
from posts.services.media import Refused


def _arrival(request: HttpRequest, pk: int) -> Arrival:
    return get_object_or_404(Arrival.objects.select_related("unit", "asset"), pk=pk, by=request.user)


def _standing(arrival: Arrival, status: int = 200) -> JsonResponse:
    return JsonResponse({"arrival": arrival.pk, "received": arrival.received}, status=status)


@login_required
@require_POST
def begin(request: HttpRequest) -> JsonResponse:
    """Where this file stands: 0 for a new one, more for one that was begun before."""
    said = request.POST
    unit = get_object_or_404(policies.units_where(request.user, "post.write"), pk=asked.number(said.get("unit")))
    name, size = said.get("name", ""), asked.number(said.get("size")) or 0
    try:
        arrival = arriving.begin(by=request.user, unit=unit, name=name, size=size, mark=said.get("mark", ""))
    except Refused as error:
        return JsonResponse({"message": f"{name}: {error}"}, status=422)
    return _standing(arrival)


@login_required
@require_POST
def piece(request: HttpRequest, pk: int) -> JsonResponse:
    """The next piece of it. 409 tells where the file really stands."""
    arrival, file = _arrival(request, pk), request.FILES.get("file")
    offset = asked.number(request.POST.get("offset"))
    if file is None or offset is None:
        return JsonResponse({"message": _("No file arrived. Choose it again.")}, status=400)
    try:
        return _standing(arriving.take(arrival=arrival, file=file, offset=offset))
    except arriving.OutOfStep as error:
        return JsonResponse({"arrival": pk, "received": error.received}, status=409)
    except Refused as error:
        return JsonResponse({"message": f"{arrival.name}: {error}"}, status=422)


@login_required
@require_POST
def finish(request: HttpRequest, pk: int) -> JsonResponse:
    """Every piece is there: the file is opened and becomes an asset. 202: somebody is at it, ask again."""
    arrival = _arrival(request, pk)
    try:
        return JsonResponse(asset_json(arriving.finish(arrival=arrival, by=request.user)), status=201)
    except arriving.StillLooking:
        return _standing(arrival, 202)
    except arriving.OutOfStep as error:
        return JsonResponse({"arrival": pk, "received": error.received}, status=409)
    except Refused as error:
        return JsonResponse({"message": f"{arrival.name}: {error}"}, status=422)


@login_required
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Not wanted any more; by script or by the button on the media page."""
    arriving.drop(arrival=_arrival(request, pk))
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    flash(request, _("The unfinished upload was dropped."))
    return redirect("posts:media")
