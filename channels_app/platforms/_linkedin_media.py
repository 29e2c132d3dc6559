"""Pictures, films and documents on their way to LinkedIn, step by step; what each step made is stored before the next.

An upload is a small dict: `role` ('media' or 'thumb') and `index` say which of the part's it is, `stage` how far it
came: new -> (a film: parts -> beside -> finalize ->) sent -> ready. Unused uploads do no harm.

Source: learn.microsoft.com, LinkedIn, Images, Videos and Documents API.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.content import Media, Part
from channels_app.errors import Rejected, Temporary
from channels_app.platforms._linkedin_api import Line, quoted, raise_for, unreadable
from channels_app.platforms._wire import Answer

Upload = dict[str, Any]

PARTS_A_STEP = 8  # of 4 MB each: little is sent twice when a worker dies
_SECONDS = 600  # of one exchange with a film or document in it
_TRIES = 3
_LARGEST = 64_000_000  # bytes of one part, which is read into memory; LinkedIn's are of 4 MB
_PLURAL = {"image": "images", "video": "videos", "document": "documents"}
# Where we may not ask how far it is (a sign-in for one person): so long LinkedIn is given.
_UNASKED = {"image": timedelta(seconds=5), "video": timedelta(minutes=2), "document": timedelta(minutes=1)}
_LOST_AFTER = timedelta(minutes=10)  # LinkedIn still waits for bytes it took


def planned(part: Part) -> list[Upload]:
    """The uploads a part needs, none begun."""
    uploads = [_new("media", index, media.kind) for index, media in enumerate(part.media)]
    if part.card and part.card.thumb and not part.media:
        uploads.append(_new("thumb", 0, "image"))
    return uploads


def _new(role: str, index: int, kind: str, tries: int = 0) -> Upload:
    return {"role": role, "index": index, "kind": kind, "stage": "new", "urn": "", "tries": tries}


def media_of(part: Part, upload: Upload) -> Media:
    if upload["role"] == "thumb" and part.card and part.card.thumb:
        return part.card.thumb
    return part.media[upload["index"]]


def advanced(line: Line, part: Part, upload: Upload) -> Upload:
    """The upload one step further; raises Temporary (with a moment) while LinkedIn works on it, Rejected."""
    media = media_of(part, upload)
    match upload["stage"]:
        case "new" if upload["kind"] == "video":
            return _film_begun(line, media, upload)
        case "new":
            return _sent_whole(line, media, upload)
        case "parts":
            return _parts_sent(line, media, upload)
        case "beside":
            return _beside_sent(line, media, upload)
        case "finalize":
            return _finalized(line, upload)
        case _:
            return _looked_at(line, upload)


# --- beginning ------------------------------------------------------------
def _begun(line: Line, upload: Upload, **wanted: Any) -> dict[str, Any]:
    """What LinkedIn says about an upload of ours: its URN and where the bytes go."""
    path = f"/rest/{_PLURAL[upload['kind']]}?action=initializeUpload"
    answer = line.call("POST", path, json={"initializeUploadRequest": {"owner": line.me, **wanted}})
    raise_for(answer)
    value = answer.fields.get("value")
    if not isinstance(value, dict) or not isinstance(value.get(upload["kind"]), str):
        raise unreadable(answer)
    return value


def _sent_whole(line: Line, media: Media, upload: Upload) -> Upload:
    value = _begun(line, upload)
    with line.session.open(media) as file:
        answer = line.put(str(value.get("uploadUrl")), file, kind=media.mime, bearer=True, total=_SECONDS)
    return _after_put(answer, upload, {"stage": "sent", "urn": value[upload["kind"]], "at": _now()})


def _film_begun(line: Line, media: Media, upload: Upload) -> Upload:
    value = _begun(
        line,
        upload,
        fileSizeBytes=media.size,
        uploadCaptions=bool(media.captions),
        uploadThumbnail=media.poster is not None,
    )
    places = value.get("uploadInstructions")
    parts = [_piece(one) for one in places] if isinstance(places, list) else []
    if not parts or None in parts:
        raise Temporary(_("The answer of %s cannot be read.") % "LinkedIn")
    beside = {name: value.get(name) for name in ("captionsUploadUrl", "thumbnailUploadUrl")}
    more = {"parts": parts, "etags": [], "ticket": str(value.get("uploadToken") or ""), "beside": beside}
    return {**upload, "stage": "parts", "urn": value["video"], "at": _now(), **more}


def _piece(told: Any) -> list[Any] | None:
    """[address, first byte, last byte] of one part."""
    if not isinstance(told, dict):
        return None
    url, first, last = told.get("uploadUrl"), told.get("firstByte"), told.get("lastByte")
    whole = (
        isinstance(url, str)
        and isinstance(first, int)
        and isinstance(last, int)
        and 0 <= first <= last < first + _LARGEST
    )
    return [url, first, last] if whole else None


# --- a film ---------------------------------------------------------------
def _parts_sent(line: Line, media: Media, upload: Upload) -> Upload:
    etags = list(upload["etags"])
    with line.session.open(media) as file:
        for url, first, last in upload["parts"][len(etags) : len(etags) + PARTS_A_STEP]:
            file.seek(first)
            data = file.read(last - first + 1)
            answer = line.put(url, data, kind="application/octet-stream", bearer=False, total=_SECONDS)
            if not answer.ok:
                return _after_put(answer, upload, {}, keyed=False)
            etag = str(answer.headers.get("ETag") or "").strip('"')
            if not etag:
                raise unreadable(answer)
            etags.append(etag)
    done = len(etags) == len(upload["parts"])
    return {**upload, "etags": etags, "stage": "beside" if done else "parts"}


def _beside_sent(line: Line, media: Media, upload: Upload) -> Upload:
    """Captions and the picture that stands for the film, where there are any."""
    places = upload["beside"]
    beside = (
        [(places.get("captionsUploadUrl"), media.captions[0], "application/octet-stream")] if media.captions else []
    )
    if media.poster is not None:
        beside.append((places.get("thumbnailUploadUrl"), media.poster, media.poster.mime))
    for url, file, kind in beside:
        if not isinstance(url, str):
            raise Temporary(_("LinkedIn named no address for the captions or the picture of a film."))
        answer = line.put(url, line.session.read(file), kind=kind, bearer=True, total=_SECONDS)
        if not answer.ok:
            return _after_put(answer, upload, {})
    return {**upload, "stage": "finalize"}


def _finalized(line: Line, upload: Upload) -> Upload:
    wanted = {"video": upload["urn"], "uploadToken": upload["ticket"], "uploadedPartIds": upload["etags"]}
    answer = line.call("POST", "/rest/videos?action=finalizeUpload", json={"finalizeUploadRequest": wanted})
    done = {"stage": "sent", "at": _now(), "parts": [], "beside": {}}
    if 400 <= answer.status < 500 and answer.status not in (401, 403, 408, 425, 426, 429) and _taken(line, upload):
        return {**upload, **done}  # by an earlier try whose answer was lost
    return _after_put(answer, upload, done)


def _taken(line: Line, upload: Upload) -> bool:
    answer = line.call("GET", f"/rest/videos/{quoted(upload['urn'])}")
    return answer.text("status") in ("PROCESSING", "AVAILABLE")


# --- afterwards -----------------------------------------------------------
def _after_put(answer: Answer, upload: Upload, done: dict[str, Any], *, keyed: bool = True) -> Upload:
    """What a good answer makes of it. An address that has ended is asked for anew, a few times. Not `keyed`: our key
    was not sent along, so that a refusal says nothing about it."""
    if answer.ok:
        return {**upload, **done}
    if answer.status in (413, 415):
        raise Rejected(_("LinkedIn could not use a picture, film or document."), field="media", detail=answer.words)
    about_us = (408, 425, 426, 429, 401) if keyed else (408, 425, 426, 429)
    if 400 <= answer.status < 500 and answer.status not in about_us and upload["tries"] < _TRIES:
        return _new(upload["role"], upload["index"], upload["kind"], upload["tries"] + 1)
    if keyed or answer.status not in (401, 403):
        raise_for(answer)
    raise unreadable(answer)


def _looked_at(line: Line, upload: Upload) -> Upload:
    answer = line.call("GET", f"/rest/{_PLURAL[upload['kind']]}/{quoted(upload['urn'])}")
    since, now = datetime.fromisoformat(upload["at"]), timezone.now()
    if answer.status in (403, 404) and answer.fields:
        if now < since + _UNASKED[upload["kind"]]:
            raise Temporary(_working(), until=since + _UNASKED[upload["kind"]])
        return {**upload, "stage": "ready"}
    raise_for(answer)
    match answer.text("status"):
        case "AVAILABLE":
            return {**upload, "stage": "ready"}
        case "PROCESSING_FAILED":
            why = answer.text("processingFailureReason") or answer.words
            reason = _("LinkedIn could not use a picture, film or document: %(words)s") % {"words": why[:200]}
            raise Rejected(reason, field="media", detail=answer.words)
        case "WAITING_UPLOAD" if now - since > _LOST_AFTER and upload["tries"] < _TRIES:
            return _new(upload["role"], upload["index"], upload["kind"], upload["tries"] + 1)
    pause = min(max(timedelta(seconds=3), (now - since) / 4), timedelta(minutes=1))
    raise Temporary(_working(), until=now + pause)


def _working() -> str:
    return _("LinkedIn is still working on a picture, film or document of this post.")


def _now() -> str:
    return timezone.now().isoformat()
