"""What a person is writing, as plain data: the form a Revision and its Targets have outside the database.

`read` takes what a browser sent and never loses typed text: what it cannot use
becomes a named problem, the words stay in the draft. `Draft.to_json` is what
the page gets back and what two editors are shown when they meet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import regex
from django.utils.translation import gettext as _

from libsocial.core import localtime
from posts import edits
from posts.edits import Edits

if TYPE_CHECKING:
    from posts.models import Revision, Target

MAX_PARTS = 100
MAX_MEDIA = 40  # a part; platforms take far fewer, the check says so
MAX_CAPTIONS = 50  # a film
MAX_LANGUAGES = 20
TITLE_LENGTH = 120
PLACEMENTS = ("combined", "thread")  # of several languages on one channel
_TAG = regex.compile(r"(?=.{2,35}$)[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
MENTION = re.compile(r"@\[([^\[\]\n]{1,120})\]")  # somebody of the address book, see posts.names


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field: `at`, `targets.4.at`, `parts.0.media` … and the sentence for the person."""

    field: str
    message: str


class Invalid(Exception):
    """The draft cannot be kept as it is; nothing was changed."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class DraftMedia:
    """A picture, film or document of the library with the words that describe it here.

    `asset` is the id of a posts.Asset. Of a film `captions` are the ids of the caption files shown with it, `poster`
    the id of a picture that stands for it, None for the film's own.
    """

    asset: int
    alt: str = ""
    decorative: bool = False
    captions: tuple[int, ...] = ()
    poster: int | None = None
    edits: Edits | None = None  # how the picture is turned and cut here

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"asset": self.asset, "alt": self.alt, "decorative": self.decorative}
        if self.captions:
            said["captions"] = list(self.captions)
        if self.edits:
            said["edits"] = self.edits.to_json()
        return said | {"poster": self.poster} if self.poster is not None else said


@dataclass(frozen=True)
class DraftCard:
    """The card of a link; `thumb` is the id of an Asset or None."""

    url: str
    title: str = ""
    description: str = ""
    thumb: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"url": self.url, "title": self.title, "description": self.description, "thumb": self.thumb}


@dataclass(frozen=True)
class DraftPart:
    """One post of a thread; most drafts have exactly one."""

    text: str = ""
    media: tuple[DraftMedia, ...] = ()
    card: DraftCard | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "media": [item.to_json() for item in self.media],
            "card": self.card.to_json() if self.card else None,
        }

    @property
    def empty(self) -> bool:
        return not (self.text.strip() or self.media or self.card)


@dataclass(frozen=True)
class DraftVariant:
    """What is said differently on one channel. `content_warning` None: as in the base."""

    parts: tuple[DraftPart, ...]
    content_warning: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"parts": [part.to_json() for part in self.parts], "content_warning": self.content_warning}


@dataclass(frozen=True)
class DraftLanguage:
    """The post in one further language (BCP-47): the words of each part, and in its `media` what the pictures of the
    base show, said in this language. `machine`: a machine wrote it, and somebody marked it so."""

    language: str
    parts: tuple[DraftPart, ...] = (DraftPart(),)
    content_warning: str = ""
    machine: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "parts": [part.to_json() for part in self.parts],
            "content_warning": self.content_warning,
            "machine": self.machine,
        }


@dataclass(frozen=True)
class DraftTarget:
    """A chosen channel. `at` is a local wall time in the draft's zone, '' for the draft's own time.

    `languages`: those a person chose for it, in their order; () leaves it to the channel, which then gets `routed`
    (see posts.languages). `placement` of several: 'combined' in one post, or as a 'thread'.
    """

    channel: int
    variant: DraftVariant | None = None
    options: dict[str, Any] = field(default_factory=dict)
    at: str = ""
    languages: tuple[str, ...] = ()
    placement: str = ""
    routed: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "channel": self.channel,
            "variant": self.variant.to_json() if self.variant else None,
            "options": self.options,
            "at": self.at,
            **self.speech(),
        }

    def speech(self) -> dict[str, Any]:
        """What Target.speech holds; empty where the channel gets the base text."""
        said = {"languages": list(self.languages), "placement": self.placement, "routed": list(self.routed)}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Draft:
    """Everything of a post that a person types or chooses. `at` '' means: as soon as it is approved."""

    parts: tuple[DraftPart, ...] = (DraftPart(),)
    language: str = ""
    content_warning: str = ""
    at: str = ""
    zone: str = "UTC"
    targets: tuple[DraftTarget, ...] = ()
    note: str = ""  # internal, never published
    # Who is mentioned: handles by name and channel id, as the address book had them (see posts.names).
    mentions: dict[str, dict[str, str]] = field(default_factory=dict)
    service: bool = False  # a service notice: it may leave while the library is closed
    queued: bool = False  # no times yet: each channel's next free posting time, taken when it is sent for approval
    languages: tuple[DraftLanguage, ...] = ()  # further ones; `parts` are in `language`
    # Internal: id of the campaign, 0 for none; None says nothing of it and leaves it as it is.
    campaign: int | None = None

    def to_json(self) -> dict[str, Any]:
        said = {
            **self.body(),
            "at": self.at,
            "zone": self.zone,
            "targets": [target.to_json() for target in self.targets],
            "note": self.note,
        }
        return said | {"campaign": self.campaign} if self.campaign is not None else said

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Draft:
        """The draft in this JSON form, problems ignored; see `read` for a person's input."""
        return read(data).draft

    def body(self) -> dict[str, Any]:
        """What Revision.body holds."""
        said: dict[str, Any] = {
            "parts": [part.to_json() for part in self.parts],
            "language": self.language,
            "content_warning": self.content_warning,
        }
        if self.service:
            said["service"] = True
        if self.queued:
            said["queued"] = True
        if self.languages:
            said["languages"] = [one.to_json() for one in self.languages]
        return said | {"mentions": self.mentions} if self.mentions else said

    def same_post(self, other: Draft) -> bool:
        """Did nobody change anything the public meets? Note and campaign do not count, the order of channels neither,
        and no change of the address book: what was sent for approval keeps its handles."""
        return _compared(self) == _compared(other)

    def target(self, channel_id: int) -> DraftTarget | None:
        return next((target for target in self.targets if target.channel == channel_id), None)

    def in_language(self, tag: str) -> DraftLanguage | None:
        """The further language with this tag; None for that of the base, even where somebody added it again."""
        if tag == self.language:
            return None
        return next((one for one in self.languages if one.language == tag), None)

    def parts_for(self, target: DraftTarget) -> tuple[DraftPart, ...]:
        return target.variant.parts if target.variant else self.parts

    def warning_for(self, target: DraftTarget) -> str:
        own = target.variant.content_warning if target.variant else None
        return self.content_warning if own is None else own

    def at_for(self, target: DraftTarget) -> str:
        return target.at or self.at

    def asset_ids(self) -> set[int]:
        """Everything of the library the draft names, pictures of link cards and of films too."""
        every = self._every_part()
        media = {item.asset for part in every for item in part.media}
        media |= {item.poster for part in every for item in part.media if item.poster is not None}
        return media | {part.card.thumb for part in every if part.card and part.card.thumb is not None}

    def caption_ids(self) -> set[int]:
        """Every caption file the draft names."""
        return {pk for part in self._every_part() for item in part.media for pk in item.captions}

    def _every_part(self) -> list[DraftPart]:
        return [*self.parts, *(part for target in self.targets if target.variant for part in target.variant.parts)]

    def title(self) -> str:
        """The first words, for lists."""
        texts = [part.text for part in self.parts]
        texts += [part.text for target in self.targets if target.variant for part in target.variant.parts]
        first = next((text for text in texts if text.strip()), "")
        return first_words(MENTION.sub(lambda match: match.group(1).strip(), first), TITLE_LENGTH)


