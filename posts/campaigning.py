"""Campaigns as screens show them: the list, and the board of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Unit, User
from libsocial.audit.subjects import Subject
from libsocial.core import asked
from libsocial.links import selectors as links
from libsocial.links.models import Link
from libsocial.links.places import Origin
from posts.listing import Row, rows_of
from posts.models import Campaign, Post
from scheduler.groups import Source

MOST = 300  # posts of one board


def campaigns_for(user: User, unit: Unit | None, *, archived: bool = False) -> QuerySet[Campaign]:
    """The campaigns a person may know of, the latest first."""
    found = Campaign.objects.visible_to(user).filter(archived_at__isnull=not archived)
    if unit is not None:
        line = [int(part) for part in unit.path.strip("/").split("/") if part]
        found = found.filter(Q(unit__path__startswith=unit.path) | Q(unit_id__in=line) | Q(units__in=line)).distinct()
    return found.select_related("unit")


def names_known(user: User) -> list[tuple[int, str]]:
    """Living campaigns for a filter, as (id, name), remembered for a minute."""
    return cache.get_or_set(
        f"posts.campaigns.{user.pk}", lambda: list(campaigns_for(user, None).values_list("pk", "name")), 60
    )


def with_counts(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    living = ~Q(posts__state__in=("archived", "withdrawn"))
    return campaigns.annotate(
        number=Count("posts", filter=living, distinct=True),
        ready=Count("posts", filter=Q(posts__state="approved"), distinct=True),
    )


def get_campaign(user: User, pk: int) -> Campaign:
    """Http404 when the person may not know of it."""
    found = Campaign.objects.visible_to(user).select_related("unit", "approver").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def subjects(ids: set[str]) -> dict[str, Subject]:
    """Campaigns as the trail names them."""
    rows = Campaign.objects.filter(pk__in=[int(pk) for pk in ids if pk.isdigit()]).values_list("pk", "name")
    return {str(pk): Subject(name, reverse("posts:campaign", args=[pk])) for pk, name in rows}


# --- the board ------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    label: str | Promise
    rows: list[Row]


@dataclass(frozen=True)
class Mark:
    """One day of the strip: how many posts are planned on it."""

    day: date
    number: int
    inside: bool
    today: bool


@dataclass(frozen=True)
class Progress:
    """How far the goal is. `share` is per cent, at most 100."""

    reached: int
    wanted: int

    @property
    def share(self) -> int:
        return min(100, round(100 * self.reached / self.wanted)) if self.wanted else 0


@dataclass(frozen=True)
class Board:
    columns: list[Column]
    weeks: list[list[Mark]]
    outside: int  # posts planned on days outside the campaign
    progress: Progress | None
    links: list[Link]
    total: int


COLUMNS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Writing"), ("draft", "changes_requested", "withdrawn")),
    (_("In review"), ("in_review",)),
    (_("Approved"), ("approved", "planned", "waiting", "held", "sending", "processing", "unclear", "needs_person")),
    (_("Out, or at an end"), ("published", "partly", "failed", "expired", "cancelled", "removed")),
)


def board(campaign: Campaign, user: User, today: date) -> Board:
    """Everything the page of a campaign shows; the number of questions does not grow with its posts."""
    posts = Post.objects.visible_to(user).filter(campaign=campaign).exclude(state="archived")
    rows = rows_of(list(posts.select_related("unit", "author").order_by("planned_at", "pk")[:MOST]))
    found = list(links_of(campaign, rows))
    weeks, outside = _strip(campaign, rows, today)
    return Board(
        columns=[Column(label, [row for row in rows if row.shown in states]) for label, states in COLUMNS],
        weeks=weeks,
        outside=outside,
        progress=_progress(campaign, rows, found),
        links=found,
        total=len(rows),
    )


def links_of(campaign: Campaign, rows: list[Row]) -> QuerySet[Link]:
    """Short links of the campaign itself and of its posts, each with its clicks of people."""
    named = [f"campaign:{campaign.pk}", *(f"post:{row.post.pk}" for row in rows)]
    return links.with_clicks(Link.objects.filter(reference__in=named)).order_by("-opened", "pk")


def _progress(campaign: Campaign, rows: list[Row], found: list[Link]) -> Progress | None:
    if not campaign.goal_kind or not campaign.goal_number:
        return None
    reached = {
        "clicks": sum(link.opened or 0 for link in found),  # type: ignore[attr-defined]
        "posts": sum(row.shown == "published" for row in rows),
        "hand": campaign.reached,
    }[campaign.goal_kind]
    return Progress(reached, campaign.goal_number)


def _strip(campaign: Campaign, rows: list[Row], today: date) -> tuple[list[list[Mark]], int]:
    """Whole weeks from Monday that cover the campaign, and how many planned posts lie outside it."""
    days = [row.post.planned_at.date() for row in rows if row.post.planned_at]
    first = campaign.starts - timedelta(days=campaign.starts.weekday())
    last = campaign.ends + timedelta(days=6 - campaign.ends.weekday())
    marks = [
        Mark(day, days.count(day), campaign.starts <= day <= campaign.ends, day == today)
        for day in (first + timedelta(days=step) for step in range((last - first).days + 1))
    ]
    outside = sum(not campaign.starts <= day <= campaign.ends for day in days)
    return [marks[start : start + 7] for start in range(0, len(marks), 7)], outside


# --- for links ------------------------------------------------------------------


def origin(reference: str, user: User) -> Origin | None:
    """The campaign or post a short link was made for, when this person may see it."""
    kind, _colon, rest = reference.partition(":")
    pk = asked.number(rest)
    if pk is None or kind not in {"campaign", "post"}:
        return None
    if kind == "post":
        title = Post.objects.visible_to(user).filter(pk=pk).values_list("title", flat=True).first()
        return None if title is None else Origin(title or gettext("Untitled post"), reverse("posts:detail", args=[pk]))
    name = Campaign.objects.visible_to(user).filter(pk=pk).values_list("name", flat=True).first()
    return Origin(name, reverse("posts:campaign", args=[pk])) if name else None


# --- for holds --------------------------------------------------------------------


def _named(key: str) -> tuple[str, Unit] | None:
    pk = key.partition(":")[2]
    found = Campaign.objects.select_related("unit").filter(pk=int(pk)).first() if pk.isdigit() else None
    return (found.name, found.unit) if found else None


def _standing(units: QuerySet[Unit]) -> list[tuple[str, str]]:
    rows = Campaign.objects.filter(unit__in=units, archived_at=None).values_list("pk", "name")
    return [(f"campaign:{pk}", name) for pk, name in rows]


GROUPS = Source("campaign", _("A campaign"), _named, _standing)
