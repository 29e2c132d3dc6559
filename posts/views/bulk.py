"""Several posts at once, from the list and the calendar's list."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from libsocial.core import asked
from libsocial.core.flash import flash
from posts import selectors
from posts.models import Campaign, Post
from posts.services import bulk
from posts.services.bulk import Act, Result
from posts.views.planner import back_asked, day_asked
from posts.workflow import NotPossible

FARTHEST = 366


@login_required
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Does one act to the chosen posts; where some refuse, a page says which and why."""
    back = back_asked(request, "posts:list")
    ids = asked.numbers([*request.POST.getlist("post"), *request.GET.getlist("post")])
    posts = list(selectors.with_targets(Post.objects.visible_to(request.user)).filter(pk__in=ids[: 2 * bulk.MOST]))
    try:
        act, undo = _act(request, posts)
    except NotPossible as error:
        flash(request, str(error), level="warning")
        return HttpResponseRedirect(back)
    if not ids:
        flash(request, _("Choose at least one post first."), level="warning")
        return HttpResponseRedirect(back)
    result = bulk.run(posts=posts, by=request.user, act=act)
    if result.done:
        flash(request, _told(len(result.done)), undo=_undo(undo, result, back))
    if not result.refused:
        return HttpResponseRedirect(back)
    return render(request, "posts/bulk_done.html", {"result": result, "back": back})


def _act(request: HttpRequest, posts: list[Post]) -> tuple[Act, dict[str, str]]:
    """What the pressed button means, and what takes it back ({} where nothing does)."""
    asked_for = request.POST.get("do") or request.GET.get("do") or ""
    if asked_for == "shift":
        days = _days(request)
        return bulk.shift(days), {"do": "shift", "days": str(-days)}
    if asked_for == "day":
        day = day_asked(request.POST.get("day"))
        if day is None:
            raise NotPossible(_("Choose the day to move them to."))
        return bulk.to_day(day), {}
    if asked_for == "campaign":
        return _to_campaign(request, posts)
    plain = {
        "submit": (bulk.submit, "recall"),
        "archive": (bulk.archive, "reopen"),
        "recall": (bulk.recall, ""),
        "reopen": (bulk.reopen, ""),
    }
    if asked_for not in plain:
        raise NotPossible(_("Choose what to do with them."))
    act, back = plain[asked_for]
    return act, {"do": back} if back else {}


def _to_campaign(request: HttpRequest, posts: list[Post]) -> tuple[Act, dict[str, str]]:
    """Taken back as one where all of them came from the same campaign, or from none."""
    typed = request.POST.get("campaign") or request.GET.get("campaign") or ""
    wanted = asked.number(typed)
    if typed != "none" and not (wanted and Campaign.objects.visible_to(request.user).filter(pk=wanted).exists()):
        raise NotPossible(_("Choose the campaign to put them in."))
    before = {post.campaign_id for post in posts}
    undo = {"do": "campaign", "campaign": str(before.pop() or "none")} if len(before) == 1 else {}
    return bulk.to_campaign(wanted), undo


def _days(request: HttpRequest) -> int:
    typed = request.POST.get("days") or request.GET.get("days") or ""
    sign, number = (-1, typed[1:]) if typed.startswith("-") else (1, typed)
    days = sign * (asked.number(number) or 0)
    if not days or abs(days) > FARTHEST:
        raise NotPossible(_("Say by how many days: a whole number, with a minus for earlier."))
    return timedelta(days=days).days


def _told(count: int) -> str:
    return ngettext("Done for %(n)s post.", "Done for %(n)s posts.", count) % {"n": count}


def _undo(undo: dict[str, str], result: Result, back: str) -> str:
    if not undo:
        return ""
    pairs = [*undo.items(), ("back", back), *(("post", str(post.pk)) for post in result.done)]
    return f"{reverse('posts:bulk')}?{urlencode(pairs)}"
