"""The product, running for the pictures: a folder of its own, a port of its own, the demo in it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from django.conf import settings

ADDRESS = re.compile(r"running at (http://\S+?)/? ")
CODE = re.compile(r"Set-up code: (\S+)")
PASSWORD = "pictures of the demo"  # noqa: S105  of people who do not exist, in a folder that is thrown away


class CannotStart(Exception):
    """The product did not start; the text is what it said."""


class Product:
    """`with Product(folder) as product:` serves that folder's library at `product.address`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address, self.code, self.is_empty = folder, "", "", True

    def fill(self) -> Product:
        """The demo, before the start."""
        command = [*_manage("demo"), "--password", PASSWORD]
        done = subprocess.run(command, env=self._env(), capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise CannotStart(done.stderr or done.stdout)
        self.is_empty = False
        return self

    def __enter__(self) -> Product:
        self._process = subprocess.Popen(  # noqa: S603  our own command
            [*_manage("up"), "--port", "0"],
            env=self._env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = ""
        while line := self._process.stdout.readline():
            said += line
            if found := ADDRESS.search(line):
                self.address = found[1]
                self.code = self._next_code()
                return self
        raise CannotStart(said)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=60)

    def _next_code(self) -> str:
        """The set-up code, which an empty library prints in the line after its address."""
        if not self.is_empty:
            return ""
        found = CODE.search(self._process.stdout.readline())
        return found[1] if found else ""

    def _env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIBSOCIAL_")}
        return kept | {"LIBSOCIAL_DATA": str(self.folder), "PYTHONUNBUFFERED": "1"}


def _manage(command: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), command]
