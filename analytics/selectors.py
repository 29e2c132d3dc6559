"""Figures for pages. Everything comes from roll-ups; no page reads raw readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.models import DailyFigure, PostFigure
from channels_app.models import Channel
from channels_app.selectors import capabilities_of
from libsocial.accounts.models import Unit, User
from posts.models import Target
from scheduler.models import Delivery


@dataclass(frozen=True)
class Kind:
    """A figure platforms share. `level`: what stands at the end, not what was gained."""

    id: str
    label: str | Promise
    help: str | Promise
    level: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("posts", _("Posts published"), _("Posts that went out, counted once for each channel.")),
    Kind("reach", _("Views"), _("How often posts were shown, where the platform says so.")),
    Kind("reactions", _("Reactions"), _("Likes and favourites.")),
    Kind("replies", _("Replies"), _("Answers written below posts.")),
    Kind("shares", _("Shares"), _("Posts passed on: reposts, boosts and quotes.")),
    Kind("followers", _("Followers"), _("Accounts that follow, at the end. One person may follow several."), True),
)
BY_ID = {kind.id: kind for kind in KINDS}
ENGAGEMENT = ("reactions", "replies", "shares")
LONGEST = 3660


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def each(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]


@dataclass
class Total:
    """One kind over a period. None: no platform gave this figure, which is not the same as zero."""

    kind: Kind
    value: int | None
    before: int | None

    @property
    def change(self) -> int | None:
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def direction(self) -> str:
        change = self.change or 0
        return "up" if change > 0 else "down" if change < 0 else "same"


@dataclass
class Best:
    """A post that did well: its delivery, its figures by kind and their sum."""

    delivery: Delivery
    post_id: int | None
    engagement: int
    figures: dict[str, int] = field(default_factory=dict)


@dataclass
class Overview:
    period: Period
    totals: list[Total]
    series: dict[str, list[int | None]]
    best: list[Best]
    per_channel: list[tuple[Channel, dict[str, int | None]]]
    missing: list[tuple[Kind, list[str]]]


def channels_for(user: User, unit: Unit | None) -> QuerySet[Channel]:
    channels = Channel.objects.visible_to(user)
    return channels.filter(unit__path__startswith=unit.path) if unit else channels


def overview(user: User, unit: Unit | None, period: Period, channel_id: int | None = None) -> Overview:
    """Everything the page of figures shows."""
    channels = list(channels_for(user, unit).order_by("name"))
    if channel_id:
        channels = [channel for channel in channels if channel.pk == channel_id]
    given = given_kinds(channels)
    now, before = _sums(channels, period), _sums(channels, period.before)
    levels = {kind.id: _levels(channels, kind.id, period.last) for kind in KINDS if kind.level}
    return Overview(
        period=period,
        totals=[_total(kind, channels, given, now, before, period) for kind in KINDS],
        series=_series(channels, period, given),
        best=best_posts(user, channels, period),
        per_channel=[(channel, _of_channel(channel, given, now, levels)) for channel in channels],
        missing=_missing(channels, given),
    )


def given_kinds(channels: Iterable[Channel]) -> dict[int, set[str]]:
    """What each channel's platform gives at all."""
    return {
        channel.pk: {metric.kind for metric in capabilities_of(channel).metrics} | {"posts"} for channel in channels
    }


def _sums(channels: Sequence[Channel], period: Period) -> dict[tuple[int, str], int]:
    rows = DailyFigure.objects.filter(channel__in=channels, day__range=(period.first, period.last))
    found = rows.values("channel_id", "kind").annotate(total=Sum("gain")).order_by()
    return {(row["channel_id"], row["kind"]): row["total"] for row in found}


def _total(
    kind: Kind,
    channels: Sequence[Channel],
    given: dict[int, set[str]],
    now: dict[tuple[int, str], int],
    before: dict[tuple[int, str], int],
    period: Period,
) -> Total:
    if kind.level:
        return Total(kind, _level(channels, kind.id, period.last), _level(channels, kind.id, period.before.last))
    giving = [channel.pk for channel in channels if kind.id in given[channel.pk]]
    if not giving:
        return Total(kind, None, None)
    return Total(
        kind,
        sum(now.get((pk, kind.id), 0) for pk in giving),
        sum(before.get((pk, kind.id), 0) for pk in giving),
    )


def _level(channels: Sequence[Channel], kind: str, day: date) -> int | None:
    """The newest known level of each channel on that day, added up; None while nothing is known."""
    found = _levels(channels, kind, day)
    return sum(found.values()) if found else None


