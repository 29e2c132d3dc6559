"""Write the secrets a new installation needs, each to a file of its own; files that exist stay as they are.

``python docker/make_secrets.py FOLDER``. Standard library only. The addresses of database and broker carry the
passwords, so they are made together; change one and you have to change its partner.
"""

from __future__ import annotations

import secrets
import sys
from base64 import urlsafe_b64encode
from pathlib import Path


def wanted(folder: Path) -> dict[str, str]:
    """Every secret by file name; the passwords already in ``folder`` stand."""
    database, broker = (_known(folder / name) for name in ("postgres_password", "redis_password"))
    return {
        "secret_key": secrets.token_urlsafe(50),
        "field_keys": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "postgres_password": database,
        "redis_password": broker,
        "database_url": f"postgres://libsocial:{database}@postgres:5432/libsocial",
        "redis_url": f"redis://:{broker}@redis:6379/0",
        "mail_url": "",
    }


def _known(path: Path) -> str:
    """The password in ``path``, or a fresh one: hexadecimal, for one that begins with -- reads as an option."""
    return path.read_text(encoding="ascii").strip() if path.exists() else secrets.token_hex(24)


def main(folder: Path) -> None:
    """Write what is missing, readable by the containers' account and the owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in wanted(folder).items():
        path = folder / name
        if path.exists():
            print(f"kept  {path}")
            continue
        path.write_text(value + "\n", encoding="ascii")
        # Compose hands secrets over as they lie on the host, and the containers run as other accounts.
        path.chmod(0o444)
        print(f"made  {path}")
    folder.chmod(0o700)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
