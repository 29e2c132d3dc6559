"""Bluesky's records as the adapter makes and reads them: facets, blobs, embeds, receipts, counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import regex
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Captions, Content, LinkCard, Media
from channels_app.errors import Rejected, Temporary, Unclear
from channels_app.platforms import _wire
from channels_app.platforms._atproto import POSTS, Line, raise_for
from channels_app.platforms._wire import number_of
from channels_app.platforms.base import Figures, Prepared, Receipt

# What the lexicon takes; a post with one facet that it does not take is refused as a whole.
_ADDRESS = regex.compile(r"https?://[^\s/]\S*", regex.IGNORECASE)
_TAG_BYTES = 640
_POST_ADDRESS = regex.compile(r"/profile/(?P<author>[^/?#]+)/post/(?P<rkey>[\w.~:-]{1,512})(?:[/?#]|$)", regex.ASCII)
FEW = 4  # pictures; more are a gallery


def profile(did: str) -> str:
    """Where a person finds the account: by its identity, which stays when the handle changes."""
    return f"https://bsky.app/profile/{did}"


def facets(line: Line, text: str) -> list[dict[str, Any]]:
    """Links, mentions and hashtags; a mention of nobody stays plain text."""
    facets = []
    for span in measure.spans(text):
        feature = _feature(line, span)
        if feature:
            begin, end = measure.byte_range(text, span)
            facets.append({"index": {"byteStart": begin, "byteEnd": end}, "features": [feature]})
    return facets


def _feature(line: Line, span: measure.Span) -> dict[str, str] | None:
    kind = f"app.bsky.richtext.facet#{span.kind}"
    if span.kind == "link":
        return {"$type": kind, "uri": span.value} if _ADDRESS.fullmatch(span.value) else None
    if span.kind == "tag":
        return {"$type": kind, "tag": span.value} if len(span.value.encode()) <= _TAG_BYTES else None
    answer = line.call("GET", "com.atproto.identity.resolveHandle", params={"handle": span.value.lower()})
    if answer.status in (400, 404):
        return None
    raise_for(answer)
    return {"$type": kind, "did": answer.text("did")} if answer.text("did") else None


def upload(line: Line, media: Media | Captions, mime: str = "") -> dict[str, Any]:
    headers = {"Content-Type": mime or getattr(media, "mime", "")}
    answer = line.call("POST", "com.atproto.repo.uploadBlob", data=line.session.read(media), headers=headers)
    return blob_of(answer)


def blob_of(answer: _wire.Answer) -> dict[str, Any]:
    """The blob in the answer to an upload."""
    raise_for(answer)
    blob = answer.fields.get("blob")
    if not isinstance(blob, dict) or "ref" not in blob:
        raise Temporary(_("Bluesky’s answer to a picture cannot be read."), detail=answer.words)
    return blob


def upload_again(line: Line, content: Content, index: int) -> None:
    part = content.parts[index]
    thumb = (part.card.thumb,) if part.card and part.card.thumb and not part.media else ()
    for media in (*part.kind("image"), *thumb):
        upload(line, media)


def image(media: Media, blob: dict[str, Any]) -> dict[str, Any]:
    ratio = {"width": media.width, "height": media.height}
    return {"image": blob, "alt": "" if media.decorative else media.alt, "aspectRatio": ratio}


def images(line: Line, media: tuple[Media, ...]) -> dict[str, Any]:
    """Up to four pictures, or a gallery of more, which servers know since 2026."""
    made = [image(one, upload(line, one)) for one in media]
    if len(made) <= FEW:
        return {"$type": "app.bsky.embed.images", "images": made}
    items = [{"$type": "app.bsky.embed.gallery#image", **one} for one in made]
    return {"$type": "app.bsky.embed.gallery", "items": items}


def embed_of(media: dict[str, Any] | None, quoted: dict[str, str] | None) -> dict[str, Any] | None:
    """The one embed of a post: media, another post, or both."""
    if quoted is None:
        return media
    other = {"$type": "app.bsky.embed.record", "record": quoted}
    return {"$type": "app.bsky.embed.recordWithMedia", "record": other, "media": media} if media else other


def quoted(line: Line, url: str) -> dict[str, str]:
    """{uri, cid} of the post at an address as `Bluesky.recognise` reads them. Raises Rejected."""
    match = _POST_ADDRESS.search(url)
    if not match:
        raise Rejected(_("This is not the address of a post on Bluesky."), field="options.quote")
    author = unquote(match["author"]).lower()
    if not author.startswith("did:"):
        answer = line.call("GET", "com.atproto.identity.resolveHandle", params={"handle": author})
        if answer.status not in (400, 404):
            raise_for(answer)
        author = answer.text("did")
    posts = line.get("app.bsky.feed.getPosts", uris=[f"at://{author}/{POSTS}/{match['rkey']}"]) if author else {}
    found = posts.get("posts")
    post = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    viewer = post.get("viewer")
    if isinstance(viewer, dict) and viewer.get("embeddingDisabled") is True:
        raise Rejected(_("The author of this post does not let others quote it."), field="options.quote")
    if not (isinstance(post.get("uri"), str) and isinstance(post.get("cid"), str)):
        raise Rejected(_("Bluesky knows no post at this address."), field="options.quote")
    return {"uri": post["uri"], "cid": post["cid"]}


def external(line: Line, card: LinkCard) -> dict[str, Any]:
    external: dict[str, Any] = {"uri": card.url, "title": card.title, "description": card.description}
    if card.thumb:
        external["thumb"] = upload(line, card.thumb)
    return external


def put(line: Line, rkey: str, record: dict[str, Any], *, collection: str = POSTS) -> _wire.Answer:
    """`swapRecord: null`: only where nothing is yet; the same record again is answered as the first time."""
    body = {"repo": line.did, "collection": collection, "rkey": rkey, "record": record, "swapRecord": None}
    return line.call("POST", "com.atproto.repo.putRecord", creating=True, json=body)


def reference(receipt: Receipt) -> dict[str, str]:
    return {"uri": receipt.remote_id, "cid": receipt.data["cid"]}


def receipt(did: str, prepared: Prepared, answer: dict[str, Any]) -> Receipt:
    uri, cid, rkey = answer.get("uri"), answer.get("cid"), prepared.data["rkey"]
    if uri != f"at://{did}/{POSTS}/{rkey}" or not isinstance(cid, str):
        raise Unclear(_("Bluesky’s answer cannot be read; what became of the post must be looked up."))
    alt = "delivered" if _described(prepared.data["record"].get("embed")) else "none"
    gates = prepared.data.get("gates")
    return Receipt(uri, f"{profile(did)}/post/{rkey}", alt, {"cid": cid, **({"gates": gates} if gates else {})})


def _described(embed: Any) -> bool:
    """Whether something in this embed has a description."""
    if not isinstance(embed, dict):
        return False
    shown = embed.get("images") or embed.get("items") or [embed]
    if any(isinstance(one, dict) and one.get("alt") for one in (shown if isinstance(shown, list) else [])):
        return True
    return _described(embed.get("media"))


# --- figures, in small steps ----------------------------------------------
def counted(source: dict[str, Any], names: dict[str, str]) -> dict[str, int]:
    counts = {ours: number_of(source.get(theirs)) for theirs, ours in names.items()}
    return {name: value for name, value in counts.items() if value is not None}


def unlisted(line: Line, uri: str) -> Figures:
    """A post the reading service leaves out is deleted, or not read in yet: its own server knows."""
    repo, collection, rkey = uri.removeprefix("at://").split("/")
    where = {"repo": repo, "collection": collection, "rkey": rkey}
    answer = line.call("GET", "com.atproto.repo.getRecord", params=where)
    return Figures({}, gone=answer.text("error") == "RecordNotFound")
