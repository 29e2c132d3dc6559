"""A pytest plugin: servers that nobody here wrote, started when a test asks for one.

Named in ``pytest_plugins``. Each server starts at the first test that wants it and stops at the
end of the run; under pytest-xdist every worker has its own. What is not installed skips the test
with the command that installs it, and fails it where everything must run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.servers.bluesky.network import BlueskyNetwork, running_network
from tests.servers.installed import require_databases, require_installed
from tests.servers.mailbox import Mailbox, open_mailbox
from tests.servers.mastodon.snac import MastodonServer, running_server

_SERVERS = frozenset({"bluesky_network", "mastodon_server", "older_mastodon_server"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for a server, so that ``-m 'not network'`` misses none."""
    for item in items:
        if not _SERVERS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.network)


@pytest.fixture(scope="session")
def bluesky_network() -> Iterator[BlueskyNetwork]:
    """A whole Bluesky network: directory, PDS and AppView."""
    require_installed("bluesky")
    require_databases()
    # Not in pytest's own folders: a later run clears those away while the servers still write there.
    with TemporaryDirectory(prefix="libsocial-bluesky-") as folder, running_network(Path(folder)) as network:
        yield network


@pytest.fixture(scope="session")
def mastodon_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MastodonServer]:
    """A Mastodon-compatible server: a recent snac2."""
    require_installed("snac")
    with running_server(tmp_path_factory.mktemp("snac")) as server:
        yield server


@pytest.fixture(scope="session")
def older_mastodon_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MastodonServer]:
    """The snac2 of a stable Debian, which cannot delete and takes more liberties."""
    require_installed("snac")
    with running_server(tmp_path_factory.mktemp("snac-older"), version="older") as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server of this test's own: point EMAIL_HOST and EMAIL_PORT at its host and port."""
    with open_mailbox() as box:
        yield box
