"""What a post would get in the way of: others on its channel within the hour, the same event or link twice,
three posts of one unit within one hour. Asks nothing itself: what stands near is known to the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from channels_app import measure
from libsocial.accounts import policies
from libsocial.accounts.models import User
from scheduler.models import Delivery

if TYPE_CHECKING:
    from posts.sheets import Pane, Sheet

NEAR = timedelta(hours=1)
SAME_WITHIN = timedelta(days=7)  # the same link or words again sooner than that is worth a word
CROWD = 3  # posts of one unit within one hour
WAITING = ("planned", "waiting", "held")


@dataclass(frozen=True)
class Clash:
    """Another post on the same channel within the hour. `url` '' where the person may not open it."""

    title: str
    at: datetime
    url: str


@dataclass(frozen=True)
class Conflict:
    """Of a whole post: 'link' or 'words' that another one has too, or the others of a crowded hour."""

    kind: str
    others: tuple[Clash, ...]
    what: str = ""


@dataclass(frozen=True)
class _Other:
    """A post that is planned, or waits on the same page."""

    post: int | None
    unit: int
    channel: int
    at: datetime
    clash: Clash
    links: frozenset[str] = frozenset()
    words: str = ""


def mark(sheets: Sequence[Sheet], user: User) -> None:
    """Fills `clashes` of every pane and `conflicts` of every sheet."""
    open_panes = [(sheet, pane) for sheet in sheets for pane in sheet.panes if pane.moment and not pane.delivery]
    if not open_panes:
        return
    others = [*_planned(open_panes, user), *(_beside(sheet, pane) for sheet, pane in open_panes)]
    for sheet, pane in open_panes:
        pane.clashes += [
            other.clash
            for other in _others_of(sheet, others)
            if pane.moment and other.channel == pane.channel.pk and abs(other.at - pane.moment.utc) < NEAR
        ]
    for sheet in {id(sheet): sheet for sheet, _pane in open_panes}.values():
        sheet.conflicts += _of_whole(sheet, list(_others_of(sheet, others)))


def _others_of(sheet: Sheet, others: Sequence[_Other]) -> Iterator[_Other]:
    return (other for other in others if other.post != sheet.post.pk)


def _of_whole(sheet: Sheet, others: Sequence[_Other]) -> Iterator[Conflict]:
    moments = [pane.moment.utc for pane in sheet.panes if pane.moment]
    links, words = _links_of_sheet(sheet), _plain(sheet.draft.title())
    near = [other for other in others if any(abs(other.at - moment) < SAME_WITHIN for moment in moments)]
    for link in sorted(links):
        if same := _once(other for other in near if link in other.links):
            yield Conflict("link", same, link)
    if words and (same := _once(other for other in near if other.words == words)):
        yield Conflict("words", same)
    hour = [other for other in others if any(abs(other.at - moment) < NEAR for moment in moments)]
    crowd = _once(other for other in hour if other.unit == sheet.post.unit_id)
    if len(crowd) >= CROWD - 1:
        yield Conflict("crowd", crowd)


def _once(others: Iterator[_Other]) -> tuple[Clash, ...]:
    """Each post once, however many channels it goes to."""
    return tuple({other.post or id(other): other.clash for other in others}.values())


def _planned(panes: Sequence[tuple[Sheet, Pane]], user: User) -> list[_Other]:
    """What is planned near them: all sheets of a page know the same."""
    moments = [pane.moment.utc for _sheet, pane in panes if pane.moment]
    first, last = min(moments) - SAME_WITHIN, max(moments) + SAME_WITHIN
    rows = [row for row in panes[0][0].known.neighbours if row.state in WAITING and first < row.due_at < last]
    return [_of_delivery(row, user) for row in sorted(rows, key=lambda row: row.due_at)]


def _of_delivery(row: Delivery, user: User) -> _Other:
    text = "\n".join(str(part.get("text", "")) for part in row.payload.get("parts", ()))
    return _Other(
        _post_of(row), row.unit_id, row.channel_id, row.due_at, _clash(row, user), _links(text), _plain(row.title)
    )


def _post_of(row: Delivery) -> int | None:
    kind, _colon, rest = row.reference.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "post" and number.isdigit() else None


def _clash(row: Delivery, user: User) -> Clash:
    """Its title only for those who may see the post: by its unit, or by the channel it asked for."""
    post = _post_of(row)
    seen = policies.can(user, "post.see", row.unit) or policies.can(user, "post.approve", row.channel.unit)
    if post is None or not seen:
        return Clash("", row.due_at, "")
    return Clash(row.title, row.due_at, reverse("posts:detail", args=[post]))


def _beside(sheet: Sheet, pane: Pane) -> _Other:
    if pane.moment is None:
        raise LookupError("a pane without a time is beside nothing")
    at, post = pane.moment.utc, sheet.post
    clash = Clash(post.title, at, reverse("posts:detail", args=[post.pk]))
    words = _plain(sheet.draft.title())
    return _Other(post.pk, post.unit_id, pane.channel.pk, at, clash, _links_of_sheet(sheet), words)


def _links_of_sheet(sheet: Sheet) -> frozenset[str]:
    return _links("\n".join(part.text for part in sheet.draft.parts))


def _links(text: str) -> frozenset[str]:
    """Addresses in a text, without what only says where a click came from."""
    return frozenset(link.value.partition("#")[0].partition("?utm_")[0].rstrip("/") for link in measure.links(text))


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
