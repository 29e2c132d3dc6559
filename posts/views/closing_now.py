"""“Close now”: three clicks from the form to the first post that is out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core import asked, localtime
from libsocial.hours import selectors as hours
from posts import emergency, selectors, workflow
from posts.forms import CloseNowForm, WordsForm
from posts.models import Post
from posts.services import closing_now


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """First why and until when; then the words, the channels and what is planned; then it is done."""
    units = policies.units_where(request.user, "closure.declare")
    if not units:
        raise policies.NotAllowed("closure.declare")
    if request.method != "POST":
        return _first(request, CloseNowForm(units=units, initial=_initial(request, list(units))))
    form = CloseNowForm(request.POST, units=units)
    if not form.is_valid():
        return _first(request, form, 422)
    if request.POST.get("do") == "back":
        return _first(request, form)
    words = WordsForm(request.POST if "short" in request.POST else None, initial=_words(form).__dict__)
    if request.POST.get("do") != "close" or not words.is_valid():
        return _second(request, form, words)
    try:
        return _done(request, form, words)
    except workflow.NotPossible as why:
        words.add_error(None, str(why))
        return _second(request, form, words)


def _first(request: HttpRequest, form: CloseNowForm, status: int = 200) -> HttpResponse:
    return render(request, "posts/close_now.html", {"form": form}, status=status)


def _initial(request: HttpRequest, units: list[Unit]) -> dict[str, Any]:
    wanted = asked.number(request.GET.get("unit"))
    here = getattr(request, "unit", None)
    unit = next((one for one in units if one.pk == wanted), here if here in units else units[0])
    return {"units": [unit], "until": _until(unit), "due": "extended", "holds": "longer", "programmes": "cancelled"}


def _until(unit: Unit) -> datetime:
    """The first opening of the next day: most closures last the rest of the day."""
    now = timezone.now()
    tomorrow = localtime.wall_of(now, unit.zone).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    calendar = hours.calendar_of(unit)
    opening = calendar.next_open(localtime.resolve(tomorrow, unit.zone).utc) if calendar.known else None
    return localtime.wall_of(opening, unit.zone) if opening else tomorrow + timedelta(hours=9)


def _words(form: CloseNowForm) -> emergency.Words:
    said = form.cleaned_data
    units = said["units"]
    choices = {name: said[name] for name in ("due", "holds", "programmes")}
    names = [unit.name for unit in units]
    return emergency.write(names=names, reason=form.reason, until=said["until"], language=units[0].language, **choices)


def _second(request: HttpRequest, form: CloseNowForm, words: WordsForm) -> HttpResponse:
    units, until = list(form.cleaned_data["units"]), form.cleaned_data["until"]
    offered = closing_now.channels_for(request.user, units)
    chosen = asked.numbers(request.POST.getlist("channel")) if "short" in request.POST else [one.pk for one in offered]
    context = {
        "form": form,
        "words": words,
        "channels": [(channel, channel.pk in chosen) for channel in offered],
        "touched": closing_now.planned_inside(request.user, units, until, form.reason),
        "units": units,
        "until": until,
    }
    return render(request, "posts/close_now_words.html", context, status=422 if words.errors else 200)


def _done(request: HttpRequest, form: CloseNowForm, words: WordsForm) -> HttpResponse:
    chosen = {name[3:]: request.POST.get(name, "") for name in request.POST if name.startswith("on-")}
    wanted = set(asked.numbers(request.POST.getlist("channel")))
    units = list(form.cleaned_data["units"])
    outcome = closing_now.declare(
        by=request.user,
        units=units,
        reason=form.reason,
        until=form.cleaned_data["until"],
        words=emergency.Words(**words.cleaned_data),
        channels=[one for one in closing_now.channels_for(request.user, units) if one.pk in wanted],
        chosen=chosen,
    )
    said = [*outcome.leaving, *outcome.waiting]
    query = {"post": [post.pk for post in said], "later": [post.pk for post in outcome.reopening]}
    return redirect(reverse("posts:closed", query=query))


@login_required
@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """How the notices stand, and what is ready for the re-opening."""
    context = {"said": _posts(request, "post"), "later": _posts(request, "later")}
    return render(request, "posts/closed.html", context)


def _posts(request: HttpRequest, name: str) -> list[Post]:
    chosen = asked.numbers(request.GET.getlist(name))[:50]
    return list(selectors.with_targets(Post.objects.visible_to(request.user)).filter(pk__in=chosen).order_by("pk"))
