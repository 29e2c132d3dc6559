"""What a unit's policy says, with what it leaves open taken from the units above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from libsocial.accounts.models import Unit


@dataclass(frozen=True)
class Policy:
    """`late_hours`: a post later than this many hours expires. `alt_text_rule`: what a picture without
    description means, 'off', 'warn' or 'block'; a picture marked decorative needs none. `remind_after_hours` and
    `escalate_after_hours`: how long a post may wait for a decision, 0 for ever. `guests_may`: what people outside
    the library may do by a link, 'no', 'see', 'comment', 'approve' (never as the only yes) or 'alone'.
    `break_glass`: may one person let urgent words of their own out, to be judged by a second one afterwards?
    `language_review`: what a further language nobody has reviewed means; one that fell behind the source since its
    review blocks wherever this is not 'off'. `rules`: off, hint, warn or block by the id of a check (see posts.checks);
    what nobody said is not in it."""

    approvals_needed: int = 1
    own_approval: bool = False
    alt_text_rule: str = "block"
    late_hours: int = 24
    remind_after_hours: int = 8
    escalate_after_hours: int = 24
    guests_may: str = "comment"
    break_glass: bool = False
    language_review: str = "warn"
    rules: Mapping[str, str] = field(default_factory=dict, hash=False)


DEFAULT = Policy()
FIELDS = (
    "approvals_needed",
    "own_approval",
    "alt_text_rule",
    "late_hours",
    "remind_after_hours",
    "escalate_after_hours",
    "guests_may",
    "break_glass",
    "language_review",
)


def of(unit: Unit) -> Policy:
    """The policy that holds in this unit: its own words, then its parents', then the default. One query."""
    return _merged(_chain(unit))


def of_many(units: Iterable[Unit]) -> dict[int, Policy]:
    """The policy of each of these units by its id. One query, however many there are."""
    paths = {unit.pk: unit.path for unit in units}
    rows = _rows({pk for path in paths.values() for pk in _ids(path)}) if paths else []
    return {pk: _merged(row for row in rows if path.startswith(row["path"])) for pk, path in paths.items()}


def of_parent(unit: Unit) -> Policy:
    """What this unit would follow if it said nothing itself."""
    return _merged(row for row in _chain(unit) if row["id"] != unit.pk)


def _chain(unit: Unit) -> list[dict[str, Any]]:
    return _rows(_ids(unit.path))


def _ids(path: str) -> set[int]:
    return {int(part) for part in path.strip("/").split("/") if part}


def _rows(ids: set[int]) -> list[dict[str, Any]]:
    # Paths grow downwards: the longest, the unit itself, comes first.
    return sorted(
        Unit.objects.filter(pk__in=ids).values("id", "path", "rules", *FIELDS), key=lambda row: -len(row["path"])
    )


def _merged(rows: Any) -> Policy:
    said: dict[str, Any] = {}
    rules: dict[str, str] = {}
    for row in rows:
        rules = {**row["rules"], **rules}
        for name in FIELDS:
            if name not in said and row[name] not in (None, ""):
                said[name] = row[name]
    return Policy(**said, rules=rules)