def _levels(channels: Sequence[Channel], kind: str, day: date) -> dict[int, int]:
    """The newest known level on that day by channel; one query for all of them."""
    found: dict[int, int] = {}
    rows = DailyFigure.objects.filter(
        channel__in=channels, kind=kind, level__isnull=False, day__range=(day - timedelta(days=40), day)
    ).order_by("day")
    for channel_id, level in rows.values_list("channel_id", "level"):
        found[channel_id] = level
    return found


def _series(channels: Sequence[Channel], period: Period, given: dict[int, set[str]]) -> dict[str, list[int | None]]:
    rows = DailyFigure.objects.filter(channel__in=channels, day__range=(period.first, period.last))
    daily = rows.values("day", "kind").annotate(gain=Sum("gain"), level=Sum("level")).order_by()
    sums = {(row["day"], row["kind"]): row for row in daily}
    everything = set().union(*given.values()) if given else set()
    today = max((day for day, _kind in sums), default=None)
    series: dict[str, list[int | None]] = {}
    for kind in KINDS:
        if kind.id in everything:
            series[kind.id] = [_cell(sums.get((day, kind.id)), kind, day, today) for day in period.each()]
    return series


def _cell(row: dict[str, int] | None, kind: Kind, day: date, newest: date | None) -> int | None:
    if kind.level:
        return row["level"] if row else None
    if newest is None or day > newest:
        return None  # not asked yet
    return row["gain"] if row else 0


def best_posts(user: User, channels: Sequence[Channel], period: Period, limit: int = 5) -> list[Best]:
    """The posts published in the period that moved people most: reactions, replies and shares together."""
    figures = PostFigure.objects.filter(
        delivery__channel__in=channels,
        delivery__state="published",
        delivery__settled_at__date__range=(period.first, period.last),
        kind__in=ENGAGEMENT,
    )
    ranked = figures.values("delivery_id").annotate(sum=Sum("value")).filter(sum__gt=0)
    sums = {row["delivery_id"]: row["sum"] for row in ranked.order_by("-sum", "-delivery_id")[:limit]}
    deliveries = Delivery.objects.filter(pk__in=sums).select_related("channel")
    by_kind = figures_by_kind(sums)
    posts = dict(Target.objects.filter(delivery_id__in=sums).values_list("delivery_id", "revision__post_id"))
    found = [Best(row, posts.get(row.pk), sums[row.pk], by_kind.get(row.pk, {})) for row in deliveries]
    return sorted(found, key=lambda best: (-best.engagement, -best.delivery.pk))


def figures_by_kind(delivery_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Figures of deliveries by kind; a kind nobody answered is missing."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = PostFigure.objects.filter(Q(value__isnull=False), delivery_id__in=list(delivery_ids))
    for row in rows:
        found[row.delivery_id][row.kind] = found[row.delivery_id].get(row.kind, 0) + (row.value or 0)
    return found


def _of_channel(
    channel: Channel,
    given: dict[int, set[str]],
    now: dict[tuple[int, str], int],
    levels: dict[str, dict[int, int]],
) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for kind in KINDS:
        if kind.id not in given[channel.pk]:
            found[kind.id] = None
        elif kind.level:
            found[kind.id] = levels[kind.id].get(channel.pk)
        else:
            found[kind.id] = now.get((channel.pk, kind.id), 0)
    return found


def _missing(channels: Sequence[Channel], given: dict[int, set[str]]) -> list[tuple[Kind, list[str]]]:
    """Which figures which channels do not give: said under the page, never guessed."""
    lacking = [(kind, [channel.name for channel in channels if kind.id not in given[channel.pk]]) for kind in KINDS]
    return [(kind, names) for kind, names in lacking if names]


@dataclass
class Strip:
    """The figures of one delivery as the post page shows them."""

    delivery: Delivery
    figures: list[tuple[str, int | None, str]]  # label, value, status
    at: datetime | None


def strip(deliveries: Iterable[Delivery]) -> list[Strip]:
    """The newest figures of each published delivery, in the order its platform declares them."""
    rows = list(deliveries)
    known: dict[int, dict[str, PostFigure]] = defaultdict(dict)
    for figure in PostFigure.objects.filter(delivery__in=rows):
        known[figure.delivery_id][figure.metric] = figure
    return [_strip(row, known[row.pk]) for row in rows]


def _strip(delivery: Delivery, known: dict[str, PostFigure]) -> Strip:
    metrics = [metric for metric in capabilities_of(delivery.channel).metrics if metric.scope == "post"]
    figures = [
        (str(metric.label), known[metric.name].value, known[metric.name].status) if metric.name in known
        else (str(metric.label), None, "not_asked")
        for metric in metrics
    ]
    return Strip(delivery, figures, max((figure.at for figure in known.values()), default=None))
