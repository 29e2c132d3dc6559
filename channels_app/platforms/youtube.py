"""YouTube: films, uploaded as private and made public in one step.

Everything long and breakable happens while nobody but the owner can see the film (see _youtube_upload and
_youtube_stages): it may be interrupted anywhere and goes on where it stopped. What makes it public is one small
update of a film we know by its number; doing it twice is doing it once, and reading the film proves what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

import regex
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.capabilities import (
    AltText,
    Budget,
    Capabilities,
    MediaRules,
    Preview,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content
from channels_app.errors import NeedsReconnect, Rejected, Temporary, Unclear
from channels_app.platforms import _google
from channels_app.platforms import _youtube_choices as choices
from channels_app.platforms import _youtube_comments as comments
from channels_app.platforms import _youtube_figures as figures
from channels_app.platforms import _youtube_upload as upload
from channels_app.platforms import _youtube_video as video
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Wire
from channels_app.platforms._youtube_stages import STAGES
from channels_app.platforms._youtube_wire import HOSTS, KEY, NAME, Line, listed, raise_for, word
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    Figures,
    Found,
    Prepared,
    Receipt,
    Redirect,
    Session,
    alt_of,
)

_DOCS = Source("developers.google.com/youtube/v3/docs/videos and the interface's discovery document", "2026-11-23")
_HELP = Source("support.google.com/youtube, upload limits and Shorts", "2026-11-23")
_ADDRESS = regex.compile(
    r"^https?://(?:(?:www\.|m\.)?youtube\.com/(?:watch\?(?:[^#]*&)?v=|shorts/|live/)|youtu\.be/)(?P<id>[\w-]{11})(?![\w-])"
)
_UNCONFIRMED_SECONDS = 900  # of a channel without a confirmed phone number
_PLAYLIST_PAGES, _PLAYLIST_PAGE = 4, 50


class YouTube(Adapter):
    key = KEY
    name = NAME
    colour = "#b3261e"
    mark = "YT"
    needs = gettext_lazy(
        "A YouTube channel, and a project of your own at Google Cloud: free, about half an hour, once for all channels."
    )
    connect_kind = "redirect"
    app_fields = _google.APP_FIELDS
    scopes = (
        "https://www.googleapis.com/auth/youtube.force-ssl",
        "https://www.googleapis.com/auth/youtube.upload",
        "https://www.googleapis.com/auth/yt-analytics.readonly",
    )
    hosts = HOSTS
    token_fields = ("token", "refresh")
    by_hand = _google.BY_HAND
    piece: ClassVar[int] = 64 * upload.UNIT  # bytes of one request of an upload
    guide = choices.GUIDE
    capabilities = Capabilities(
        text=TextLimit(5000, TextUnit.BYTES, refused="<>"),
        media=MediaRules(
            max_images=0,
            mime_types=("image/jpeg", "image/png"),  # of the picture that stands for a film
            max_bytes=52_428_800,
            required=True,
            video=VideoRules(
                max_count=1,
                mime_types=("video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/mpeg"),
                max_bytes=274_877_906_944,
                max_seconds=43_200,
                max_side=7680,
                max_fps=60,
                captions=("vtt", "srt"),
                caption_files=20,
                poster=True,
            ),
        ),
        alt_text=AltText(field=False),
        comment=TextLimit(10_000, TextUnit.CODEPOINTS),
        options=choices.OPTIONS,
        shapes=choices.SHAPES,
        features=frozenset({"find", "metrics", "audience", "delete", "probe", "refresh", "revoke"}),
        metrics=choices.METRICS,
        # 10,000 units a day for the whole project; a list costs one, a change fifty.
        budget=Budget(requests=1000, window=86_400, metrics_batch=figures.BATCH),
        preview=Preview("video", fold_after=150, fold_lines=3),
        notes=choices.NOTES,
        sources={
            "text": _DOCS,
            "media": _HELP,
            "alt_text": Source("no field for one in the video resource", "2026-11-23"),
            "comment": Source("YouTube's limit of a comment, not in its reference", "2026-11-23"),
            "options": _DOCS,
            "budget": Source("developers.google.com/youtube/v3/determine_quota_cost, as of 2026-06-01", "2026-11-23"),
        },
    )

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        """With the channel's own playlists, and how long its films may be."""
        can = self.capabilities
        options = tuple(_with_playlists(one, facts) if one.name == "playlist" else one for one in can.options)
        if facts.get("long_uploads") in ("eligible", "disallowed") and can.media.video:
            film = replace(can.media.video, max_seconds=_UNCONFIRMED_SECONDS)
            can = can.with_facts(media=replace(can.media, video=film))
        return can.with_facts(options=options)

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        return _google.begin(self, redirect_uri=redirect_uri, state=state, context=context)

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context) -> Connected:
        """The channel the person chose at Google: one sign-in opens one channel."""
        tokens = _google.exchange(self, keep, answer, redirect_uri=redirect_uri, context=context)
        return self._connected(tokens, context)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected:
        """`fields`: "refresh", a refresh token of our own application; or "token" alone, good for an hour."""
        return self._connected(_google.tokens_from(self, fields, context), context)

    def _connected(self, tokens: Tokens, context: Context) -> Connected:
        wire = Wire(context.http(), (tokens.access, tokens.refresh))
        answer = wire.ask(
            "GET",
            f"{self.host('api')}/channels",
            params=_CHANNEL,
            headers={"Authorization": f"Bearer {tokens.access}"},
        )
        try:
            raise_for(_google.told(wire, answer))
            channel = _only(listed(answer))
        except NeedsReconnect as error:
            raise FieldProblem("", error.reason) from None
        return Connected(_account(channel, {}), tokens.secret(), tokens.expires_at, tokens.ends_at)

    def probe(self, session: Session) -> Account:
        """Also reads the channel's playlists and limits again."""
        line = Line(session)
        channel = _only(line.items("channels", **_CHANNEL))
        return _account(channel, {"playlists": _playlists(line)})

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        return _google.renew(self, session, secret)

    def revoke(self, session: Session) -> None:
        _google.revoke(self, session)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Notes what was there before; the upload itself is made of `ready`'s steps."""
        line = Line(session)
        if content.parts[index].role == "comment":
            return Prepared(key, {"seen": comments.ids(line)})
        video.resource(content, index)  # what YouTube would refuse anyway is refused before the upload
        video.film_of(content, index)
        uploads = _uploads(session)
        return Prepared(key, {"uploads": uploads, "seen": upload.newest(line, uploads)})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """One step: the session, a stretch of the film, YouTube's work, picture, captions, playlist."""
        if content.parts[index].role == "comment":
            return prepared
        job = upload.Job(Line(session), content, index, prepared.data, self.piece)
        for stage in STAGES:
            further = stage(job)
            if further is not None:
                return Prepared(prepared.key, {**prepared.data, **further})
        return prepared

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line = Line(session)
        if content.parts[index].role == "comment":
            return comments.write(line, before[0].remote_id, content.parts[index].text)
        there, wanted = self._there(line, prepared), video.wanted_privacy(content)
        if there is None:
            raise Rejected(
                _("The film is no longer on YouTube. Somebody may have deleted it in YouTube Studio."), field="media"
            )
        if word(there, "status", "privacyStatus") == wanted:  # by us, when an answer was lost, or by a person
            return self._receipt(content, index, prepared, wanted)
        body = video.changed(there, content, index)
        answer = line.ask("PUT", "videos", creating=True, params={"part": "snippet,status"}, json=body)
        raise_for(answer, creating=True)
        now = word(answer.fields, "status", "privacyStatus")
        if not now:
            raise Unclear(_("YouTube’s answer cannot be read; what became of the film must be looked up."))
        if now != wanted:
            raise Rejected(
                _("YouTube kept the film private: the channel’s settings forbid it, or YouTube looks at it first."),
                field="options.visibility",
                detail=now,
            )
        return self._receipt(content, index, prepared, now)

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        """Is the film seen as it should be? YouTube says so of each film we know by its number."""
        line = Line(session)
        if content.parts[index].role == "comment":
            return comments.find(line, content.parts[index].text, prepared.data.get("seen") or [], since)
        there, wanted = self._there(line, prepared), video.wanted_privacy(content)
        if there is None:
            return Found.absent()
        now = word(there, "status", "privacyStatus")
        if now == wanted:
            return Found.present(self._receipt(content, index, prepared, now))
        if now in ("private", "unlisted", "public"):
            return Found.absent()
        return Found("unknown", look_at=video.studio(prepared.data["film_id"]))

    def _there(self, line: Line, prepared: Prepared) -> dict[str, Any] | None:
        """The film as YouTube has it; None when it says that there is none. Raises Temporary, …"""
        film_id = prepared.data["film_id"]
        films = line.items("videos", part="snippet,status", id=film_id)
        if not films:
            return None
        if films[0].get("id") != film_id or not isinstance(films[0].get("status"), dict):
            raise Temporary(_("The answer of %s cannot be read.") % NAME)
        return films[0]

    def _receipt(self, content: Content, index: int, prepared: Prepared, privacy: str) -> Receipt:
        film_id, data = prepared.data["film_id"], {"visibility": privacy}
        if prepared.data.get("left_out"):
            data["left_out"] = prepared.data["left_out"]
        url = video.address(film_id, video.film_of(content, index))
        return Receipt(film_id, url, alt_of(content, index, self.capabilities), data)

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the number in an address such as https://youtu.be/…, when the film is of this channel."""
        match = _ADDRESS.match(url.strip())
        films = Line(session).items("videos", part="snippet,status", id=match["id"]) if match else []
        if match and films and word(films[0], "snippet", "channelId") == session.remote_id:
            return Receipt(match["id"], video.address(match["id"]))
        raise Rejected(_("There is no film of this channel at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        line = Line(session)
        if receipt.data.get("kind") == "comment":
            comments.delete(line, receipt.remote_id)
            return
        answer = line.ask("DELETE", "videos", params={"id": receipt.remote_id})
        if answer.status not in (404, 410):
            raise_for(answer)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        """Of films; a comment of ours has none."""
        films = [one.remote_id for one in receipts if one.data.get("kind") != "comment"]
        found = figures.of_films(Line(session), films)
        return {one.remote_id: found.get(one.remote_id, Figures({})) for one in receipts}

    def audience(self, session: Session) -> Figures:
        return figures.of_channel(_only(Line(session).items("channels", part="statistics", mine="true")))


_CHANNEL = {"part": "snippet,contentDetails,statistics,status", "mine": "true"}


def _only(channels: list[dict[str, Any]]) -> dict[str, Any]:
    """The channel of this key. Raises NeedsReconnect: a Google account may have none."""
    if not channels:
        raise NeedsReconnect(
            _("This Google account has no YouTube channel. Make one at youtube.com, or sign in with another account.")
        )
    return channels[0]


def _account(channel: dict[str, Any], facts: dict[str, Any]) -> Account:
    remote_id = word(channel, "id")
    if not remote_id:
        raise Temporary(_("The answer of %s cannot be read.") % NAME)
    handle = word(channel, "snippet", "customUrl").removeprefix("@") or remote_id
    told = {
        "uploads": word(channel, "contentDetails", "relatedPlaylists", "uploads"),
        "long_uploads": word(channel, "status", "longUploadsStatus"),
    }
    return Account(
        remote_id=remote_id,
        name=word(channel, "snippet", "title"),
        handle=f"@{handle}",
        url=f"https://www.youtube.com/channel/{remote_id}",
        avatar_url=word(channel, "snippet", "thumbnails", "default", "url"),
        facts={name: value for name, value in {**told, **facts}.items() if value},
    )


def _uploads(session: Session) -> str:
    """The list of everything a channel uploaded; its number is the channel's own with another beginning."""
    return str(session.facts.get("uploads") or f"UU{session.remote_id[2:]}")


def _playlists(line: Line) -> list[list[str]]:
    """[id, title] of the channel's own playlists."""
    found: list[list[str]] = []
    params: dict[str, Any] = {"part": "snippet", "mine": "true", "maxResults": _PLAYLIST_PAGE}
    for _page in range(_PLAYLIST_PAGES):
        answer = line.ask("GET", "playlists", params=params)
        raise_for(answer)
        found += [[word(one, "id"), word(one, "snippet", "title")] for one in listed(answer) if word(one, "id")]
        params["pageToken"] = answer.text("nextPageToken")
        if not params["pageToken"]:
            break
    return found


def _with_playlists(option: Any, facts: dict[str, Any]) -> Any:
    known = facts.get("playlists")
    listed_here = [one for one in known if isinstance(one, list) and len(one) == 2] if isinstance(known, list) else []
    return replace(option, choices=(choices.NO_PLAYLIST, *((str(one), str(title)) for one, title in listed_here)))
