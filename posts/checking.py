"""The rules of posts.checks asked of a draft on one channel, with what the database knows around it.

What is asked of the database is asked only when a finding makes it necessary: the known contacts, the exceptions,
the links that were looked at, the neighbours on the channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from django.utils import formats, timezone
from django.utils.crypto import salted_hmac

from channels_app import measure
from channels_app.check import Problem
from channels_app.content import Content
from channels_app.models import Channel
from libsocial.accounts.models import Unit
from libsocial.core import localtime
from posts import checks, languages, schedule
from posts.checks import Contacts, Context, Finding, MediaFact, Piece, Said
from posts.checks.base import masked, shortened
from posts.checks.rules import GRAVITY, level_of
from posts.drafting import Draft, DraftMedia, DraftTarget
from posts.knowledge import Known, hash_of
from posts.models import Asset, CheckOverride, Post
from scheduler.models import Delivery

REPEAT = timedelta(days=30)
NEAR = timedelta(hours=1)
REPEATABLE = 20  # letters; shorter texts are the same by chance
WAITING = ("planned", "waiting", "held")
LINK_RULES = {"gone": "L1", "private": "L2", "moved": "L3"}


class _House(Context):
    """A context that asks the database who may be named, when a rule wants to know."""

    known: Known
    unit: Unit

    def read_contacts(self) -> Contacts:
        return self.known.contacts

    def can_insert_access(self) -> bool:
        return bool(self.known.access_text(self.unit))


def problems_of(
    draft: Draft,
    target: DraftTarget,
    channel: Channel,
    content: Content,
    *,
    unit: Unit,
    known: Known,
    post: Post | None,
) -> list[Problem]:
    """What the unit's rules find in what this channel's readers meet. Exceptions that were made are marked."""
    levels = known.policy(unit).rules
    moment = schedule.moment_for(draft, target)
    said = said_on(draft, target, content, known.assets)
    context = _House(levels=levels, region=region_of(draft.zone), when=moment.wall if moment else None)
    context.today, context.known, context.unit = _today(draft.zone), known, unit
    findings = known.checked(said, context)
    findings = [
        *findings,
        *_links(said, known, levels),
        *_long(said, known, unit, levels),
        *_neighbours(said, channel, moment, known, post, levels),
    ]
    made = known.exceptions(post) if findings and post is not None else {}
    found = (_problem(finding, made.get(fingerprint(finding)), post, known, unit) for finding in findings)
    return [_in_words(problem, draft) if problem.fix == "name_language" else problem for problem in found]


def _today(zone: str) -> datetime | None:
    return localtime.wall_of(timezone.now(), zone) if localtime.is_zone(zone) else None


# --- what is said -----------------------------------------------------------------
def said_on(draft: Draft, target: DraftTarget, content: Content, assets: Mapping[int, Asset]) -> Said:
    """The texts and files of one channel as the rules take them."""
    pieces: list[Piece] = []
    for index, part in enumerate(content.parts):
        pieces.append(Piece("comment" if part.role == "comment" else "text", index, part.text))
        pieces += [Piece("alt", index, one.alt, at) for at, one in enumerate(part.media, start=1) if one.alt]
        if part.card:
            pieces.append(Piece("card", index, "\n".join((part.card.url, part.card.title, part.card.description))))
    if content.content_warning:
        pieces.append(Piece("content_warning", 0, content.content_warning))
    return Said(tuple(pieces), tuple(_media(draft, target, assets)), content.language)


def _media(draft: Draft, target: DraftTarget, assets: Mapping[int, Asset]) -> Iterator[MediaFact]:
    for index, part in enumerate(draft.parts_for(target)):
        there = [(item, assets[item.asset]) for item in part.media if item.asset in assets]
        for number, (item, asset) in enumerate(there, start=1):
            yield MediaFact(
                part=index,
                picture=number,
                kind=asset.kind,
                alt="" if item.decorative else item.alt.strip(),
                decorative=item.decorative,
                seconds=asset.seconds,
                captions=len(item.captions),
                faults=_faults(asset, item),
                facts=asset.facts,
            )


def _faults(asset: Asset, item: DraftMedia) -> dict[str, float]:
    """Those of the caption files this post shows."""
    kept = asset.facts.get("captions", {}) if item.captions else {}
    return {name: at for pk in item.captions for name, at in kept.get(str(pk), {}).items()}


@cache
def region_of(zone: str) -> str:
    """The country of a time zone, for telephone numbers written without one; '' where it is not known."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return next((row[0] for row in rows if row[2] == zone), "")


# --- links and neighbours ---------------------------------------------------------
def links_in(said: Said) -> Iterator[tuple[Piece, measure.Span]]:
    for piece in said.pieces:
        if piece.field in {"text", "comment", "card"} and "://" in piece.text:
            yield from ((piece, span) for span in measure.links(piece.text))


