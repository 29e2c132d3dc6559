from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def private_hosts(settings: Any) -> None:
    """The far sides of these stories stand on this machine."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
