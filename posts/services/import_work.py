"""Long files of posts, judged and made by a worker, piece by piece: claimed by a lease, renewed with every piece.

A worker that dies leaves a lease that runs out; the next one goes on after the last whole piece. A line is made in one
transaction and has a token of its own, so that what was done of a broken piece is not done again.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from libsocial.accounts import policies
from libsocial.notices import services as notices
from posts.importing.judging import Whole, judge
from posts.models import ImportBatch, ImportRow
from posts.services import importing
from posts.services.importing import Made

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)
PIECE = 50  # lines
BUDGET = 20.0  # seconds of one go; the next begins with whoever waited longest


def work(budget: float = BUDGET) -> bool:
    """Goes on with one file for some seconds. False when there is none to go on with."""
    batch = _claim()
    if batch is None:
        return False
    until = time.monotonic() + budget
    with override(batch.by.language or settings.LANGUAGE_CODE):
        whole = Whole.of(batch, batch.rows.values_list("number", "cells"))
        while _piece(batch, whole) and time.monotonic() < until:
            continue
    _held(batch).update(claimed_until=None)
    return True


def _claim() -> ImportBatch | None:
    now = timezone.now()
    free = ImportBatch.objects.exclude(step="shown").filter(Q(claimed_until=None) | Q(claimed_until__lte=now))
    pk = free.order_by("pk").values_list("pk", flat=True).first()
    if pk is None or not free.filter(pk=pk).update(claimed_until=now + LEASE):
        return None
    return ImportBatch.objects.select_related("by", "unit").get(pk=pk)


def _piece(batch: ImportBatch, whole: Whole) -> bool:
    """The next lines. False when the file is through, was stopped, or is not theirs to bring any more."""
    if not policies.can(batch.by, "post.write", batch.unit):
        return _end(batch)
    rows = list(batch.rows.filter(number__gt=batch.reached).select_related("post")[:PIECE])
    if not rows:
        return _end(batch)
    if batch.step == "judging":
        _judge(batch, rows, whole)
    else:
        judged = judge(batch, batch.by, rows, deeply=False, whole=whole)
        importing.make_lines(judged, batch.by, batch, Made(), submit=batch.submit)
    return _forward(batch, rows[-1].number)


def _judge(batch: ImportBatch, rows: list[ImportRow], whole: Whole) -> None:
    for one in judge(batch, batch.by, rows, whole=whole):
        one.row.verdict = one.verdict
        one.row.troubles = [[trouble.field, trouble.text, trouble.stops] for trouble in one.troubles]
    ImportRow.objects.bulk_update(rows, ["verdict", "troubles"])


def _forward(batch: ImportBatch, number: int) -> bool:
    """Notes the piece as done; not where somebody stopped it, or began anew, meanwhile."""
    held, batch.reached, batch.claimed_until = _held(batch), number, timezone.now() + LEASE
    return bool(held.update(reached=batch.reached, claimed_until=batch.claimed_until))


def _held(batch: ImportBatch) -> QuerySet[ImportBatch]:
    """The file while it is this worker's: who stops it or begins anew takes the lease away."""
    return ImportBatch.objects.filter(pk=batch.pk, claimed_until=batch.claimed_until)


def _end(batch: ImportBatch) -> bool:
    made = batch.step == "making" and batch.reached >= (batch.rows.aggregate(last=Max("number"))["last"] or 0)
    if _held(batch).update(step="shown") and made:
        count = importing.note_done(batch.by, batch)
        notices.tell(
            [batch.by],
            "import.made",
            params={"name": batch.name, "count": str(count)},
            url=reverse("posts:import_batch", args=[batch.pk]),
        )
        logger.info("the file %s became %s posts", batch.pk, count)
    return False
