"""The harness itself: what the runs select, and that nothing missing goes unsaid."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import infrastructure

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
import pytest
@pytest.mark.postgres
def test_on_postgres_only(): pass
@pytest.mark.bothdbs
def test_on_both(): pass
def test_anywhere(): pass
@pytest.mark.browser
def test_in_a_browser(): pass
"""


def run_probe(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    folder = Path(tempfile.mkdtemp(prefix="probe_", dir=ROOT / "tests" / "run"))
    probe = folder / "test_probe.py"
    probe.write_text(PROBE)
    bare = {"CI": "", "LIBSOCIAL_TEST_ON": "sqlite", "LIBSOCIAL_TEST_REQUIRE_ALL": "", infrastructure.COUNTS: ""}
    names = {**os.environ, **bare, **environment}
    command = [sys.executable, "-m", "pytest", str(probe), "-p", "no:cacheprovider", "-q", *arguments]
    try:
        return subprocess.run(command, cwd=ROOT, env=names, capture_output=True, text=True, timeout=60)
    finally:
        shutil.rmtree(folder)


def test_the_sqlite_run_leaves_out_what_needs_postgresql(tmp_path: Path) -> None:
    result = run_probe(tmp_path, "--collect-only")
    assert "test_on_both" in result.stdout and "test_anywhere" in result.stdout
    assert "test_on_postgres_only" not in result.stdout


def test_the_postgresql_run_takes_only_what_must_hold_on_both(tmp_path: Path) -> None:
    result = run_probe(tmp_path, "--collect-only", LIBSOCIAL_TEST_ON="postgres")
    assert "test_on_both" in result.stdout and "test_on_postgres_only" in result.stdout
    assert "test_anywhere" not in result.stdout


def test_a_missing_browser_is_a_skip_with_advice_at_home(tmp_path: Path) -> None:
    result = run_probe(tmp_path, PATH="/nonexistent")
    assert result.returncode == 0
    assert "sudo apt install chromium" in result.stdout


def test_a_missing_browser_is_a_failure_where_everything_must_run(tmp_path: Path) -> None:
    result = run_probe(tmp_path, PATH="/nonexistent", CI="true")
    assert result.returncode == 1
    assert "nothing may be" in result.stdout
