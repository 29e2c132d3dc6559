"""Tables are brought up to date, and a file database is kept as it was before."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from libsocial import upgrade


@pytest.mark.bothdbs
@pytest.mark.django_db
def test_tables_that_are_up_to_date_are_left_alone(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert upgrade.migrate() is False
    assert not (tmp_path / "backups").exists()


@pytest.mark.django_db(transaction=True)
def test_the_copy_is_a_whole_database_and_only_the_newest_three_stay(tmp_path: Path) -> None:
    for _ in range(upgrade.COPIES + 2):
        newest = upgrade.keep_copy(tmp_path / "backups")
    assert len(list((tmp_path / "backups").iterdir())) == upgrade.COPIES
    assert newest.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(newest) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    assert set(connection.introspection.table_names()) <= tables
