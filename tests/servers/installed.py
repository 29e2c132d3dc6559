"""Where the test servers are, and what happens to a test when they are not there."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import infrastructure

INSTALL_COMMAND = "tests/servers/install.sh"


def servers_root() -> Path:
    """The folder install.sh fills: ``LIBSOCIAL_TEST_SERVERS`` or the one in the home folder."""
    named = os.environ.get("LIBSOCIAL_TEST_SERVERS")
    return Path(named) if named else Path.home() / ".cache" / "libsocial-test-servers"


def postgres_url() -> str:
    """The PostgreSQL server of the tests, at the database from which others can be made."""
    return urlsplit(infrastructure.DATABASE_URL)._replace(scheme="postgresql", path="/postgres").geturl()


def redis_address() -> str:
    """``host:port`` of the tests' Redis."""
    parts = urlsplit(infrastructure.REDIS_URL)
    return f"{parts.hostname or '127.0.0.1'}:{parts.port or 6379}"


def unavailable(reason: str) -> None:
    """Skip the asking test with ``reason``, or fail it where everything must run."""
    if infrastructure.strict():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def require_installed(part: str) -> None:
    """Leave the test unless install.sh finished ``part`` ("bluesky" or "snac")."""
    if not (servers_root() / part / ".installed").is_file():
        unavailable(f"the {part} test server is not installed; type: {INSTALL_COMMAND} {part}")


def require_databases() -> None:
    """Leave the test unless PostgreSQL and Redis answer, which the Bluesky AppView needs."""
    for what, url in (("PostgreSQL", infrastructure.DATABASE_URL), ("Redis", infrastructure.REDIS_URL)):
        if not infrastructure.reachable(url):
            parts = urlsplit(url)
            unavailable(f"this test needs {what}, and nothing listens at {parts.hostname}:{parts.port}")
