"""The rules of links that hold in a unit: its own words, then those of the units above, then the usual ones."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from libsocial.accounts.models import Unit
from libsocial.links.models import UnitRules
from libsocial.links.targets import Rules

FIELDS = ("only", "plain", "tagged", "source", "medium", "campaign", "content")
REMEMBER = 60  # seconds: every click asks


def of(unit: Unit) -> Rules:
    """What holds here, for a page or before something is written."""
    return _merged(_chain(unit.path))


def of_parent(unit: Unit) -> Rules:
    """What would hold if this unit said nothing."""
    return _merged([row for row in _chain(unit.path) if row["unit_id"] != unit.pk])


def remembered(unit_id: int, path: str) -> Rules:
    """The same for a click: at most a minute old."""
    key = f"links.rules:{path}"
    found = cache.get(key)
    if found is None:
        found = _merged(_chain(path))
        cache.set(key, found, REMEMBER)
    return found


def forget(unit: Unit) -> None:
    """After a change: the units below follow at once."""
    paths = Unit.objects.filter(path__startswith=unit.path).values_list("path", flat=True)
    cache.delete_many([f"links.rules:{path}" for path in paths])


def _chain(path: str) -> list[dict[str, Any]]:
    ids = [int(part) for part in path.strip("/").split("/") if part]
    rows = UnitRules.objects.filter(unit_id__in=ids).values("unit_id", *FIELDS)
    return sorted(rows, key=lambda row: -ids.index(row["unit_id"]))


def _merged(rows: list[dict[str, Any]]) -> Rules:
    said: dict[str, Any] = {}
    for row in rows:
        for name in FIELDS:
            if name not in said and row[name] is not None:
                said[name] = tuple(row[name]) if isinstance(row[name], list) else row[name]
    return Rules(**said)
