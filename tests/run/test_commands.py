"""The commands a person may type first, on a folder that does not exist yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.test_up import PATIENCE, ROOT, clean_environment

SETUP = [
    "--library",
    "Ashgrove",
    "--zone",
    "Europe/London",
    "--admin-name",
    "Ann",
    "--admin-email",
    "ann@ashgrove.example",
]


def manage(tmp_path: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments, "--data", str(tmp_path / "data")],
        cwd=ROOT, env=clean_environment(tmp_path), input=typed, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip


def test_a_scripted_installation_starts_from_nothing(tmp_path: Path) -> None:
    code = manage(tmp_path, "code")
    assert code.returncode == 0 and len(code.stdout.strip()) == 14, code.stderr
    opened = manage(tmp_path, "setup", *SETUP, "--password-file", "-", typed="a long quiet corridor 7\n")
    assert opened.returncode == 0, opened.stderr
    assert "Ashgrove is open" in opened.stdout
    assert "has an administrator already" in manage(tmp_path, "code").stdout


@pytest.mark.parametrize("command", [["code"], ["setup", *SETUP, "--password-file", "-"], ["demo"]])
def test_a_folder_that_cannot_be_written_is_a_sentence_for_every_command(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "data").write_text("a file, where the folder should be")
    result = manage(tmp_path, *command)
    assert result.returncode == 1
    assert str(tmp_path / "data") in result.stderr and "Traceback" not in result.stderr


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = clean_environment(tmp_path) | {
        "LIBSOCIAL_DATA": str(tmp_path / "data"),
        "LIBSOCIAL_DATABASE_URL": "postgres://someone:abcdef123456@127.0.0.1:1/nothing",
    }
    command = [sys.executable, "manage.py", "up", "--port", "0"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 1
    assert "The database does not answer" in result.stderr and "LIBSOCIAL_DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr and "abcdef123456" not in result.stderr
