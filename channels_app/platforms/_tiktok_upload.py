"""Bringing a film to TikTok: begun, sent in pieces, and there is a post only when the last piece has arrived.

So everything but the last piece is preparing, and the last piece is what creates. The number TikTok gives at the
beginning (`publish_id`) is stored before the first byte; asked for it, TikTok says how much arrived and what became
of it. The same last piece sent twice is one post, as it has one number.

Source: developers.tiktok.com, Content Posting API, media transfer guide and status reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.content import Media
from channels_app.errors import PlatformError, Rejected, Temporary, Unclear
from channels_app.platforms import _stretch
from channels_app.platforms._tiktok_wire import HOSTS, KEY, NAME, Line, text_in
from channels_app.platforms._wire import Answer, Wire, moment_of, number_of, raise_common
from channels_app.platforms.base import host_of

PIECE = 10_000_000  # each piece 5 to 64 MB, the last one may be larger; up to 1000
PIECES_A_STEP = 20
# The address to send to is good for an hour; a fresh beginning is made when nothing arrived by then.
GOOD_FOR = timedelta(minutes=55)
_ASK_AFTER = timedelta(minutes=2)  # an upload begun so long ago was interrupted: TikTok is asked first
_ARRIVED = ("PROCESSING_DOWNLOAD", "SEND_TO_USER_INBOX", "PUBLISH_COMPLETE")


@dataclass(frozen=True)
class Plan:
    """How a film is cut. The last piece carries the rest, so that it may be nearly twice as large."""

    size: int
    piece: int

    @property
    def count(self) -> int:
        return max(1, self.size // self.piece)

    @property
    def chunk(self) -> int:
        """As TikTok is told: the whole film where it goes in one piece."""
        return self.piece if self.count > 1 else self.size

    @property
    def last(self) -> int:
        """Where the last piece begins."""
        return (self.count - 1) * self.piece

    def source(self) -> dict[str, Any]:
        return {
            "source": "FILE_UPLOAD",
            "video_size": self.size,
            "chunk_size": self.chunk,
            "total_chunk_count": self.count,
        }


@dataclass(frozen=True)
class Standing:
    """What TikTok says of one upload. `uploaded`: bytes that arrived, None where not told."""

    publish_id: str
    state: str
    reason: str = ""
    post_id: str = ""
    uploaded: int | None = None

    @property
    def failed(self) -> bool:
        return self.state == "FAILED"

    def arrived(self, size: int) -> bool:
        """Did the last byte arrive, so that there is or will be a post or a draft?"""
        return self.state in _ARRIVED or (not self.failed and self.uploaded is not None and self.uploaded >= size)


def standing(line: Line, publish_id: str) -> Standing:
    """Raises Temporary when the answer cannot be read, and what `raise_for` raises."""
    data = line.data("POST", "post/publish/status/fetch/", json={"publish_id": publish_id})
    state, posts = text_in(data, "status"), data.get("publicaly_available_post_id")  # TikTok's own spelling
    if not state:
        raise Temporary(_("The answer of %s cannot be read.") % NAME)
    ids = [str(one) for one in posts if str(one).isdecimal()] if isinstance(posts, list) else []
    uploaded = number_of(data.get("uploaded_bytes"))
    return Standing(publish_id, state, text_in(data, "fail_reason"), ids[0] if ids else "", uploaded)


def newest_standing(line: Line, data: dict[str, Any], size: int) -> Standing:
    """Of all uploads that were begun for this post: the one that arrived, else the latest."""
    latest = standing(line, data["publish_id"])
    if latest.arrived(size):
        return latest
    for earlier in data.get("earlier") or []:
        found = standing(line, earlier)
        if found.arrived(size):
            return found
    return latest


# --- beginning ------------------------------------------------------------
def begun(line: Line, path: str, body: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Tells TikTok of the film: no byte is sent and nothing can appear. What to store of it."""
    told = line.data("POST", path, json=body)
    publish_id, address = text_in(told, "publish_id"), text_in(told, "upload_url")
    if not publish_id or not address:
        raise Temporary(_("The answer of %s cannot be read.") % NAME)
    earlier = [*(data.get("earlier") or []), *([data["publish_id"]] if data.get("publish_id") else [])]
    return {
        "publish_id": publish_id,
        "upload_url": _trusted(address),
        "begun": timezone.now().isoformat(),
        "sent": 0,
        "earlier": earlier,
    }


