"""What a pack says, as plain data, and its JSON form (pack.json, version 1). Pure.

Days count from the first day of the campaign: 0 is that day. No account, person, address of ours or calendar date is
in a pack, and nothing that runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from posts import edits
from posts.edits import Edits
from posts.models import Campaign

FORMAT = "libsocial-pack"
VERSION = 1
MOST_DRAFTS = 200
MOST_PARTS = 100
MOST_TEXT = 20_000  # characters of one text
MOST_DAYS = 400
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MOST_CAPTIONS = 50  # languages of one film
_FILE = re.compile(r"media/[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


class Bad(Exception):
    """This is no pack that can be taken; the sentences say why. Nothing was written."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class PackCaptions:
    """The words of a film in one language (BCP-47), by their place in the zip."""

    file: str
    language: str = ""


@dataclass(frozen=True)
class PackMedia:
    """A picture, film or document by its place in the zip, with the words that describe it.

    `poster` is the place of the picture that stands for a film, '' for the film's own; `edits` how a picture is
    turned and cut.
    """

    file: str
    alt: str = ""
    decorative: bool = False
    captions: tuple[PackCaptions, ...] = ()
    poster: str = ""
    edits: Edits | None = None


@dataclass(frozen=True)
class PackPart:
    text: str = ""
    media: tuple[PackMedia, ...] = ()
    card: dict[str, str] | None = None  # url, title, description


@dataclass(frozen=True)
class PackDraft:
    """`day` None: as soon as approved. `clock` is local wall time."""

    parts: tuple[PackPart, ...]
    day: int | None = None
    clock: str = ""
    language: str = ""
    warning: str = ""
    note: str = ""


@dataclass(frozen=True)
class Pack:
    """A campaign that can be begun anywhere. `days` is its length."""

    name: str
    days: int
    drafts: tuple[PackDraft, ...]
    brief: str = ""
    goal: str = ""
    goal_kind: str = ""
    goal_number: int | None = None
    colour: str = "teal"
    tags: str = ""
    advocacy: bool = False
    licence: str = ""
    credits: dict[str, str] = field(default_factory=dict)  # of media, by file

    def files(self) -> list[str]:
        """Every picture, film and document the drafts show, once, in their order."""
        named = (name for item in self.shown() for name in (item.file, item.poster) if name)
        return list(dict.fromkeys(named))

    def caption_files(self) -> dict[str, tuple[str, str]]:
        """Every file of captions: the film it belongs to, and its language."""
        return {words.file: (item.file, words.language) for item in self.shown() for words in item.captions}

    def shown(self) -> list[PackMedia]:
        return [item for draft in self.drafts for part in draft.parts for item in part.media]


# --- to JSON ------------------------------------------------------------------


def to_json(pack: Pack) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "licence": pack.licence,
        "campaign": {
            "name": pack.name,
            "days": pack.days,
            "brief": pack.brief,
            "goal": {"words": pack.goal, "kind": pack.goal_kind, "number": pack.goal_number},
            "colour": pack.colour,
            "tags": pack.tags,
            "advocacy": pack.advocacy,
        },
        "media": [{"file": file, "credit": pack.credits.get(file, "")} for file in pack.files()],
        "drafts": [_draft_json(draft) for draft in pack.drafts],
    }


def _draft_json(draft: PackDraft) -> dict[str, Any]:
    return {
        "day": draft.day,
        "time": draft.clock,
        "language": draft.language,
        "content_warning": draft.warning,
        "note": draft.note,
        "parts": [
            {"text": part.text, "media": [_media_json(item) for item in part.media], "card": part.card}
            for part in draft.parts
        ],
    }


def _media_json(item: PackMedia) -> dict[str, Any]:
    said: dict[str, Any] = {"file": item.file, "alt": item.alt, "decorative": item.decorative}
    if item.captions:
        said["captions"] = [vars(words) for words in item.captions]
    if item.poster:
        said["poster"] = item.poster
    return said | {"edits": item.edits.to_json()} if item.edits else said


# --- from JSON ------------------------------------------------------------------


