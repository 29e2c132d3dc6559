"""`manage.py contract_log`: every request our adapters send, as the fakes of the contract tests saw them.

One JSON line each (platform, method, path, query, headers and body without secrets), so that anyone can hold them
against the platforms' published specifications.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_app import platforms


class Command(BaseCommand):
    help = "Runs the contract tests and prints every request our adapters sent, one JSON line each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("platforms", nargs="*", help="only these (default: all)")
        parser.add_argument("--output", type=Path, help="write here instead of printing")

    def handle(self, *args: Any, **options: Any) -> None:
        files = _tests_of(options["platforms"] or [one.key for one in platforms.ALL])
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "asked.jsonl"
            log.touch()
            done = subprocess.run(  # noqa: S603  our own tests
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
                cwd=settings.BASE_DIR,
                env={**os.environ, "LIBSOCIAL_TEST_CONTRACT_LOG": str(log), "LIBSOCIAL_TEST_ON": "sqlite"},
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise CommandError(f"The contract tests failed:\n{done.stdout[-4000:]}")
            self._give(log.read_text(encoding="utf-8"), options["output"])

    def _give(self, lines: str, output: Path | None) -> None:
        if output is None:
            self.stdout.write(lines, ending="")
            return
        output.write_text(lines, encoding="utf-8")
        self.stdout.write(f"{lines.count(chr(10))} requests are written to {output}.")


def _tests_of(keys: list[str]) -> list[str]:
    """The test files of these platforms; one without a far side of its own (Practice) has none."""
    folder = Path(settings.BASE_DIR) / "tests" / "channels"
    if not folder.is_dir():
        raise CommandError("The tests are not part of this installation. Run this in a clone of the source.")
    known = {one.key for one in platforms.ALL}
    if unknown := set(keys) - known:
        raise CommandError(f"No platform is called {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
    return [str(path) for key in keys for path in sorted(folder.glob(f"test_{key}*.py"))]
