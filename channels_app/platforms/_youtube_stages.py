"""What follows an upload while the film is still private: YouTube's own work, its picture, its captions, a playlist.

Each stage gives what to store, or None when there is nothing left to do in it. What YouTube refuses of the picture
and the playlist is noted and left out (`left_out` in the receipt): the film itself is good. Captions are words that
were approved, and who needs them cannot do without: a refusal stops the post while it is still private.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.content import Captions
from channels_app.errors import Rejected, Temporary
from channels_app.platforms._wire import moment_of
from channels_app.platforms._youtube_upload import Job, opened, sent
from channels_app.platforms._youtube_wire import raise_for, reason_of, word

SOONEST, LATEST = timedelta(seconds=15), timedelta(minutes=5)  # between two looks at a film YouTube works on
_APPEARS_WITHIN = timedelta(minutes=10)
_POSTERS = ("image/jpeg", "image/png")
_BOUNDARY = "libsocial-captions-3f9d7c51e8"
_FAILED: dict[str, str | Promise] = {
    "duplicate": gettext_lazy("YouTube says that this film is on the channel already."),
    "copyright": gettext_lazy("YouTube found material of somebody else in the film (copyright)."),
    "claim": gettext_lazy("Somebody claims rights in the film."),
    "trademark": gettext_lazy("YouTube found a trademark problem in the film."),
    "inappropriate": gettext_lazy("YouTube finds the film inappropriate."),
    "termsOfUse": gettext_lazy("YouTube says that the film breaks its terms of use."),
    "length": gettext_lazy(
        "The film is too long for this channel. Channels with a confirmed phone number may upload more than 15 minutes."
    ),
    "codec": gettext_lazy("YouTube cannot read how this film was made. Save it as MP4 (H.264) and try again."),
    "conversion": gettext_lazy("YouTube could not convert the film. Save it as MP4 (H.264) and try again."),
    "invalidFile": gettext_lazy("YouTube cannot read the file as a film."),
    "emptyFile": gettext_lazy("YouTube says that the file is empty."),
    "tooSmall": gettext_lazy("YouTube says that the film is too small."),
}


def processed(job: Job) -> dict[str, Any] | None:
    """Waits for YouTube's work on the film. Raises Temporary (with a moment) meanwhile, Rejected when it failed."""
    if job.data.get("processed"):
        return None
    films = job.line.items("videos", part="status,processingDetails", id=job.data["film_id"])
    age = timezone.now() - (moment_of(job.data.get("arrived")) or timezone.now())
    if not films:
        if age < _APPEARS_WITHIN:
            raise _at_work(age)
        raise Rejected(_("The film is no longer on YouTube. Somebody may have deleted it in YouTube Studio."))
    status = films[0]
    state = word(status, "status", "uploadStatus")
    if state in ("failed", "rejected", "deleted"):
        why = word(status, "status", "failureReason") or word(status, "status", "rejectionReason") or state
        raise Rejected(str(_FAILED.get(why, _("YouTube could not use the film (%s).") % why)), field="media")
    working = word(status, "processingDetails", "processingStatus")
    if working in ("failed", "terminated"):
        raise Rejected(str(_FAILED["conversion"]), field="media", detail=working)
    if state == "processed" or working == "succeeded":
        return {"processed": True}
    raise _at_work(age)


def _at_work(age: timedelta) -> Temporary:
    pause = min(max(SOONEST, age / 4), LATEST)
    return Temporary(_("YouTube is still working on the film."), until=timezone.now() + pause)


def pictured(job: Job) -> dict[str, Any] | None:
    """Sets the picture that stands for the film. It needs a channel with a confirmed phone number."""
    poster = job.film.poster
    if poster is None or job.data.get("pictured"):
        return None
    if poster.mime not in _POSTERS:
        return {"pictured": True, **_left_out(job, _("the picture: YouTube takes JPEG and PNG only"))}
    answer = job.line.ask(
        "POST",
        "thumbnails/set",
        host="upload",
        params={"videoId": job.data["film_id"], "uploadType": "media"},
        data=job.line.session.read(poster),
        headers={"Content-Type": poster.mime},
        total=300,
    )
    try:
        raise_for(answer)
    except Rejected as error:
        return {"pictured": True, **_left_out(job, _("the picture: %s") % (error.detail or error.reason))}
    return {"pictured": True}


def captioned(job: Job) -> dict[str, Any] | None:
    """Adds the next caption file; one that is there already counts as added."""
    done, files = int(job.data.get("captioned") or 0), job.film.captions
    if done >= len(files):
        return None
    captions = files[done]
    language = captions.language or job.content.language
    if not language:
        raise Rejected(_("Say in which language the captions are."), field="media")
    answer = job.line.ask(
        "POST",
        "captions",
        host="upload",
        params={"part": "snippet", "uploadType": "multipart"},
        data=_multipart(job, captions, language),
        headers={"Content-Type": f"multipart/related; boundary={_BOUNDARY}"},
        total=300,
    )
    if reason_of(answer) != "captionExists":
        _raise_captions(job, answer)
    return {"captioned": done + 1}


def _raise_captions(job: Job, answer: Any) -> None:
    try:
        raise_for(answer)
    except Rejected as error:
        raise Rejected(
            _("YouTube did not take the captions (%s). The film is there, but private.")
            % (error.detail or error.reason),
            field="media",
            detail=error.detail,
        ) from None


def _multipart(job: Job, captions: Captions, language: str) -> bytes:
    snippet = {"videoId": job.data["film_id"], "language": language, "name": "", "isDraft": False}
    head = json.dumps({"snippet": snippet})
    return b"".join(
        (
            f"--{_BOUNDARY}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{head}\r\n".encode(),
            f"--{_BOUNDARY}\r\nContent-Type: application/octet-stream\r\n\r\n".encode(),
            job.line.session.read(captions),
            f"\r\n--{_BOUNDARY}--\r\n".encode(),
        )
    )


def in_playlist(job: Job) -> dict[str, Any] | None:
    """Puts the film into the chosen playlist, once: adding is not the same twice, so the list is asked first."""
    playlist = job.content.options.get("playlist")
    if not playlist or job.data.get("in_playlist"):
        return None
    try:
        there = job.line.items("playlistItems", part="id", playlistId=playlist, videoId=job.data["film_id"])
        if not there:
            film = {"kind": "youtube#video", "videoId": job.data["film_id"]}
            body = {"snippet": {"playlistId": playlist, "resourceId": film}}
            raise_for(job.line.ask("POST", "playlistItems", params={"part": "snippet"}, json=body))
    except Rejected as error:
        return {"in_playlist": True, **_left_out(job, _("the playlist: %s") % (error.detail or error.reason))}
    return {"in_playlist": True}


def _left_out(job: Job, what: str) -> dict[str, Any]:
    return {"left_out": [*(job.data.get("left_out") or []), what]}


STAGES: tuple[Callable[[Job], dict[str, Any] | None], ...] = (
    opened,
    sent,
    processed,
    pictured,
    captioned,
    in_playlist,
)
