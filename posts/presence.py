"""Who has a post open in the composer just now. A courtesy kept in the cache; nothing depends on it."""

from __future__ import annotations

import time

from django.core.cache import cache

from libsocial.accounts.models import User

STAYS = 90  # seconds after the last save or look


def note(post_id: int, user: User) -> None:
    """Says that this person has the post open."""
    key = f"editing:{post_id}"
    present = _fresh(cache.get(key) or {})
    present[user.pk] = (str(user), time.time())
    cache.set(key, present, STAYS)


def others(post_id: int, user: User) -> list[str]:
    """The names of the other people who have it open."""
    present = _fresh(cache.get(f"editing:{post_id}") or {})
    return sorted(name for pk, (name, _at) in present.items() if pk != user.pk)


def _fresh(present: dict[int, tuple[str, float]]) -> dict[int, tuple[str, float]]:
    oldest = time.time() - STAYS
    return {pk: seen for pk, seen in present.items() if seen[1] > oldest}
