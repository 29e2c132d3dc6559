"""The kit as screens and services read it: what holds in a unit, the nearest unit first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from posts import fields
from posts.models import BannedTag, NamedAccount, Snippet, TagSet, Template
from posts.models.kit import above


def facts_of(unit: Unit) -> dict[str, str]:
    """What {phone}, {hours} and every snippet say in this unit: its own words, else those of the unit above."""
    rows = Snippet.objects.for_unit(unit).select_related("unit")
    nearest = sorted(rows, key=lambda row: len(row.unit.path))
    return {"branch": unit.name} | {row.key: row.text for row in nearest}


def banned_in(units: Iterable[Unit]) -> dict[int, dict[str, str]]:
    """Banned tags with their reasons, folded, for each of these units. One query."""
    wanted = {unit.pk: above(unit.path) for unit in units}
    ids: set[int] = set().union(*wanted.values())
    rows = list(BannedTag.objects.filter(unit_id__in=ids, archived_at=None).values_list("unit_id", "folded", "reason"))
    return {pk: {folded: why for unit, folded, why in rows if unit in above_it} for pk, above_it in wanted.items()}


def templates_for(unit: Unit) -> list[Template]:
    return list(Template.objects.for_unit(unit).select_related("unit"))


def data_for(unit: Unit) -> dict[str, Any]:
    """Everything the composer inserts in this unit, for its scripts."""
    names = {row.key: row.name for row in Snippet.objects.for_unit(unit)}
    snippets = [
        {"key": key, "name": names.get(key) or str(fields.FACTS.get(key, key)), "text": text}
        for key, text in facts_of(unit).items()
    ]
    return {
        "snippets": sorted(snippets, key=lambda one: one["name"].casefold()),
        "sets": [{"name": row.name, "tags": row.tags, "note": row.note} for row in TagSet.objects.for_unit(unit)],
        "names": [{"name": row.name, "handles": row.handles} for row in _nearest(NamedAccount.objects.for_unit(unit))],
        "banned": banned_in([unit])[unit.pk],
    }


def _nearest(rows: Any) -> list[Any]:
    """Of rows with one name that of the nearest unit."""
    ordered = sorted(rows.select_related("unit"), key=lambda row: len(row.unit.path))
    return sorted({row.name.casefold(): row for row in ordered}.values(), key=lambda row: row.name.casefold())


def units_to_manage(user: User) -> list[Unit]:
    return list(policies.units_where(user, "kit.manage"))
