"""The list of posts and the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial.accounts.models import User
from libsocial.core import asked
from posts import calendar, campaigning, display
from posts.listing import Filters, between, posts_for, rows_of
from posts.models import Post

PAGE = 30


def filters_of(request: HttpRequest) -> Filters:
    """The filters an address names; words that make no sense are ignored."""
    get = request.GET
    return Filters(
        q=asked.words(get.get("q")),
        state=get.get("state", ""),
        unit=asked.number(get.get("unit")),
        channel=asked.number(get.get("channel")),
        author=asked.number(get.get("author")),
        campaign=asked.number(get.get("campaign")),
    )


@login_required
def post_list(request: HttpRequest) -> HttpResponse:
    """All posts the person may see, by state, channel, author and words; every one is reachable by paging."""
    filters = filters_of(request)
    posts = posts_for(request.user, getattr(request, "unit", None), filters)
    page = Paginator(posts.select_related("unit", "author"), PAGE).get_page(request.GET.get("page"))
    page.page_range_elided = page.paginator.get_elided_page_range(page.number)
    context = {
        "page": page,
        "rows": rows_of(list(page.object_list)),
        "filters": filters,
        "tabs": display.FILTERS,
        "campaigns": campaigning.campaigns_for(request.user, None),
        "channels": Channel.objects.visible_to(request.user).living(),
        "authors": User.objects.filter(pk__in=Post.objects.visible_to(request.user).values("author_id")),
        "filtered": any((filters.q, filters.state, filters.unit, filters.channel, filters.author, filters.campaign)),
    }
    return render(request, "posts/list.html", context)


@login_required
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Month or week; on a narrow screen the same days as an agenda."""
    zone = timezone.get_current_timezone_name()
    today = timezone.localdate()
    span = _span(request, today)
    rows = between(request.user, getattr(request, "unit", None), *span.moments(zone))
    context = {
        "span": span,
        "weeks": calendar.fill(span, rows, zone, today),
        "weekdays": span.weeks[0],
        "today": today,
        "total": len(rows),
        "zone": zone,
    }
    return render(request, "posts/calendar.html", context)


def _span(request: HttpRequest, today: date) -> calendar.Span:
    anchor = _date(request.GET.get("on")) or today
    first = (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    if request.GET.get("view") == "week":
        return calendar.week(anchor, first)
    return calendar.month(anchor, first)


def _date(value: str | None) -> date | None:
    try:
        found = date.fromisoformat(value or "")
    except ValueError:
        return None
    # A month needs neighbours; the calendar's own ends are no place for a post.
    return found if date(1970, 1, 1) < found < date(2200, 1, 1) - timedelta(days=40) else None


def title_of(post: Post) -> str:
    return post.title or _("Untitled post")
