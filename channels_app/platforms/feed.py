"""Feed, a platform of our own: Atom, RSS and JSON, a block for the library's website, a page for screens in the hall.

For people without accounts anywhere. It speaks to channels_app.feeds.store in the same process.
Source of the formats: the reference page on the product's own feed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import regex
from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import measure
from channels_app.capabilities import (
    AltText,
    Budget,
    Capabilities,
    DocumentRules,
    MediaRules,
    Option,
    Preview,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, LinkCard, Media, Part
from channels_app.errors import NeedsReconnect, Rejected
from channels_app.feeds import store
from channels_app.models import Feed as FeedRow
from channels_app.models import FeedItem
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    ConnectField,
    Found,
    Prepared,
    Receipt,
    Session,
    alt_of,
)
from libsocial.core import localtime

_HOUSE = Source("RSS 2.0, RFC 4287 and JSON Feed 1.1; the limits are our own", "2026-11-23")
# The first sentence, where it is short enough to be a title; "Dr." and "9 a.m." do not end one.
_SENTENCE = regex.compile(rf".{{12,{store.TITLE_LIMIT}}}?(?<!\b\p{{L}}{{1,2}})[.!?…。！？](?=\s|$)")
_T = TypeVar("_T")


class Feed(Adapter):
    key = "feed"
    name = "Feed"
    colour = "#a2490b"
    mark = "Fd"
    needs = gettext_lazy(
        "Nothing. A feed of your own for feed readers, your website and screens in the hall, without tracking."
    )
    connect_kind = "form"
    token_fields = ("name", "home", "about")
    connect_fields = (
        ConnectField(
            "name",
            gettext_lazy("Name of the feed"),
            help=gettext_lazy("What readers see, for example “News from Riverside Library”."),
        ),
        ConnectField(
            "home",
            gettext_lazy("Your website"),
            help=gettext_lazy("Where the feed’s own link leads."),
            placeholder="https://library.example",
            optional=True,
        ),
        ConnectField("about", gettext_lazy("What it is about"), optional=True),
    )
    capabilities = Capabilities(
        text=TextLimit(store.TEXT_LIMIT, TextUnit.GRAPHEMES),
        media=MediaRules(
            max_images=store.MAX_PICTURES,
            mime_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
            max_bytes=5_000_000,
            max_side=2048,
            animated=True,
            video=VideoRules(max_count=1, max_bytes=500_000_000, max_seconds=3600, captions=("vtt",), caption_files=8),
            document=DocumentRules(),
            mixed=True,
        ),
        alt_text=AltText(field=True, limit=store.ALT_LIMIT, video=True),
        content_warning=300,
        link_card="ours",
        card_with_media=True,
        options=(
            Option(
                "title",
                gettext_lazy("Title"),
                "text",
                help=gettext_lazy("Shown large on screens. Left empty, the first words of the text are used."),
                limit=store.TITLE_LIMIT,
            ),
            Option(
                "until",
                gettext_lazy("Show until"),
                "moment",
                help=gettext_lazy("Afterwards it disappears from the feed: for an event, the end of it."),
            ),
        ),
        features=frozenset({"find", "delete", "probe", "revoke"}),
        budget=Budget(requests=600, window=60),
        preview=Preview(layout="article"),
        notes=(gettext_lazy("There are no figures: nobody who reads the feed is counted or followed."),),
        sources=dict.fromkeys(("text", "media", "alt_text", "content_warning", "link_card"), _HOUSE),
    )

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Connected:
        """Opens the feed at once; one that is being reconnected gets a new key."""
        name = fields.get("name", "").strip()
        slug = slugify(name)[:60]
        if not slug:
            raise FieldProblem("name", _("Give the feed a name with at least one Latin letter or digit."))
        home = fields.get("home", "").strip()
        if home and urlsplit(home).scheme not in ("http", "https"):
            raise FieldProblem("home", _("The address must begin with https://."))
        known = FeedRow.objects.filter(slug=slug).first()
        try:
            feed, token = store.open_feed(
                slug,
                title=name[:200],
                about=fields.get("about", "").strip()[:300],
                home=home[:500],
                renew=bool(known and str(known.pk) == context.reconnecting),
            )
        except store.Taken as error:
            raise FieldProblem("name", _("There is already a feed of this name. Choose another.")) from error
        return Connected(account_shown(feed), {"token": token})

    def probe(self, session: Session) -> Account:
        return account_shown(_asked(lambda: store.feed_of(session.secret["token"])))

    def revoke(self, session: Session) -> None:
        store.close(session.secret["token"])

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Looks whether every file is still the approved one; nothing is copied, it is served from where it is."""
        part = content.parts[index]
        for media in part.media:
            session.open(media).close()
        return Prepared(key, {"title": _title(content, part), "card": _card(part.card)})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        part = content.parts[index]
        entry = store.Entry(
            title=prepared.data["title"],
            text=measure.plain_newlines(part.text),
            link=part.card.url if part.card else _first_link(part.text),
            content_warning=content.content_warning,
            language=part.lang or content.language,
            media=[_kept(media) for media in part.media],
            card=prepared.data["card"],
            shown_until=_until(content),
        )
        item = _asked(lambda: store.put(session.secret["token"], prepared.key, entry))
        return _receipt(item, alt_of(content, index, self.capabilities))

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        item = _asked(lambda: store.find(session.secret["token"], prepared.key))
        return Found.present(_receipt(item, alt_of(content, index, self.capabilities))) if item else Found.absent()

    def recognise(self, session: Session, url: str) -> Receipt:
        try:
            identity = str(resolve(urlsplit(url.strip()).path).kwargs["identity"])
        except (Resolver404, KeyError, ValueError):
            identity = ""
        item = _asked(lambda: store.at(session.secret["token"], identity))
        if item is None:
            raise Rejected(_("This is not the address of an item of this feed."), field="url")
        return _receipt(item, "none")

    def delete(self, session: Session, receipt: Receipt) -> None:
        _asked(lambda: store.remove(session.secret["token"], receipt.remote_id))


