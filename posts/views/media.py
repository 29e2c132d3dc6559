"""Pictures, films, documents and captions, shown to those who may see them."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import IO

from django.contrib.auth.decorators import login_required
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from libsocial.core import ranges
from posts import drafting, edits, selectors
from posts.edits import Edits
from posts.models import Asset, CaptionFile
from posts.services import doors, media, renditions

YEAR = 365 * 24 * 3600
CUT_SIDE = 1600


@login_required
@require_safe
def asset(request: HttpRequest, pk: int, size: str) -> HttpResponse:
    """A picture of the person's own library; `size` is full or thumb."""
    return _file(request, get_object_or_404(Asset.objects.visible_to(request.user), pk=pk), size)


@login_required
@require_safe
def post_asset(request: HttpRequest, pk: int, asset_pk: int, size: str) -> HttpResponse:
    """A picture of a post the person may see: who owns a lent channel sees what is asked to go there."""
    post = selectors.get_post(request.user, pk)
    if not any(asset_pk in drafting.of_revision(revision).asset_ids() for revision in selectors.revisions_of(post)):
        raise Http404
    return _file(request, get_object_or_404(Asset, pk=asset_pk), size)


@login_required
@require_safe
def captions(request: HttpRequest, pk: int) -> HttpResponse:
    """The words of a film, for the player of our own pages."""
    visible = CaptionFile.objects.filter(asset__in=Asset.objects.visible_to(request.user))
    return _captions(get_object_or_404(visible, pk=pk))


@login_required
@require_safe
def post_captions(request: HttpRequest, pk: int, caption_pk: int) -> HttpResponse:
    """The same of a film in a post the person may see."""
    post = selectors.get_post(request.user, pk)
    if not any(caption_pk in drafting.of_revision(one).caption_ids() for one in selectors.revisions_of(post)):
        raise Http404
    return _captions(get_object_or_404(CaptionFile, pk=caption_pk))


@require_safe
def door_asset(request: HttpRequest, door: str, token: str, asset_pk: int, size: str) -> HttpResponse:
    """A picture of the post behind a link that works, for whoever came by it."""
    revision = doors.revision_behind(door, token)
    if revision is None or asset_pk not in drafting.of_revision(revision).asset_ids():
        raise Http404
    return _file(request, get_object_or_404(Asset, pk=asset_pk), size)


@require_safe
def door_captions(request: HttpRequest, door: str, token: str, caption_pk: int) -> HttpResponse:
    revision = doors.revision_behind(door, token)
    if revision is None or caption_pk not in drafting.of_revision(revision).caption_ids():
        raise Http404
    return _captions(get_object_or_404(CaptionFile, pk=caption_pk))


def _captions(found: CaptionFile) -> HttpResponse:
    return _sent(_stored(found.vtt), "text/vtt; charset=utf-8", f"captions-{found.pk}.vtt")


def _file(request: HttpRequest, found: Asset, size: str) -> HttpResponse:
    """The bytes with the type we wrote them in; the address names one file for ever, so it may be kept."""
    cut = edits.of_query(request.GET) if found.kind == "image" else None
    if cut is not None:
        return _as_cut(found, cut, size)
    name, mime = (found.path, found.mime) if size == "full" else (found.thumb, "image/webp")
    stored = _stored(name)
    called = f"{found.kind}-{found.pk}.{PurePosixPath(name).suffix[1:]}"
    if size == "full" and found.kind != "image":
        return ranges.answer(request, stored, lambda file: _sent(file, mime, called, inline=found.kind == "video"))
    return _sent(stored, mime, called)


def _as_cut(found: Asset, cut: Edits, size: str) -> HttpResponse:
    """A copy for our own pages, turned and cut as a post shows it; made when asked, kept by the browser."""
    try:
        made = renditions.copy_of(found, cut, CUT_SIDE if size == "full" else media.THUMB_SIDE)
    except renditions.CannotRender as error:
        raise Http404 from error
    return _sent(io.BytesIO(made.data), made.mime, f"{found.kind}-{found.pk}.{made.extension}")


def _stored(name: str) -> File:
    try:
        return default_storage.open(name)
    except OSError as error:
        raise Http404 from error


def _sent(file: IO[bytes], mime: str, called: str, *, inline: bool = True) -> FileResponse:
    """A PDF of a stranger is handed over to be kept, never shown by the browser on our own address."""
    response = FileResponse(file, content_type=mime)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{called}"'
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, max_age=YEAR, immutable=True)
    return response
