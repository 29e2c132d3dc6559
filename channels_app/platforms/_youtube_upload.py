"""Bringing a film to YouTube so that a line that breaks costs a piece of it and never makes a second film.

The address of the upload session is stored before the first byte. While the session lives, it alone says how much
has arrived and which film came of it; when it is gone, the channel's own list of uploads is looked through (title
and size of the file) before another session is opened. All this makes a film nobody but its owner can see.

Source: developers.google.com/youtube/v3/guides/using_resumable_upload_protocol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.content import Content, Media
from channels_app.errors import Rejected, Temporary
from channels_app.platforms import _stretch
from channels_app.platforms import _youtube_video as video
from channels_app.platforms._wire import Answer, moment_of
from channels_app.platforms._youtube_wire import HOSTS, KEY, NAME, Line, raise_for, within, word
from channels_app.platforms.base import host_of

UNIT = 262_144  # a piece is a multiple of this, but for the last one
PIECES_A_STEP = 16  # sent before how far we came is written down, and the file opened and compared again
OPEN_AGAIN_AFTER = timedelta(minutes=10)  # 100 sessions a day for a whole project
_GRACE = timedelta(minutes=10)  # between our clock and theirs
_LOOKED_AT = 10  # newest uploads


@dataclass(frozen=True)
class Job:
    """One film on its way: `data` is what was stored of it so far, `piece` the bytes of one request."""

    line: Line
    content: Content
    index: int
    data: dict[str, Any]
    piece: int

    @property
    def film(self) -> Media:
        return video.film_of(self.content, self.index)


@dataclass(frozen=True)
class State:
    """What an upload session says: the film that came of it, or which byte it wants next, or that it is gone."""

    film: str = ""
    wanted: int = 0
    gone: bool = False
    done: bool = False


# --- beginning ------------------------------------------------------------
def newest(line: Line, uploads: str) -> list[str]:
    """The ids of the channel's newest films, private ones too."""
    return [one for item in _newest(line, uploads) if (one := word(item, "contentDetails", "videoId"))]


def _newest(line: Line, uploads: str) -> list[dict[str, Any]]:
    params = {"part": "snippet,contentDetails", "playlistId": uploads, "maxResults": _LOOKED_AT}
    try:
        return line.items("playlistItems", **params)
    except Rejected:  # playlistNotFound: a channel that never had a film
        return []


def opened(job: Job) -> dict[str, Any] | None:
    """Opens a session; None when there is one, or the film is there. No byte of the film is sent."""
    if job.data.get("film_id") or job.data.get("session"):
        return None
    last = moment_of(job.data.get("opened"))
    if last and timezone.now() - last < OPEN_AGAIN_AFTER:
        raise Temporary(_("YouTube dropped the upload; it begins again soon."), until=last + OPEN_AGAIN_AFTER)
    body = video.resource(job.content, job.index)
    answer = job.line.ask(
        "POST",
        "videos",
        host="upload",
        params={
            "uploadType": "resumable",
            "part": ",".join(body),
            "notifySubscribers": "true" if job.content.options.get("notify", True) else "false",
        },
        json=body,
        headers={"X-Upload-Content-Length": str(job.film.size), "X-Upload-Content-Type": job.film.mime},
    )
    raise_for(answer)
    return {"session": _session_in(answer), "opened": timezone.now().isoformat(), "sent": 0}


def _session_in(answer: Answer) -> str:
    """The session's address, on our upload host where one is set. It is as good as a key: only Google gets it."""
    said = str(answer.headers.get("Location") or "")
    ours, usual = host_of(KEY, "upload", HOSTS["upload"]), HOSTS["upload"]
    if said.startswith(usual):
        return ours + said.removeprefix(usual)
    there, here = urlsplit(said), urlsplit(ours)
    googles = there.scheme == "https" and (there.hostname or "").endswith(".googleapis.com")
    if googles or there[:2] == here[:2]:
        return said
    raise Temporary(_("The answer of %s cannot be read.") % NAME, detail=answer.words)


