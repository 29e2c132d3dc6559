"""What this installation says about itself as an application, for platforms that know one by its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from channels_app import outlet
from channels_app.platforms import _bluesky_oauth


@require_safe
def bluesky(request: HttpRequest) -> JsonResponse:
    """The document our client_id at Bluesky is the address of. No one signs in here."""
    return _told(_bluesky_oauth.metadata)


@require_safe
def bluesky_keys(request: HttpRequest) -> JsonResponse:
    """The public half of the key we sign with there."""
    return _told(_bluesky_oauth.public_keys)


def _told(about: Callable[[], dict[str, Any]]) -> JsonResponse:
    if not outlet.is_open():
        raise Http404
    response = JsonResponse(about())
    response["Cache-Control"] = "public, max-age=600"
    return response
