"""Wall-clock time in a zone, and what the clock changes do to it.

A planned time is kept as the local wall time a person chose plus an IANA zone.
A time that does not exist (spring gap) is moved forward by the gap; a time that
happens twice (autumn) means the first. Both are told to the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


@dataclass(frozen=True)
class Moment:
    """`utc` is when it happens; `wall` the local time then; `note` is '', 'gap' or 'twice'."""

    utc: datetime
    wall: datetime
    note: str


def zone(name: str) -> ZoneInfo:
    """The zone; raises ValueError for a name that is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"'{name}' is not a time zone") from error


def is_zone(name: str) -> bool:
    return name in _names()


@cache
def _names() -> frozenset[str]:
    # Asking the system walks its whole folder of zones.
    return frozenset(available_timezones())


def resolve(wall: datetime, zone_name: str) -> Moment:
    """The moment of a naive wall time in a zone."""
    tz = zone(zone_name)
    first = wall.replace(tzinfo=tz, fold=0)
    second = wall.replace(tzinfo=tz, fold=1)
    utc = first.astimezone(UTC)
    back = utc.astimezone(tz).replace(tzinfo=None)
    if back != wall:
        return Moment(utc, back, "gap")
    note = "twice" if first.utcoffset() != second.utcoffset() else ""
    return Moment(utc, wall, note)


def wall_of(moment: datetime, zone_name: str) -> datetime:
    """The naive local time of an aware moment."""
    return moment.astimezone(zone(zone_name)).replace(tzinfo=None)
