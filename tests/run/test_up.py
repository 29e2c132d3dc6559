"""``manage.py up`` as a person meets it: started, asked, stopped, killed, started again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


def clean_environment(tmp_path: Path) -> dict[str, str]:
    """What a person's shell has: nothing of this test run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LIBSOCIAL_", "DJANGO_"))}
    return {**environment, "LIBSOCIAL_STATIC": str(tmp_path / "static")}


class Running:
    """One `up`, and what it printed."""

    def __init__(self, data: Path, *arguments: str) -> None:
        environment = clean_environment(data.parent)
        command = [sys.executable, "manage.py", "up", "--data", str(data), *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []

    def address(self) -> str:
        """Read on until the address is printed."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(r"running at (http://\S+)/ ", line)
            if found:
                return found[1]
        raise AssertionError(f"it ended with {self.process.wait()} and said:\n{''.join(self.lines)}")

    def end(self, number: int) -> int:
        """Send a signal, read the rest, return the exit code."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.lines.append(rest)
        return self.process.returncode

    def said(self) -> str:
        return "".join(self.lines)


def ready(address: str) -> dict:
    """Ask until the product says that it is ready; the clock needs a moment for its first tick."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = requests.get(f"{address}/health/ready", timeout=PATIENCE)
        if answer.status_code == 200:
            return answer.json()
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)


@pytest.fixture
def start(tmp_path: Path) -> Iterator:
    running: list[Running] = []

    def begin(*arguments: str, data: str = "data") -> Running:
        running.append(Running(tmp_path / data, *arguments))
        return running[-1]

    yield begin
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_answers_and_stops_when_asked(start, tmp_path: Path, number: int) -> None:
    one = start("--port", "0")
    address = one.address()
    assert {check["name"] for check in ready(address)["checks"]} >= {"database", "migrations", "media", "clock"}
    assert one.end(number) == 0
    assert "Stopped. Nothing was lost" in one.said()
    assert one.said().count("http://") == 1, "one address line and no more"


def test_its_folder_holds_everything_and_keys_are_for_the_owner_only(start, tmp_path: Path) -> None:
    one = start("--port", "0")
    one.address()
    one.end(signal.SIGTERM)
    data = tmp_path / "data"
    assert {"libsocial.sqlite3", "media", "keys", "logs"} <= {path.name for path in data.iterdir()}
    assert (data / "keys").stat().st_mode & 0o777 == 0o700
    for key in (data / "keys").iterdir():
        assert key.stat().st_mode & 0o777 == 0o600, key.name
    assert (data / "libsocial.sqlite3").stat().st_mode & 0o007 == 0
    lines = [json.loads(line) for line in (data / "logs" / "libsocial.log").read_text().splitlines()]
    assert {"started", "stopped"} <= {line["event"] for line in lines}
    assert not [line for line in lines if line["level"] in {"warning", "error", "critical"}], "a quiet life is quiet"


def test_after_kill_9_the_next_start_works_and_keeps_the_keys(start, tmp_path: Path) -> None:
    one = start("--port", "0")
    one.address()
    key = (tmp_path / "data" / "keys" / "field.keys").read_text()
    assert one.end(signal.SIGKILL) == -signal.SIGKILL
    two = start("--port", "0")
    assert ready(two.address())["ready"] is True
    assert (tmp_path / "data" / "keys" / "field.keys").read_text() == key
    assert two.end(signal.SIGTERM) == 0


def test_a_port_in_use_is_one_clear_sentence(start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = start("--port", str(port))
        out, _ = one.process.communicate(timeout=PATIENCE)
    assert one.process.returncode == 1
    assert out.strip().endswith(
        f"Port {port} is already in use. Choose another one: python3 manage.py up --port {port + 1}"
    )
    assert "Traceback" not in out


def test_a_second_up_on_the_same_data_says_who_has_it(start) -> None:
    one = start("--port", "0")
    address = one.address()
    two = start("--port", "0")
    out, _ = two.process.communicate(timeout=PATIENCE)
    assert two.process.returncode == 1
    assert f"already runs on this data folder at {address} (process {one.process.pid})" in out
    assert "--data DIR" in out


@pytest.mark.parametrize("place", ["/dev/null/data", "/proc/data"])
def test_a_data_folder_that_cannot_be_written_is_a_sentence(place: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", "0", f"--data={place}"],
        cwd=ROOT, env=clean_environment(tmp_path), capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert result.returncode == 1
    assert place in result.stderr and "--data DIR" in result.stderr
    assert "Traceback" not in result.stderr
