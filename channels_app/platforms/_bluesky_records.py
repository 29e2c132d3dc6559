"""Bluesky's records as the adapter makes and reads them: facets, blobs, embeds, receipts, counts."""

from __future__ import annotations

from typing import Any

import regex
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Content, LinkCard, Media
from channels_app.errors import Temporary, Unclear
from channels_app.platforms import _wire
from channels_app.platforms._atproto import POSTS, Line, raise_for
from channels_app.platforms._wire import number_of
from channels_app.platforms.base import Figures, Prepared, Receipt

# What the lexicon takes; a post with one facet that it does not take is refused as a whole.
_ADDRESS = regex.compile(r"https?://[^\s/]\S*", regex.IGNORECASE)
_TAG_BYTES = 640


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


def upload(line: Line, media: Media) -> dict[str, Any]:
    headers = {"Content-Type": media.mime}
    answer = line.call("POST", "com.atproto.repo.uploadBlob", data=line.session.read(media), headers=headers)
    raise_for(answer)
    blob = answer.fields.get("blob")
    if not isinstance(blob, dict) or "ref" not in blob:
        raise Temporary(_("Bluesky’s answer to a picture cannot be read."), detail=answer.words)
    return blob


def upload_again(line: Line, content: Content, index: int) -> None:
    part = content.parts[index]
    thumb = (part.card.thumb,) if part.card and part.card.thumb and not part.media else ()
    for media in (*part.media, *thumb):
        upload(line, media)


def image(media: Media, blob: dict[str, Any]) -> dict[str, Any]:
    ratio = {"width": media.width, "height": media.height}
    return {"image": blob, "alt": "" if media.decorative else media.alt, "aspectRatio": ratio}


def external(line: Line, card: LinkCard) -> dict[str, Any]:
    external: dict[str, Any] = {"uri": card.url, "title": card.title, "description": card.description}
    if card.thumb:
        external["thumb"] = upload(line, card.thumb)
    return external


def put(line: Line, rkey: str, record: dict[str, Any]) -> _wire.Answer:
    """`swapRecord: null`: only where nothing is yet; the same record again is answered as the first time."""
    body = {"repo": line.did, "collection": POSTS, "rkey": rkey, "record": record, "swapRecord": None}
    return line.call("POST", "com.atproto.repo.putRecord", creating=True, json=body)


def reference(receipt: Receipt) -> dict[str, str]:
    return {"uri": receipt.remote_id, "cid": receipt.data["cid"]}


def receipt(did: str, prepared: Prepared, answer: dict[str, Any]) -> Receipt:
    uri, cid, rkey = answer.get("uri"), answer.get("cid"), prepared.data["rkey"]
    if uri != f"at://{did}/{POSTS}/{rkey}" or not isinstance(cid, str):
        raise Unclear(_("Bluesky’s answer cannot be read; what became of the post must be looked up."))
    embed = prepared.data["record"].get("embed")
    images = embed.get("images") if isinstance(embed, dict) else None
    described = [image for image in images or [] if isinstance(image, dict) and image.get("alt")]
    alt = "delivered" if described else "none"
    return Receipt(uri, f"{profile(did)}/post/{rkey}", alt, {"cid": cid})


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
