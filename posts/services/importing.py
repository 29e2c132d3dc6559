"""Posts brought in from a file: kept as it came, mapped, then made into drafts, one for a line and never two.

A short file is judged and made while the person waits, a long one by a worker (see posts.services.import_work).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
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

_TOKENS = uuid.UUID("6b7f6c1e-2a52-4a43-8f0e-6d9a5f1c9b11")


@dataclass
class Made:
    """What became of some lines."""

    posts: int = 0
    sent: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


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
            size=len(table.rows),
        )
        _look_again(batch)
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
    if batch.step == "making":
        raise NotPossible(_("Its posts are being made. Stop that first."))
    with transaction.atomic():
        batch.columns = kept
        batch.save(update_fields=["columns"])
        batch.rows.update(verdict="", troubles=[])
        _look_again(batch)


def look_again(*, by: User, batch: ImportBatch) -> None:
    """A long file is judged anew: pictures may have been added, channels connected."""
    _require_own(by, batch)
    if batch.step != "making":
        _look_again(batch)


def _look_again(batch: ImportBatch) -> None:
    if batch.is_long and all(name in batch.columns for name in columns.NEEDED):
        batch.step, batch.reached, batch.claimed_until = "judging", 0, None
        batch.save(update_fields=["step", "reached", "claimed_until"])


def hand_over(*, by: User, batch: ImportBatch, submit: bool = False) -> None:
    """The worker makes the drafts of a long file, and on request sends them for approval. Raises NotAllowed,
    NotPossible while it is still being judged."""
    _require_own(by, batch)
    policies.require(by, "post.write", batch.unit)
    now = {"step": "making", "reached": 0, "submit": submit, "done_at": None, "claimed_until": None}
    if not ImportBatch.objects.filter(pk=batch.pk, step="shown").update(**now):
        raise NotPossible(_("Something goes on with this file already. Wait until it is done, or stop it."))


def stop(*, by: User, batch: ImportBatch) -> None:
    """What was made stays; making goes on where it stopped when it is asked for again."""
    _require_own(by, batch)
    ImportBatch.objects.filter(pk=batch.pk).exclude(step="shown").update(step="shown", claimed_until=None)


def make(*, by: User, batch: ImportBatch, submit: bool = False) -> Made:
    """Drafts of the lines of a short file that can be, and on request sent for approval.

    Each line has a token of its own: pressed twice, it is still one post. Raises NotAllowed.
    """
    _require_own(by, batch)
    policies.require(by, "post.write", batch.unit)
    made = Made()
    make_lines(judge(batch, by, list(batch.rows.all()), deeply=False), by, batch, made, submit=submit)
    note_done(by, batch)
    return made


def make_lines(judged: Iterable[Judged], by: User, batch: ImportBatch, made: Made, *, submit: bool) -> None:
    """Those of these lines that are no post yet and can be, each in a transaction of its own."""
    for one in filter(_is_waiting, judged):
        with transaction.atomic():
            _make_one(one, by, batch, made, submit=submit)


def note_done(by: User, batch: ImportBatch) -> int:
    """The file is done; how many posts there are of it."""
    with transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk, done_at=None).update(done_at=timezone.now())
        count = batch.rows.exclude(post=None).count()
        data = {"name": batch.name, "count": count}
        audit.record("import.made", by=by, on=batch.unit, unit=batch.unit, data=data)
    return count


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