def _links(said: Said, known: Known, levels: Mapping[str, str]) -> Iterator[Finding]:
    for piece, span in links_in(said):
        row = known.looked_at.get(hash_of(span.value))
        rule = LINK_RULES.get(row.outcome, "") if row else ""
        level = level_of(rule, levels) if rule else "off"
        if row is None or level == "off" or (rule == "L3" and not _elsewhere(row.url, row.final_url)):
            continue
        when = formats.date_format(timezone.localtime(row.checked_at), "DATETIME_FORMAT") if row.checked_at else ""
        params = {"final": row.final_url[:200], "when": when}
        yield Finding(
            rule, piece.field, piece.part, span.start, span.end, span.value[:80], raw=span.value, severity=level,
            params=params,
        )  # fmt: skip


def _long(said: Said, known: Known, unit: Unit, levels: Mapping[str, str]) -> Iterator[Finding]:
    """A13: a long address in a text for which the unit has a short link."""
    level = level_of("A13", levels)
    if level == "off" or not known.short_links:
        return
    for piece, span in links_in(said):
        short = known.short_links.get((unit.pk, span.value), "")
        if short and piece.field != "card":
            yield Finding(
                "A13", piece.field, piece.part, span.start, span.end, shortened(span.value), "short", raw=span.value,
                severity=min(level, "hint", key=GRAVITY.index), params={"short": short},
            )  # fmt: skip


def _elsewhere(url: str, final: str) -> bool:
    """Another page, not only https or a closing slash more."""
    plain = lambda text: text.partition("://")[2].rstrip("/").removeprefix("www.")  # noqa: E731
    return plain(url) != plain(final)


def _neighbours(
    said: Said, channel: Channel, moment: Any, known: Known, post: Post | None, levels: Mapping[str, str]
) -> Iterator[Finding]:
    at = moment.utc if moment else timezone.now()
    own = f"post:{post.pk}:" if post else "-"
    others = [row for row in known.neighbours if row.channel_id == channel.pk and not row.reference.startswith(own)]
    text = plain_words(said.pieces[0].text) if said.pieces else ""
    again = next((row for row in others if len(text) >= REPEATABLE and _repeats(row, text, at)), None)
    if again and (level := level_of("T1", levels)) != "off":
        day = formats.date_format(timezone.localtime(again.due_at), "DATE_FORMAT")
        yield Finding("T1", found=day, severity=level, raw=f"{channel.pk}:{again.pk}", params={"day": day})
    near = next((row for row in others if moment and row.state in WAITING and abs(row.due_at - at) < NEAR), None)
    if near and (level := level_of("T2", levels)) != "off":
        clock = formats.time_format(localtime.wall_of(near.due_at, known.zone_of(channel)), "TIME_FORMAT")
        raw = f"{channel.pk}:{near.pk}"
        yield Finding("T2", "at", found=clock, severity=level, raw=raw, params={"time": clock})


def plain_words(text: str) -> str:
    return " ".join(text.casefold().split())


def _repeats(row: Delivery, text: str, at: datetime) -> bool:
    parts = row.payload.get("parts") or [{}]
    return abs(row.due_at - at) < REPEAT and plain_words(str(parts[0].get("text", ""))) == text


# --- to problems, with exceptions --------------------------------------------------
def fingerprint(finding: Finding) -> str:
    """What an exception is bound to: the rule and the very words. Keyed, so that short secrets cannot be guessed."""
    words = f"{finding.rule}\0{finding.picture}\0{plain_words(finding.raw)}"
    return salted_hmac("posts.checks", words, algorithm="sha256").hexdigest()


def excerpt(finding: Finding) -> str:
    """Its words as they may be kept: of what is secret the first and the last two characters."""
    secret = checks.BY_ID[finding.rule].secret
    return masked(finding.raw) if secret else finding.found[:200]


def _problem(finding: Finding, made: CheckOverride | None, post: Post | None, known: Known, unit: Unit) -> Problem:
    params: dict[str, Any] = {
        **finding.params,
        "found": finding.found,
        "excerpt": excerpt(finding),
        "rule": finding.rule,
        "key": fingerprint(finding),
        "start": finding.start,
        "end": finding.end,
        "level": finding.severity,
    }
    if finding.picture:
        params["picture"] = finding.picture
    if finding.fix in {"insert_access", "insert_fields"}:
        params["insert"] = params.get("missing", "").replace(" · ", ". ") or known.access_text(unit)
    severity = finding.severity
    if made is not None and (finding.severity != "block" or made.needs_yes):
        severity = standing(made, post)
        params["exception"] = made.pk
    return Problem(finding.field, finding.part, severity, finding.message, params, finding.fix)


def _in_words(problem: Problem, draft: Draft) -> Problem:
    """Languages by their names. Only the text itself can be named anew: a further language is what it was added as."""
    named, guess = problem.params["named"], problem.params["guess"]
    params = {**problem.params, "to": guess, "named": languages.called(named), "guess": languages.called(guess)}
    fix = problem.fix if languages.primary(draft.language) == named else ""
    return replace(problem, params=params, fix=fix)


def standing(made: CheckOverride, post: Post | None) -> str:
    """'let' where it may stand, 'asked' while who approves has not said yes to it with this very revision."""
    number = post.current.number if post is not None and post.current else None
    return "let" if not made.needs_yes or (number and made.accepted_revision == number) else "asked"
