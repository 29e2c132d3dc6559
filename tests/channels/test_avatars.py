"""Pictures of accounts: fetched from strangers, kept as small copies of our own."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from channels_app import avatars
from tests.channels.test_hostile import endless
from tests.core.hostile import Script, answer, hostile, says


def png(side: int = 600) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(buffer, "PNG")
    return buffer.getvalue()


def test_an_accounts_picture_becomes_a_small_copy_of_our_own(settings: Any, db: None) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with hostile(says(answer(png(), Content_Type="text/html"))) as far:
        name = avatars.fetch(f"{far.url}/me.html", label="test")
        assert avatars.fetch(f"{far.url}/again", label="test") == name  # the same picture is kept once
    assert name.startswith("avatars/")
    with default_storage.open(name) as file, Image.open(file) as image:
        assert max(image.size) <= avatars.SIDE


@pytest.mark.parametrize(
    "script",
    [
        says(answer(b"<svg onload='alert(1)'/>", Content_Type="image/png")),
        says(answer(b"", "404 Not Found")),
        says(answer(status="302 Found", Location="http://10.0.0.1/x.png")),
        endless,
        says(png()[:200]),
    ],
)
def test_no_picture_is_no_reason_not_to_connect(settings: Any, db: None, script: Script) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with hostile(script) as far:
        assert avatars.fetch(f"{far.url}/me.png", label="test") == ""


def test_a_picture_on_a_private_address_is_not_fetched(db: None) -> None:
    with hostile(says(answer(png()))) as far:
        assert avatars.fetch(f"{far.url}/me.png", label="test") == ""
        assert far.requests == []
