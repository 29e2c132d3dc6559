"""``python3 manage.py test``: the whole suite on SQLite, then what must hold on both databases on PostgreSQL.

Each in two parts: most tests in two processes, then, in one, those that talk to real servers, so that every
server is started once and has the machine to itself.

Arguments go to pytest. ``--require-all`` (or CI=true) makes anything that could not run a failure;
otherwise the end of the output says plainly what was left out and what to type.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests import infrastructure

ROOT = Path(__file__).resolve().parents[1]
NOTHING_COLLECTED = 5  # pytest's code when every test of a selection belongs to the other run


@dataclass(frozen=True)
class Leg:
    """The suite on one database."""

    title: str
    database: str

    def run(self, arguments: list[str], strict: bool) -> bool:
        """Run both parts; whether everything that was collected passed."""
        if chosen(arguments):
            return self.part("", [*parallel(arguments), *arguments], strict)
        alone = self.part("", ["-m", "not network", *parallel(arguments), *arguments], strict)
        return self.part(", against real servers", ["-m", "network", *arguments], strict) and alone

    def part(self, suffix: str, arguments: list[str], strict: bool) -> bool:
        """One run of pytest."""
        print(f"\n=== {self.title}{suffix} ===", flush=True)
        environment = {
            **os.environ,
            "LIBSOCIAL_TEST_ON": self.database,
            "LIBSOCIAL_TEST_REQUIRE_ALL": "1" if strict else "",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "pytest", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment).returncode in {0, NOTHING_COLLECTED}


SQLITE = Leg("The whole suite on SQLite", "sqlite")
POSTGRES = Leg("What must hold on both databases, on PostgreSQL and Redis", "postgres")


def main(arguments: list[str]) -> int:
    """Run both legs; 0 when all that could run passed (and, when strict, everything could)."""
    strict = "--require-all" in arguments or infrastructure.strict()
    rest = [word for word in arguments if word != "--require-all"]
    build_typeface()
    left_out = missing()
    with tempfile.TemporaryDirectory(prefix="libsocial-counts-") as folder:
        counts = Path(folder) / "counts"
        os.environ[infrastructure.COUNTS] = str(counts)
        passed = [SQLITE.run(rest, strict)]
        if not left_out.keys() & {"postgres", "redis"}:
            passed.append(POSTGRES.run(rest, strict))
        code = report(all(passed), left_out, strict)
        print(total(counts))
    return code


def total(counts: Path) -> str:
    """The closing line: all runs of pytest together."""
    lines = counts.read_text().split("\n") if counts.exists() else []
    rows = [[int(number) for number in line.split()] for line in lines if line]
    passed, failed, skipped = (sum(column) for column in zip(*rows, strict=True)) if rows else (0, 0, 0)
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def missing() -> dict[str, str]:
    """What this machine lacks, each with what was not run and what to type."""
    found: dict[str, str] = {}
    if not infrastructure.browser():
        found["browser"] = "the tests in a browser. Type: sudo apt install chromium"
    if not infrastructure.reachable(infrastructure.DATABASE_URL):
        found["postgres"] = "the PostgreSQL run. Type: sudo apt install postgresql, or set LIBSOCIAL_TEST_DATABASE_URL"
    if not infrastructure.reachable(infrastructure.REDIS_URL):
        found["redis"] = "the Redis run. Type: sudo apt install redis-server, or set LIBSOCIAL_TEST_REDIS_URL"
    if not infrastructure.servers():
        found["servers"] = "the tests against real Bluesky and Mastodon servers. Type: tests/servers/install.sh"
    return found


def report(passed: bool, left_out: dict[str, str], strict: bool) -> int:
    """Say at the end what was not run; return the exit code."""
    print()
    for sentence in left_out.values():
        print(f"Not run: {sentence}")
    if not passed:
        print("Some tests failed; see above.")
    elif left_out and strict:
        print("Everything that ran passed, but here everything has to run.")
    elif left_out:
        print("Everything that ran passed.")
    else:
        print("Everything passed, and everything was run.")
    return 0 if passed and not (left_out and strict) else 1


def chosen(arguments: list[str]) -> bool:
    """Whether the caller selects by marker or name, and so wants one run."""
    return any(word.startswith(("-m", "-k", "--pdb", "--collect-only", "--co")) or "::" in word for word in arguments)


def parallel(arguments: list[str]) -> list[str]:
    """Two processes where the machine has them, unless the caller decided. A file stays in one process."""
    if any(word.startswith(("-n", "-p", "--pdb", "--collect-only", "--co")) for word in arguments):
        return []
    return ["-n", "2", "--dist", "loadfile"] if (os.cpu_count() or 1) > 1 else []


def build_typeface() -> None:
    """Pages in the browser show the real typeface; the rest of the static files is served as it lies."""
    target = ROOT / "static" / "built" / "fonts" / "inter.woff2"
    if not target.exists():
        subprocess.run([sys.executable, "-m", "libsocial.typeface", str(target)], cwd=ROOT, check=True)
