"""Films on Bluesky: sent to its video service with a token for this one act, followed until they are converted.

What is known of a film is a plain dict in Prepared.data, taken one step further at a time: uploaded (`job`), then
converted (`blob`). A server the video service cannot reach gets the film itself (`direct`); Bluesky converts it then
only after the post is there.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.content import Content, Media, Part
from channels_app.errors import Rejected, Temporary
from channels_app.platforms import _atproto, _wire
from channels_app.platforms import _bluesky_records as records
from channels_app.platforms._atproto import Line, raise_for
from channels_app.platforms._wire import Answer, Wire, moment_of, number_of

CAPTION_BYTES = 20_000
_SERVICE = "did:web:video.bsky.app"  # who the tokens are for, whatever host it is spoken to at
_TOKEN_SECONDS = 1800
_UPLOAD_SECONDS = 600.0  # that one upload may take
_BLOB_LASTS = timedelta(hours=12)  # nobody keeps a film no post refers to
_LOOK_AGAIN = timedelta(seconds=4)
_LOOK_AGAIN_LATEST = timedelta(minutes=1)
_PATIENCE = timedelta(hours=1)  # after which waiting counts as a failed try
_FULL_FOR_NOW = timedelta(hours=1)
_MOST_TRIES = 3
_NEVER = {"validation_failure", "encoding_failure", "pds_upload_unsupported_blob_size"}
_UNREACHED = "pds_upload_failure"  # the service could not bring the film to the account's server


def film_of(part: Part) -> Media | None:
    """The film of a part, or the moving picture that travels as one."""
    return next((one for one in part.media if one.kind == "video" or (one.seconds and one.mime == "image/gif")), None)


def begun(line: Line, media: Media, content: Content, index: int) -> dict[str, Any]:
    """What is known of a film at first: its captions, uploaded. Raises Rejected."""
    if len(content.parts[index].media) > 1:
        raise Rejected(_("Bluesky takes one film or moving picture and nothing beside it."), field="media")
    captions = []
    for one in media.captions:
        if one.size > CAPTION_BYTES:
            reason = _("Bluesky takes captions of at most %(most)s bytes; these have %(have)s.")
            raise Rejected(reason % {"most": CAPTION_BYTES, "have": one.size}, field="media")
        file = records.upload(line, one, "text/vtt")
        captions.append({"lang": one.language or content.language or "en", "file": file})
    return {"captions": captions, "tries": 0, "job": "", "blob": None, "direct": False, "since": ""}


def further(line: Line, media: Media, film: dict[str, Any]) -> dict[str, Any]:
    """One step; the same again when the film is ready. Raises Temporary while it is converted, Rejected."""
    if film["blob"]:
        since = moment_of(film["since"])
        too_old = since is not None and timezone.now() - since > _BLOB_LASTS
        return {**film, "blob": None, "job": ""} if too_old else film
    if film["direct"]:
        return _ready(film, direct(line, media))
    return _looked_at(line, film) if film["job"] else _sent(line, media, film)


def embed(media: Media, film: dict[str, Any]) -> dict[str, Any]:
    """The embed of a film that is ready."""
    made: dict[str, Any] = {
        "$type": "app.bsky.embed.video",
        "video": film["blob"],
        "alt": "" if media.decorative else media.alt,
        "presentation": "gif" if media.mime == "image/gif" else "default",
    }
    if media.width > 0 and media.height > 0:
        made["aspectRatio"] = {"width": media.width, "height": media.height}
    return made | ({"captions": film["captions"]} if film["captions"] else {})


def direct(line: Line, media: Media) -> dict[str, Any]:
    """The film brought to the account's server by ourselves."""
    with line.session.open(media) as file:
        answer = line.call(
            "POST",
            "com.atproto.repo.uploadBlob",
            data=file,
            headers={"Content-Type": media.mime},
            limits={"total": _UPLOAD_SECONDS},
        )
    return records.blob_of(answer)


# --- the video service ------------------------------------------------------
def _sent(line: Line, media: Media, film: dict[str, Any]) -> dict[str, Any]:
    token = _service_token(line, _SERVICE, "app.bsky.video.getUploadLimits")
    if not token:
        return {**film, "direct": True}
    _raise_full(_ask(line, token, "GET", "getUploadLimits"), media)
    exp = int(time.time()) + _TOKEN_SECONDS
    token = _service_token(line, _own_server(line), "com.atproto.repo.uploadBlob", exp=exp)
    if not token:
        return {**film, "direct": True}
    name = f"{media.sha256[:20]}-{film['tries']}.{media.mime.rpartition('/')[2]}"
    with line.session.open(media) as file:
        how = {"params": {"did": line.did, "name": name}, "data": file, "headers": {"Content-Type": media.mime}}
        answer = _ask(line, token, "POST", "uploadVideo", **how)
    job = _job(answer)
    if isinstance(job.get("blob"), dict):
        return _ready(film, job["blob"])
    job_id = job.get("jobId")
    if isinstance(job_id, str) and job_id and (answer.ok or answer.status == 409):
        return {**film, "job": job_id, "since": timezone.now().isoformat()}
    _raise_unsent(answer)
    raise Temporary(_("The answer of Bluesky’s video service cannot be read."), detail=answer.words)


