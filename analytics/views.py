"""The page of figures, its table as CSV, and the strip on the post page."""

from __future__ import annotations

import csv
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from analytics import selectors
from analytics.selectors import BY_ID, KINDS, LONGEST, Overview, Period
from libsocial.core import asked, charts
from posts.selectors import get_post
from scheduler.models import Delivery

PRESETS = (7, 30, 90, 365)


def period_of(request: HttpRequest) -> Period:
    """The days an address names: `from` and `to`, or `days` back from today; nonsense means 30 days."""
    today = timezone.localdate()
    first, last = _date(request.GET.get("from")), _date(request.GET.get("to"))
    if first and last and timedelta() <= last - first < timedelta(days=LONGEST):
        return Period(first, last)
    days = asked.number(request.GET.get("days")) or 0
    number = days if 1 <= days <= LONGEST else 30
    return Period(today - timedelta(days=number - 1), today)


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """What came back: totals against the period before, trend, best posts, each channel."""
    period = period_of(request)
    channel = request.GET.get("channel", "")
    unit = getattr(request, "unit", None)
    found = selectors.overview(request.user, unit, period, asked.number(channel))
    if request.GET.get("format") == "csv":
        return _csv(found)
    context = {
        "found": found,
        "period": period,
        "presets": PRESETS,
        "channels": selectors.channels_for(request.user, unit).order_by("name"),
        "chosen": channel,
        "kinds": KINDS,
        "engagement_chart": _chart(found, selectors.ENGAGEMENT, _("Reactions, replies and shares by day")),
        "reach_chart": _chart(found, ("reach",), _("Views by day")),
        "followers_chart": _chart(found, ("followers",), _("Followers"), from_zero=False),
        "any": any(total.value for total in found.totals),
        "is_running": period.first <= timezone.localdate() <= period.last,
    }
    return render(request, "analytics/overview.html", context)


@login_required
def strip(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of one post, loaded into its page."""
    post = get_post(request.user, pk)
    reference = f"post:{post.pk}:"
    deliveries = (
        Delivery.objects.filter(reference__startswith=reference, state="published")
        .select_related("channel")
        .order_by("channel__name", "pk")
    )
    return render(request, "analytics/_strip.html", {"strips": selectors.strip(deliveries), "post": post})


def _chart(found: Overview, kinds: tuple[str, ...], title: str, *, from_zero: bool = True) -> charts.LineChart | None:
    series = [charts.Series(str(BY_ID[kind].label), found.series[kind]) for kind in kinds if kind in found.series]
    if not series or all(value is None for one in series for value in one.values):
        return None
    labels = [formats.date_format(day, "MONTH_DAY_FORMAT") for day in found.period.each()]
    about = "" if from_zero else _("The scale does not begin at zero.")
    return charts.line_chart(title=title, labels=labels, series=series, description=about, from_zero=from_zero)


def _csv(found: Overview) -> HttpResponse:
    """The numbers of the page, one row for each day."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="figures-{found.period.first}-{found.period.last}.csv"'
    answer.write("\ufeff")  # so that spreadsheets read the letters right
    writer = csv.writer(answer)
    names = list(found.series)
    writer.writerow([_("Day"), *(str(BY_ID[name].label) for name in names)])
    for number, day in enumerate(found.period.each()):
        cells = [found.series[name][number] for name in names]
        writer.writerow([day.isoformat(), *("" if cell is None else cell for cell in cells)])
    return answer


def _date(value: str | None) -> date | None:
    try:
        found = date.fromisoformat(value or "")
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2199, 1, 1) else None
