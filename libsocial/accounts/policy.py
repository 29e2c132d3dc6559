"""What a unit's policy says, with what it leaves open taken from the units above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from libsocial.accounts.models import Unit


@dataclass(frozen=True)
class Policy:
    """`late_hours`: a post later than this many hours expires. `alt_text_rule`: what a picture without
    description means, 'off', 'warn' or 'block'; a picture marked decorative needs none."""

    approvals_needed: int = 1
    own_approval: bool = False
    alt_text_rule: str = "block"
    late_hours: int = 24


DEFAULT = Policy()
FIELDS = ("approvals_needed", "own_approval", "alt_text_rule", "late_hours")


def of(unit: Unit) -> Policy:
    """The policy that holds in this unit: its own words, then its parents', then the default. One query."""
    return _merged(_chain(unit))


def of_parent(unit: Unit) -> Policy:
    """What this unit would follow if it said nothing itself."""
    return _merged(row for row in _chain(unit) if row["id"] != unit.pk)


def _chain(unit: Unit) -> list[dict[str, Any]]:
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    # Paths grow downwards: the longest, the unit itself, comes first.
    return sorted(Unit.objects.filter(pk__in=ids).values("id", "path", *FIELDS), key=lambda row: -len(row["path"]))


def _merged(rows: Any) -> Policy:
    said: dict[str, Any] = {}
    for row in rows:
        for name in FIELDS:
            if name not in said and row[name] not in (None, ""):
                said[name] = row[name]
    return Policy(**said)
