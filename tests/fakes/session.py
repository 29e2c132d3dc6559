"""A channel's session for tests: the secret in memory, pictures as bytes, renewed by the adapter itself."""

from __future__ import annotations

import hashlib
from typing import Any

import requests

from channels_app.content import Media
from channels_app.platforms.base import Account, Adapter, Session
from libsocial.core import http

# A JPEG of one grey point, enough for every server that looks inside.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def picture(alt: str = "Two children read on a red sofa", data: bytes = PIXEL, **changes: Any) -> Media:
    digest = hashlib.sha256(data).hexdigest()
    values = {"path": f"{digest}.png", "sha256": digest, "mime": "image/png", "width": 1, "height": 1}
    return Media(**{**values, "size": len(data), "alt": alt, **changes})


class TestSession(Session):
    """Stands for channels_app.sessions; `renewals` counts how often the secret was renewed."""

    __test__ = False

    def __init__(self, adapter: Adapter, account: Account, secret: dict[str, Any]) -> None:
        self.adapter, self.platform = adapter, adapter.key
        self.server, self.remote_id = account.server, account.remote_id
        self.handle, self.url = account.handle, account.url
        self.facts = dict(account.facts)
        self._secret, self.renewals = secret, 0

    @property
    def secret(self) -> dict[str, Any]:
        return self._secret

    def refresh(self) -> dict[str, Any]:
        self._secret = self.adapter.renew(self, self._secret).secret
        self.renewals += 1
        return self._secret

    def http(self) -> requests.Session:
        return http.outside(label=self.platform, allow_private=["127.0.0.1", "localhost"])

    def read(self, media: Media) -> bytes:
        return PIXEL