def _compared(draft: Draft) -> Draft:
    """What the public meets, for comparing."""
    return replace(draft, note="", campaign=None, mentions={}, targets=_ordered(draft))


def _ordered(draft: Draft) -> tuple[DraftTarget, ...]:
    return tuple(sorted(draft.targets, key=lambda target: target.channel))


def first_words(text: str, length: int) -> str:
    """The beginning of a text on one line, in whole letters and, where possible, whole words."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    kept = ""
    for cluster in regex.findall(r"\X", line[: length * 4]):
        if len(kept) + len(cluster) > length - 1:
            break
        kept += cluster
    words = kept.rsplit(" ", 1)[0] if " " in kept[length // 2 :] else kept
    return words.rstrip() + "…"


# --- from rows --------------------------------------------------------------


def of_revision(revision: Revision, *, note: str = "") -> Draft:
    """The draft a stored revision is; reads its targets."""
    data = dict(revision.body)
    data |= {"at": revision.at, "zone": revision.zone, "note": note}
    data["targets"] = [_of_target(target) for target in revision.targets.all()]
    return Draft.from_json(data)


def _of_target(target: Target) -> dict[str, Any]:
    said = {"channel": target.channel_id, "variant": target.variant, "options": target.options, "at": target.at}
    return said | target.speech


# --- from a person ----------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What was understood, and what could not be used."""

    draft: Draft
    problems: list[FieldProblem]


