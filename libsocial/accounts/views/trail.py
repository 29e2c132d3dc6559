"""The audit page: the trail of the units whose trail one may read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from libsocial.accounts import policies
from libsocial.accounts.forms import AuditForm
from libsocial.accounts.models import User
from libsocial.accounts.services import units
from libsocial.audit import selectors, subjects
from libsocial.audit.models import Entry
from libsocial.audit.sentences import SENTENCES
from libsocial.core import sheets

PER_PAGE = 50
MOST_ROWS = 100_000
HEADINGS = ["time (UTC)", "person", "action", "what happened", "unit", "subject", "details"]


def _form(request: HttpRequest) -> AuditForm:
    if not policies.can_anywhere(request.user, "audit.read"):
        raise policies.NotAllowed("audit.read")
    people = User.objects.visible_to(request.user).order_by("name")
    return AuditForm(request.GET or None, people=people, actions=sorted(SENTENCES))


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
def export(request: HttpRequest) -> StreamingHttpResponse:
    found = _found(request, _form(request))[:MOST_ROWS]
    response = StreamingHttpResponse(sheets.csv(_rows(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _rows(found: QuerySet[Entry]) -> Iterator[list[str]]:
    yield HEADINGS
    for line in selectors.lines(found.iterator(chunk_size=1000)):
        details = json.dumps(line.data, ensure_ascii=False) if line.data else ""
        at = line.at.astimezone(UTC).isoformat(timespec="seconds")
        yield [at, line.who, line.action, line.sentence, line.unit, line.subject, details]
