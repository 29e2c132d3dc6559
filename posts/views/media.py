"""Pictures, shown to those who may see them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from libsocial.core import images
from posts import drafting, selectors
from posts.models import Asset

YEAR = 365 * 24 * 3600


@login_required
@require_safe
def asset(request: HttpRequest, pk: int, size: str) -> HttpResponse:
    """A picture of the person's own library; `size` is full or thumb."""
    return _file(get_object_or_404(Asset.objects.visible_to(request.user), pk=pk), size)


@login_required
@require_safe
def post_asset(request: HttpRequest, pk: int, asset_pk: int, size: str) -> HttpResponse:
    """A picture of a post the person may see: who owns a lent channel sees what is asked to go there."""
    post = selectors.get_post(request.user, pk)
    if not any(asset_pk in drafting.of_revision(revision).asset_ids() for revision in selectors.revisions_of(post)):
        raise Http404
    return _file(get_object_or_404(Asset, pk=asset_pk), size)


def _file(found: Asset, size: str) -> HttpResponse:
    """The bytes with the type we wrote them in; the address names one picture for ever, so it may be kept."""
    name, mime = (found.path, found.mime) if size == "full" else (found.thumb, "image/webp")
    try:
        response = FileResponse(default_storage.open(name), content_type=mime)
    except OSError as error:
        raise Http404 from error
    response["Content-Disposition"] = f'inline; filename="picture-{found.pk}.{images.EXTENSIONS[mime]}"'
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, max_age=YEAR, immutable=True)
    return response
