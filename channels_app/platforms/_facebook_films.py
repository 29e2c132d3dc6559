"""Films, reels and stories with a film: sent in pieces, published by one last word, then watched until public.

The film has its number from the first moment on, so what became of that last word is read off the film itself. A
reel or a story goes to a host of its own as one stream; any other film in the pieces Facebook asks for.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlsplit

import regex
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Captions, Media, Part
from channels_app.errors import Gone, PlatformError, Rejected, Temporary, Unclear
from channels_app.platforms import _facebook_posts as posts
from channels_app.platforms import _graph
from channels_app.platforms._facebook_graph import NAME, ON_THE_PAGE, Graph, good, id_of, unreadable
from channels_app.platforms._wire import Answer, Wire, number_of
from channels_app.platforms.base import Found, Receipt, Session

LONG = 600.0  # seconds of one exchange that carries film
_PIECE = 16_000_000  # bytes held in memory at once, whatever Facebook asks for
_PLACE = regex.compile(r"/[\w./-]+")
# Kind -> where it goes, and how the first and the last word are written there.
_WAYS = {
    "post": ("videos", "start", "finish"),
    "reel": ("video_reels", "START", "FINISH"),
    "story": ("video_stories", "start", "finish"),
}
_STREAMED = ("video_reels", "video_stories")
_STATE = "id,status,post_id,permalink_url,published"
# Facebook names captions by language and country.
_COUNTRIES = {
    "en": "US", "sv": "SE", "da": "DK", "nb": "NO", "nn": "NO", "cs": "CZ", "el": "GR", "et": "EE", "ja": "JP",
    "ko": "KR", "zh": "CN", "uk": "UA", "ar": "AR", "he": "IL", "fa": "IR", "hi": "IN", "vi": "VN", "sl": "SI",
    "sq": "AL", "sr": "RS", "ca": "ES", "eu": "ES", "gl": "ES", "cy": "GB", "ga": "IE", "so": "SO",
}  # fmt: skip


# --- sending --------------------------------------------------------------
def further(graph: Graph, session: Session, media: Media, film: dict[str, Any], upload_host: str) -> dict[str, Any]:
    """One step on: the start, a piece, or the whole stream. `film` is what is stored between the steps."""
    edge, start, _finish = _WAYS[film["kind"]]
    if "video" not in film:
        fields = {"upload_phase": start} | ({} if edge in _STREAMED else {"file_size": media.size})
        return film | _started(graph, session, edge, fields)
    if edge in _STREAMED:
        return film | _streamed(graph, session, media, film, upload_host)
    return film | _piece(graph, session, media, film)


def _started(graph: Graph, session: Session, edge: str, fields: dict[str, Any]) -> dict[str, Any]:
    answer = graph.post(f"{session.remote_id}/{edge}", fields, meanings=ON_THE_PAGE)
    video = id_of(answer.fields.get("video_id"))
    begun: dict[str, Any] = {"video": video}
    if edge in _STREAMED:
        begun["place"] = _place_of(answer.text("upload_url"), graph.version, video)
    else:
        begun |= {"session": id_of(answer.fields.get("upload_session_id")), **_offsets(answer)}
    if not video or not begun.get("session", "-"):
        raise unreadable(answer)
    return begun


def _place_of(told: str, version: str, video: str) -> str:
    """Where on the host for uploads the reel goes; the host is ours to say, as the key goes there too."""
    path = urlsplit(told).path if told else ""
    return path if _PLACE.fullmatch(path) and ".." not in path else f"/video-upload/{version}/{video}"


def _offsets(answer: Answer) -> dict[str, int]:
    start, end = (number_of(answer.fields.get(name)) for name in ("start_offset", "end_offset"))
    if start is None or end is None or end < start:
        raise unreadable(answer)
    return {"start": start, "end": end}


def _piece(graph: Graph, session: Session, media: Media, film: dict[str, Any]) -> dict[str, Any]:
    """The next piece, as Facebook asks; equal offsets say that it has all."""
    start, end = film["start"], film["end"]
    if start == end:
        return {"done": True}
    with session.open(media) as file:
        file.seek(start)
        data = file.read(min(end - start, _PIECE))
    fields = {"upload_phase": "transfer", "upload_session_id": film["session"], "start_offset": start}
    files = {"video_file_chunk": ("film.mp4", data, "application/octet-stream")}
    answer = graph.post(f"{session.remote_id}/videos", fields, files=files)
    offsets = _offsets(answer)
    if offsets["start"] <= start < offsets["end"]:
        raise Temporary(_("Facebook did not take a piece of the film."), detail=answer.words)
    return offsets


def _streamed(graph: Graph, session: Session, media: Media, film: dict[str, Any], upload_host: str) -> dict[str, Any]:
    """The reel as one stream, from where an earlier one broke off."""
    begun = _phase(graph.read(film["video"], fields="status"), "uploading_phase")
    if begun.get("status") == "complete":
        return {"done": True}
    sent = number_of(begun.get("bytes_transfered", begun.get("bytes_transferred"))) or 0
    token = session.secret["token"]
    headers = {
        "Authorization": f"OAuth {token}",
        "offset": str(sent),
        "file_size": str(media.size),
        "Content-Type": "application/octet-stream",
    }
    wire = Wire(session.http(total=LONG), (token,))
    with session.open(media) as file:
        file.seek(sent)
        answer = wire.ask("POST", upload_host + film["place"], data=file, headers=headers)
    if said := answer.text("debug_info", "message"):  # this host has a form of its own
        answer = replace(answer, words=wire.clean(said))
    answer = good(_graph.told(wire, answer))
    if answer.fields.get("success") is not True:
        raise unreadable(answer)
    return {"done": True}


def publish(graph: Graph, page: str, part: Part, film: dict[str, Any], audience: dict[str, Any]) -> None:
    """The last word, the creating request. The number of the post often comes only later, from the film."""
    edge, _start, finish = _WAYS[film["kind"]]
    fields: dict[str, Any] = {"upload_phase": finish}
    match film["kind"]:
        case "story":
            fields |= {"video_id": film["video"]}
        case "reel":
            fields |= {"video_id": film["video"], "video_state": "PUBLISHED"}
        case _:
            fields |= {"upload_session_id": film["session"]}
    if film["kind"] != "story":
        fields |= {"description": measure.plain_newlines(part.text), **audience}
    answer = graph.post(f"{page}/{edge}", fields, creating=True, meanings=ON_THE_PAGE)
    if answer.fields.get("success") is not True:
        raise Unclear(_("The answer of %s cannot be read.") % NAME, detail=answer.words)


def receipt(media: Media, film: dict[str, Any], alt: str) -> Receipt:
    """Published, but at work: with what is put beside the film when it is through."""
    beside = {
        "captions": [asdict(one) for one in media.captions],
        "poster": asdict(media.poster) if media.poster else None,
    }
    data = {"video": film["video"], **beside} | ({"story": True} if film["kind"] == "story" else {})
    url = f"{posts.HOME}/{'reel/' if film['kind'] == 'reel' else 'watch/?v='}{film['video']}"
    return Receipt(film["video"], url, alt=alt, data=data, processing=True)


# --- what became of it ----------------------------------------------------
def look(graph: Graph, video: str) -> Answer:
    """The film with its state; raises Gone where it is not there, Temporary where the answer says nothing of it."""
    answer = graph.read(video, fields=_STATE)
    if id_of(answer.fields.get("id")) != video or not isinstance(answer.fields.get("status"), dict):
        raise unreadable(answer)
    return answer


def _phase(answer: Answer, name: str) -> dict[str, Any]:
    status = answer.fields.get("status")
    phase = status.get(name) if isinstance(status, dict) else None
    return phase if isinstance(phase, dict) else {}


def is_out(answer: Answer) -> bool | None:
    """Was the last word taken? None where the film's state does not say."""
    publishing, working = _phase(answer, "publishing_phase"), _phase(answer, "processing_phase")
    if answer.fields.get("post_id") or answer.fields.get("published") is True:
        return True
    if publishing.get("status") in ("complete", "in_progress", "error") or publishing.get("publish_status"):
        return True
    if publishing.get("status") == "not_started" and working.get("status") == "not_started":
        return False
    return None


