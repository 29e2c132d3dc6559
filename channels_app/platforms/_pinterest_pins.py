"""A pin as Pinterest has it: its words and pictures, its film in stages, and how to tell one's own again."""

from __future__ import annotations

import base64
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import regex
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Content, Media
from channels_app.errors import Rejected, Temporary, Unclear
from channels_app.platforms import _wire
from channels_app.platforms._form import Form
from channels_app.platforms._pinterest_line import Line, raise_for, unreadable
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Receipt, Session

ALT_LIMIT = 500
HEAVY = 15_000_000  # bytes of pictures together, above which Pinterest fetches them from us where it can
FILM_SECONDS = 3600.0  # for the upload of a film
LOOK_AGAIN, LOOK_AGAIN_LATEST = timedelta(seconds=5), timedelta(minutes=5)
GIVES_UP = timedelta(hours=6)  # a film that takes longer never gets ready
PAGE = 25  # newest pins of a board that are looked at
GRACE = timedelta(minutes=2)  # for the far clock
_NOISE = regex.compile(r"[^\p{L}\p{N}\p{S}]+")


# --- the body ---------------------------------------------------------------
def place_of(content: Content) -> tuple[str, str]:
    """(board, section or '') that was chosen. Raises Rejected."""
    board, _slash, section = str(content.options.get("board") or "").partition("/")
    if not board.isdigit() or (section and not section.isdigit()):
        raise Rejected(_("Choose the board for this pin."), field="options.board")
    return board, section


def words_of(content: Content) -> dict[str, str]:
    """The words of the pin; what is empty is left out. Raises Rejected when the descriptions are too long together."""
    part, options = content.parts[0], content.options
    link = str(options.get("link") or "").strip() or (part.card.url if part.card else "")
    alt = " | ".join(media.alt for media in part.media if media.alt and not media.decorative)
    if len(alt) > ALT_LIMIT:
        raise Rejected(
            _(
                "Pinterest has one description for all pictures of a pin, of %(limit)s characters; these have %(used)s "
                "together."
            )
            % {"limit": ALT_LIMIT, "used": len(alt)},
            field="alt",
        )
    words = {
        "title": str(options.get("title") or "").strip(),
        "description": measure.plain_newlines(part.text),
        "alt_text": alt,
        "link": link,
    }
    return {name: text for name, text in words.items() if text}


def body_of(session: Session, content: Content, data: dict[str, Any]) -> dict[str, Any]:
    board, section = place_of(content)
    body: dict[str, Any] = {"board_id": board, **words_of(content)}
    if section:
        body["board_section_id"] = section
    films = content.parts[0].kind("video")
    body["media_source"] = _film(session, content, films[0], data) if films else _pictures(session, content)
    return body


def _pictures(session: Session, content: Content) -> dict[str, Any]:
    """One picture or two to five; in the request itself, or where they are heavy and we can be reached, by address."""
    images = content.parts[0].kind("image")
    addresses = _addresses(session, images) if sum(one.size for one in images) > HEAVY else []
    if addresses:
        items: list[dict[str, Any]] = [{"url": url} for url in addresses]
        kind = "image_url" if len(items) == 1 else "multiple_image_urls"
    else:
        items = [{"content_type": one.mime, "data": _packed(session, one)} for one in images]
        kind = "image_base64" if len(items) == 1 else "multiple_image_base64"
    return {"source_type": kind, **items[0]} if len(items) == 1 else {"source_type": kind, "items": items, "index": 0}


def _addresses(session: Session, images: tuple[Media, ...]) -> list[str]:
    try:
        return [session.public_url(one) for one in images]
    except Rejected:  # nobody reaches us from outside: then as the others are
        return []


def _packed(session: Session, media: Media) -> str:
    return base64.b64encode(session.read(media)).decode()


def _film(session: Session, content: Content, film: Media, data: dict[str, Any]) -> dict[str, Any]:
    source: dict[str, Any] = {"source_type": "video_id", "media_id": data["film"]["id"]}
    if film.poster:
        cover = {"cover_image_content_type": film.poster.mime, "cover_image_data": _packed(session, film.poster)}
        return {**source, **cover}
    return {**source, "cover_image_key_frame_time": float(str(content.options.get("cover") or "1"))}


# --- a film, in stages --------------------------------------------------------
def further(line: Line, film: Media, there: dict[str, Any], upload_host: str) -> dict[str, Any]:
    """One step further with a film: named, sent, looked at until Pinterest has converted it."""
    if not there.get("id"):
        return _named(line)
    if not there.get("sent"):
        return _sent(line.session, film, there, upload_host)
    if not there.get("ready"):
        _raise_unless_ready(line, there)
        return {**there, "ready": True}
    return there


