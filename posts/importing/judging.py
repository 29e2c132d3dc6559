"""What each line of a file would become, and what is wrong with it by field; nothing is written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.check import Problem
from channels_app.models import Channel
from channels_app.platforms import name_of
from libsocial.accounts.models import Unit, User
from posts import drafting, problems, schedule, selectors
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget
from posts.importing import columns as names
from posts.knowledge import Known
from posts.models import Asset, ImportBatch, ImportRow, Post

_LIST = re.compile(r"\s*[;,|\n]\s*")


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong. `stops`: the line becomes no draft; else the draft must be mended before it is sent."""

    field: str
    text: str
    stops: bool = False


@dataclass
class Judged:
    """A line with the draft it would be."""

    row: ImportRow
    draft: Draft
    channels: list[Channel]
    troubles: list[Trouble] = field(default_factory=list)
    duplicate: Post | None = None

    @property
    def when(self) -> datetime | None:
        """The wall time, for the page to write out: a day that was misread is seen there."""
        return datetime.fromisoformat(self.draft.at) if self.draft.at else None

    @property
    def verdict(self) -> str:
        if self.stopped:
            return "stopped"
        return "mend" if self.troubles else "ready"

    @property
    def stopped(self) -> bool:
        return any(one.stops for one in self.troubles)

    def by_field(self) -> dict[str, list[Trouble]]:
        found: dict[str, list[Trouble]] = defaultdict(list)
        for one in self.troubles:
            found[one.field].append(one)
        return found


@dataclass(frozen=True)
class Whole:
    """What one line cannot tell by itself: how the file writes its days, and where each text and time stands first."""

    american: bool
    first: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, batch: ImportBatch, lines: Iterable[tuple[int, Sequence[str]]]) -> Whole:
        """`lines`: number and cells of every line of the file, in order."""
        found = [(number, [names.cell(cells, batch.columns, name) for name in _KEY]) for number, cells in lines]
        american = names.month_first([day for _number, (_text, day, _clock) in found])
        first: dict[tuple[str, str], int] = {}
        for number, (text, day, clock) in found:
            at = names.moment(day, clock, american=american)
            first.setdefault((drafting.text_of(text).strip(), at if at and _in_reach(at) else ""), number)
        return cls(american, first)


_KEY = ("text", "date", "time")


def _in_reach(at: str) -> bool:
    return 2000 <= int(at[:4]) <= 2200


class Judge:
    """Reads once what all lines need: channels by name, pictures by file name."""

    def __init__(self, batch: ImportBatch, user: User, rows: Sequence[ImportRow], whole: Whole) -> None:
        self.unit: Unit = batch.unit
        self.columns: Mapping[str, int] = batch.columns
        self.channels = _by_name(list(selectors.usable_channels(batch.unit)))
        self.american = whole.american
        self.assets = self._assets(user, rows)

    def cell(self, row: ImportRow, name: str) -> str:
        return names.cell(row.cells, self.columns, name)

    def _assets(self, user: User, rows: Sequence[ImportRow]) -> dict[str, Asset]:
        wanted = {name.casefold() for row in rows for name in _split(self.cell(row, "files"))}
        if not wanted:
            return {}
        known = Asset.objects.visible_to(user).filter(unit=self.unit).only("pk", "original_name", "alt", "kind")
        return {one.original_name.casefold(): one for one in known if one.original_name.casefold() in wanted}

    def judge(self, row: ImportRow) -> Judged:
        """The line by itself: what can be understood of it, and what cannot."""
        troubles: list[Trouble] = []
        text = drafting.text_of(self.cell(row, "text"))
        if not text.strip():
            troubles.append(Trouble("text", _("The text is missing."), stops=True))
        channels = self._channels(row, troubles)
        draft = Draft(
            parts=(DraftPart(text, self._media(row, troubles)),),
            language=(self.cell(row, "language") or self.unit.language)[:35],
            content_warning=drafting.text_of(self.cell(row, "warning")),
            at=self._at(row, troubles),
            zone=self.unit.zone,
            targets=tuple(DraftTarget(channel.pk) for channel in channels),
            note=drafting.text_of(self.cell(row, "note")),
        )
        return Judged(row, draft, channels, troubles)

    def _channels(self, row: ImportRow, troubles: list[Trouble]) -> list[Channel]:
        found: dict[int, Channel] = {}
        for typed in _split(self.cell(row, "channels")):
            matching = self.channels.get(_plain(typed), [])
            if len(matching) == 1:
                found[matching[0].pk] = matching[0]
            else:
                sentence = (
                    _("“%(name)s” is the name of several channels. Write its handle.")
                    if matching
                    else _("“%(name)s” is not a channel %(unit)s can use. Write its name or handle.")
                )
                troubles.append(Trouble("channels", sentence % {"name": typed[:60], "unit": self.unit}, stops=True))
        return list(found.values())

    def _media(self, row: ImportRow, troubles: list[Trouble]) -> tuple[DraftMedia, ...]:
        media, alts = [], self.cell(row, "alt").split("|")
        for place, name in enumerate(_split(self.cell(row, "files"))):
            asset = self.assets.get(name.casefold())
            if asset is None:
                sentence = _("There is no file “%(name)s” in the media library of %(unit)s. Add it there first.")
                troubles.append(Trouble("files", sentence % {"name": name[:60], "unit": self.unit}, stops=True))
                continue
            alt = (alts[place].strip() if place < len(alts) else "") or asset.alt
            if not alt and asset.kind == "image":
                troubles.append(Trouble("alt", _("“%(name)s” has no alt text.") % {"name": name[:60]}))
            media.append(DraftMedia(asset.pk, alt=drafting.text_of(alt)))
        return tuple(media)

    def _at(self, row: ImportRow, troubles: list[Trouble]) -> str:
        day, clock = self.cell(row, "date"), self.cell(row, "time")
        at = names.moment(day, clock, american=self.american)
        if at is None:
            wrong = "time" if day and not clock else "date"
            sentence = _("“%(typed)s” is not a day and a time. Write them as 2026-12-01 and 10:00.")
            troubles.append(Trouble(wrong, sentence % {"typed": f"{day} {clock}".strip()[:40]}, stops=True))
            return ""
        if at and not _in_reach(at):
            troubles.append(Trouble("date", _("This year is out of reach."), stops=True))
            return ""
        if schedule.has_passed(schedule.moment_of(at, self.unit.zone), timezone.now()):
            troubles.append(Trouble("date", _("This time has passed.")))
        return at


