from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from channels_app import platforms
from channels_app.models import Channel
from tests.cast import Library
from tests.engine import farside, story
from tests.engine.paper import Paper


@pytest.fixture(scope="session")
def _far_process() -> Iterator[farside.FarSide]:
    with farside.running() as far:
        yield far


@pytest.fixture
def far(_far_process: farside.FarSide) -> farside.FarSide:
    _far_process.reset()
    return _far_process


@pytest.fixture
def paper(monkeypatch: Any, settings: Any) -> Paper:
    """A further platform for the length of one test; its server is on loopback."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    adapter = Paper()
    monkeypatch.setitem(platforms._BY_KEY, "paper", adapter)
    return adapter


@pytest.fixture
def channel(lib: Library, paper: Paper, far: farside.FarSide) -> Channel:
    return story.channel(lib.north, far)


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch: Any) -> None:
    """Pauses without jitter: half of the longest."""
    from scheduler import timing

    monkeypatch.setattr(timing.backoff, "__defaults__", (lambda: 0.5,))