def _named(line: Line) -> dict[str, Any]:
    answer = line.call("POST", "/media", json={"media_type": "video"})
    raise_for(answer)
    number, url, fields = (
        answer.fields.get("media_id"),
        answer.text("upload_url"),
        answer.fields.get("upload_parameters"),
    )
    if not isinstance(number, str | int) or not number or not isinstance(fields, dict) or not url:
        raise unreadable(answer)
    return {"id": str(number), "url": url, "fields": {str(name): str(value) for name, value in fields.items()}}


def _sent(session: Session, film: Media, there: dict[str, Any], upload_host: str) -> dict[str, Any]:
    """To the storage Pinterest names, without our key: what opens it is among the fields. The file comes last."""
    url = f"{upload_host}{urlsplit(there['url']).path}" if upload_host else there["url"]
    if not _wire.may_carry_secrets(url) and not upload_host:
        raise Temporary(_("Pinterest names a place for the film that is not safe."))
    with closing(session.open(film)) as file:
        form = Form(there["fields"].items(), [("file", f"film.{_ending(film.mime)}", film.mime, file)])
        wire = Wire(session.http(total=FILM_SECONDS), there["fields"].values())
        answer = wire.ask("POST", url, data=form, headers=form.headers)
    if answer.status in (400, 403):  # the permission to send it has ended: asked for anew
        return {}
    if answer.status in (413, 415):
        raise Rejected(_("Pinterest does not take this film."), field="media", detail=answer.words)
    if not answer.ok:
        raise Temporary(_("Pinterest did not take the film at the moment."), detail=answer.words)
    return {"id": there["id"], "sent": timezone.now().isoformat()}


def _ending(mime: str) -> str:
    return {"video/quicktime": "mov", "video/x-m4v": "m4v"}.get(mime, "mp4")


def _raise_unless_ready(line: Line, there: dict[str, Any]) -> None:
    answer = line.get(f"/media/{there['id']}")
    state, waited = answer.text("status"), timezone.now() - datetime.fromisoformat(there["sent"])
    if state == "succeeded":
        return
    if state == "failed" or waited > GIVES_UP:
        raise Rejected(_("Pinterest could not use the film."), field="media", detail=answer.words)
    if state not in ("registered", "processing"):
        raise unreadable(answer)
    pause = min(max(LOOK_AGAIN, waited / 2), LOOK_AGAIN_LATEST)
    raise Temporary(_("Pinterest is still working on the film."), until=timezone.now() + pause)


# --- receipts and finding -------------------------------------------------------
def receipt(answer: Answer, alt: str) -> Receipt:
    """The proof in an answer. Raises Unclear when it is none."""
    number = identity(answer.fields)
    if not number:
        raise Unclear(_("Pinterest’s answer cannot be read; what became of the pin must be looked up."))
    return Receipt(number, address(number), alt)


def identity(pin: dict[str, Any]) -> str:
    number = pin.get("id")
    return number if isinstance(number, str) and number.isascii() and number.isdigit() else ""


def address(number: str) -> str:
    """Pinterest does not tell it."""
    return f"https://www.pinterest.com/pin/{number}/"


def newest(line: Line, board: str, section: str) -> list[dict[str, Any]]:
    """The newest pins where ours goes, of the board and of its section."""
    paths = [f"/boards/{board}/pins", *([f"/boards/{board}/sections/{section}/pins"] if section else [])]
    return [pin for path in paths for pin in line.listed(path, most=1, page=PAGE)]


def fresh(pins: list[dict[str, Any]], seen: list[str], since: datetime) -> list[dict[str, Any]]:
    """Those that were not there before, and are not older than our request; one of unknown age may be ours."""
    moments = [(pin, _wire.moment_of(pin.get("created_at"))) for pin in pins]
    return [pin for pin, made in moments if identity(pin) not in seen and (made is None or made >= since - GRACE)]


def same(pin: dict[str, Any], sent: dict[str, str]) -> bool:
    """Whether a pin says in every field what ours says. A field that is not told contradicts nothing."""
    told = [name for name in ("title", "description", "alt_text", "link") if name in pin]
    if not set(told) & {"description", "title", "link"}:
        return False
    return all(_essence(pin[name]) == _essence(sent.get(name)) for name in told)


def resembles(pin: dict[str, Any], sent: dict[str, str]) -> bool:
    """Whether it may be ours after all, with something changed on the way: some words or the link agree, or none are
    told."""
    names = ("title", "description", "link")
    told = [name for name in names if isinstance(pin.get(name), str) and pin[name]]
    if not told or not any(sent.get(name) for name in names):
        return True
    return any(sent.get(name) and _essence(pin[name]) == _essence(sent[name]) for name in told)


def _essence(text: Any) -> str:
    return _NOISE.sub("", text).casefold() if isinstance(text, str) else ""


def reaches_back(pins: list[dict[str, Any]], seen: list[str], since: datetime) -> bool:
    """Whether the list goes back to before our request."""
    if len(pins) < PAGE or any(identity(pin) in seen for pin in pins):
        return True
    moments = [made for pin in pins if (made := _wire.moment_of(pin.get("created_at")))]
    return bool(moments) and min(moments) < since - GRACE
