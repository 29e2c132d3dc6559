"""A pytest plugin: servers that nobody here wrote, started when a test asks for one.

Name it in ``pytest_plugins``. Each server starts at the first test that wants it and stops at
the end of the run; under pytest-xdist every worker has its own. What is not installed skips the
test with the command that installs it, and fails it where ``CI=true``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.bluesky.network import (
    BlueskyNetwork,
    postgres_host_and_port,
    redis_host_and_port,
    running_network,
)
from tests.servers.installed import require_installed, require_listening

_SERVERS = frozenset({"bluesky_network"})
_SECONDS_FOR_START = 240  # the first test that asks also pays for the start


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "network: talks to a real server on loopback (see tests/servers/README.md)"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test that asks for a server, so that no test forgets to say so."""
    timed = config.pluginmanager.hasplugin("timeout")
    for item in items:
        if _SERVERS.isdisjoint(getattr(item, "fixturenames", ())):
            continue
        item.add_marker(pytest.mark.network)
        if timed and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(_SECONDS_FOR_START))


@pytest.fixture(scope="session")
def bluesky_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlueskyNetwork]:
    """A whole Bluesky network: directory, PDS and AppView."""
    require_installed("bluesky")
    require_listening("PostgreSQL", *postgres_host_and_port())
    require_listening("Redis", *redis_host_and_port())
    with running_network(tmp_path_factory.mktemp("bluesky")) as network:
        yield network
