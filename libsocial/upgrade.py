"""Bring the tables up to date, keeping a copy of a file database as it was before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from libsocial import datafolder

COPIES = 3


def first_of_all() -> None:
    """Folder and tables, for commands that may be the first to be run here (set-up, demo)."""
    datafolder.make(Path(settings.DATA_DIR))
    migrate()


def migrate() -> bool:
    """Apply what is missing; whether anything was."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    if executor.loader.applied_migrations and connection.vendor == "sqlite":
        keep_copy(Path(settings.DATA_DIR) / "backups")
    call_command("migrate", interactive=False, verbosity=0)
    return True


def keep_copy(folder: Path) -> Path:
    """Copy the database into ``folder`` and keep the newest :data:`COPIES`; a consistent copy, also in use."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"before-upgrade-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
    target.chmod(0o600)
    for old in sorted(folder.glob("before-upgrade-*.sqlite3"))[:-COPIES]:
        old.unlink()
    return target
