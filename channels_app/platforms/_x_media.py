"""Pictures, films and captions on their way to X: in pieces, each step stored before the next.

An upload is a small dict in Prepared.data: `id`, `sent` (pieces that arrived), `state` ('sending', 'working', 'done')
and `until`, after which X forgets it. tweepy knows only the older way by another host, which has ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from channels_app.content import Captions, Content, Media
from channels_app.errors import Rejected, Temporary
from channels_app.platforms._wire import Answer, moment_of, number_of
from channels_app.platforms._x_line import FILM_SECONDS, Line, raise_for

PIECE = 4_000_000  # bytes of one request
PIECES_A_STEP = 16  # then what arrived is stored
MARGIN = timedelta(minutes=15)  # an upload that ends so soon is made again
LASTS = timedelta(hours=23)  # where X does not say
_LOOK_AGAIN = 5  # seconds, where X does not say
_LOOK_AGAIN_LATEST = 300
_PATH = "/2/media/upload"

Upload = dict[str, Any]


def is_moving(media: Media) -> bool:
    return media.mime == "image/gif" and media.seconds > 0


def category(media: Media) -> str:
    if media.kind == "video":
        return "tweet_video"
    return "tweet_gif" if is_moving(media) else "tweet_image"


def further(line: Line, content: Content, index: int, uploads: list[Upload]) -> list[Upload]:
    """One step further; the same list when everything is there. Raises Temporary (until) while X converts a film."""
    part = content.parts[index]
    if any(_is_over(one) for one in uploads):
        return []
    current = next((one for one in uploads if one["state"] != "done"), None)
    if current is None:
        if len(uploads) == len(part.media):
            return uploads
        media = part.media[len(uploads)]
        return [*uploads, begun(line, media.mime, media.size, category(media))]
    at = uploads.index(current)
    step = _sent if current["state"] == "sending" else _worked
    return [*uploads[:at], step(line, part.media[at], current, content.language), *uploads[at + 1 :]]


def _is_over(upload: Upload) -> bool:
    until = moment_of(upload.get("until"))
    return until is not None and until < timezone.now() + MARGIN


def begun(line: Line, mime: str, size: int, kind: str) -> Upload:
    body = {"media_type": mime, "total_bytes": size, "media_category": kind}
    answer = line.call("POST", f"{_PATH}/initialize", json=body)
    raise_for(answer, about="media")
    media_id = _data(answer).get("id")
    if not isinstance(media_id, str) or not media_id.isdigit():
        raise Temporary(_("X’s answer to a picture cannot be read."), detail=answer.words)
    return {"id": media_id, "sent": 0, "state": "sending", "until": _until(answer)}


def _sent(line: Line, media: Media, upload: Upload, language: str) -> Upload:
    """Some pieces further, and the end once all are there."""
    pieces = -(-media.size // PIECE)
    upto = min(pieces, upload["sent"] + PIECES_A_STEP)
    with line.session.open(media) as file:
        file.seek(upload["sent"] * PIECE)
        for number in range(upload["sent"], upto):
            _append(line, upload["id"], number, file.read(PIECE), media.mime)
    if upto < pieces:
        return {**upload, "sent": upto}
    answer = _finalized(line, upload["id"])
    if media.kind == "image" and media.alt and not media.decorative:
        describe(line, upload["id"], media.alt)
    working = bool(_data(answer).get("processing_info"))
    after = {**upload, "sent": upto, "state": "working" if working else "done", "until": _until(answer)}
    if not working:
        _caption(line, media, upload["id"], language)
    return after


def _append(line: Line, media_id: str, number: int, piece: bytes, mime: str) -> None:
    files = {"media": ("media", piece, mime)}
    path = f"{_PATH}/{media_id}/append"
    raise_for(
        line.call("POST", path, files=files, data={"segment_index": str(number)}, total=FILM_SECONDS), about="media"
    )


def _finalized(line: Line, media_id: str) -> Answer:
    answer = line.call("POST", f"{_PATH}/{media_id}/finalize")
    raise_for(answer, about="media")
    if not _data(answer):
        raise Temporary(_("X’s answer to a picture cannot be read."), detail=answer.words)
    return answer


def describe(line: Line, media_id: str, words: str) -> None:
    body = {"id": media_id, "metadata": {"alt_text": {"text": words}}}
    raise_for(line.call("POST", "/2/media/metadata", json=body), about="alt")


def _worked(line: Line, media: Media, upload: Upload, language: str) -> Upload:
    """Whether X has converted it. Raises Temporary with the moment to look again, Rejected when X cannot use it."""
    answer = line.call("GET", _PATH, params={"command": "STATUS", "media_id": upload["id"]})
    raise_for(answer)
    if not _data(answer):
        raise Temporary(_("X’s answer to a film cannot be read."), detail=answer.words)
    told = _data(answer).get("processing_info")
    told = told if isinstance(told, dict) else {"state": "succeeded"}  # nothing said: ready
    if told.get("state") == "failed":
        error = told.get("error")
        words = str(error.get("message") or error.get("name") or "")[:200] if isinstance(error, dict) else ""
        raise Rejected(_("X could not use the film or picture: %(words)s") % {"words": words}, field="media")
    if told.get("state") != "succeeded":
        seconds = min(number_of(told.get("check_after_secs")) or _LOOK_AGAIN, _LOOK_AGAIN_LATEST)
        raise Temporary(_("X is still converting the film."), until=timezone.now() + timedelta(seconds=seconds))
    _caption(line, media, upload["id"], language)
    return {**upload, "state": "done"}


def _caption(line: Line, media: Media, media_id: str, language: str) -> None:
    for captions in media.captions:
        code = _language(captions, language)
        uploaded = begun(line, f"text/{captions.format}", captions.size, "subtitles")["id"]
        _append(line, uploaded, 0, line.session.read(captions), f"text/{captions.format}")
        _finalized(line, uploaded)
        named = {"id": uploaded, "language_code": code.upper(), "display_name": _name_of(code)}
        body = {"id": media_id, "media_category": "TweetVideo", "subtitles": named}
        raise_for(line.call("POST", "/2/media/subtitles", json=body), about="media")


def _language(captions: Captions, language: str) -> str:
    """Two letters; X takes no others."""
    code = (captions.language or language or "en").partition("-")[0].lower()
    if len(code) != 2:
        raise Rejected(
            _("X takes captions only in languages with a code of two letters, not “%(code)s”.") % {"code": code},
            field="media",
        )
    return code


def _name_of(code: str) -> str:
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code.upper()


def _data(answer: Answer) -> dict[str, Any]:
    data = answer.fields.get("data")
    return data if isinstance(data, dict) else {}


def _until(answer: Answer) -> str:
    seconds = number_of(_data(answer).get("expires_after_secs"), most=10**7)
    lasts: timedelta = timedelta(seconds=seconds) if seconds else LASTS
    return _stamp(timezone.now() + lasts)


def _stamp(moment: datetime) -> str:
    return moment.isoformat()
