"""The calendar: month, week, day and list, with their filters, and a post moved in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.core import asked, localtime
from libsocial.core.flash import flash
from libsocial.core.states import TransitionError
from posts import calendar, campaigning, display, drafting, listing, schedule, selectors, slots, timetable, workflow
from posts.calendar import Span
from posts.chips import Pen
from posts.models import Post
from posts.services import moving
from posts.services.drafts import Conflict
from posts.timetable import Reader
from posts.views.listing import filters_of
from posts.workflow import NotPossible

VIEW_COOKIE = "calendar_view"
YEAR = 365 * 24 * 3600
LIST_PAGE = 100
QUIET = {"month", "week"}  # where a crowd is said once of its day, not of each post in it
OFFERED = 3  # free times a post is offered


@login_required
def calendar_page(request: HttpRequest) -> HttpResponse:
    """One view of some days. The view is remembered; filters stay in the address."""
    reader, filters = reader_of(request), filters_of(request)
    span, today = span_asked(request), timezone.localdate()
    light = timetable.planned(reader, filters, *span.moments(reader.zone))
    channels = list(Channel.objects.visible_to(request.user).living())
    context = _frame(request, filters, span, channels) | {"total": len(light), "today": today, "zone": reader.zone}
    if span.view == "list":
        context |= _list(request, reader, span, light, today)
    else:
        context |= _grid(reader, filters, span, light, channels)
    Pen(context["here"], quiet=span.view in QUIET).draw(entry for day in context["days"] for entry in day.entries)
    answer = render(request, "posts/calendar.html", context)
    if "view" in request.GET:
        answer.set_cookie(
            VIEW_COOKIE, span.view, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return answer


def _frame(request: HttpRequest, filters: listing.Filters, span: Span, channels: list[Channel]) -> dict[str, Any]:
    """What stands around every view."""
    return {
        "span": span,
        "views": calendar.VIEWS,
        "filters": filters,
        "states": display.FILTERS,
        "channels": channels,
        "authors": listing.authors_known(request.user),
        "campaigns": campaigning.names_known(request.user),
        "units": request.units,
        "may_write": policies.can_anywhere(request.user, "post.write"),
        "here": request.get_full_path(),
    }


def _grid(
    reader: Reader, filters: listing.Filters, span: Span, light: list[calendar.Light], channels: list[Channel]
) -> dict[str, Any]:
    now, today = timezone.now(), timezone.localdate()
    choice = calendar.choose(light, span, reader.zone)
    found = timetable.gaps(reader, filters, span, now, channels) if span.view in {"week", "day"} else []
    days = calendar.fill(span, timetable.load(reader, choice), today, hidden=choice.hidden, gaps=found)
    kept = timetable.notes(reader, span.first, span.last)
    for day in days:
        day.notes = kept.get(day.day, [])
    width, here_now = len(span.weeks[0]), span.first <= today <= span.last
    return {
        "here_now": here_now,
        "posts_before": here_now and sum(len(day.entries) + day.hidden for day in days if day.past and not day.outside),
        "days": days,
        "weeks": [days[start : start + width] for start in range(0, len(days), width)],
        "hours": calendar.hours(days, timetable.now_of(reader, now)) if span.view in {"week", "day"} else [],
        "weekdays": span.weeks[0],
    }


def _list(request: HttpRequest, reader: Reader, span: Span, light: list[calendar.Light], today: date) -> dict[str, Any]:
    page = Paginator(light, LIST_PAGE).get_page(request.GET.get("page"))
    page.page_range_elided = page.paginator.get_elided_page_range(page.number)
    choice = calendar.choose(page.object_list, span, reader.zone)
    days = calendar.fill(span, timetable.load(reader, choice), today)
    kept = timetable.notes(reader, span.first, span.last)
    for day in days:
        day.notes = kept.get(day.day, []) if page.number == 1 or day.entries else []
    return {"days": [day for day in days if day.entries or day.notes or day.today], "page": page}


def reader_of(request: HttpRequest) -> Reader:
    return Reader(request.user, request.unit, request.units, timezone.get_current_timezone_name())


def span_asked(request: HttpRequest) -> Span:
    """The days an address asks for; words that make no sense mean today, and the view used last."""
    known = dict(calendar.VIEWS)
    view = next((one for one in (request.GET.get("view"), request.COOKIES.get(VIEW_COOKIE)) if one in known), "month")
    first = (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    return calendar.span_of(view, day_asked(request.GET.get("on")) or timezone.localdate(), first)


def day_asked(value: str | None) -> date | None:
    try:
        found = date.fromisoformat(value or "")
    except ValueError:
        return None
    # A month needs neighbours; the calendar's own ends are no place for a post.
    return found if date(1970, 1, 1) < found < date(2200, 1, 1) - timedelta(days=40) else None


# --- moving ---------------------------------------------------------------------


@login_required
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Where to: a day and a time, or the next free posting time. Posted, the post moves and can be moved back."""
    post = selectors.get_post(request.user, pk)
    if request.method != "POST":
        workflow.require(post, request.user, "edit")
        return _move_page(request, post)
    try:
        return _moved(request, post)
    except Conflict as conflict:
        sentence = _("%(person)s changed this post meanwhile. Nothing was moved; this is how it stands now.")
        return _move_page(request, selectors.get_post(request.user, pk), sentence % {"person": conflict.theirs.who})
    except (NotPossible, drafting.Invalid) as error:
        return _move_page(request, selectors.get_post(request.user, pk), str(error))
    except TransitionError:
        return _move_page(request, post, _("Somebody else was faster. This is how it stands now."))