def _trusted(said: str) -> str:
    """The address, on our upload host where one is set: the film goes to TikTok and to nobody else."""
    ours, usual = host_of(KEY, "upload", HOSTS["upload"]), HOSTS["upload"]
    if said.startswith(f"{usual}/"):
        return ours + said.removeprefix(usual)
    there, here = urlsplit(said), urlsplit(ours)
    host = there.hostname or ""
    tiktoks = there.scheme == "https" and host.endswith((".tiktokapis.com", ".tiktok.com"))
    if tiktoks or there[:2] == here[:2]:
        return said
    raise Temporary(_("The answer of %s cannot be read.") % NAME)


def must_begin_again(line: Line, data: dict[str, Any], size: int) -> bool:
    """Of an upload that was interrupted: did it fail, or is its address dead, so that nothing of it becomes a post?
    A person may have put right what it failed for before trying again."""
    began = moment_of(data.get("begun"))
    age = timezone.now() - began if began else GOOD_FOR
    if age < _ASK_AFTER:
        return False
    found = newest_standing(line, data, size)
    if found.arrived(size):
        return False
    return found.failed or age >= GOOD_FOR


# --- sending --------------------------------------------------------------
def sent(line: Line, film: Media, plan: Plan, data: dict[str, Any]) -> dict[str, Any] | None:
    """Some pieces more; None when only the last one is left."""
    done = int(data.get("sent") or 0)
    if done >= plan.last:
        return None
    began, clock = _stretch.enter(data), _stretch.Clock()
    done = max(done, _whole_pieces(standing(line, data["publish_id"]), plan))
    with line.session.open(film) as file:
        for _number in range(PIECES_A_STEP):
            if done >= plan.last or clock.over:
                break
            file.seek(done)
            answer = put(line, film, data["upload_url"], file.read(plan.piece), done)
            _raise_for_piece(answer, data, creating=False)
            done += plan.piece
    return {"sent": done, **_stretch.leave(began)}


def _whole_pieces(found: Standing, plan: Plan) -> int:
    """How far TikTok says it has come, in whole pieces: one may have arrived before we could note it."""
    return min((found.uploaded or 0) // plan.piece * plan.piece, plan.last)


def finish(line: Line, film: Media, plan: Plan, data: dict[str, Any]) -> None:
    """Sends the last piece: what makes the post. Returns when TikTok has it; else raises.

    TikTok answers 201 to it. What another good answer means its status says, which is asked.
    """
    with line.session.open(film) as file:
        file.seek(plan.last)
        piece = file.read()
    answer = put(line, film, data["upload_url"], piece, plan.last, creating=True)
    if answer.status == 201:
        return
    if answer.ok:
        if not _says_arrived(line, data, plan):
            raise Unclear(_("TikTok’s answer cannot be read; what became of the film must be looked up."))
        return
    _raise_for_piece(answer, data, creating=True)


def _says_arrived(line: Line, data: dict[str, Any], plan: Plan) -> bool:
    try:
        return standing(line, data["publish_id"]).arrived(plan.size)
    except PlatformError as error:  # the film may be there, whatever went wrong with asking
        raise Unclear(_("TikTok’s answer cannot be read; what became of the film must be looked up.")) from error


def put(line: Line, film: Media, address: str, piece: bytes, start: int, *, creating: bool = False) -> Answer:
    """One piece. The address carries its own key; ours is not sent along."""
    hidden = [value for _name, value in parse_qsl(urlsplit(address).query) if len(value) > 5]
    secret = line.session.secret
    wire = Wire(
        line.session.http(total=_stretch.PIECE_SECONDS),
        (*hidden, str(secret["token"]), str(secret.get("refresh") or "")),
    )
    headers = {
        "Content-Type": film.mime,
        "Content-Length": str(len(piece)),
        "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{film.size}",
    }
    return wire.ask("PUT", address, creating=creating, data=piece, headers=headers)


def _raise_for_piece(answer: Answer, data: dict[str, Any], *, creating: bool) -> None:
    """Translates what the upload host says; returns when it took the piece."""
    if answer.ok:
        return
    raise_common(answer, NAME, creating=creating)
    if answer.status == 416:  # it has this piece, or wants another one: its status says which
        raise (Unclear if creating else Temporary)(_("TikTok wants another piece of the film."), detail=answer.words)
    if answer.status in (401, 403, 404, 410):
        began = moment_of(data.get("begun")) or timezone.now()
        raise Temporary(
            _("TikTok no longer takes the film at the address it gave. It is begun again soon."),
            detail=answer.words,
            until=max(began + GOOD_FOR, timezone.now() + timedelta(minutes=1)),
        )
    if not answer.fields:
        raise Temporary(_("%s does not answer as it should at the moment.") % NAME, detail=answer.words)
    raise Rejected(
        _("%(platform)s refused the film: %(words)s") % {"platform": NAME, "words": answer.words},
        field="media",
        detail=answer.words,
    )
