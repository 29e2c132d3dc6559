"""RSS 2.0, Atom 1.0 and JSON Feed 1.1 of a feed (sources: those standards, Media RSS, Django's syndication code)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed, SyndicationFeed
from django.utils.xmlutils import SimplerXMLGenerator

from channels_app.feeds.reading import File, Shown, absolute
from channels_app.models import Feed


class MediaRss(Rss201rev2Feed):
    """RSS with every picture and its description (Media RSS), and the whole text (content:encoded)."""

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:media": "http://search.yahoo.com/mrss/",
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
        }

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["html"])
        for file in item["files"]:
            _media_element(handler, file)


class AtomWithMedia(Atom1Feed):
    """Atom with the whole text as HTML content, each entry in its own language."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]} if item["language"] else {}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["html"], {"type": "html"})


def _media_element(handler: SimplerXMLGenerator, file: File) -> None:
    facts = {"url": file.url, "type": file.mime, "medium": file.kind, "fileSize": str(file.size)}
    if file.width:
        facts |= {"width": str(file.width), "height": str(file.height)}
    if file.seconds:
        facts["duration"] = str(round(file.seconds))
    handler.startElement("media:content", facts)
    if file.alt:
        handler.addQuickElement("media:description", file.alt, {"type": "plain"})
    handler.endElement("media:content")


def xml(feed: Feed, items: list[Shown], maker: type[SyndicationFeed], own: str) -> str:
    """The feed in one of the two XML formats; `own` is the name of its address."""
    made = maker(
        title=feed.title,
        link=feed.home or absolute("feeds:feed", feed.slug),
        description=feed.about or feed.title,
        feed_url=absolute(own, feed.slug),
        feed_guid=absolute("feeds:feed", feed.slug),
        author_name=feed.title,
        ttl="15",
    )
    for item in items:
        # RSS takes one enclosure; the others are told through Media RSS.
        enclosures = [Enclosure(file.url, str(file.size), file.mime) for file in item.files[:1]]
        made.add_item(
            title=item.title,
            link=item.url,
            description=item.text,
            unique_id=item.identity,
            unique_id_is_permalink=False,
            pubdate=item.published_at,
            updateddate=item.changed_at,
            enclosures=enclosures,
            categories=item.tags,
            html=str(item.html),
            files=item.files,
            language=item.language,
        )
    made.latest_post_date = lambda: changed(feed, items)  # type: ignore[method-assign]
    return made.writeString("utf-8")


def as_json(feed: Feed, items: list[Shown]) -> dict[str, Any]:
    """JSON Feed 1.1; `_library` is what screens and scripts read besides."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.about,
        "home_page_url": feed.home or absolute("feeds:feed", feed.slug),
        "feed_url": absolute("feeds:json", feed.slug),
        "authors": [{"name": feed.title}],
        "items": [_json_item(item) for item in items],
    }


def _json_item(item: Shown) -> dict[str, Any]:
    pictures = [file for file in item.files if file.kind == "image"]
    told: dict[str, Any] = {
        "id": item.identity,
        "url": item.url,
        "title": item.title,
        "content_html": str(item.html),
        "content_text": item.text,
        "date_published": item.published_at.isoformat(),
        "date_modified": item.changed_at.isoformat(),
        "tags": list(item.tags),
        "attachments": [_attachment(file) for file in item.files],
        "_library": {
            "about": "Pictures with descriptions, and until when it is shown",
            "images": [{"url": one.url, "alt": one.alt, "width": one.width, "height": one.height} for one in pictures],
            "expires": item.shown_until.isoformat() if item.shown_until else None,
            "content_warning": item.content_warning or None,
        },
    }
    told |= {"external_url": item.link} if item.link else {}
    told |= {"language": item.language} if item.language else {}
    return told | ({"image": pictures[0].url} if pictures else {})


def _attachment(file: File) -> dict[str, Any]:
    told: dict[str, Any] = {"url": file.url, "mime_type": file.mime, "size_in_bytes": file.size}
    told |= {"title": file.alt or file.name} if file.alt or file.name else {}
    return told | ({"duration_in_seconds": round(file.seconds)} if file.seconds else {})


def changed(feed: Feed, items: list[Shown]) -> datetime:
    """The newest change among the items; of an empty feed its beginning."""
    return max((item.changed_at for item in items), default=feed.created_at or timezone.now())
