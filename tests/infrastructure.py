"""What the machine offers the tests: PostgreSQL, Redis, a browser. Used by the runner and by pytest alike."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

DATABASE_URL = os.environ.get("LIBSOCIAL_TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/libsocial")
REDIS_URL = os.environ.get("LIBSOCIAL_TEST_REDIS_URL", "redis://127.0.0.1:6379/8")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Where each run of pytest leaves its numbers for the closing line of `manage.py test`.
COUNTS = "LIBSOCIAL_TEST_COUNTS"
# How long a test waits for something that has to come, in seconds. Only a hang is told by it, so it is far above what
# a busy machine needs: how fast things are is shown by the benchmarks.
PATIENCE = 120.0


def on_postgres() -> bool:
    """Whether this run uses PostgreSQL and Redis (LIBSOCIAL_TEST_ON=postgres)."""
    return os.environ.get("LIBSOCIAL_TEST_ON", "sqlite") == "postgres"


def redis_url() -> str:
    """The Redis database of this process; parallel workers get one each, so that flushing one harms no other."""
    base, _, number = REDIS_URL.rpartition("/")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{base}/{int(number or 0) + int(worker)}"


def reachable(url: str) -> bool:
    """Whether something listens where ``url`` points."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=2):
            return True
    except OSError:
        return False


def browser() -> str | None:
    """The path of a Chromium, or None. LIBSOCIAL_TEST_BROWSER names another one."""
    wanted = os.environ.get("LIBSOCIAL_TEST_BROWSER")
    return wanted or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def servers() -> bool:
    """Whether tests/servers/install.sh has put the real Bluesky and Mastodon servers in place."""
    named = os.environ.get("LIBSOCIAL_TEST_SERVERS")
    folder = Path(named) if named else Path.home() / ".cache" / "libsocial-test-servers"
    return all((folder / part / ".installed").is_file() for part in ("bluesky", "snac"))


def strict() -> bool:
    """Whether everything must run: in CI, or when asked for with --require-all."""
    asked = os.environ.get("LIBSOCIAL_TEST_REQUIRE_ALL", "") or os.environ.get("CI", "")
    return asked.lower() in {"1", "true", "yes"}


MISSING = {
    "browser": "no Chromium found: sudo apt install chromium",
    "postgres": "no PostgreSQL under this run: use python3 manage.py test, with LIBSOCIAL_TEST_DATABASE_URL",
    "redis": f"no Redis at {REDIS_URL}: sudo apt install redis-server, or set LIBSOCIAL_TEST_REDIS_URL",
}


def present(need: str) -> bool:
    """Whether the marker ``need`` can be satisfied in this run."""
    if need == "browser":
        return browser() is not None
    if need == "postgres":
        return on_postgres()
    return need != "redis" or reachable(REDIS_URL)
