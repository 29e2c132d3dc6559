"""Words in links that open something without signing in: long, random, and kept only as a hash."""

from __future__ import annotations

import secrets
from hashlib import sha256


def new() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of it; a stolen table opens nothing."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