def trouble(answer: Answer) -> str:
    """Facebook's words about a film it could not use, '' while all is well."""
    phases = [_phase(answer, name) for name in ("uploading_phase", "processing_phase", "publishing_phase")]
    failed = [phase for phase in phases if phase.get("status") == "error"]
    if answer.text("status", "video_status") != "error" and not failed:
        return ""
    told = [error for phase in failed for error in _list(phase.get("errors") or phase.get("error"))]
    return "; ".join(str(error.get("message")) for error in told if error.get("message")) or "error"


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def is_through(answer: Answer) -> bool:
    """Is it public?"""
    status = answer.text("status", "video_status")
    published = _phase(answer, "publishing_phase").get("status", "complete") == "complete"
    return status in ("ready", "live") and published and answer.fields.get("published") is not False


def found(graph: Graph, media: Media, film: dict[str, Any], alt: str, settled: bool) -> Found | None:
    """By the film's own state; None where it proves nothing. An absence counts only when it is old enough."""
    try:
        out = is_out(look(graph, film["video"]))
    except Gone:
        return None
    if out:
        return Found.present(receipt(media, film, alt))
    return Found.absent() if out is False and settled else None


def followed(graph: Graph, session: Session, old: Receipt) -> Receipt:
    """Looks once: the same receipt while Facebook is at work, else that of the public post. Raises Rejected."""
    try:
        answer = look(graph, old.data["video"])
    except Gone:  # it may be slow to show it; saying that it is gone could have it posted again
        return old
    if said := trouble(answer):
        reason = _("Facebook could not use the film: %(words)s") % {"words": graph.wire.clean(said)}
        raise Rejected(reason, field="media", detail=graph.wire.clean(said))
    number = id_of(answer.fields.get("post_id"))
    if not is_through(answer) or not number:
        return old
    data = {name: old.data[name] for name in ("video", "story") if name in old.data}
    data["beside"] = _put_beside(graph, session, old)
    url = posts.absolute(answer.text("permalink_url")) or old.url
    return Receipt(posts.whole(session.remote_id, number), url, alt=old.alt, data=data)


