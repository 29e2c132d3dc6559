"""What the composer's page shows: the draft, its channels, counts, problems beside their fields, previews."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.capabilities import Capabilities
from channels_app.check import Problem
from channels_app.models import Channel
from channels_app.selectors import capabilities_of
from libsocial.accounts.models import Unit, User
from libsocial.core import asked
from libsocial.core.localtime import Moment
from libsocial.links import codes
from posts import (
    changes,
    edits,
    fixing,
    languages,
    names,
    offering,
    panels,
    presence,
    previews,
    problems,
    schedule,
    selectors,
    workflow,
)
from posts.composer_files import as_cut, asset_json, sentences, upload_limits
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart, DraftTarget, FieldProblem
from posts.knowledge import Known
from posts.models import Asset, CheckOverride, Post, Target
from posts.services import cards, media
from posts.services.drafts import Conflict
from posts.settings import language_choices

GRAVEST_FIRST = {"block": 0, "warn": 1, "hint": 2}


@dataclass
class Shown:
    """A problem as the page shows it: the sentence, for which channels, and the button that mends it."""

    id: str
    severity: str
    text: str
    channels: list[str] = field(default_factory=list)
    fix: str = ""
    fix_label: str = ""
    where: str = ""
    slot: str = ""  # what it stands beside
    # Of a rule of the unit, which may be let stand: what the exception is bound to, and the row there is.
    key: str = ""
    start: int = 0
    end: int = 0
    exception: CheckOverride | None = None
    error: str = ""
    typed: str = ""

    @property
    def field(self) -> str:
        """The id of the field it is about, '' where there is no single one."""
        if self.slot == "at":
            return "c-date"
        return f"{self.slot}-text" if self.slot.rpartition("-")[2].isdigit() else ""


class Composer:
    """One draft on one page. `typed` are problems of what was typed that a draft cannot hold."""

    def __init__(
        self,
        user: User,
        unit: Unit,
        draft: Draft,
        *,
        token: UUID,
        post: Post | None = None,
        typed: list[FieldProblem] | None = None,
        units: list[Unit] | None = None,
        offered: list[Channel] | None = None,
    ) -> None:
        self.offered = offered  # the channels of the unit, where somebody has read them already
        self.user, self.unit, self.draft, self.token, self.post = user, unit, draft, token, post
        self.desk = ""  # where the person sits, for whoever has the post open elsewhere
        self.draft = self._routed(names.bound(draft, unit))
        self.typed: list[FieldProblem] = list(typed or [])
        self.units = units or [unit]
        self.conflict: Conflict | None = None
        self.kept = True  # False: what is on the page is nowhere else yet
        self.version: int | None = None
        self.errors: dict[str, str] = {}  # sentences for one part's card or files, by the part's name

    # --- the material -------------------------------------------------------
    @staticmethod
    def preselected(user: User, unit: Unit, offered: list[Channel]) -> list[int]:
        """The only channel, else those of this person's last post in the unit."""
        usable = [channel.pk for channel in offered]
        if len(usable) == 1:
            return usable
        last = Post.objects.filter(unit=unit, author=user).exclude(current=None).order_by("-pk").first()
        used = (
            set(Target.objects.filter(revision_id=last.current_id).values_list("channel_id", flat=True)) if last else ()
        )
        return [pk for pk in usable if pk in used]

    @cached_property
    def channels(self) -> list[Channel]:
        """Every channel on offer, and those the draft names although they are gone."""
        offered = selectors.offered_channels(self.unit) if self.offered is None else self.offered
        found = {channel.pk: channel for channel in offered}
        found |= Known([], [self.draft], found.values()).channels
        return sorted(found.values(), key=lambda channel: (channel.platform, channel.name))

    @cached_property
    def abilities(self) -> dict[int, Capabilities]:
        return {channel.pk: capabilities_of(channel) for channel in self.channels}

    @cached_property
    def known(self) -> Known:
        return Known([self.post] if self.post else [], [self.draft], self.channels)

    @property
    def assets(self) -> dict[int, Asset]:
        return self.known.assets

    @property
    def chosen(self) -> list[tuple[DraftTarget, Channel]]:
        known = {channel.pk: channel for channel in self.channels}
        return [(target, known[target.channel]) for target in self.draft.targets if target.channel in known]

    def change(self, draft: Draft) -> None:
        """Another draft in its place: what was found about the one before is asked again."""
        self.draft = self._routed(names.bound(draft, self.unit))
        self.refresh()

    def _routed(self, draft: Draft) -> Draft:
        """With the languages each channel gets by itself."""
        asked = {channel.pk: channel.languages for channel in self.channels} if draft.languages else {}
        return languages.routed(draft, asked)

    def refresh(self) -> None:
        """After a save: what was found before is asked again."""
        self.__dict__.pop("found", None)
        self.__dict__.pop("known", None)

    # --- problems -----------------------------------------------------------
    @property
    def untouched(self) -> bool:
        """A page just opened blames nobody for not having written yet."""
        return self.post is None and not self.typed and all(part.empty for part in self.draft.parts)

    @cached_property
    def found(self) -> dict[str, list[Shown]]:
        """Problems by the slot of the page they belong beside."""
        slots: dict[str, list[Shown]] = defaultdict(list)
        if self.untouched:
            return slots
        for problem in self.typed:
            slots[self._slot_of_typed(problem.field)].append(Shown("typed", "block", problem.message))
        report = self.report
        for problem in report.general:
            self._place(slots, None, problem)
        for channel_id, found in report.channels.items():
            for problem in found:
                self._place(slots, channel_id, problem)
        self._name_few(slots)
        for beside in slots.values():
            beside.sort(key=lambda shown: GRAVEST_FIRST.get(shown.severity, 9))
        return slots

    @property
    def report(self) -> problems.Report:
        return problems.of_draft(self.draft, unit=self.unit, known=self.known, post=self.post)

    def _name_few(self, slots: dict[str, list[Shown]]) -> None:
        """A rule's finding that holds on every chosen channel names none of them."""
        everywhere = {channel.name for _target, channel in self.chosen}
        for shown in (one for found in slots.values() for one in found if one.key):
            shown.channels = [] if set(shown.channels) == everywhere else shown.channels

    def _place(self, slots: dict[str, list[Shown]], channel_id: int | None, problem: Problem) -> None:
        said = problems.sentence(problem)
        target = self.draft.target(channel_id) if channel_id else None
        slot = self._slot(target, problem)
        name = next((channel.name for channel in self.channels if channel.pk == channel_id), "")
        same = next((one for one in slots[slot] if one.id == problem.message and one.text == said), None)
        if same:
            same.channels += [name] if name and name not in same.channels else []
            return
        shown = Shown(problem.message, problem.severity, said, [name] if name else [], slot=slot)
        if "key" in problem.params:
            shown.key, shown.start, shown.end = (problem.params[part] for part in ("key", "start", "end"))
            shown.exception = self._exception(problem)
        if problem.fix and channel_id:
            shown.fix, shown.fix_label = problem.fix, fixing.label(problem.fix, problem.params)
            shown.where = f"{channel_id}.{problem.message}.{problem.part}"
        slots[slot].append(shown)

    def _exception(self, problem: Problem) -> CheckOverride | None:
        made = self.known.exceptions(self.post) if self.post and "exception" in problem.params else {}
        return made.get(problem.params["key"])

    def _slot(self, target: DraftTarget | None, problem: Problem) -> str:
        if problem.field in {"text", "media", "alt", "card"}:
            return languages.slot_of(self.draft, target, problem.part) if target else f"base-{problem.part}"
        if problem.field.startswith("l-"):
            return problem.field
        if problem.field in {"at", "content_warning"}:
            return problem.field
        if problem.field == "targets":
            return "channels"
        return f"v{target.channel}" if target else "form"

    def _slot_of_typed(self, name: str) -> str:
        first, _dot, rest = name.partition(".")
        if first == "parts":
            return f"base-{rest.partition('.')[0] or 0}"
        if first == "targets":
            return f"v{rest.partition('.')[0]}"
        return "at" if first == "at" else "form"

    def _to_change(self, channel: int) -> int:
        """What must be changed inside one channel's fold: of its settings and its own text."""
        inside = [found for slot, found in self.found.items() if slot.partition("-")[0] == f"v{channel}"]
        return sum(shown.severity == "block" for found in inside for shown in found)

    @property
    def blocking(self) -> int:
        return sum(shown.severity == "block" for found in self.found.values() for shown in found)

    @property
    def warnings(self) -> int:
        return sum(shown.severity == "warn" for found in self.found.values() for shown in found)

    # --- the page -----------------------------------------------------------
    def context(self, request: HttpRequest) -> dict[str, Any]:
        """Everything posts/compose.html shows."""
        when = _typed_time(request.POST, "", self.draft.at)
        post, revision = self.post, self.post.current if self.post else None
        page = self._live_context() | {
            "post": post,
            "revision": revision,
            "action": reverse("posts:edit", args=[post.pk]) if post else reverse("posts:new"),
            "token": self.token,
            "version": request.POST.get("version") if self.conflict else (revision.version if revision else 0),
            "unit": self.unit,
            "units": self.units,
            "zone": self.unit.zone,
            "after_approval": post.state if post and post.state in {"in_review", "approved"} else "",
            "submit_label": workflow.submit_label(post, self.user, self.known),
            "kept": self.kept,
            "conflict": self._conflict(self.conflict) if self.conflict else None,
            "parts": [self._part(part, "base", number) for number, part in enumerate(self.draft.parts)],
            "channels": [self._channel(channel, request.POST) for channel in self.channels],
            "at_date": when[0],
            "at_time": when[1],
            "language": self.draft.language,
            "languages": language_choices(self.draft.language, self.unit.language),
            "content_warning": self.draft.content_warning,
            "note": self.draft.note,
            "channel_data": [self._channel_data(channel) for channel in self.channels],
            "words": self._words(),
            "empty_part": {"name": "__scope__-__index__", "text": "", "media": [], "counts": [], "problems": []}
            | {"base": True},
            "empty_media": [
                {"asset": "__asset__", "kind": kind, "part": f"__{kind}__", "thumb": "", "alt": "", "decorative": False}
                for kind in ("image", "video", "document")
            ],
            "limits": upload_limits(),
        }
        for panel in panels.every():
            page |= panel.context(self, request)
        return page

    def _words(self) -> dict[str, str]:
        said = sentences()
        for panel in panels.every():
            said |= panel.words()
        return said

    def live(self, request: HttpRequest) -> dict[str, Any]:
        """The answer to an autosave: what changed around the fields."""
        self.refresh()
        context = self._live_context()
        draw = lambda name, **more: render_to_string(f"posts/{name}.html", context | more, request)  # noqa: E731
        return {
            "slots": {slot: draw("_problems", problems=found) for slot, found in self.found.items()}
            | {f"mark-v{pk}": draw("_mark", count=count) for pk in self.abilities if (count := self._to_change(pk))},
            "side": draw("_side"),
            "moment": draw("_moment"),
            "others": draw("_others"),
            "why": draw("_why"),
            "live": {name: html for panel in panels.every() for name, html in panel.live(self, request).items()},
        }

    def conflict_html(self, request: HttpRequest, conflict: Conflict) -> str:
        return render_to_string("posts/_conflict.html", {"conflict": self._conflict(conflict)}, request)

    def _live_context(self) -> dict[str, Any]:
        return {
            "slots": self.found,
            "previews": previews.of_draft(self.draft, self.chosen, self.assets),
            "moment": self._moment(),
            "others": presence.others(self.post.pk, self.user) if self.post else [],
            "elsewhere": bool(self.post and presence.elsewhere(self.post.pk, self.user, self.desk)),
            "blocking": self.blocking,
            "warnings": self.warnings,
            "any_chosen": bool(self.draft.targets),
            "untouched": self.untouched,
        }

    def _moment(self) -> Moment | None:
        """What the clocks do to the time, while no channel is chosen whose problem would say it."""
        return None if self.draft.targets else schedule.moment_of(self.draft.at, self.draft.zone)

    def _conflict(self, conflict: Conflict) -> dict[str, Any]:
        theirs = conflict.theirs
        return {
            "who": theirs.who,
            "at": theirs.when,
            "version": theirs.version,
            "parts": theirs.draft.parts,
            "url": reverse("posts:edit", args=[self.post.pk]) if self.post else "",
        }

    def _part(self, part: DraftPart, scope: str, number: int) -> dict[str, Any]:
        name = f"{scope}-{number}"
        return {
            "name": name,
            "base": scope == "base",
            "first": number == 0,
            "text": part.text,
            "media": [self._picture(item) for item in part.media if item.asset in self.assets],
            "card": self._card(part.card) if part.card else None,
            "card_error": self.errors.get(f"{name}-card", ""),
            "file_errors": self.errors.get(f"{name}-files", ""),
            "counts": self._counts(name),
            "problems": self.found.get(name, []),
        }

    def _picture(self, item: DraftMedia) -> dict[str, Any]:
        shown = asset_json(self.assets[item.asset])
        chosen = self.assets.get(item.poster) if item.poster is not None else None
        return shown | {
            "asset": item.asset,
            "alt": item.alt,
            "decorative": item.decorative,
            "edits": json.dumps(item.edits.to_json()) if item.edits else "",
            "thumb": as_cut(shown["thumb"], item.edits),
            "captions": [one for one in shown["captions"] if one["id"] in item.captions],
            "chosen_poster": chosen.pk if chosen else "",
            "own_poster": shown["poster"],
            "poster": asset_json(chosen)["url"] if chosen else shown["poster"],
        }

    def _card(self, card: DraftCard) -> dict[str, Any]:
        thumb = self.assets.get(card.thumb) if card.thumb else None
        return card.to_json() | {"thumb_url": asset_json(thumb)["thumb"] if thumb else ""}

    def _counts(self, name: str) -> list[dict[str, Any]]:
        """How full each channel is whose words begin in this part of the form, every language in it counted."""
        counted = []
        for target, channel in self.chosen:
            for part in (one.part for one in languages.said(self.draft, target) if one.slot == name):
                can = self.abilities[channel.pk].shaped(target.options)
                beside = languages.warning(self.draft, target) if can.content_warning_counts else ""
                said = codes.placed(names.said(part.text, self.draft.mentions, channel.pk), channel.pk)
                used = measure.count(said, can.text) + (measure.count(beside, can.text) if beside else 0)
                counted.append(
                    {
                        "channel": channel.pk,
                        "platform": channel.platform,
                        "name": channel.name,
                        "used": used,
                        "limit": can.text.beside(part.media).limit,
                    }
                )
        return counted

    def _channel(self, channel: Channel, form: QueryDict) -> dict[str, Any]:
        target = self.draft.target(channel.pk)
        variant = target.variant if target else None
        scope, can = f"v{channel.pk}", self.abilities[channel.pk]
        day, clock = _typed_time(form, f"{scope}-", target.at if target else "")
        values = target.options if target else {}
        return {
            "channel": channel,
            "avatar": previews.avatar_url(channel),
            "scope": scope,
            "chosen": target is not None,
            "lent": channel.unit_id != self.unit.pk and not self.unit.path.startswith(channel.unit.path),
            "own": variant is not None,
            "differs": changes.from_base(self.draft, target) if target else [],
            "parts": [self._part(part, scope, n) for n, part in enumerate(variant.parts)] if variant else [],
            "threads": can.threads,
            "options": offering.of(can, values),
            "comment": offering.comment(can, values),
            "problems": self.found.get(scope, []),
            "to_change": self._to_change(channel.pk),
            "at_date": day,
            "at_time": clock,
        }

    def _channel_data(self, channel: Channel) -> dict[str, Any]:
        can = self.abilities[channel.pk]
        return {
            "id": channel.pk,
            "name": channel.name,
            "platform": channel.platform,
            "mark": previews.mark(channel),
            "limit": can.text.limit,
            "caption": can.text.caption,
            "unit": str(can.text.unit),
            "link_length": can.text.link_length,
            "warning_counts": can.content_warning_counts,
            "shapes": offering.shapes(can),
        }

    # --- acts of a page without script --------------------------------------
    def with_usable_channels(self) -> Draft:
        """The draft without the channels another unit had chosen."""
        usable = self.known.usable(self.unit)
        return replace(self.draft, targets=tuple(one for one in self.draft.targets if one.channel in usable))

    def with_uploads(self, name: str, files: list[Any]) -> Draft:
        """The draft with these files as pictures of one part; a refused file is named, the others are kept."""
        added, refused = [], []
        for file in files:
            try:
                asset = media.upload(by=self.user, unit=self.unit, file=file)
                brought = [row.pk for row in asset.captions.all()] if asset.kind == "video" else []
                own = {"decorative": asset.decorative, "edits": edits.read(asset.edits)}
                added.append(DraftMedia(asset.pk, alt=asset.alt, captions=tuple(brought), **own))
            except media.Refused as error:
                refused.append(f"{file.name}: {error}")
        self.refused(name, refused)
        return fixing.change_part(self.draft, name, lambda part: replace(part, media=(*part.media, *added)))

    def refused(self, name: str, sentences: list[str]) -> None:
        if sentences:
            self.errors[f"{name}-files"] = " ".join(sentences)
            self.typed.append(FieldProblem(_typed_name(name), " ".join(sentences)))

    def with_captions(self, name: str, pk: int, file: Any, language: str) -> Draft:
        """The draft with a caption file beside one film of one part."""
        asset = Asset.objects.visible_to(self.user).filter(pk=pk).first()
        if file is None or asset is None:
            self.refused(name, [_("No captions arrived. Choose the file again.")])
            return self.draft
        try:
            row = media.add_captions(by=self.user, asset=asset, file=file, language=language)
        except media.Refused as error:
            self.refused(name, [f"{file.name}: {error}"])
            return self.draft
        return self._with_media(name, pk, lambda item: replace(item, captions=(*item.captions, row.pk)))

    def with_poster(self, name: str, pk: int, file: Any) -> Draft:
        """The draft with a picture that stands for one film of one part."""
        if file is None:
            self.refused(name, [_("No picture arrived. Choose it again.")])
            return self.draft
        try:
            asset = media.upload(by=self.user, unit=self.unit, file=file)
        except media.Refused as error:
            self.refused(name, [f"{file.name}: {error}"])
            return self.draft
        chosen = asset.pk if asset.kind == "image" else None
        return self._with_media(name, pk, lambda item: replace(item, poster=chosen))

    def _with_media(self, name: str, pk: int, change: Callable[[DraftMedia], DraftMedia]) -> Draft:
        def changed(part: DraftPart) -> DraftPart:
            return replace(part, media=tuple(change(item) if item.asset == pk else item for item in part.media))

        return fixing.change_part(self.draft, name, changed)

    def with_fix(self, rest: str) -> Draft:
        """The draft with the problem a button names mended; unchanged when it is no longer there."""
        fix, _colon, where = rest.partition(":")
        channel, _dot, message = where.partition(".")
        message, _dot, part = message.rpartition(".")
        target = self.draft.target(asked.number(channel) or 0)
        if target is None:
            return self.draft
        for problem in self.report.channels.get(target.channel, ()):
            if (problem.fix, problem.message, str(problem.part)) == (fix, message, part):
                can = self.abilities[target.channel].shaped(target.options)
                return fixing.apply(self.draft, target, problem, can, self.assets)
        return self.draft

    def with_card(self, name: str) -> Draft:
        """The draft with the card of the first link in one part's text."""
        part = fixing.part_named(self.draft, name)
        try:
            card = cards.card_for_text(by=self.user, unit=self.unit, text=part.text if part else "")
        except cards.NoCard as error:
            self.errors[f"{name}-card"] = str(error)
            return self.draft
        return fixing.change_part(self.draft, name, lambda old: replace(old, card=card))


def _typed_time(form: QueryDict, scope: str, at: str) -> tuple[str, str]:
    """Day and time as typed, half ones too; those of the draft on a page that nobody sent."""
    day, _t, clock = at.partition("T")
    return form.get(f"{scope}date", day), form.get(f"{scope}time", clock)


def _typed_name(name: str) -> str:
    scope, _dash, number = name.partition("-")
    return f"parts.{number}" if scope == "base" else f"targets.{scope[1:]}"
