"""Figures for pages. Everything comes from roll-ups; no page reads raw readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics import levels
from analytics.levels import Levels
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
POSTS = "posts"
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
    """One kind over a period. None: nobody gave this figure (yet), which is not the same as zero.

    `change` is None where there is nothing to compare with: the days before are not, or only partly, known.
    """

    kind: Kind
    value: int | None
    before: int | None
    change: int | None
    given: bool = True  # some channel's platform gives it at all

    @property
    def direction(self) -> str:
        change = self.change or 0
        return "up" if change > 0 else "down" if change < 0 else "same"

    @property
    def distance(self) -> int:
        return abs(self.change or 0)


@dataclass(frozen=True)
class Cell:
    """A figure of one channel. `given`: its platform gives it at all, even if nothing has come yet."""

    kind: Kind
    value: int | None
    given: bool


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
    since: date | None  # the first day anything is known of; None: nothing at all yet
    totals: list[Total]
    series: dict[str, list[int | None]]
    best: list[Best]
    per_channel: list[tuple[Channel, dict[str, Cell]]]
    missing: list[tuple[Kind, list[str]]]

    @property
    def is_comparable(self) -> bool:
        return self.since is not None and self.since <= self.period.before.first


@dataclass(frozen=True)
class Known:
    """What is known of one channel: which kinds its platform gives, and on which day each was first answered."""

    given: frozenset[str]
    first: dict[str, date]

    def by(self, kind: Kind, day: date) -> bool:
        """Whether there was an answer by that day. Posts we count ourselves: none is a true zero."""
        return kind.id == POSTS or (kind.id in self.first and self.first[kind.id] <= day)


def channels_for(user: User, unit: Unit | None) -> QuerySet[Channel]:
    channels = Channel.objects.visible_to(user)
    return channels.filter(unit__path__startswith=unit.path) if unit else channels


def overview(user: User, unit: Unit | None, period: Period, channel_id: int | None = None) -> Overview:
    """Everything the page of figures shows."""
    channels = list(channels_for(user, unit).order_by("name"))
    if channel_id:
        channels = [channel for channel in channels if channel.pk == channel_id]
    known = knowledge(channels)
    now, before = _sums(channels, period), _sums(channels, period.before)
    stood = {kind.id: levels.read(channels, kind.id, period.before.last, period.last) for kind in KINDS if kind.level}
    since = min((day for one in known.values() for day in one.first.values()), default=None)
    found = Overview(
        period=period,
        since=since,
        totals=[],
        series=_series(channels, period, known, stood),
        best=best_posts(channels, period),
        per_channel=[(channel, _cells(channel.pk, known[channel.pk], now, stood, period.last)) for channel in channels],
        missing=_missing(channels, known),
    )
    found.totals = [
        _level_total(kind, stood[kind.id], known, period) if kind.level else _total(kind, known, now, before, found)
        for kind in KINDS
    ]
    return found


def knowledge(channels: Sequence[Channel]) -> dict[int, Known]:
    """What each channel's platform gives, and since when; one query that reads the first rows of an index."""
    rows = Channel.objects.filter(pk__in=[channel.pk for channel in channels])
    first = {
        row.pop("pk"): {kind: day for kind, day in row.items() if day}
        for row in rows.values("pk", **{kind.id: _first_day(kind) for kind in KINDS})
    }
    return {
        channel.pk: Known(
            frozenset({metric.kind for metric in capabilities_of(channel).metrics} | {POSTS}), first.get(channel.pk, {})
        )
        for channel in channels
    }


def _first_day(kind: Kind) -> Subquery:
    rows = DailyFigure.objects.filter(channel=OuterRef("pk"), kind=kind.id)
    return Subquery(rows.order_by("day").values("day")[:1])


def _sums(channels: Sequence[Channel], period: Period) -> dict[tuple[int, str], int]:
    rows = DailyFigure.objects.filter(channel__in=channels, day__range=(period.first, period.last))
    found = rows.values("channel_id", "kind").annotate(total=Sum("gain")).order_by()
    return {(row["channel_id"], row["kind"]): row["total"] for row in found}