# --- beside the film ------------------------------------------------------
def _put_beside(graph: Graph, session: Session, old: Receipt) -> list[str]:
    """Captions and the picture that stands for the film. The film is public: what fails here is told, no more."""
    video, lost = old.data["video"], []
    for one in old.data.get("captions") or []:
        captions = Captions(**one)
        name = f"captions.{locale_of(captions.language)}.srt"
        try:
            files = {"captions_file": (name, session.read(captions), "application/x-subrip")}
            graph.post(f"{video}/captions", {"default_locale": locale_of(captions.language)}, files=files)
        except PlatformError:
            lost.append(name)
    if poster := old.data.get("poster"):
        picture = Media(**{**poster, "captions": (), "poster": None})
        try:
            files = {"source": ("poster.jpg", session.read(picture), picture.mime)}
            graph.post(f"{video}/thumbnails", {"is_preferred": True}, files=files)
        except PlatformError:
            lost.append("poster")
    return lost


def locale_of(language: str) -> str:
    """`sv` as `sv_SE`, `en-GB` as `en_GB`: captions are known by the name of their file."""
    tongue, _dash, country = (language or "en").replace("_", "-").partition("-")
    tongue = tongue.lower()
    usual = _COUNTRIES.get(tongue, tongue.upper())
    return f"{tongue}_{country.upper() if len(country) == 2 else usual}"