# --- sending --------------------------------------------------------------
def sent(job: Job) -> dict[str, Any] | None:
    """Sends some pieces more, from where the session says; None when the film is there."""
    if job.data.get("film_id"):
        return None
    began = _stretch.enter(job.data)
    state = _asked(job)
    if not (state.gone or state.done):
        state = _pieces(job, state.wanted)
    if state.gone or (state.done and not state.film):
        return _looked_for(job, state)
    if state.film:
        return _arrived(state.film)
    if state.wanted <= job.data.get("sent", 0):
        raise Temporary(_("YouTube takes in no more of the film at the moment."))
    return {"sent": state.wanted, **_stretch.leave(began)}


def _asked(job: Job) -> State:
    return _put(job, b"", f"bytes */{job.film.size}")


def _pieces(job: Job, start: int) -> State:
    """Several pieces, each in a request of its own, from one open file."""
    total, state, clock = job.film.size, State(wanted=start), _stretch.Clock()
    with job.line.session.open(job.film) as file:
        for _number in range(PIECES_A_STEP):
            file.seek(state.wanted)
            piece = file.read(job.piece)
            if not piece:
                break
            began = state.wanted
            state = _put(job, piece, f"bytes {began}-{began + len(piece) - 1}/{total}")
            if state.film or state.gone or state.done or state.wanted <= began or clock.over:
                break
    return state


def _put(job: Job, piece: bytes, place: str) -> State:
    headers = {"Content-Type": job.film.mime, "Content-Range": place, "Content-Length": str(len(piece))}
    address = job.data["session"]
    answer = job.line.call("PUT", address, total=_stretch.PIECE_SECONDS, data=piece, headers=headers)
    return _state(_hidden(answer, address))


def _hidden(answer: Answer, address: str) -> Answer:
    """The answer without the session's key, whatever is echoed."""
    words = answer.words
    for key in parse_qs(urlsplit(address).query).get("upload_id", []):
        words = words.replace(key, "…")
    return replace(answer, words=words)


def _state(answer: Answer) -> State:
    if answer.status == 308:
        start, _dash, last = str(answer.headers.get("Range") or "").removeprefix("bytes=").partition("-")
        return State(wanted=int(last) + 1 if start == "0" and last.isdecimal() and last.isascii() else 0)
    if answer.status in (404, 410):
        return State(gone=True)
    raise_for(answer)
    return State(film=answer.text("id"), done=True)


def _arrived(film_id: str) -> dict[str, Any]:
    return {"film_id": film_id, "arrived": timezone.now().isoformat(), "session": ""}


# --- when the session is gone ---------------------------------------------
def _looked_for(job: Job, state: State) -> dict[str, Any]:
    """The film among the newest uploads; else, of a session that ended, a fresh beginning."""
    film_id = _found(job)
    if film_id:
        return _arrived(film_id)
    if state.gone:
        return {"session": "", "sent": 0}
    raise Temporary(_("YouTube has the film, but does not say under which number."))


def _found(job: Job) -> str:
    """Ours: not there before, uploaded since, private, with our title and as many bytes."""
    seen, opened_at = job.data.get("seen") or [], moment_of(job.data.get("opened"))
    fresh = [one for one in newest(job.line, str(job.data.get("uploads"))) if one not in seen]
    if not fresh:
        return ""
    films = job.line.items("videos", part="snippet,status,fileDetails", id=",".join(fresh))
    return next((word(film, "id") for film in films if _is_ours(job, film, opened_at)), "")


def _is_ours(job: Job, film: dict[str, Any], opened_at: datetime | None) -> bool:
    made = moment_of(within(film, "snippet", "publishedAt"))
    if made and opened_at and made < opened_at - _GRACE:
        return False
    size = within(film, "fileDetails", "fileSize")  # not told before YouTube has looked at the file
    same_size = size is None or str(size) == str(job.film.size)
    same_title = word(film, "snippet", "title") == video.resource(job.content, job.index)["snippet"]["title"]
    return same_size and same_title and word(film, "status", "privacyStatus") == "private"
