"""The audit page: the trail of the units whose trail one may read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from libsocial.accounts import policies
from libsocial.accounts.forms import AuditForm
from libsocial.accounts.models import User
from libsocial.accounts.services import units
from libsocial.audit import packing, selectors, subjects
from libsocial.audit.models import Entry
from libsocial.audit.sentences import SENTENCES
from libsocial.core import sheets

PER_PAGE = 50
MOST_ROWS = 100_000


def _form(request: HttpRequest) -> AuditForm:
    if not policies.can_anywhere(request.user, "audit.read"):
        raise policies.NotAllowed("audit.read")
    people = User.objects.visible_to(request.user).order_by("name")
    units_ = policies.units_where(request.user, "audit.read")
    return AuditForm(request.GET or None, people=people, actions=sorted(SENTENCES), units=units_)


def _found(request: HttpRequest, form: AuditForm) -> QuerySet[Entry]:
    """What is asked wrongly (a person one may not see, a date that is none) narrows nothing and is marked."""
    form.is_valid()
    asked = getattr(form, "cleaned_data", {})
    kind, _blank, pk = asked.get("subject", "").partition(" ")
    where = policies.subtree_q(request.user, "audit.read", "unit__")
    if policies.can(request.user, "audit.read", units.root()):
        where |= Q(unit=None)  # what belongs to no unit is the library's
    if request.unit is not None:
        where &= Q(unit__path__startswith=request.unit.path)
    if asked.get("unit"):
        where &= Q(unit__path__startswith=asked["unit"].path)
    if words := asked.get("q"):
        where &= selectors.words_q(words) | subjects.words_q(words)
    return selectors.trail(
        where,
        actor=asked.get("person"),
        action=asked.get("action"),
        at__gte=_midnight(asked.get("since")),
        at__lt=_midnight(asked.get("until"), days=1),
        subject_type=kind,
        subject_id=pk,
    )


def _midnight(day: Any, days: int = 0) -> datetime | None:
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time())) if day else None


@require_safe
@login_required
def list_entries(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    page = Paginator(_found(request, form), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "lines": subjects.named(selectors.lines(page)), "filtered": form.is_bound}
    return render(request, "audit/list.html", context)


@require_safe
@login_required
def export(request: HttpRequest) -> StreamingHttpResponse | FileResponse:
    """What the page shows, all of it: a table, `?format=json`, or `?format=zip` with both and their digests."""
    found = _found(request, _form(request))[:MOST_ROWS]

    def lines() -> Iterator[selectors.Line]:
        return selectors.lines(found.iterator(chunk_size=1000))

    match request.GET.get("format"):
        case "zip":
            return FileResponse(packing.archive(lines), as_attachment=True, filename="trail.zip")
        case "json":
            return _sent(packing.as_json(lines()), "application/json", "trail.json")
        case _:
            return _sent(sheets.csv(packing.rows(lines())), "text/csv; charset=utf-8", "audit.csv")


def _sent(pieces: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
