"""The runner says what it did not run, and its exit code agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import suite


def test_everything_run_and_passed_is_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert suite.report(True, {}, strict=True) == 0
    assert "everything was run" in capsys.readouterr().out


def test_at_home_what_is_missing_is_named_with_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    left_out = {"browser": "the tests in a browser. Type: sudo apt install chromium"}
    assert suite.report(True, left_out, strict=False) == 0
    assert "Not run: the tests in a browser. Type: sudo apt install chromium" in capsys.readouterr().out


def test_where_everything_must_run_a_missing_part_is_a_failure() -> None:
    assert suite.report(True, {"redis": "the Redis run"}, strict=True) == 1


def test_a_failed_test_is_a_failure() -> None:
    assert suite.report(False, {}, strict=False) == 1


@pytest.mark.parametrize("words", [["-n", "1"], ["--pdb"], ["-n0", "tests/run"]])
def test_the_callers_own_choice_of_processes_stands(words: list[str]) -> None:
    assert suite.parallel(words) == []


@pytest.mark.parametrize("words", [["-m", "browser"], ["-k", "health"], ["tests/run/test_up.py::test_x"]])
def test_the_callers_own_selection_is_one_run(words: list[str]) -> None:
    assert suite.chosen(words)
    assert not suite.chosen(["tests/run", "-q", "--durations=5"])


def test_a_machine_without_anything_names_all_four(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("LIBSOCIAL_TEST_SERVERS", str(tmp_path))
    monkeypatch.setattr(suite.infrastructure, "DATABASE_URL", "postgres://127.0.0.1:1/x")
    monkeypatch.setattr(suite.infrastructure, "REDIS_URL", "redis://127.0.0.1:1/0")
    assert set(suite.missing()) == {"browser", "postgres", "redis", "servers"}


def test_the_closing_line_sums_up_every_run(tmp_path: Path) -> None:
    counts = tmp_path / "counts"
    assert suite.total(counts) == "0 passed, 0 failed, 0 skipped"
    counts.write_text("10 0 1\n5 2 0\n")
    assert suite.total(counts) == "15 passed, 2 failed, 1 skipped"


def test_real_servers_are_asked_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(suite.Leg, "part", lambda self, suffix, arguments, strict: asked.append(arguments) or True)
    suite.SQLITE.run(["-q"], strict=False)
    assert asked[1] == ["-m", "network", "-q"]
