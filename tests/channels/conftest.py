from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from channels_app import platforms
from channels_app.models import Channel, Credential
from libsocial.accounts.models import Unit
from tests.channels.harbour import Harbour


@pytest.fixture
def harbour(monkeypatch: Any) -> Iterator[Harbour]:
    """A further platform for the length of one test."""
    adapter = Harbour()
    monkeypatch.setitem(platforms._BY_KEY, "harbour", adapter)
    monkeypatch.setattr(platforms, "ALL", (*platforms.ALL, adapter))
    yield adapter


def moored(unit: Unit, **fields: Any) -> Channel:
    """A channel on Harbour with the first refresh token."""
    channel = Channel.objects.create(
        **{
            "unit": unit, "platform": "harbour", "name": "Harbour Library", "handle": "@anchor",
            "server": "https://harbour.example", "remote_id": "anchor", "facts": {"text_limit": 300}, **fields,
        }
    )  # fmt: skip
    Credential.objects.create(channel=channel, secret={"access": "access-0", "refresh": "refresh-0"})
    return channel