def judge(
    batch: ImportBatch, user: User, rows: Sequence[ImportRow], *, deeply: bool = True, whole: Whole | None = None
) -> list[Judged]:
    """The lines with all their troubles. `deeply` asks the checks of every channel, too: length, files, links.

    `whole`: what is known of the file, where these are not all of its lines.
    """
    whole = whole or Whole.of(batch, [(row.number, row.cells) for row in rows])
    bench = Judge(batch, user, rows, whole)
    judged = [bench.judge(row) for row in rows]
    _mark_duplicates(batch, judged, whole)
    if deeply:
        known = Known([], [one.draft for one in judged], {c.pk: c for one in judged for c in one.channels}.values())
        for one in judged:
            _ask_channels(one, batch.unit, known)
    return judged


# Which of our columns a problem of the checks belongs to; everything else is about the text.
_COLUMN = {"media": "files", "alt": "alt", "content_warning": "warning", "at": "date"}


def _is_told(problem: Problem) -> bool:
    """What blocks, and what the clocks do to the time; that it has passed is said already."""
    if problem.message in {"post.time_gap", "post.time_twice"}:
        return True
    return problem.severity == "block" and problem.message != "post.time_passed"


def _ask_channels(one: Judged, unit: Unit, known: Known) -> None:
    if one.stopped:
        return
    report = problems.of_draft(one.draft, unit=unit, known=known)
    told = {trouble.text for trouble in one.troubles}
    skipped = {"alt"} if any(trouble.field == "alt" for trouble in one.troubles) else set()
    for channel, found in ((None, report.general), *((pk, found) for pk, found in report.channels.items())):
        for problem in found:
            if problem.field in skipped or not _is_told(problem):
                continue
            text = problems.sentence(problem)
            if channel is not None and len(one.channels) > 1:
                text = f"{known.channels[channel].name}: {text}"
            if text not in told:
                told.add(text)
                where = "channels" if problem.message == "post.no_channel" else _COLUMN.get(problem.field, "text")
                one.troubles.append(Trouble(where, text))


def as_kept(batch: ImportBatch, user: User, rows: Sequence[ImportRow], whole: Whole) -> list[Judged]:
    """Lines of a long file as the worker judged them."""
    bench = Judge(batch, user, rows, whole)
    judged = [bench.judge(row) for row in rows]
    for one in judged:
        if one.row.verdict:
            one.troubles = [Trouble(*trouble) for trouble in one.row.troubles]
    return judged


def _mark_duplicates(batch: ImportBatch, judged: Sequence[Judged], whole: Whole) -> None:
    """Lines whose words and time a post of the unit has already, and lines that stand twice in the file."""
    titles = {one.draft.title() for one in judged}
    posts = Post.objects.filter(unit=batch.unit, title__in=titles).exclude(state="archived")
    standing: dict[tuple[str, str], Post] = {}
    for post in posts.select_related("current")[:5000]:
        if post.current:
            parts = post.current.body.get("parts") or [{}]
            standing.setdefault((str(parts[0].get("text", "")).strip(), post.current.at), post)
    for one in judged:
        key = (one.draft.parts[0].text.strip(), one.draft.at)
        if one.row.post_id is None and key[0] and key in standing:
            one.duplicate = standing[key]
            one.troubles.append(
                Trouble("text", _("A post with these words and this time is there already."), stops=True)
            )
        elif key[0] and (before := whole.first.get(key, one.row.number)) < one.row.number:
            sentence = _("The same as line %(number)s.") % {"number": before}
            one.troubles.append(Trouble("text", sentence, stops=True))


def _split(typed: str) -> list[str]:
    return [word for word in _LIST.split(typed.strip()) if word]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _by_name(channels: Sequence[Channel]) -> dict[str, list[Channel]]:
    """Channels by everything one may call them: name, handle, platform, and name with platform."""
    found: dict[str, list[Channel]] = defaultdict(list)
    for channel in channels:
        platform = name_of(channel.platform)
        called = {channel.name, channel.handle, channel.handle.lstrip("@"), platform, channel.platform}
        called |= {f"{channel.name} ({platform})", f"{platform}: {channel.name}"}
        for name in {_plain(word) for word in called if word}:
            found[name].append(channel)
    return found
