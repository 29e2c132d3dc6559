"""A channel's session for tests: the secret in memory, pictures as bytes, renewed by the adapter itself."""

from __future__ import annotations

import hashlib
import io
from typing import Any, BinaryIO

import requests

from channels_app.content import Captions, Media
from channels_app.platforms.base import Account, Adapter, Session
from libsocial.core import http

# A PNG of one grey point, enough for every server that looks inside.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)

PIXEL_SHA = hashlib.sha256(PIXEL).hexdigest()
# What `film`, `document` and `captions` made, by digest.
FILES: dict[str, bytes] = {PIXEL_SHA: PIXEL}


def film(alt: str = "", data: bytes = b"film" * 1000, **changes: Any) -> Media:
    digest = hashlib.sha256(data).hexdigest()
    FILES[digest] = data
    values = {"path": f"{digest}.mp4", "sha256": digest, "mime": "video/mp4", "width": 1080, "height": 1920}
    return Media(**{**values, "size": len(data), "alt": alt, "seconds": 12.0, **changes})


def document(name: str = "Programme.pdf", data: bytes = b"%PDF-1.7 programme", **changes: Any) -> Media:
    digest = hashlib.sha256(data).hexdigest()
    FILES[digest] = data
    values = {"path": f"{digest}.pdf", "sha256": digest, "mime": "application/pdf", "width": 0, "height": 0}
    return Media(**{**values, "size": len(data), "name": name, "pages": 2, **changes})


def captions(language: str = "en", data: bytes = b"WEBVTT\n\n00:00.000 --> 00:02.000\nWelcome\n") -> Captions:
    digest = hashlib.sha256(data).hexdigest()
    FILES[digest] = data
    return Captions(f"{digest}.vtt", digest, len(data), language, "vtt")


def picture(alt: str = "Two children read on a red sofa", data: bytes = PIXEL, **changes: Any) -> Media:
    digest = hashlib.sha256(data).hexdigest()
    values = {"path": f"{digest}.png", "sha256": digest, "mime": "image/png", "width": 1, "height": 1}
    return Media(**{**values, "size": len(data), "alt": alt, **changes})


class TestSession(Session):
    """Stands for channels_app.sessions; `renewals` counts how often the secret was renewed."""

    __test__ = False

    def __init__(
        self, adapter: Adapter, account: Account, secret: dict[str, Any], app: dict[str, str] | None = None
    ) -> None:
        self.adapter, self.platform = adapter, adapter.key
        self.server, self.remote_id = account.server, account.remote_id
        self.handle, self.url = account.handle, account.url
        self.facts = dict(account.facts)
        self._secret, self._app, self.renewals = secret, app or {}, 0

    @property
    def secret(self) -> dict[str, Any]:
        return self._secret

    def refresh(self) -> dict[str, Any]:
        self._secret = self.adapter.renew(self, self._secret).secret
        self.renewals += 1
        return self._secret

    @property
    def app(self) -> dict[str, str]:
        return self._app

    def http(self, **limits: float) -> requests.Session:
        return http.outside(label=self.platform, allow_private=["127.0.0.1", "localhost"], **limits)

    def read(self, media: Media | Captions) -> bytes:
        return FILES.get(media.sha256, PIXEL)

    def open(self, media: Media | Captions) -> BinaryIO:
        return io.BytesIO(self.read(media))

    def public_url(self, media: Media) -> str:
        return f"https://library.example/channels/outlet/signed/{media.path}"


class WatchedSession(TestSession):
    """Another's session whose films are read in pieces only: `pieces` is what was read, `files` what was opened."""

    def __init__(self, adapter: Adapter, other: TestSession) -> None:
        account = Account(other.remote_id, "", other.handle, other.url, server=other.server, facts=other.facts)
        super().__init__(adapter, account, other.secret, other.app)
        self.pieces: list[bytes] = []
        self.files: list[BinaryIO] = []

    def read(self, media: Media | Captions) -> bytes:
        assert not (isinstance(media, Media) and media.kind == "video"), "a film is never read whole"
        return super().read(media)

    def open(self, media: Media | Captions) -> BinaryIO:
        self.files.append(_Watched(FILES[media.sha256], self.pieces))
        return self.files[-1]


class _Watched(io.BytesIO):
    def __init__(self, data: bytes, pieces: list[bytes]) -> None:
        super().__init__(data)
        self._pieces = pieces

    def read(self, size: int | None = -1) -> bytes:
        self._pieces.append(super().read(size))
        return self._pieces[-1]
