"""The trail as screens show it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from libsocial.audit.models import Entry
from libsocial.audit.sentences import SENTENCES

if TYPE_CHECKING:
    from libsocial.audit.subjects import Subject


@dataclass(frozen=True)
class Line:
    """An entry with its sentence. `data` is everything the entry holds, `changes` its (name, before, after)."""

    at: datetime
    sentence: str
    action: str
    who: str
    unit: str
    subject: str
    data: dict[str, Any]
    about: Subject | None = None  # filled in by libsocial.audit.subjects

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        before, after = self.data.get("before"), self.data.get("after")
        if not isinstance(before, dict) or not isinstance(after, dict):
            return []
        return [(name.replace("_", " "), before.get(name), after.get(name)) for name in after]


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(entry: Entry) -> str:
    """What happened, in the language that is active now. Plain text: templates escape it."""
    pattern = str(SENTENCES.get(entry.action, "{actor}: " + entry.action))
    return pattern.format_map(_Words({**entry.data, "actor": entry.actor_name or _("LibSocial")}))


def line(entry: Entry) -> Line:
    return Line(
        at=entry.at,
        sentence=sentence(entry),
        action=entry.action,
        who=entry.actor_name,
        unit=entry.unit.name if entry.unit else "",
        subject=f"{entry.subject_type} {entry.subject_id}",
        data=entry.data,
    )


def about(subject: models.Model, limit: int = 50) -> list[Line]:
    """The newest entries about one row. Whoever may see the row may see its story."""
    rows = Entry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    return [line(entry) for entry in rows.select_related("unit")[:limit]]


def words_q(words: str) -> Q:
    """Entries with all these words in a name or in what was noted, or whose sentence has them, in any language's
    letters: a database keeps those of other scripts as they are or as escapes."""
    query = Q()
    for word in words.split()[:8]:
        said = [action for action, text in SENTENCES.items() if word.casefold() in str(text).casefold()]
        escaped = json.dumps(word)[1:-1]
        noted = Q(words__icontains=word) | Q(words__icontains=escaped)
        query &= noted | Q(actor_name__icontains=word) | Q(unit__name__icontains=word) | Q(action__in=said)
    return query


def trail(where: Q, **narrowed: Any) -> models.QuerySet[Entry]:
    """Entries under `where` (who may see what is not known here), narrowed by the columns given."""
    wanted = {name: value for name, value in narrowed.items() if value not in (None, "")}
    readable = Entry.objects.annotate(words=Cast("data", models.TextField()))
    return readable.filter(where, **wanted).select_related("unit")


def lines(entries: Iterable[Entry]) -> Iterator[Line]:
    return (line(entry) for entry in entries)
