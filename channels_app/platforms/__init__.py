"""The platforms, named one by one. A new platform is its module and one line here."""

from __future__ import annotations

from channels_app.platforms.base import Adapter
from channels_app.platforms.bluesky import Bluesky
from channels_app.platforms.facebook import Facebook
from channels_app.platforms.mastodon import Mastodon
from channels_app.platforms.practice import Practice

# In the order in which they are offered: those that need no developer account first.
ALL: tuple[Adapter, ...] = (Practice(), Bluesky(), Mastodon(), Facebook())

_BY_KEY = {adapter.key: adapter for adapter in ALL}


def get(key: str) -> Adapter:
    """The adapter of a platform; KeyError for a name nobody declared."""
    return _BY_KEY[key]


def name_of(key: str) -> str:
    """A platform's name as people write it; the key itself for a platform that is no longer there."""
    return _BY_KEY[key].name if key in _BY_KEY else key
