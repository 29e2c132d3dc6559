"""The keys of one library, made on first start and kept readable by the owner only."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from libsocial.env import EnvError


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
    """The content of ``path``, written first when it is missing; EnvError when it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _put(path, fresh)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise EnvError(
            f"LibSocial cannot keep its keys in {path.parent} ({error.strerror}).\n"
            "Run it as the person who owns that folder, make room on the disk, or name another folder with --data DIR."
        ) from error


def _put(path: Path, fresh: str) -> None:
    """Make the file whole or not at all; of two processes starting at once the first one's key stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(fresh + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:
        draft.replace(path)  # a file system without links, such as a memory stick: there the last of two wins
    finally:
        draft.unlink(missing_ok=True)