def of_json(data: Any) -> Pack:
    """Raises Bad. Nothing unknown is carried over."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise Bad(_("This is not a pack of LibSocial: its pack.json does not say so."))
    if data.get("version") != VERSION:
        version = {"version": str(data.get("version"))[:20], "known": VERSION}
        raise Bad(
            _("This pack is of version %(version)s; this LibSocial reads version %(known)s. Update LibSocial first.")
            % version
        )
    campaign, drafts = data.get("campaign"), data.get("drafts")
    if not isinstance(campaign, Mapping) or not _text(campaign.get("name")).strip():
        raise Bad(_("The pack names no campaign."))
    if not isinstance(drafts, list) or len(drafts) > MOST_DRAFTS:
        raise Bad(_("A pack holds at most %(most)s drafts.") % {"most": MOST_DRAFTS})
    goal = campaign.get("goal") if isinstance(campaign.get("goal"), Mapping) else {}
    return Pack(
        name=_text(campaign["name"]).strip()[:120],
        days=_days(campaign.get("days")),
        drafts=tuple(_draft(item, number) for number, item in enumerate(drafts, 1)),
        brief=_text(campaign.get("brief")),
        goal=_text(goal.get("words"))[:200],
        goal_kind=_among(goal.get("kind"), Campaign.Goal.values, ""),
        goal_number=_number(goal.get("number"), 2**31 - 1),
        colour=_among(campaign.get("colour"), Campaign.Colour.values, "teal"),
        tags=_text(campaign.get("tags"))[:300],
        advocacy=campaign.get("advocacy") is True,
        licence=_text(data.get("licence"))[:80],
        credits=_credits(data.get("media")),
    )


def _draft(item: Any, number: int) -> PackDraft:
    parts = item.get("parts") if isinstance(item, Mapping) else None
    if not isinstance(parts, list) or not 0 < len(parts) <= MOST_PARTS:
        raise Bad(_("Draft %(number)s of the pack has no text that can be read.") % {"number": number})
    day, clock = _number(item.get("day"), MOST_DAYS), _text(item.get("time"))
    if clock and not _CLOCK.fullmatch(clock):
        raise Bad(_("Draft %(number)s of the pack has no time that can be read.") % {"number": number})
    return PackDraft(
        parts=tuple(_part(part, number) for part in parts),
        day=day,
        clock=clock or ("10:00" if day is not None else ""),
        language=_text(item.get("language"))[:35],
        warning=_text(item.get("content_warning")),
        note=_text(item.get("note")),
    )


def _part(part: Any, number: int) -> PackPart:
    if not isinstance(part, Mapping):
        raise Bad(_("Draft %(number)s of the pack has no text that can be read.") % {"number": number})
    media = part.get("media") if isinstance(part.get("media"), list) else []
    return PackPart(_text(part.get("text")), tuple(_media(item) for item in media), _card(part.get("card")))


def _media(item: Any) -> PackMedia:
    file = _place(item)
    captions = item.get("captions") if isinstance(item.get("captions"), list) else []
    return PackMedia(
        file,
        _text(item.get("alt")),
        item.get("decorative") is True,
        tuple(PackCaptions(_place(words), _text(words.get("language"))[:35]) for words in captions[:MOST_CAPTIONS]),
        _place({"file": item["poster"]}) if item.get("poster") else "",
        edits.read(item.get("edits")),
    )


def _place(item: Any) -> str:
    """The file an entry names; raises Bad for one outside media/."""
    file = item.get("file") if isinstance(item, Mapping) else None
    if not isinstance(file, str) or not _FILE.fullmatch(file):
        named = {"name": str(file)[:80]}
        raise Bad(_("The pack names a file in a place it may not: “%(name)s”. Files lie in media/.") % named)
    return file


def _card(card: Any) -> dict[str, str] | None:
    if not isinstance(card, Mapping) or not _text(card.get("url")).startswith(("http://", "https://")):
        return None
    return {name: _text(card.get(name)) for name in ("url", "title", "description")}


def _credits(media: Any) -> dict[str, str]:
    rows = [row for row in media if isinstance(row, Mapping)] if isinstance(media, list) else []
    return {_text(row.get("file")): _text(row.get("credit"))[:200] for row in rows}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    if len(value) > MOST_TEXT:
        raise Bad(_("A text of the pack is longer than %(most)s characters.") % {"most": MOST_TEXT})
    return value.replace("\r\n", "\n").replace("\x00", "")


def _number(value: Any, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None


def _days(value: Any) -> int:
    return max(1, _number(value, MOST_DAYS) or 1)


def _among(value: Any, known: list[str], usual: str) -> str:
    return value if value in known else usual
