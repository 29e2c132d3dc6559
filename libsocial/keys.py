"""The keys of one library, made on first start and kept readable by the owner only."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path


def split(raw: str) -> list[str]:
    return [key.strip() for key in raw.replace("\n", ",").split(",") if key.strip()]


def read_or_make_secret(data_dir: Path) -> str:
    """The signing key of this data folder."""
    return _read_or_make(data_dir / "keys" / "secret.key", secrets.token_urlsafe(50))


def read_or_make_field_keys(data_dir: Path) -> list[str]:
    """The encryption keys of this data folder, newest first."""
    fresh = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return split(_read_or_make(data_dir / "keys" / "field.keys", fresh))


def _read_or_make(path: Path, fresh: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # O_EXCL: of two processes starting at once one makes the key, the other reads it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w") as file:
        file.write(fresh + "\n")
    return fresh
