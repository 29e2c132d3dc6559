"""What an entry is about, in words: each app names its own rows, so that the trail can be read without numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet

from libsocial.audit.selectors import Line


@dataclass(frozen=True)
class Subject:
    """The name of a row and its page, a path of ours."""

    name: str
    url: str = ""


Describe = Callable[[set[str]], Mapping[str, Subject]]
NAMES: dict[str, Describe] = {}


Find = Callable[[str], QuerySet[Any]]
FINDERS: dict[str, Find] = {}


def register(kind: str, describe: Describe, find: Find | None = None) -> None:
    """`kind` as in Entry.subject_type; `describe` answers for many ids with one question. `find`: the ids, as a
    query of one text column, of rows of this kind whose name has these words."""
    NAMES[kind] = describe
    if find is not None:
        FINDERS[kind] = find


def words_q(words: str) -> Q:
    """Entries about rows that are called so."""
    query = Q(pk__in=[])
    for kind, find in FINDERS.items():
        query |= Q(subject_type=kind, subject_id__in=find(words))
    return query


def named(lines: Iterable[Line]) -> list[Line]:
    """The same lines, each knowing what it is about where somebody can say it."""
    lines = list(lines)
    wanted: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        kind, _blank, pk = line.subject.partition(" ")
        wanted[kind].add(pk)
    known = {
        f"{kind} {pk}": subject
        for kind, ids in wanted.items()
        if kind in NAMES
        for pk, subject in NAMES[kind](ids).items()
    }
    return [replace(line, about=known.get(line.subject)) for line in lines]