def _total(
    kind: Kind,
    known: dict[int, Known],
    now: dict[tuple[int, str], int],
    before: dict[tuple[int, str], int],
    found: Overview,
) -> Total:
    giving = [pk for pk, one in known.items() if kind.id in one.given and one.by(kind, found.period.last)]
    if not giving:
        return Total(kind, None, None, None, given=any(kind.id in one.given for one in known.values()))
    value = sum(now.get((pk, kind.id), 0) for pk in giving)
    if not found.is_comparable:
        return Total(kind, value, None, None)
    earlier = sum(before.get((pk, kind.id), 0) for pk in giving)
    return Total(kind, value, earlier, value - earlier)


def _level_total(kind: Kind, stood: Levels, known: dict[int, Known], period: Period) -> Total:
    given = any(kind.id in one.given for one in known.values())
    value, pair = stood.sum_on(period.last), stood.pair(period.before.last, period.last)
    if pair is None:
        return Total(kind, value, None, None, given)
    return Total(kind, value, pair[0], pair[1] - pair[0], given)


def _series(
    channels: Sequence[Channel], period: Period, known: dict[int, Known], stood: dict[str, Levels]
) -> dict[str, list[int | None]]:
    """Day by day, for every kind that some channel gives."""
    rows = DailyFigure.objects.filter(channel__in=channels, day__range=(period.first, period.last))
    daily = rows.values("day", "kind").annotate(gain=Sum("gain")).order_by()
    gains = {(row["day"], row["kind"]): row["gain"] for row in daily}
    today = timezone.localdate()
    series: dict[str, list[int | None]] = {}
    for kind in KINDS:
        if not any(kind.id in one.given for one in known.values()):
            continue
        if kind.level:
            series[kind.id] = [stood[kind.id].sum_on(day) if day <= today else None for day in period.each()]
        else:
            since = _since(kind, known)
            series[kind.id] = [_gain(gains.get((day, kind.id)), day, since, today) for day in period.each()]
    return series


def _since(kind: Kind, known: dict[int, Known]) -> date | None:
    """The first day the kind was answered; a post may be missing on the days since anything is known."""
    kinds = BY_ID if kind.id == POSTS else (kind.id,)
    return min((one.first[name] for one in known.values() for name in kinds if name in one.first), default=None)


def _gain(gain: int | None, day: date, since: date | None, today: date) -> int | None:
    """A quiet day is a zero; a day before the first answer, or one that is to come, is not known."""
    if gain is None and since and since <= day <= today:
        return 0
    return gain


def best_posts(channels: Sequence[Channel], period: Period, limit: int = 5) -> list[Best]:
    """The posts published in the period that moved people most: reactions, replies and shares together.

    The days are those of whoever looks, as every time on the page is.
    """
    begin, end = (
        datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
        for day in (period.first, period.last + timedelta(days=1))
    )
    figures = PostFigure.objects.filter(
        delivery__channel__in=channels,
        delivery__state="published",
        delivery__settled_at__gte=begin,
        delivery__settled_at__lt=end,
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


def _cells(
    pk: int, known: Known, now: dict[tuple[int, str], int], stood: dict[str, Levels], day: date
) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for kind in KINDS:
        given = kind.id in known.given
        if kind.level:
            value = stood[kind.id].on(day).get(pk)
        else:
            value = now.get((pk, kind.id), 0) if given and known.by(kind, day) else None
        found[kind.id] = Cell(kind, value, given)
    return found


def _missing(channels: Sequence[Channel], known: dict[int, Known]) -> list[tuple[Kind, list[str]]]:
    """Which figures which channels do not give: said under the page, never guessed."""
    lacking = [
        (kind, [channel.name for channel in channels if kind.id not in known[channel.pk].given]) for kind in KINDS
    ]
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
        (str(metric.label), known[metric.name].value, known[metric.name].status)
        if metric.name in known
        else (str(metric.label), None, "not_asked")
        for metric in metrics
    ]
    return Strip(delivery, figures, max((figure.at for figure in known.values()), default=None))
