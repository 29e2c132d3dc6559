"""Links and their clicks as screens show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum
from django.http import Http404
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from libsocial.accounts.models import Unit, User
from libsocial.audit.subjects import Subject
from libsocial.core import charts
from libsocial.links import codes, places
from libsocial.links.models import ClickHour, Link

STANDINGS = ("active", "broken", "expired", "off")
DAYS = (7, 30, 90, 365)


@dataclass(frozen=True)
class Filters:
    """What the address of the list says; unknown words are ignored."""

    q: str = ""
    standing: str = ""
    reference: str = ""


def links_for(user: User, unit: Unit | None, filters: Filters) -> QuerySet[Link]:
    """The links of a list, newest first, each with its clicks of people."""
    links = Link.objects.visible_to(user)
    links = links.filter(unit__path__startswith=unit.path) if unit is not None else links
    links = links.filter(reference=filters.reference) if filters.reference else links
    for word in filters.q.split()[:8]:
        links = links.filter(Q(code__icontains=word) | Q(title__icontains=word) | Q(target__icontains=word))
    links = links.filter(_standing_q(filters.standing)) if filters.standing in STANDINGS else links
    return with_clicks(links.select_related("unit")).order_by("-created_at", "-pk")


def with_clicks(links: QuerySet[Link]) -> QuerySet[Link]:
    """Each with `opened`, the clicks of people; None where there was none."""
    return links.annotate(opened=Sum("clicks__count", filter=Q(clicks__bot=False)))


def _standing_q(standing: str) -> Q:
    over = Q(expires_at__lte=timezone.now())
    if standing == "off":
        return Q(state="off")
    if standing == "expired":
        return Q(state="active") & over
    return Q(state="active") & ~over & (~Q(trouble="") if standing == "broken" else Q(trouble=""))


def get_link(user: User, pk: int) -> Link:
    """Http404 when the person may not know of it."""
    link = Link.objects.visible_to(user).select_related("unit", "created_by").filter(pk=pk).first()
    if link is None:
        raise Http404
    return link


def subjects(ids: set[str]) -> dict[str, Subject]:
    """Links as the trail names them."""
    rows = Link.objects.filter(pk__in=[int(pk) for pk in ids if pk.isdigit()])
    return {str(row.pk): Subject(str(row), reverse("links:detail", args=[row.pk])) for row in rows}


def target_of(url: str) -> str:
    """The page behind an address of ours; every other address as it is."""
    found = codes.read(url)
    behind = Link.objects.filter(code=found[0]).values_list("target", flat=True).first() if found else None
    return behind or url


def known_short(unit: Unit, urls: Collection[str]) -> dict[str, str]:
    """Short addresses the unit has for these pages, by page: for the check of bare long links."""
    rows = Link.objects.filter(unit=unit, target__in=list(urls), state="active", trouble="").order_by("-pk")
    now = timezone.now()
    return {row.target: row.address for row in rows if not row.expired(now)}


# --- figures ------------------------------------------------------------------


@dataclass(frozen=True)
class Spot:
    """One place of a link with its clicks."""

    name: str
    suffix: str
    address: str
    count: int
    printed: bool  # of a poster and the like: has a QR code of its own


@dataclass(frozen=True)
class Figures:
    """What is known of the clicks of some days. Robots are counted apart and stand in no other figure."""

    people: int
    robots: int
    chart: charts.LineChart
    referrers: list[tuple[str, int]]
    devices: list[tuple[str, int]]
    places: list[Spot]


def figures(link: Link, days: int, today: date, zone: ZoneInfo) -> Figures:
    """The clicks of the last `days` days, in days of this zone."""
    first = today - timedelta(days=days - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    rows = list(ClickHour.objects.filter(link=link, hour__gte=since))
    human = [row for row in rows if not row.bot]
    return Figures(
        people=sum(row.count for row in human),
        robots=sum(row.count for row in rows if row.bot),
        chart=_chart(human, [first + timedelta(days=step) for step in range(days)], zone),
        referrers=_ranked(human, lambda row: row.referrer or _("Not told: app, paper, typed"))[:10],
        devices=_ranked(human, lambda row: _device(row.device)),
        places=_places(link, human),
    )


def _chart(rows: list[ClickHour], days: list[date], zone: ZoneInfo) -> charts.LineChart:
    by_day: dict[date, int] = defaultdict(int)
    for row in rows:
        by_day[row.hour.astimezone(zone).date()] += row.count
    return charts.line_chart(
        title=_("Opened by people, each day"),
        labels=[formats.date_format(day, "SHORT_DATE_FORMAT") for day in days],
        series=[charts.Series(_("Opened"), [by_day[day] for day in days])],
    )


def _ranked(rows: list[ClickHour], name: Callable[[ClickHour], str]) -> list[tuple[str, int]]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[name(row)] += row.count
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def _device(kind: str) -> str:
    names = {"phone": _("Phone"), "tablet": _("Tablet"), "desktop": _("Computer")}
    return names.get(kind, _("Something else"))


def _places(link: Link, rows: list[ClickHour]) -> list[Spot]:
    """Every placement, also those nobody used, then the channels, then the link as it is."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row.place] += row.count
    printed = [Spot(one.name, one.suffix, one.address, sums[one.suffix], True) for one in link.placements.all()]
    named = places.named(int(place) for place in sums if place.isdigit())
    channels = [
        Spot(place.name, str(number), codes.address(link.code, str(number)), sums[str(number)], False)
        for number, place in sorted(named.items())
    ]
    return [Spot(_("The link itself"), "", link.address, sums[""], True), *printed, *channels]


def clicks_of(references: list[str]) -> dict[str, int]:
    """Clicks of people on the links with these references together, by reference: for pages of other apps."""
    rows = Link.objects.filter(reference__in=references).values_list("reference")
    return {name: total or 0 for name, total in rows.annotate(Sum("clicks__count", filter=Q(clicks__bot=False)))}
