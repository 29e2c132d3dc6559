"""What is planned, for other programs: as iCalendar and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from libsocial.core import localtime, sheets
from posts import calendar, drafting
from posts.calendar import Entry
from posts.listing import Row, rows_of
from posts.models import Asset, Post

LENGTH = timedelta(minutes=15)  # an event needs one; a post has none
BATCH = 500
STATUS = {"approved": "CONFIRMED", "withdrawn": "CANCELLED", "archived": "CANCELLED"}


def ical(entries: Iterable[Entry], labels: dict[str, str], base: str) -> bytes:
    """RFC 5545. `labels` are the words of states by key, `base` the address of our pages."""
    made = Calendar()
    made.add("prodid", "-//LibSocial//Calendar//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("Planned posts"))
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        made.add_component(_event(entry, labels, base))
    return bytes(made.to_ical())


def _event(entry: Entry, labels: dict[str, str], base: str) -> Event:
    post, channels = entry.row.post, entry.targets
    # A post with several times is several events: the channels of each name it.
    place = "-".join(str(target.channel_id) for target in channels) if entry.at != post.planned_at else "0"
    event = Event()
    event.add("uid", f"post-{post.pk}-{place}@libsocial")
    event.add("dtstamp", post.changed_at.astimezone(UTC))
    event.add("last-modified", post.changed_at.astimezone(UTC))
    event.add("sequence", post.current.version if post.current else 0)
    event.add("dtstart", entry.at.astimezone(UTC))
    event.add("dtend", entry.at.astimezone(UTC) + LENGTH)
    event.add("transp", "TRANSPARENT")
    event.add("status", STATUS.get(post.state, "TENTATIVE"))
    event.add("summary", f"{labels.get(entry.row.shown, entry.row.shown)}: {post.title or _('Untitled post')}")
    event.add("categories", [post.unit.name])
    event.add("location", ", ".join(target.channel.name for target in channels))
    event.add("url", base + reverse("posts:detail", args=[post.pk]))
    return event


# --- CSV ----------------------------------------------------------------------


def header() -> list[str]:
    return [
        _("Number"), _("Title"), _("Text"), _("State"), _("Unit"), _("Author"), _("Channels"), _("Day"), _("Time"),
        _("Time zone"), _("Language"), _("Content warning"), _("Files"), _("Alt texts"), _("Note"), _("Published at"),
        _("Begun"), _("Changed"),
    ]  # fmt: skip


def lines(posts: QuerySet[Post], labels: dict[str, str], zone: str, *, bom: bool) -> Iterator[str]:
    """The posts as CSV, in pieces, however many they are. `zone` is the reader's, `bom` the mark Excel needs."""
    pieces = sheets.csv(_rows(posts, labels, zone))
    if not bom:
        next(pieces)
    return pieces


def _rows(posts: QuerySet[Post], labels: dict[str, str], zone: str) -> Iterator[list[str]]:
    yield header()
    ids = list(posts.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        found = Post.objects.select_related("unit", "author", "current").in_bulk(ids[start : start + BATCH])
        rows = rows_of([found[pk] for pk in ids[start : start + BATCH] if pk in found])
        names = _names_of(rows)
        for row in rows:
            yield _cells(row, labels, zone, names)


def _names_of(rows: Iterable[Row]) -> dict[int, str]:
    ids = {pk for row in rows if row.post.current for pk in drafting.Draft.from_json(row.post.current.body).asset_ids()}
    return dict(Asset.objects.filter(pk__in=ids).values_list("pk", "original_name"))


def _cells(row: Row, labels: dict[str, str], zone: str, names: dict[int, str]) -> list[str]:
    post = row.post
    draft = drafting.Draft.from_json(post.current.body) if post.current else drafting.Draft()
    media = [item for part in draft.parts for item in part.media]
    day, clock = _day_and_time(post.planned_at, zone)
    return [
        str(post.pk),
        post.title,
        "\n\n".join(part.text for part in draft.parts),
        labels.get(row.shown, row.shown),
        post.unit.name,
        str(post.author),
        ", ".join(channel.name for channel in row.channels),
        day,
        clock,
        zone if day else "",
        draft.language,
        draft.content_warning,
        ", ".join(names.get(item.asset, "") for item in media),
        " | ".join(item.alt for item in media),
        post.note,
        " ".join(url for _channel, url in row.links),
        " ".join(_day_and_time(post.created_at, zone)),
        " ".join(_day_and_time(post.changed_at, zone)),
    ]


def _day_and_time(moment: datetime | None, zone: str) -> tuple[str, str]:
    wall = localtime.wall_of(moment, zone) if moment else None
    return (wall.strftime("%Y-%m-%d"), wall.strftime("%H:%M")) if wall else ("", "")


def entries(posts: QuerySet[Post], zone: str) -> list[Entry]:
    """The posts at each of their times."""
    wanted = posts.select_related("unit", "author", "current", "approved").defer("current__body", "approved__body")
    found = [entry for row in rows_of(list(wanted)) for entry in calendar.entries_of(row, zone)]
    return sorted(found, key=lambda entry: (entry.at, entry.row.post.pk))