def _asked(question: Callable[[], _T]) -> _T:
    try:
        return question()
    except store.Refused as error:
        raise NeedsReconnect(_("This feed was closed, or its key was replaced.")) from error


def account_shown(feed: FeedRow) -> Account:
    return Account(
        remote_id=str(feed.pk),
        name=feed.title,
        handle=f"@{feed.slug}",
        url=settings.BASE_URL + reverse("feeds:feed", args=[feed.slug]),
    )


def _receipt(item: FeedItem, alt: str) -> Receipt:
    url = settings.BASE_URL + reverse("feeds:item", args=[item.feed.slug, item.uuid])
    return Receipt(remote_id=str(item.uuid), url=url, alt=alt)


# --- what an item says ----------------------------------------------------
def _title(content: Content, part: Part) -> str:
    """What was typed as the title, else the first sentence of the text, else the card's title; in whole words."""
    typed = str(content.options.get("title", "")).strip()
    first = next((line.strip() for line in part.text.splitlines() if line.strip()), "")
    sentence = _SENTENCE.match(first)
    words = typed or (sentence.group() if sentence else first) or (part.card.title if part.card else "") or _("News")
    if len(words) <= store.TITLE_LIMIT:
        return words
    start = words[: store.TITLE_LIMIT - 1]
    return f"{start.rsplit(' ', 1)[0] if ' ' in start else start}…"


def _first_link(text: str) -> str:
    return next((link.value for link in measure.links(text)), "")


def _until(content: Content) -> datetime | None:
    """The wall time as the post's zone has it."""
    typed = str(content.options.get("until", ""))
    return localtime.resolve(datetime.fromisoformat(typed), content.zone or "UTC").utc if typed else None


def _kept(media: Media) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "path": media.path, "mime": media.mime, "alt": media.alt, "width": media.width, "height": media.height,
        "size": media.size, "seconds": media.seconds, "name": media.name,
    }  # fmt: skip
    kept["captions"] = [{"path": one.path, "language": one.language} for one in media.captions if one.format == "vtt"]
    return kept


def _card(card: LinkCard | None) -> dict[str, Any] | None:
    if card is None:
        return None
    thumb = _kept(card.thumb) if card.thumb else None
    return {"url": card.url, "title": card.title, "description": card.description, "thumb": thumb}
