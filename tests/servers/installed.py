"""Where the test servers are, and what happens to a test when they are not there."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
INSTALL_COMMAND = "tests/servers/install.sh"

#: PostgreSQL and Redis as the tests find them; the Bluesky AppView needs both.
POSTGRES_URL = os.environ.get(
    "LIBSOCIAL_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"
)
REDIS_ADDRESS = os.environ.get("LIBSOCIAL_TEST_REDIS", "127.0.0.1:6379")


def servers_root() -> Path:
    """The folder install.sh fills: ``LIBSOCIAL_TEST_SERVERS`` or the one in the home folder."""
    named = os.environ.get("LIBSOCIAL_TEST_SERVERS")
    return Path(named) if named else Path.home() / ".cache" / "libsocial-test-servers"


def on_ci() -> bool:
    """Whether this run is the one that must prove everything (``CI=true``)."""
    return os.environ.get("CI", "").lower() in {"true", "1"}


def unavailable(reason: str) -> None:
    """Skip the asking test with ``reason``, or fail it where skipping would hide a hole."""
    if on_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def require_installed(part: str) -> None:
    """Leave the test unless install.sh finished ``part`` ("bluesky" or "snac")."""
    if not (servers_root() / part / ".installed").is_file():
        unavailable(f"the {part} test server is not installed; type: {INSTALL_COMMAND} {part}")


def require_listening(what: str, host: str, port: int) -> None:
    """Leave the test unless something answers at ``host:port``."""
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        unavailable(f"this test needs {what} at {host}:{port}, and nothing listens there")
