"""The far side of the platform Feed: what our feeds hold. Publishing is one row in our database, so exactly once."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels_app.models import Feed, FeedItem

TITLE_LIMIT = 100  # screens and readers show no more
TEXT_LIMIT = 20_000
ALT_LIMIT = 2000
MAX_PICTURES = 20


class Refused(Exception):
    """The feed does not know this key, or was closed."""


class Taken(Exception):
    """There is a feed of this name already."""


@dataclass(frozen=True)
class Entry:
    """What is to be said."""

    title: str
    text: str = ""
    link: str = ""
    content_warning: str = ""
    language: str = ""
    media: list[dict[str, Any]] = field(default_factory=list)
    card: dict[str, Any] | None = None
    shown_until: datetime | None = None


def open_feed(slug: str, *, title: str, about: str = "", home: str = "", renew: bool = False) -> tuple[Feed, str]:
    """A new feed, or with `renew` a new key (and name) for the one there is. Raises Taken."""
    token = secrets.token_urlsafe(32)
    values = {"title": title, "about": about, "home": home, "token_hash": _hashed(token), "closed_at": None}
    if renew and Feed.objects.filter(slug=slug).update(**values):
        return Feed.objects.get(slug=slug), token
    try:
        with transaction.atomic():
            return Feed.objects.create(slug=slug, **values), token
    except IntegrityError as error:
        raise Taken(slug) from error


def feed_of(token: str) -> Feed:
    """The feed this key opens. Raises Refused."""
    found = Feed.objects.filter(token_hash=_hashed(token)).first() if token else None
    if found is None:
        raise Refused
    return found


def close(token: str) -> None:
    """Ends the key and tells readers that the feed is gone; closing again is fine."""
    Feed.objects.filter(token_hash=_hashed(token)).update(token_hash="", closed_at=timezone.now())


def put(token: str, key: str, entry: Entry) -> FeedItem:
    """Says it once: the same key again is the item there was. Raises Refused."""
    feed = feed_of(token)
    values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
    try:
        with transaction.atomic():
            return FeedItem.objects.create(feed=feed, key=key, uuid=uuid.uuid4(), **values)
    except IntegrityError:
        return FeedItem.objects.select_related("feed").get(feed=feed, key=key)


def find(token: str, key: str) -> FeedItem | None:
    return feed_of(token).items.select_related("feed").filter(key=key, removed_at=None).first()


def at(token: str, identity: str) -> FeedItem | None:
    """The item with this identity in the feed of this key."""
    try:
        known = uuid.UUID(identity)
    except ValueError:
        return None
    return feed_of(token).items.select_related("feed").filter(uuid=known, removed_at=None).first()


def remove(token: str, identity: str) -> None:
    """Takes it back; what is gone already stays gone."""
    item = at(token, identity)
    if item is not None:
        FeedItem.objects.filter(pk=item.pk).update(removed_at=timezone.now(), changed_at=timezone.now())


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
