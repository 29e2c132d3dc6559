"""Who has a post open in the composer just now, and where. A courtesy kept in the cache; nothing depends on it."""

from __future__ import annotations

import hashlib
import time

from django.core.cache import cache

from libsocial.accounts.models import User

STAYS = 90  # seconds after the last save or look
Present = dict[tuple[int, str], tuple[str, float]]


def desk_of(session_key: str | None) -> str:
    """A short name of one sign-in: another computer of the same person is another desk. Tells nothing of the key."""
    return hashlib.sha256((session_key or "").encode()).hexdigest()[:12]


def note(post_id: int, user: User, desk: str = "") -> None:
    """Says that this person has the post open at this desk."""
    key = f"editing:{post_id}"
    present = _fresh(cache.get(key) or {})
    present[user.pk, desk] = (str(user), time.time())
    cache.set(key, present, STAYS)


def others(post_id: int, user: User) -> list[str]:
    """The names of the other people who have it open."""
    present = _fresh(cache.get(f"editing:{post_id}") or {})
    return sorted({name for (pk, _desk), (name, _at) in present.items() if pk != user.pk})


def elsewhere(post_id: int, user: User, desk: str) -> bool:
    """Has this person it open on another computer too?"""
    present = _fresh(cache.get(f"editing:{post_id}") or {})
    return any(pk == user.pk and at != desk for pk, at in present)


def _fresh(present: Present) -> Present:
    oldest = time.time() - STAYS
    return {who: seen for who, seen in present.items() if seen[1] > oldest}
