"""A film of the library: its words edited beside it, its still picture chosen."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from libsocial.accounts import policies
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import composer_files, cues
from posts.cues import Line
from posts.models import Asset, CaptionFile
from posts.services import filming, media
from posts.services.media import Refused
from posts.settings import language_choices


def _film(request: HttpRequest, pk: int) -> Asset:
    """A film the person may write about."""
    rows = Asset.objects.visible_to(request.user).select_related("unit").filter(kind="video", binned_at=None)
    found = get_object_or_404(rows, pk=pk)
    if not policies.can(request.user, "post.write", found.unit):
        raise Http404
    return found


@login_required
def words(request: HttpRequest, pk: int, caption_pk: int = 0) -> HttpResponse:
    """The words of a film in one language, line by line; 0 begins new ones."""
    film = _film(request, pk)
    row = get_object_or_404(film.captions, pk=caption_pk) if caption_pk else None
    language = (request.POST.get("language") or (row.language if row else film.unit.language) or "en")[:35]
    if request.method != "POST":
        return _page(request, film, row, language, _begun(request, row))
    do, lines = request.POST.get("do", ""), cues.of_form(request.POST)
    if do != "save":
        return _page(request, film, row, language, cues.changed(lines, do))
    told, found = cues.judged(lines, film.seconds)
    if not found:
        return _page(request, film, row, language, told, status=422)
    return _saved(request, film, row, language, told, found)


def _begun(request: HttpRequest, row: CaptionFile | None) -> list[Line]:
    if row is None:
        return cues.changed([], "add")
    try:
        return cues.of_cues(filming.cues_of(row))
    except Refused as error:
        flash(request, str(error), level="error")
        return cues.changed([], "add")


def _saved(
    request: HttpRequest, film: Asset, row: CaptionFile | None, language: str, told: list[Line], found: list[Any]
) -> HttpResponse:
    try:
        kept = filming.write(asset=film, by=request.user, language=language, cues=found, instead_of=row)
    except Refused as error:
        flash(request, str(error), level="error")
        return _page(request, film, row, language, told, status=422)
    flash(request, _("The captions are saved. Posts still being written show them."))
    return redirect("posts:media_words", film.pk, kept.pk)


def _page(
    request: HttpRequest, film: Asset, row: CaptionFile | None, language: str, lines: list[Line], *, status: int = 200
) -> HttpResponse:
    context = {
        "film": film,
        "shown": composer_files.asset_json(film),
        "row": row,
        "lines": lines,
        "empty": not any(not line.blank for line in lines),
        "language": language,
        "languages": language_choices(language, film.unit.language),
        "wrong": [line.problem for line in lines if line.problem],
        "status": status,
    }
    return render(request, "posts/media/words.html", context, status=status)


@login_required
@require_POST
def upload_words(request: HttpRequest, pk: int) -> HttpResponse:
    """A caption file, without script: then it is open to be edited."""
    film, file = _film(request, pk), request.FILES.get("file")
    try:
        if file is None:
            raise Refused(_("No captions arrived. Choose the file again."))
        row = media.add_captions(by=request.user, asset=film, file=file, language=request.POST.get("language", ""))
    except Refused as error:
        flash(request, str(error), level="error")
        return redirect("posts:media_asset", film.pk)
    return redirect("posts:media_words", film.pk, row.pk)


@login_required
@require_POST
def still(request: HttpRequest, pk: int) -> HttpResponse:
    """The still picture of a film: at a second of it, or a picture of one's own."""
    film, file = _film(request, pk), request.FILES.get("file")
    try:
        if file is not None:
            filming.still_of(asset=film, by=request.user, file=file)
        else:
            filming.still_at(asset=film, by=request.user, second=_second(request.POST.get("second", "")))
        flash(request, _("This picture stands for the film now."))
    except Refused as error:
        flash(request, str(error), level="error")
    return redirect(f"{reverse('posts:media_asset', args=[film.pk])}#still")


def _second(typed: str) -> float:
    found = cues.seconds(asked.words(typed, 20))
    if found is None:
        said = _("“%(typed)s” is no moment of the film. Write it like 1:02.5.")
        raise Refused(said % {"typed": typed[:20]})
    return found
