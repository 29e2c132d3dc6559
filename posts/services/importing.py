"""Posts brought in from a file: kept as it came, mapped, then made into drafts, one for a line and never two."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts.drafting import Invalid
from posts.importing import columns, reading
from posts.importing.judging import Judged, judge
from posts.models import ImportBatch, ImportRow
from posts.problems import Blocked
from posts.services import drafts, review
from posts.workflow import NotPossible

AT_ONCE = 200  # lines of one press: a page must answer while the person waits
_TOKENS = uuid.UUID("6b7f6c1e-2a52-4a43-8f0e-6d9a5f1c9b11")


@dataclass
class Made:
    """What became of some lines; `left` are still to be done."""

    posts: int = 0
    sent: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    left: int = 0


def begin(*, by: User, unit: Unit, name: str, data: bytes) -> ImportBatch:
    """Reads a file and keeps its lines; the same file of the same person goes on where it was.

    Raises NotAllowed, reading.Unreadable.
    """
    policies.require(by, "post.write", unit)
    digest = hashlib.sha256(data).hexdigest()
    known = ImportBatch.objects.visible_to(by).filter(unit=unit, sha256=digest).first()
    if known is not None:
        return known
    table = reading.read(data)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            unit=unit,
            by=by,
            name=name[:200],
            sha256=digest,
            header=table.header,
            columns=columns.guess(table.header),
            encoding=table.encoding,
        )
        rows = [ImportRow(batch=batch, number=number, cells=cells) for number, cells in table.rows]
        ImportRow.objects.bulk_create(rows, batch_size=500)
    return batch


def map_columns(*, by: User, batch: ImportBatch, chosen: Mapping[str, int]) -> None:
    """Says which column is which. Raises NotPossible where the text has none, or one column is to be two things."""
    _require_own(by, batch)
    kept = {name: place for name, place in chosen.items() if 0 <= place < len(batch.header)}
    if any(name not in kept for name in columns.NEEDED):
        raise NotPossible(_("Say which column is the text."))
    if len(set(kept.values())) < len(kept):
        raise NotPossible(_("One column is chosen for two things. Choose another one for each."))
    batch.columns = kept
    batch.save(update_fields=["columns"])


def make(*, by: User, batch: ImportBatch, submit: bool = False) -> Made:
    """Drafts of the lines that can be, and on request sent for approval; at most AT_ONCE of them in one go.

    Each line has a token of its own: pressed twice, it is still one post. Raises NotAllowed.
    """
    _require_own(by, batch)
    policies.require(by, "post.write", batch.unit)
    waiting = [one for one in judge(batch, by, list(batch.rows.all()), deeply=False) if _is_waiting(one)]
    made = Made(left=max(0, len(waiting) - AT_ONCE))
    for one in waiting[:AT_ONCE]:
        _make_one(one, by, batch, made, submit=submit)
    if not made.left:
        with transaction.atomic():
            ImportBatch.objects.filter(pk=batch.pk, done_at=None).update(done_at=timezone.now())
            data = {"name": batch.name, "count": batch.rows.exclude(post=None).count()}
            audit.record("import.made", by=by, on=batch.unit, unit=batch.unit, data=data)
    return made


def discard(*, by: User, batch: ImportBatch) -> None:
    """Forgets the file; posts made from it stay."""
    _require_own(by, batch)
    batch.delete()


def _require_own(by: User, batch: ImportBatch) -> None:
    if batch.by_id != by.pk:
        raise policies.NotAllowed("post.write")


def _is_waiting(one: Judged) -> bool:
    return one.row.post_id is None and not one.stopped


def _make_one(one: Judged, by: User, batch: ImportBatch, made: Made, *, submit: bool) -> None:
    token = uuid.uuid5(_TOKENS, f"{batch.pk}:{one.row.number}")
    try:
        post = drafts.create(by=by, unit=batch.unit, token=token, draft=one.draft)
    except (Invalid, NotPossible, drafts.Conflict) as error:
        made.refused.append((one.row.number, str(error)))
        ImportRow.objects.filter(pk=one.row.pk).update(trouble=str(error))
        return
    made.posts += 1
    trouble = ""
    if submit:
        try:
            review.submit(post=post, by=by)
            made.sent += 1
        except (Blocked, NotPossible) as error:
            trouble = _("It is a draft, not sent: %(reason)s") % {"reason": error}
            made.refused.append((one.row.number, trouble))
    ImportRow.objects.filter(pk=one.row.pk).update(post=post, trouble=trouble)
