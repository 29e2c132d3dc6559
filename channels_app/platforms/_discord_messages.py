"""Messages as Discord has them: words without formatting nobody meant, files with descriptions, cards, polls."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from typing import Any, BinaryIO

import regex
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.check import lines_of
from channels_app.content import Content, Media, Part
from channels_app.errors import Rejected
from channels_app.platforms._form import Form
from channels_app.platforms.base import Session

TEXT_LIMIT = 2000
REQUEST_BYTES = 25 * 1024 * 1024 - 100_000  # all files of one message together, less than 25 MiB with what is around
QUIET, NO_PREVIEW = 4096, 4  # flags SUPPRESS_NOTIFICATIONS and SUPPRESS_EMBEDS
_MARKS = regex.compile(r"[\\*_~|`\[<]|^[ \t]*(?=#{1,3}\s|>|-#)", regex.MULTILINE)
_WHO = {"none": [], "people": ["users", "roles"], "everyone": ["users", "roles", "everyone"]}
_ENDINGS = {"image/jpeg": "jpg", "video/quicktime": "mov"}


# --- words ----------------------------------------------------------------
def text_of(content: Content, index: int) -> str:
    """The words of a part as they are sent. Raises Rejected when protecting its marks makes it too long."""
    part = content.parts[index]
    plain, pieces, at = measure.plain_newlines(part.text), [], 0
    keep = bool(content.options.get("formatting"))
    for span in measure.links(plain):
        pieces += [_literal(plain[at : span.start], keep), _link(plain[span.start : span.end], part)]
        at = span.end
    sent = "".join([*pieces, _literal(plain[at:], keep)])
    if len(sent) > TEXT_LIMIT:
        raise Rejected(
            _(
                "With the signs that keep Discord from formatting it, the text has %(used)s characters, and 2000 are "
                "allowed. Shorten it, or allow Discord’s formatting."
            )
            % {"used": len(sent)},
            field="text",
        )
    return sent


def _literal(text: str, keep: bool) -> str:
    """Asterisks, underscores and the like are shown, not carried out."""
    return text if keep else _MARKS.sub(lambda match: _protected(match.group()), text)


def _protected(mark: str) -> str:
    return f"\\{mark}" if mark.strip() else f"{mark}\\"


def _link(text: str, part: Part) -> str:
    """A link that has a card of ours gets none of Discord’s."""
    return f"<{text}>" if part.card and part.card.url == text else text


# --- the message ------------------------------------------------------------
def body_of(content: Content, index: int, key: str) -> dict[str, Any]:
    """The message without its files. Nobody is pinged unless a person chose that."""
    part, options = content.parts[index], content.options
    body: dict[str, Any] = {"allowed_mentions": {"parse": _WHO.get(str(options.get("mentions", "none")), [])}}
    if text := text_of(content, index):
        body["content"] = text
    alone = options.get("no_preview") and not part.card  # the flag would hide our own card too
    if flags := (QUIET if options.get("quiet") else 0) | (NO_PREVIEW if alone else 0):
        body["flags"] = flags
    if part.media:
        body["attachments"] = [_attachment(number, media, options) for number, media in enumerate(part.media)]
    if part.card:
        body |= _card(part, len(part.media), body)
    if index == 0 and options.get("poll"):
        body["poll"] = _poll(options)
    return body


def _attachment(number: int, media: Media, options: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": number, "filename": file_name(number, media, options)}
    if media.alt and not media.decorative:
        told["description"] = media.alt
    if options.get("spoiler"):
        told["is_spoiler"] = True
    return told


def file_name(number: int, media: Media, options: dict[str, Any]) -> str:
    name = regex.sub(r"[^A-Za-z0-9.-]+", "-", media.name).strip("-.") if media.kind == "document" else ""
    ending = _ENDINGS.get(media.mime) or media.mime.rpartition("/")[2]
    name = name or f"{media.kind}-{number + 1}.{ending}"
    return f"SPOILER_{name}" if options.get("spoiler") else name


def _card(part: Part, number: int, body: dict[str, Any]) -> dict[str, Any]:
    card = part.card
    if card is None:
        return {}
    embed: dict[str, Any] = {"url": card.url, "title": card.title or card.url}
    if card.description:
        embed["description"] = card.description
    if card.thumb is None:
        return {"embeds": [embed]}
    name = file_name(number, card.thumb, {})
    told: dict[str, Any] = {"id": number, "filename": name}
    if card.thumb.alt:
        told["description"] = card.thumb.alt
    return {
        "embeds": [{**embed, "image": {"url": f"attachment://{name}"}}],
        "attachments": [*body.get("attachments", []), told],
    }


def _poll(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": {"text": str(options.get("poll_question", ""))},
        "answers": [{"poll_media": {"text": line}} for line in lines_of(options.get("poll_answers", ""))],
        "duration": int(options.get("poll_hours") or 24),
        "allow_multiselect": options["poll"] == "several",
        "layout_type": 1,
    }


def files_of(part: Part) -> list[Media]:
    thumb = part.card.thumb if part.card else None
    return [*part.media, *([thumb] if thumb else [])]


def sized(part: Part) -> None:
    """Raises Rejected when the files of a message weigh too much together."""
    if sum(media.size for media in files_of(part)) > REQUEST_BYTES:
        raise Rejected(_("All files of a message together may have 25 MB on Discord."), field="media")


def request_of(session: Session, part: Part, body: dict[str, Any], stack: ExitStack) -> dict[str, Any]:
    """How the message is sent: as JSON, or as a form with its files, which `stack` closes."""
    media = files_of(part)
    if not media:
        return {"json": body}
    names = [one["filename"] for one in body["attachments"]]
    files = [
        (f"files[{number}]", names[number], one.mime, _opened(session, one, stack)) for number, one in enumerate(media)
    ]
    form = Form([("payload_json", json.dumps(body))], files, types={"payload_json": "application/json"})
    return {"data": form, "headers": form.headers}


def _opened(session: Session, media: Media, stack: ExitStack) -> BinaryIO:
    return stack.enter_context(session.open(media))


def nonce_of(key: str) -> str:
    """At most 25 characters, always the same for a part: within minutes Discord makes one message of them."""
    return hashlib.sha256(key.encode()).hexdigest()[:25]


# --- is this ours? ------------------------------------------------------------
def same(message: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Whether a message of ours says what was sent. Discord cuts blanks at the ends."""
    content, attached = message.get("content"), message.get("attachments")
    if not isinstance(content, str) or content.strip() != str(sent.get("content", "")).strip():
        return False
    return len(attached if isinstance(attached, list) else []) == _pictures_beside(sent, message)


def _pictures_beside(sent: dict[str, Any], message: dict[str, Any]) -> int:
    """A file shown inside a card does not count as attached any more."""
    inside = sum("image" in embed for embed in sent.get("embeds", []))
    attached = message.get("attachments")
    have, files = len(attached) if isinstance(attached, list) else 0, len(sent.get("attachments", []))
    return have if have in (files, files - inside) else files
