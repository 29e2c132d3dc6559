"""How often a stranger may knock: a count that forgets itself. Kept in the cache: it may be lost, never wrong twice."""

from __future__ import annotations

from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest


def take(what: str, who: str, *, most: int, seconds: int) -> bool:
    """One more knock of `who` on `what`; False when there were more than `most` in so many seconds."""
    key = "limit:" + sha256(f"{what}\n{who}".encode("utf-8", "surrogatepass")).hexdigest()
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:  # forgotten between the two questions
        return True


def caller(request: HttpRequest) -> str:
    """The address a request came from, as the proxy settings let Django see it."""
    return str(request.META.get("REMOTE_ADDR", ""))