def _looked_at(line: Line, film: dict[str, Any]) -> dict[str, Any]:
    answer = _ask(line, "", "GET", "getJobStatus", params={"jobId": film["job"]})
    job = _job(answer)
    if isinstance(job.get("blob"), dict):  # also of a film it had before, whatever the state
        return _ready(film, job["blob"])
    _wire.raise_common(answer, _atproto.NAME)
    if answer.ok and job.get("state") != "JOB_STATE_FAILED":
        raise _in_the_works(film)
    code = str(job.get("failureCode") or "")
    said = Wire(line.session.http()).clean(str(job.get("message") or "")) or answer.words
    if code == _UNREACHED:
        return {**film, "job": "", "direct": True}
    if code in _NEVER or film["tries"] + 1 >= _MOST_TRIES:
        raise Rejected(_("Bluesky could not use the film: %(words)s") % {"words": said}, field="media", detail=said)
    return {**film, "job": "", "tries": film["tries"] + 1}


def _in_the_works(film: dict[str, Any]) -> Temporary:
    now = timezone.now()
    since = moment_of(film["since"]) or now
    reason = _("Bluesky is still converting the film.")
    if now - since > _PATIENCE:
        return Temporary(reason)
    return Temporary(reason, until=now + min(max(_LOOK_AGAIN, (now - since) / 4), _LOOK_AGAIN_LATEST))


def _ready(film: dict[str, Any], blob: dict[str, Any]) -> dict[str, Any]:
    return {**film, "blob": blob, "since": timezone.now().isoformat()}


def _service_token(line: Line, audience: str, method: str, **more: int) -> str:
    """A token of the account's server for one method of another; '' where the server gives none."""
    asked = {"aud": audience, "lxm": method, **more}
    answer = line.call("GET", "com.atproto.server.getServiceAuth", params=asked)
    if answer.status in (400, 403, 404, 405, 501) and answer.text("error") not in _atproto.RECONNECT:
        return ""
    raise_for(answer)
    return answer.text("token")


def _own_server(line: Line) -> str:
    """The identity of the account's own server: its real host, which is not where people sign in."""
    place = urlsplit(line.pds)
    if line.session.secret.get("typed") or place.hostname == urlsplit(_atproto.host("entryway")).hostname:
        place = urlsplit(_atproto.server_of_did(line.session.http(), line.did))
    return "did:web:" + quote(place.netloc, safe="")


def _ask(line: Line, token: str, method: str, name: str, **how: Any) -> Answer:
    headers = {**how.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
    wire = Wire(line.session.http(total=_UPLOAD_SECONDS), (token,))
    return wire.ask(method, f"{_atproto.host('video')}/xrpc/app.bsky.video.{name}", headers=headers, **how)


def _job(answer: Answer) -> dict[str, Any]:
    """The job, bare or wrapped."""
    wrapped = answer.fields.get("jobStatus")
    return wrapped if isinstance(wrapped, dict) else answer.fields


def _raise_full(answer: Answer, media: Media) -> None:
    """Raises where the account may not upload, for now or at all. That nobody tells says nothing."""
    _wire.raise_common(answer, _atproto.NAME)
    told = answer.fields
    left, room = number_of(told.get("remainingDailyVideos")), number_of(told.get("remainingDailyBytes"))
    if left == 0 or (room is not None and room < media.size):
        reason = _("Bluesky takes no more films of this account today.")
        raise Temporary(reason, detail=answer.words, until=timezone.now() + _FULL_FOR_NOW)
    if told.get("canUpload") is False:
        reason = _("Bluesky lets this account send no films; its e-mail address must be confirmed there. (%(words)s)")
        raise Rejected(reason % {"words": answer.words}, field="media", detail=answer.words)


def _raise_unsent(answer: Answer) -> None:
    """Raises for a refusal of an upload."""
    _wire.raise_common(answer, _atproto.NAME)
    if answer.status in (401, 403):  # its own token, not the account's
        raise Temporary(_("Bluesky’s video service did not let us in."), detail=answer.words)
    if not answer.ok:
        reason = _("Bluesky could not use the film: %(words)s") % {"words": answer.words}
        raise Rejected(reason, field="media", detail=answer.words)
