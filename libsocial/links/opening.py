"""A short link is opened: where it leads, and one more in the sums. Two or three questions, no lock, no visitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from libsocial.links import codes, places, rules, targets, visits
from libsocial.links.models import ClickHour, Link, Placement

# Whoever invents referrers makes no more rows of one link in one hour than this; the rest is counted together.
MOST_ROWS = 200


@dataclass(frozen=True)
class Opened:
    """`url` '' when nothing is opened; then `why` is 'unknown', 'expired' or 'off'."""

    url: str = ""
    why: str = ""


@dataclass(frozen=True)
class Visit:
    """What is counted of one opening."""

    place: str
    referrer: str
    device: str
    bot: bool


def open_link(word: str, method: str, headers: Mapping[str, str], now: datetime | None = None) -> Opened:
    """The address behind `<code>` or `<code>.<place>`, counted. Only stored addresses are ever given."""
    now = now or timezone.now()
    code, _dot, suffix = word.lower().partition(".")
    link = _found(code, suffix)
    if link is None:
        return Opened(why="unknown")
    if link.state == "off":
        return Opened(why="off")
    if link.expired(now):
        return Opened(why="expired")
    place, words = _place(link, suffix)
    agent = headers.get("User-Agent", "")
    count(link, _visit(place, method, headers, agent), now)
    held = rules.remembered(link.unit_id, link.unit.path)
    return Opened(targets.tagged(link.target, held, words))


def _found(code: str, suffix: str) -> Link | None:
    if len(code) > codes.LONGEST or "\x00" in code:
        return None
    named = Placement.objects.filter(link=OuterRef("pk"), suffix=suffix[: codes.LONGEST_PLACE])
    rows = Link.objects.select_related("unit").annotate(place_name=Subquery(named.values("name")[:1]))
    return rows.filter(code=code).first()


def _place(link: Link, suffix: str) -> tuple[str, dict[str, str]]:
    """The ending when it is a known one, and the words for the patterns; an invented ending counts for the link."""
    kind, _colon, rest = link.reference.partition(":")
    words = {"campaign": link.campaign, "post": rest.partition(":")[0] if kind == "post" else ""}
    if link.place_name is not None:  # type: ignore[attr-defined]
        return suffix, words | {"platform": suffix, "placement": suffix}
    if suffix.isascii() and suffix.isdigit() and len(suffix) < 18:
        found = places.named([int(suffix)]).get(int(suffix))
        if found is not None:
            account = found.account.lstrip("@")
            return str(int(suffix)), words | {"platform": found.platform, "account": account, "placement": "channel"}
    return "", words


def _visit(place: str, method: str, headers: Mapping[str, str], agent: str) -> Visit:
    bot = visits.is_robot(method, headers)
    return Visit(place, visits.referrer(headers.get("Referer", "")), visits.device(agent), bot)


def count(link: Link, visit: Visit, now: datetime) -> None:
    """One more. An update in place; the first of its kind in an hour writes the row, and whoever was faster is met."""
    if _add(link, visit, now):
        return
    hour = now.replace(minute=0, second=0, microsecond=0)
    if ClickHour.objects.filter(link=link, hour=hour).count() >= MOST_ROWS:
        visit = Visit(visit.place, "", visit.device, visit.bot)
        if _add(link, visit, now):
            return
    try:
        with transaction.atomic():
            ClickHour.objects.create(link=link, hour=hour, count=1, **vars(visit))
    except IntegrityError:
        _add(link, visit, now)


def _add(link: Link, visit: Visit, now: datetime) -> bool:
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = ClickHour.objects.filter(link=link, hour=hour, **vars(visit))
    return rows.update(count=F("count") + 1) > 0
