"""When the post leaves, on which channel, whether it may leave while the library is closed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string

from posts import schedule
from posts.composer import Composer
from posts.panels import Panel


class Times(Panel):
    """The times of all channels in one table, and the service notice."""

    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        return {"times_service": composer.draft.service, "times_rows": _rows(composer)}

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        return {"times": render_to_string("posts/compose/_times.html", {"times_rows": _rows(composer)}, request)}

    def read(self, form: QueryDict, data: dict[str, Any]) -> None:
        data["service"] = "service" in form


def _rows(composer: Composer) -> list[dict[str, Any]]:
    """One line a channel; none while they all leave together."""
    draft = composer.draft
    if not any(target.at for target in draft.targets):
        return []
    rows = [
        {"channel": channel, "wall": moment.wall if (moment := schedule.moment_for(draft, target)) else None}
        | {"own": bool(target.at)}
        for target, channel in composer.chosen
    ]
    return sorted(rows, key=lambda row: (row["wall"] is not None, row["wall"] or 0))
