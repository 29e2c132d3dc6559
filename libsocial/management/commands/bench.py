"""``manage.py bench``: what the engine does on this machine and this database, in figures.

A scratch database is made beside the library's own and taken away afterwards; the library is not touched.
"""

from __future__ import annotations

import json
import os
import platform
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from libsocial.shell import weight
from posts import bench as pages
from scheduler import bench
from scheduler.bench import Figure


class Command(BaseCommand):
    help = "Measure lateness, drain rate and the cost of looking, on a scratch database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--deliveries", type=int, default=300, help="posts that are all due at once")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="worker processes")
        parser.add_argument("--threads", type=int, default=8, help="threads of each")
        parser.add_argument("--far-side-ms", type=float, default=50, help="how long the platform takes")
        parser.add_argument("--per-minute", type=int, default=1000, help="posts a minute for the lateness")
        parser.add_argument("--seconds", type=float, default=15, help="how long lateness is measured")
        parser.add_argument("--rows", type=int, default=0, help="also measure the due query with so many future posts")
        parser.add_argument("--posts", type=int, default=0, help="also measure the main pages with so many posts")
        parser.add_argument("--only-pages", action="store_true", help="leave the engine out")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        if connection.vendor == "sqlite":  # a file: processes and threads share it, as they do in life
            connection.settings_dict["TEST"]["NAME"] = str(settings.DATA_DIR / "bench.sqlite3")
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            figures = _measure(options)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
        self.stdout.write(_as_json(figures) if options["json"] else _as_text(figures))


def _measure(options: dict[str, Any]) -> list[Figure]:
    far, threads = options["far_side_ms"] / 1000, options["threads"]
    count = max(1, round(options["per_minute"] * options["seconds"] / 60))
    figures: list[Figure] = []
    if not options["only_pages"]:
        figures += bench.lateness(count, options["seconds"], threads, far)
        figures.append(bench.drain(options["deliveries"], options["processes"], threads, far))
        figures += _checks()
    if options["rows"]:
        figures += bench.due_query(options["rows"])
    return figures + ([*_pages(options["posts"]), _weight()] if options["posts"] else [])


def _pages(count: int) -> list[Figure]:
    """Median of the server's time for each main page; the slow end and the statements stand beside it."""
    return [
        Figure(
            one.name,
            one.p50,
            "ms",
            "< 100, and <= 15 queries",
            {"posts": one.posts, "p95": one.p95, "worked": one.worked, "queries": one.queries, "bytes": one.sent},
        )
        for one in pages.pages(count)
    ]


def _weight() -> Figure:
    """All script and style of all pages together, compressed."""
    found = weight.of_all()
    settings = {"script": found.script, "style": found.style, "files": found.files}
    return Figure("script and style", round(found.total / 1000, 1), "KB", "< 150", settings)


def _checks() -> list[Figure]:
    """How long the checks take over the longest text anybody may paste, and over the most awkward one."""
    ordinary, worst = pages.checking()
    return [
        Figure("checks of 60,000 characters", ordinary, "s", "under 1", {"text": "ordinary copy"}),
        Figure("checks of 60,000 characters", worst, "s", "under 1", {"text": "the worst of runs and repeats"}),
    ]


def _machine() -> dict[str, Any]:
    return {
        "at": timezone.now().isoformat(timespec="seconds"),
        "database": connection.vendor,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _as_json(figures: list[Figure]) -> str:
    return json.dumps({**_machine(), "figures": [vars(figure) for figure in figures]}, indent=2)


def _as_text(figures: list[Figure]) -> str:
    head = ", ".join(f"{name} {value}" for name, value in _machine().items())
    lines = [
        f"{figure.name:<16}{figure.value:>10} {figure.unit:<8} {figure.goal:<34} "
        + ", ".join(f"{name} {value}" for name, value in figure.settings.items())
        for figure in figures
    ]
    return "\n".join([head, *lines])
