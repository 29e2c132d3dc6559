"""The first page after signing in: what is due, what waits for this person, what went wrong, what is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics import selectors as analytics
from analytics.selectors import Period
from libsocial import status
from libsocial.accounts import checklist, policies
from libsocial.accounts.models import Role, Unit, User
from libsocial.audit import selectors as audit
from libsocial.audit import subjects
from libsocial.notices.models import Notice
from posts import listing, selectors
from posts.display import TROUBLE
from posts.listing import Row
from posts.models import Post
from scheduler.models import Delivery

SHOWN = 6
RECENT = timedelta(days=7)


@dataclass
class Day:
    """What the page shows; each list is short and says how many there are in all."""

    trouble: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    mine: list[Row] = field(default_factory=list)
    due: list[Row] = field(default_factory=list)
    out: list[Row] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


# What each role meets first; what it has no right to is left out. The last three are loaded after the page.
ORDER: dict[Role, tuple[str, ...]] = {
    Role.CONTRIBUTOR: ("trouble", "mine", "due", "waiting", "out", "notices"),
    Role.EDITOR: ("trouble", "mine", "due", "waiting", "out", "notices", "figures"),
    Role.SUPERVISOR: ("trouble", "waiting", "due", "notices", "mine", "out", "figures"),
    Role.ADMIN: ("trouble", "house", "waiting", "due", "notices", "mine", "out", "figures"),
    Role.AUDITOR: ("figures", "trail", "due", "out", "notices"),
}
LEADING = (Role.ADMIN, Role.SUPERVISOR, Role.EDITOR, Role.CONTRIBUTOR, Role.AUDITOR)
MAY_SEE = {"figures": "analytics.see", "house": "status.see", "trail": "audit.read"}


def blocks_of(user: User) -> list[str]:
    """The templates of the page, in the order of the person's leading role."""
    held = {grant.role for grant in policies.grants_of(user)}
    names = ORDER[next((one for one in LEADING if one in held), Role.CONTRIBUTOR)]
    return [
        f"pages/today/_{name}.html"
        for name in names
        if name not in MAY_SEE or policies.can_anywhere(user, MAY_SEE[name])
    ]


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """One look: due, waiting for you, failed, unseen."""
    day = day_of(request.user, getattr(request, "unit", None))
    steps = checklist.steps_for(request.user)
    context = {
        "day": day,
        "blocks": blocks_of(request.user),
        "steps": steps if any(not step.done for step in steps) else [],
        "steps_done": sum(step.done for step in steps),
        "quiet": not (day.trouble or day.waiting or day.mine or day.due or day.notices),
    }
    return render(request, "pages/today.html", context)


@require_safe
@login_required
def figures(request: HttpRequest) -> HttpResponse:
    """The last seven days in numbers."""
    last = timezone.localdate()
    period = Period(last - timedelta(days=6), last)
    found = analytics.overview(request.user, getattr(request, "unit", None), period)
    return render(request, "pages/today/_figures_part.html", {"totals": found.totals})


@require_safe
@login_required
def house(request: HttpRequest) -> HttpResponse:
    """What is not in order, for those who run it."""
    if not policies.can_anywhere(request.user, "status.see"):
        raise policies.NotAllowed("status.see")
    lines = [line for line in status.lines() if line.level not in ("good", "still")]
    return render(request, "pages/today/_house_part.html", {"lines": lines})


@require_safe
@login_required
def trail(request: HttpRequest) -> HttpResponse:
    """The newest sentences of the trail."""
    if not policies.can_anywhere(request.user, "audit.read"):
        raise policies.NotAllowed("audit.read")
    mine = policies.subtree_q(request.user, "audit.read", "unit__")
    lines = subjects.named(audit.line(entry) for entry in audit.trail(mine)[:SHOWN])
    return render(request, "pages/today/_trail_part.html", {"lines": lines})


def day_of(user: User, unit: Unit | None) -> Day:
    posts = listing.posts_for(user, unit, listing.Filters()).select_related("unit", "author")
    now = timezone.now()
    soon = {"planned_at__gte": now, "planned_at__lt": now + timedelta(days=1)}
    lists = {
        "trouble": _with_deliveries(posts, state__in=TROUBLE, settled_after=now - RECENT),
        "waiting": selectors.waiting_for(user, unit).select_related("unit", "author").prefetch_related(None),
        "mine": posts.filter(author=user, state__in=("draft", "changes_requested")),
        "due": posts.filter(state="approved", **soon).order_by("planned_at"),
        "out": _with_deliveries(posts, state__in=("published",), settled_after=now - timedelta(days=1)),
    }
    notices = list(Notice.objects.filter(recipient=user, seen_at=None)[:SHOWN])
    return Day(**_rows({name: list(found[:SHOWN]) for name, found in lists.items()}), notices=notices)


def _rows(lists: dict[str, list[Post]]) -> dict[str, list[Row]]:
    """The rows of every list, with one question about the channels of all of them."""
    rows = iter(listing.rows_of([post for posts in lists.values() for post in posts]))
    return {name: [next(rows) for _post in posts] for name, posts in lists.items()}


def _with_deliveries(posts: QuerySet[Post], *, state__in: tuple[str, ...], settled_after: object) -> QuerySet[Post]:
    """Posts of which a delivery is in one of the states: open trouble stays, what ended stays for a while."""
    deliveries = Delivery.objects.filter(state__in=state__in).exclude(settled_at__lt=settled_after)
    return posts.filter(state="approved", approved__targets__delivery__in=deliveries.values("pk")).distinct()
