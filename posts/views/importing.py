"""Bringing posts in from a file: choose it, see what is wrong with each line, match the columns, make drafts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core import asked, sheets
from libsocial.core.flash import flash
from posts import selectors
from posts.importing import columns, reading
from posts.importing.judging import Judged, Whole, as_kept, judge
from posts.models import ImportBatch
from posts.services import importing
from posts.workflow import NotPossible

PAGE = 50


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Choose a file; and the files one brought before."""
    units = list(policies.units_where(request.user, "post.write"))
    if not units:
        raise policies.NotAllowed("post.write")
    refusal = ""
    if request.method == "POST":
        try:
            return _begun(request, _unit(request, units))
        except reading.Unreadable as error:
            refusal = str(error)
    context = {
        "units": units,
        "unit": _unit(request, units),
        "batches": ImportBatch.objects.visible_to(request.user).select_related("unit")[:20],
        "refusal": refusal,
        "most": reading.MOST_ROWS,
        "columns": columns.labels(),
    }
    return render(request, "posts/imports.html", context, status=422 if refusal else 200)


def _begun(request: HttpRequest, unit: Unit) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise reading.Unreadable(_("Choose a file first."))
    if file.size > reading.MOST_BYTES:
        raise reading.Unreadable(
            _("The file is larger than %(mb)s MB. Divide it.") % {"mb": reading.MOST_BYTES // 2**20}
        )
    batch = importing.begin(by=request.user, unit=unit, name=file.name, data=file.read())
    if batch.rows.exclude(post=None).exists():
        flash(request, _("You brought this very file before. Its posts are there already."), level="info")
    return redirect("posts:import_batch", batch.pk)


def _unit(request: HttpRequest, units: list[Unit]) -> Unit:
    wanted = asked.number(request.POST.get("unit"))
    return next((one for one in units if one.pk == wanted), request.unit if request.unit in units else units[0])


@login_required
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Every line as the post it would be, with its problems; nothing is written before a button says so."""
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("unit"), pk=pk)
    if request.method == "POST":
        return _act(request, batch)
    if batch.is_long and batch.step != "shown" and request.htmx:
        return render(request, "posts/_import_progress.html", _progress(batch))
    only = request.GET.get("show") == "problems"
    page, lines, counts = (_long if batch.is_long else _short)(request, batch, only)
    page.page_range_elided = page.paginator.get_elided_page_range(page.number)
    context = (
        counts
        | _progress(batch)
        | {
            "page": page,
            "lines": [(one, one.by_field()) for one in lines],
            "only": only,
            "fields": [(name, label, batch.columns.get(name)) for name, label in columns.labels()],
            "header": list(enumerate(batch.header)),
            "mapped": all(name in batch.columns for name in columns.NEEDED),
            "channels": selectors.usable_channels(batch.unit),
        }
    )
    return render(request, "posts/import_batch.html", context)


def _short(request: HttpRequest, batch: ImportBatch, only: bool) -> tuple[Any, list[Judged], dict[str, int]]:
    """A short file is judged as it is looked at."""
    judged = judge(batch, request.user, list(batch.rows.select_related("post")))
    shown = [one for one in judged if one.troubles or one.row.trouble] if only else judged
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    return page, list(page.object_list), _counts(judged)


def _long(request: HttpRequest, batch: ImportBatch, only: bool) -> tuple[Any, list[Judged], dict[str, int]]:
    """Of a long file one page of lines, as the worker judged them."""
    rows = batch.rows.select_related("post")
    shown = rows.filter(Q(verdict__in=("mend", "stopped")) | ~Q(trouble="")) if only else rows
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    whole = Whole.of(batch, batch.rows.values_list("number", "cells"))
    return page, as_kept(batch, request.user, list(page.object_list), whole), _counted(batch)


def _counted(batch: ImportBatch) -> dict[str, int]:
    waiting = Q(post=None)
    found = batch.rows.aggregate(
        made=Count("pk", filter=~waiting),
        ready=Count("pk", filter=waiting & Q(verdict="ready")),
        to_mend=Count("pk", filter=waiting & Q(verdict="mend")),
        stopped=Count("pk", filter=waiting & Q(verdict="stopped")),
    )
    return found | {"total": batch.size, "possible": found["ready"] + found["to_mend"]}


def _progress(batch: ImportBatch) -> dict[str, Any]:
    return {
        "batch": batch,
        "at_work": batch.step != "shown",
        "done": batch.rows.filter(number__lte=batch.reached).count(),
    }


def _counts(judged: list[Judged]) -> dict[str, Any]:
    waiting = [one for one in judged if one.row.post_id is None]
    return {
        "total": len(judged),
        "made": len(judged) - len(waiting),
        "ready": sum(not one.troubles for one in waiting),
        "to_mend": sum(bool(one.troubles) and not one.stopped for one in waiting),
        "stopped": sum(one.stopped for one in waiting),
        "possible": sum(not one.stopped for one in waiting),
    }


def _act(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "discard":
        importing.discard(by=request.user, batch=batch)
        flash(request, _("Forgotten. Posts made from it stay."))
        return redirect("posts:imports")
    if do == "map":
        _map(request, batch)
    elif do in {"make", "send"} and batch.is_long:
        _hand_over(request, batch, submit=do == "send")
    elif do in {"make", "send"}:
        _made(request, importing.make(by=request.user, batch=batch, submit=do == "send"))
    elif do in {"stop", "again"}:
        {"stop": importing.stop, "again": importing.look_again}[do](by=request.user, batch=batch)
    return redirect("posts:import_batch", batch.pk)


def _hand_over(request: HttpRequest, batch: ImportBatch, *, submit: bool) -> None:
    try:
        importing.hand_over(by=request.user, batch=batch, submit=submit)
    except NotPossible as error:
        flash(request, str(error), level="warning")


def _map(request: HttpRequest, batch: ImportBatch) -> None:
    typed = {name: asked.number(request.POST.get(f"column-{name}")) for name, _label in columns.labels()}
    try:
        importing.map_columns(
            by=request.user, batch=batch, chosen={name: place for name, place in typed.items() if place is not None}
        )
    except NotPossible as error:
        flash(request, str(error), level="warning")


def _made(request: HttpRequest, made: importing.Made) -> None:
    said = ngettext("%(n)s post was made.", "%(n)s posts were made.", made.posts) % {"n": made.posts}
    if made.sent:
        sent = ngettext("%(n)s was sent for approval.", "%(n)s were sent for approval.", made.sent) % {"n": made.sent}
        said = f"{said} {sent}"
    flash(request, said, level="success" if made.posts else "info")
    if made.refused:
        count = len(made.refused)
        sentence = ngettext("%(n)s line needs a look.", "%(n)s lines need a look.", count) % {"n": count}
        flash(request, sentence, level="warning")


@login_required
@require_safe
def template(request: HttpRequest) -> StreamingHttpResponse:
    """A table to fill in, with one line as an example."""
    example = {
        "text": _("Story time on Tuesday at ten, in the garden room."),
        "channels": _("Name of a channel; name of another"),
        "date": "2026-12-01",
        "time": "10:00",
        "files": "story-time.jpg",
        "alt": _("Children listen to a librarian who reads aloud."),
        "language": "en",
        "warning": "",
        "note": _("Only colleagues see this."),
    }
    rows = [[label for _name, label in columns.labels()], [example[name] for name, _label in columns.labels()]]
    answer = StreamingHttpResponse(sheets.csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="posts.csv"'
    return answer
