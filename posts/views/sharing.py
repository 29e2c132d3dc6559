"""What is planned, carried elsewhere: CSV, one's own calendar program; and which days a unit keeps."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import agenda_files, display, listing, observances, timetable
from posts.models import CalendarAddress, OwnDay, Post
from posts.services import addresses, keeping
from posts.views.listing import filters_of
from posts.views.planner import day_asked
from posts.workflow import NotPossible

BEFORE, AFTER = timedelta(days=60), timedelta(days=400)  # what a calendar program is given
TOLD = "calendar_address"  # in the session, until the page showed it once


@login_required
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The posts the filters show, as CSV; `first` and `last` narrow to planned days, `bom=no` leaves the mark out
    that spreadsheets need."""
    posts = listing.posts_for(request.user, request.unit, filters_of(request))
    first, last = day_asked(request.GET.get("first")), day_asked(request.GET.get("last"))
    if first:
        posts = posts.filter(planned_at__gte=_midnight(first))
    if last:
        posts = posts.filter(planned_at__lt=_midnight(last + timedelta(days=1)))
    if first or last:
        posts = posts.order_by("planned_at", "pk")
    zone = timezone.get_current_timezone_name()
    pieces = agenda_files.lines(posts, display.labels(), zone, bom=request.GET.get("bom") != "no")
    answer = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="posts-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# --- one's own calendar program -------------------------------------------------


@login_required
def address_list(request: HttpRequest) -> HttpResponse:
    """One's secret addresses; a new one is shown this once."""
    if request.method == "POST":
        return _change_addresses(request)
    told = request.session.pop(TOLD, None)
    context = {
        "rows": CalendarAddress.objects.filter(person=request.user).select_related("unit", "channel"),
        "told": request.build_absolute_uri(reverse("posts:ical", args=[told])) if told else "",
        "channels": Channel.objects.visible_to(request.user).living(),
        "units": request.units,
    }
    return render(request, "posts/addresses.html", context)


def _change_addresses(request: HttpRequest) -> HttpResponse:
    do, _colon, rest = request.POST.get("do", "").partition(":")
    mine = CalendarAddress.objects.filter(person=request.user)
    if do == "make":
        try:
            request.session[TOLD] = addresses.make(by=request.user, unit=_unit(request), channel=_channel(request))[1]
        except NotPossible as error:
            flash(request, str(error), level="warning")
    elif do == "renew":
        request.session[TOLD] = addresses.renew(by=request.user, address=get_object_or_404(mine, pk=asked.number(rest)))
    elif do == "end":
        addresses.end(by=request.user, address=get_object_or_404(mine, pk=asked.number(rest)))
        flash(request, _("Ended. Whoever had this address reads nothing any more."))
    return redirect("posts:addresses")


def _unit(request: HttpRequest) -> Unit | None:
    wanted = asked.number(request.POST.get("unit"))
    return next((unit for unit in request.units if unit.pk == wanted), None)


def _channel(request: HttpRequest) -> Channel | None:
    wanted = asked.number(request.POST.get("channel"))
    return Channel.objects.visible_to(request.user).filter(pk=wanted).first() if wanted else None


def _address(token: str) -> CalendarAddress:
    found = addresses.find(token)
    if found is None:
        raise Http404
    return found


def _posts(found: CalendarAddress) -> Any:
    filters = listing.Filters(channel=found.channel_id)
    posts = listing.narrowed(Post.objects.visible_to(found.person), found.unit, filters)
    now = timezone.now()
    return posts.filter(planned_at__gte=now - BEFORE, planned_at__lt=now + AFTER).order_by("planned_at")[:5000]


def _etag(request: HttpRequest, token: str) -> str:
    """Changes with every change of a post; within an hour at the latest, because deliveries go on."""
    posts = _posts(_address(token))
    newest = max((at for at in posts.values_list("changed_at", flat=True)), default=None)
    return f'"{newest.timestamp() if newest else 0}-{len(posts)}-{timezone.now():%Y%m%d%H}"'


@require_safe
@cache_control(private=True, max_age=900)
@condition(etag_func=_etag)
def ical(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a secret address: what its person may see, in their language."""
    found = _address(token)
    with override(found.person.language or None):
        entries = agenda_files.entries(_posts(found), "UTC")
        body = agenda_files.ical(entries, display.labels(), request.build_absolute_uri("/").rstrip("/"))
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="libsocial.ics"'
    return answer


# --- days that are kept -----------------------------------------------------------


@login_required
def kept_days(request: HttpRequest) -> HttpResponse:
    """Which sets of observances a unit's calendar shows, with what is in them."""
    units = list(policies.units_where(request.user, "post.see"))
    wanted = asked.number(request.POST.get("unit") or request.GET.get("unit"))
    unit = next((one for one in units if one.pk == wanted), request.unit or (units[0] if units else None))
    if unit is None:
        raise Http404
    if request.method == "POST":
        keeping.choose_sets(by=request.user, unit=unit, sets=request.POST.getlist("sets"))
        flash(request, _("Saved."))
        return redirect(f"{reverse('posts:kept_days')}?unit={unit.pk}")
    return render(request, "posts/kept_days.html", _kept_context(request.user, unit, units))


def _kept_context(user: User, unit: Unit, units: list[Unit]) -> dict[str, Any]:
    today, chosen = timezone.localdate(), timetable.sets_of([unit])
    year = observances.between(today, today + timedelta(days=365), [name for name, _label in observances.SETS])
    sets = [
        (name, label, name in chosen, [kept for kept in year if name in kept.observance.sets and kept.first >= today])
        for name, label in observances.SETS
    ]
    own = OwnDay.objects.filter(unit__in=[int(pk) for pk in unit.path.strip("/").split("/")]).select_related("unit")
    may = policies.can(user, "slots.manage", unit)
    return {"unit": unit, "units": units, "sets": sets, "may": may, "own": own}
