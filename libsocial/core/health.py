"""Whether this process lives, and whether the product can do its work.

``/health/live`` answers as long as the process can answer at all: a supervisor restarts on silence.
``/health/ready`` asks every :func:`register`-ed check: a balancer or a person looks there. Apps above
register their own checks in ``AppConfig.ready()``; core knows none of their nouns.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

LOW_DISK = 200 * 1024 * 1024  # bytes; below this a library is told before uploads begin to fail


@dataclass(frozen=True)
class Answer:
    """What one check found. ``detail`` is a sentence for a person and names no secret."""

    name: str
    ok: bool
    detail: str = ""


Check = Callable[[], Answer]
CHECKS: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check to ``/health/ready``; a second one of the same name takes its place."""
    CHECKS[name] = check


def answers(leave_out: Collection[str] = ()) -> list[Answer]:
    """Ask every check. When the database does not answer, the others that need it are not asked.

    `leave_out` names registered checks that the caller asks in its own way.
    """
    database = check_database()
    if not database.ok:
        return [database, check_media(), check_broker()]
    further = [check() for name, check in CHECKS.items() if name not in leave_out]
    return [database, check_migrations(), check_media(), check_broker(), *further]


def check_database() -> Answer:
    """One trivial query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Answer("database", False, f"The database does not answer ({type(error).__name__}).")
    return Answer("database", True)


_migrated: set[str] = set()  # databases seen complete: their tables do not disappear while we run


def check_migrations() -> Answer:
    """Whether the tables are those of this version."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return Answer("migrations", False, "The tables are older than the program: run python3 manage.py migrate.")
        _migrated.add(name)
    return Answer("migrations", True)


def check_media() -> Answer:
    """Whether a file can be written where pictures are kept, and whether there is room."""
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".health-") as file:
            file.write(os.urandom(16))
            file.flush()
    except OSError as error:
        return Answer("media", False, f"The folder for pictures cannot be written to ({error.strerror}).")
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK:
        return Answer("media", False, f"The disk is nearly full: {free // 1024**2} MB are free.")
    return Answer("media", True)


def check_broker() -> Answer:
    """Whether Redis answers, where it is used. Without it posts still go out, later, by the sweep."""
    if not settings.REDIS_URL:
        return Answer("broker", True, "embedded")
    import redis

    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        return Answer("broker", False, f"Redis does not answer ({type(error).__name__}).")
    return Answer("broker", True)


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 while this process can answer at all."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every check is content, 503 otherwise, with a sentence for each that is not."""
    found = answers()
    well = all(answer.ok for answer in found)
    page = JsonResponse({"ready": well, "checks": [asdict(answer) for answer in found]}, status=200 if well else 503)
    page._has_been_logged = True  # type: ignore[attr-defined]  # an answer, not an error: Django would log it as one
    return page