def _moved(request: HttpRequest, post: Post) -> HttpResponse:
    draft = drafting.of_revision(post.current, note=post.note)
    before, at = schedule.first_moment(draft), _wanted(request, draft)
    given = request.POST.get("version") or request.GET.get("version")
    revision = moving.move(post=post, by=request.user, at=at, version=asked.number(given) or 0)
    back = back_asked(request)
    undo = {"version": revision.version, "to": calendar.stamp(before) if before else "", "back": back}
    flash(request, _said(post, at), undo=f"{reverse('posts:move', args=[post.pk])}?{urlencode(undo)}")
    return HttpResponseRedirect(back)


def _said(post: Post, at: datetime | None) -> str:
    title = post.title or _("Untitled post")
    if at is None:
        return _("“%(title)s” has no time any more.") % {"title": title}
    when = formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")
    if post.state == "approved":
        return _("“%(title)s” moved to %(when)s. It needs a new approval.") % {"title": title, "when": when}
    return _("“%(title)s” moved to %(when)s.") % {"title": title, "when": when}


def _wanted(request: HttpRequest, draft: drafting.Draft) -> datetime | None:
    """The post's first moment afterwards; times are read on the person's clock. `was` is the time of the entry that
    was taken hold of: where that is not the first, the first goes as far on the post's own clock."""
    wall, here = _typed(request), timezone.get_current_timezone_name()
    if wall == "":
        return None
    moment, was = calendar.wall_moment(wall, here), calendar.wall_moment(request.POST.get("was", ""), here)
    if moment is None:
        raise NotPossible(_("This is not a day and a time. Choose both."))
    first = schedule.first_moment(draft)
    if was is None or first is None or was.utc == first:
        return moment.utc
    step = localtime.wall_of(moment.utc, draft.zone) - localtime.wall_of(was.utc, draft.zone)
    return localtime.resolve(localtime.wall_of(first, draft.zone) + step, draft.zone).utc


def _typed(request: HttpRequest) -> str:
    """A whole wall time from a button or the undo, or a day and a time from two fields."""
    whole = request.POST.get("to") if "to" in request.POST else request.GET.get("to")
    if whole is not None:
        return whole[:17]
    return f"{request.POST.get('date', '')[:10]}T{request.POST.get('time', '')[:5]}"


def _wall(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


def back_asked(request: HttpRequest, otherwise: str = "posts:calendar") -> str:
    """Where to go afterwards: a page of ours the form names, else the usual one."""
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None)
    return wanted if safe else reverse(otherwise)


def _move_page(request: HttpRequest, post: Post, refusal: str = "") -> HttpResponse:
    """The question as a page of its own, or as the inside of the calendar's dialog."""
    draft = drafting.of_revision(post.current, note=post.note)
    moment = schedule.first_moment(draft)
    day, _t, clock = _wall(moment).partition("T")
    if refusal and "date" in request.POST:
        day, clock = request.POST["date"], request.POST.get("time", "")
    context = {
        "post": post,
        "version": post.current.version,
        "day": day,
        "clock": clock,
        "moment": moment,
        "several": len({draft.at_for(target) for target in draft.targets}) > 1,
        "offered": _offered(post, max(moment, timezone.now()) if moment else timezone.now()),
        "zone": timezone.get_current_timezone_name(),
        "refusal": refusal,
        "back": back_asked(request),
    }
    name = "posts/_move.html" if request.htmx else "posts/move.html"
    return render(request, name, context, status=409 if refusal else 200)


def _offered(post: Post, after: datetime) -> list[tuple[datetime, str]]:
    """The next posting times that are free on every channel of the post that has any, as (local, value to send)."""
    channels = [target.channel for target in post.current.targets.all()]
    free = slots.free_between(channels, after, after + timedelta(days=42))
    having = {one.channel.pk for one in free}
    by_moment: dict[datetime, set[int]] = {}
    for one in free:
        by_moment.setdefault(one.moment.utc, set()).add(one.channel.pk)
    common = [at for at, found in sorted(by_moment.items()) if found == having and at > after.astimezone(UTC)]
    return [(timezone.localtime(at), _wall(at)) for at in common[:OFFERED]]
