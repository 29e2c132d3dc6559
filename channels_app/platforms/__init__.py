"""The platforms, named one by one. A new platform is its module and one line here."""

from __future__ import annotations

from channels_app.platforms.base import Adapter
from channels_app.platforms.bluesky import Bluesky
from channels_app.platforms.discord import Discord
from channels_app.platforms.facebook import Facebook
from channels_app.platforms.feed import Feed
from channels_app.platforms.google_business import GoogleBusiness
from channels_app.platforms.instagram import Instagram
from channels_app.platforms.linkedin import LinkedIn
from channels_app.platforms.mastodon import Mastodon
from channels_app.platforms.pinterest import Pinterest
from channels_app.platforms.practice import Practice
from channels_app.platforms.telegram import Telegram
from channels_app.platforms.threads import Threads
from channels_app.platforms.tiktok import TikTok
from channels_app.platforms.wordpress import WordPress
from channels_app.platforms.x import X
from channels_app.platforms.youtube import YouTube

# In the order in which they are offered: those that need no application of one's own first.
ALL: tuple[Adapter, ...] = (
    Practice(),
    Feed(),
    Bluesky(),
    Mastodon(),
    WordPress(),
    Telegram(),
    Discord(),
    Facebook(),
    Instagram(),
    Threads(),
    X(),
    LinkedIn(),
    YouTube(),
    TikTok(),
    Pinterest(),
    GoogleBusiness(),
)

_BY_KEY = {adapter.key: adapter for adapter in ALL}


def get(key: str) -> Adapter:
    """The adapter of a platform; KeyError for a name nobody declared."""
    return _BY_KEY[key]


def name_of(key: str) -> str:
    """A platform's name as people write it; the key itself for a platform that is no longer there."""
    return str(_BY_KEY[key].name) if key in _BY_KEY else str(key).capitalize()


def mark_of(key: str) -> str:
    """The letters on a platform's badge: ours, never a logo."""
    return (_BY_KEY[key].mark if key in _BY_KEY else "") or name_of(key)[:1].upper()