def read(data: Mapping[str, Any], *, zone: str = "UTC") -> Reading:
    """A draft from what a browser sent; `zone` is the unit's, for a draft that names none.

    Accepts anything JSON can hold; raises nothing.
    """
    problems: list[FieldProblem] = []
    named = text_of(data.get("zone"))
    if named and not localtime.is_zone(named):
        problems.append(FieldProblem("zone", _("“%(zone)s” is not a time zone we know.") % {"zone": named[:60]}))
        named = ""
    draft = Draft(
        parts=_parts(data.get("parts"), "parts", problems),
        language=text_of(data.get("language")).strip()[:35],
        content_warning=text_of(data.get("content_warning")),
        at=_wall_time(data.get("at"), "at", problems),
        zone=named or zone,
        targets=_targets(data.get("targets"), problems),
        note=text_of(data.get("note")),
        mentions=_mentions(data.get("mentions")),
        service=bool(data.get("service")),
        queued=bool(data.get("queued")),
        languages=_languages(data.get("languages"), problems),
        campaign=0 if data.get("campaign") in (0, "0", "none") else _number(data.get("campaign")),
    )
    return Reading(draft, problems)


def text_of(value: Any) -> str:
    """Text as typed, in the one form we keep: line ends as one sign, nothing a database cannot hold."""
    if not isinstance(value, str):
        return ""
    joined = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _items(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _parts(value: Any, name: str, problems: list[FieldProblem]) -> tuple[DraftPart, ...]:
    items = _items(value)
    if len(items) > MAX_PARTS:
        problems.append(FieldProblem(name, _("A thread may have at most %(count)s parts here.") % {"count": MAX_PARTS}))
    parts = [
        DraftPart(
            text=text_of(item.get("text")),
            media=_media(item.get("media"), f"{name}.{index}.media", problems),
            card=_card(item.get("card")),
        )
        for index, item in enumerate(items)
    ]
    return tuple(parts) or (DraftPart(),)


def _media(value: Any, name: str, problems: list[FieldProblem]) -> tuple[DraftMedia, ...]:
    items = [item for item in _items(value) if _number(item.get("asset")) is not None]
    if len(items) > MAX_MEDIA:
        problems.append(FieldProblem(name, _("At most %(count)s files fit here.") % {"count": MAX_MEDIA}))
    return tuple(
        DraftMedia(
            asset=_number(item.get("asset")) or 0,
            alt=text_of(item.get("alt")),
            decorative=bool(item.get("decorative")),
            captions=_numbers(item.get("captions")),
            poster=_number(item.get("poster")),
            edits=edits.read(item.get("edits")),
        )
        for item in items
    )


def _card(value: Any) -> DraftCard | None:
    if not isinstance(value, Mapping) or not text_of(value.get("url")).startswith(("http://", "https://")):
        return None
    return DraftCard(
        url=text_of(value.get("url")).strip(),
        title=text_of(value.get("title")),
        description=text_of(value.get("description")),
        thumb=_number(value.get("thumb")),
    )


def _targets(value: Any, problems: list[FieldProblem]) -> tuple[DraftTarget, ...]:
    targets: dict[int, DraftTarget] = {}
    for item in _items(value):
        channel = _number(item.get("channel"))
        if channel is None or channel in targets:
            continue
        name = f"targets.{channel}"
        targets[channel] = DraftTarget(
            channel=channel,
            variant=_variant(item.get("variant"), name, problems),
            options=_options(item.get("options")),
            at=_wall_time(item.get("at"), f"{name}.at", problems),
            languages=_tags(item.get("languages")),
            placement=item["placement"] if item.get("placement") in PLACEMENTS else "",
            routed=_tags(item.get("routed")),
        )
    return tuple(targets.values())


def _languages(value: Any, problems: list[FieldProblem]) -> tuple[DraftLanguage, ...]:
    found = []
    for item in _items(value):
        tag = text_of(item.get("language")).strip()
        if not _TAG.fullmatch(tag):
            problems.append(FieldProblem("languages", _no_language(tag)))
            continue
        parts = _parts(item.get("parts"), "languages", problems)
        warning = text_of(item.get("content_warning"))
        found.append(DraftLanguage(tag, parts, warning, bool(item.get("machine"))))
    return tuple(found)


def _tags(value: Any) -> tuple[str, ...]:
    items = value[:MAX_LANGUAGES] if isinstance(value, list | tuple) else ()
    return tuple(dict.fromkeys(tag for tag in items if isinstance(tag, str) and _TAG.fullmatch(tag)))


def _no_language(tag: str) -> str:
    if not tag:
        return _("Choose the language to add.")
    return _("“%(typed)s” is not the code of a language. Choose one from the list.") % {"typed": tag[:35]}


def _variant(value: Any, name: str, problems: list[FieldProblem]) -> DraftVariant | None:
    if not isinstance(value, Mapping):
        return None
    warning = value.get("content_warning")
    return DraftVariant(
        parts=_parts(value.get("parts"), f"{name}.parts", problems),
        content_warning=None if warning is None else text_of(warning),
    )


def _options(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    kept = {str(name)[:60]: item for name, item in value.items() if isinstance(item, str | bool)}
    return {name: text_of(item) if isinstance(item, str) else item for name, item in kept.items()}


def _mentions(value: Any) -> dict[str, dict[str, str]]:
    """Handles by name and channel id. Only rows hold them; a browser's are replaced by those of the address book."""
    if not isinstance(value, Mapping):
        return {}
    return {
        text_of(name): {str(pk): text_of(handle) for pk, handle in handles.items()}
        for name, handles in value.items()
        if isinstance(handles, Mapping)
    }


def _number(value: Any) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if not isinstance(value, bool) and 0 < number < 2**63 else None


def _numbers(value: Any) -> tuple[int, ...]:
    found = (_number(item) for item in value[:MAX_CAPTIONS]) if isinstance(value, list | tuple) else ()
    return tuple(dict.fromkeys(number for number in found if number is not None))


def _wall_time(value: Any, name: str, problems: list[FieldProblem]) -> str:
    typed = text_of(value).strip()
    if not typed:
        return ""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or not 2000 <= moment.year <= 2200:
        problems.append(FieldProblem(name, _no_time(typed)))
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M")


def _no_time(typed: str) -> str:
    day, _t, clock = typed.partition("T")
    if not day and not clock:
        return _("Choose a day and a time.")
    if not clock and _t:
        return _("The time is missing. Choose one.")
    if not day:
        return _("The day is missing. Choose one.")
    return _("“%(typed)s” is not a date and time. Choose a day and a time.") % {"typed": typed[:40]}
