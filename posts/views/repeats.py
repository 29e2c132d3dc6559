"""Repeats: the rule with a preview of its dates, what comes of it, leaving one out, ending it."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import put_refusal
from libsocial.core.flash import flash
from posts import drafting, schedule, selectors
from posts.models import Post, Repeat
from posts.repeat_form import RepeatForm
from posts.services import repeats

SHOWN = 10


@login_required
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """Every repeat of the person's units, the running ones first."""
    rows = Repeat.objects.visible_to(request.user).select_related("unit", "source", "by").order_by("-state", "-pk")
    if getattr(request, "unit", None):
        rows = rows.filter(unit__path__startswith=request.unit.path)
    return render(request, "posts/repeats.html", {"repeats": rows[:200]})


@login_required
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """The rule; what its dates would be is shown before anything is kept."""
    post = selectors.get_post(request.user, pk)
    policies.require(request.user, "post.write", post.unit)
    form = RepeatForm(request.POST or None, initial=_initial(post))
    if request.method != "POST":
        return _form(request, post, form)
    if not form.is_valid():
        return _form(request, post, form, status=422)
    repeat = form.repeat(post, request.user)
    if request.POST.get("do") != "save":
        return _form(request, post, form, repeat)
    try:
        repeats.start(by=request.user, repeat=repeat)
    except Refused as refusal:
        put_refusal(form, refusal)
        return _form(request, post, form, status=422)
    flash(request, _("It is repeated from now on."))
    return redirect("posts:repeat", repeat.pk)


def _initial(post: Post) -> dict[str, Any]:
    """The day after the post's own, at its hour: the post itself says the first."""
    draft = drafting.of_revision(post.current)
    moment = schedule.moment_of(draft.at, draft.zone)
    wall = moment.wall if moment else None
    weekdays = [wall.weekday()] if wall else []
    return {"first_day": wall.date() if wall else None, "clock": wall.time() if wall else None, "weekdays": weekdays}


def _form(
    request: HttpRequest, post: Post, form: RepeatForm, repeat: Repeat | None = None, status: int = 200
) -> HttpResponse:
    preview = list(islice(repeats.ahead(repeat), SHOWN)) if repeat else None
    context = {"post": post, "form": form, "preview": preview}
    template = "posts/_repeat_dates.html" if request.htmx else "posts/repeat_new.html"
    return render(request, template, context, status=200 if request.htmx else status)


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    repeat = _repeat(request, pk)
    made = repeat.dates.filter(post__isnull=False).select_related("post").order_by("-day")[:20]
    context = {
        "repeat": repeat,
        "dates": list(islice(repeats.ahead(repeat), SHOWN)) if repeat.state == "running" else [],
        "made": list(made),
        "may": _may(request, repeat),
    }
    return render(request, "posts/repeat.html", context)


def _repeat(request: HttpRequest, pk: int) -> Repeat:
    rows = Repeat.objects.visible_to(request.user).select_related("unit", "source", "by")
    return get_object_or_404(rows, pk=pk)


def _may(request: HttpRequest, repeat: Repeat) -> bool:
    own = repeat.by_id == request.user.pk
    return policies.can(request.user, "post.write" if own else "post.edit_any", repeat.unit)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """end, skip or unskip."""
    repeat = _repeat(request, pk)
    undo = ""
    try:
        if name == "end":
            repeats.end(by=request.user, repeat=repeat)
            said = _("The repeat has ended. What was written stays.")
        elif name == "skip":
            repeats.skip(by=request.user, repeat=repeat, day=_day(request))
            said = _("That date is left out.")
            undo = f"{reverse('posts:repeat_act', args=[pk, 'unskip'])}?day={_day(request).isoformat()}"
        elif name == "unskip":
            repeats.unskip(by=request.user, repeat=repeat, day=_day(request))
            said = _("That date is back.")
        else:
            raise Http404
    except Refused as refusal:
        flash(request, str(refusal), level="error")
    else:
        flash(request, said, undo=undo)
    return redirect("posts:repeat", pk)


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("day") or request.GET.get("day", ""))
    except ValueError as error:
        raise Refused(_("This repeat has no such date ahead.")) from error
