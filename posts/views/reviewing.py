"""The review queue: everything that waits for this person, on one page; and what is to be looked at afterwards."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from libsocial.core import asked
from libsocial.core.flash import flash
from posts import listing, selectors, sheets
from posts.models import BreakGlass, Post
from posts.services import deciding, glass
from posts.workflow import NotPossible

PAGE = 20
SOON = timedelta(days=1)


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Full previews, problems first, what changed since it was last judged marked."""
    return _queue(request)


def _queue(request: HttpRequest, outcomes: list[deciding.Outcome] | None = None) -> HttpResponse:
    waiting = selectors.waiting_in_brief(request.user, getattr(request, "unit", None))
    channels = {pk: name for one in waiting for pk, name in one.channels.items()}
    page = Paginator(_narrowed(waiting, request), PAGE).get_page(request.GET.get("page"))
    found = sheets.of_posts(selectors.to_judge([one.pk for one in page.object_list], request.user), request.user)
    # Those that can be decided now come first; within, the order of their times, as read.
    found.sort(key=lambda sheet: not sheet.mine)
    if request.GET.get("show") == "mine":
        found = [sheet for sheet in found if sheet.mine]
    ids = [None, *(sheet.post.pk for sheet in found), None]
    context = {
        "page": page,
        "entries": list(zip(found, ids[:-2], ids[2:], strict=True)),
        "clean": sum(sheet.clean for sheet in found),
        "tally": Counter(sheet.kind for sheet in found),
        "channels": sorted(channels.items(), key=lambda one: one[1].casefold()),
        "outcomes": outcomes or [],
        "stamp": deciding.page_stamp(request.user),
        "back": "review",
        "list_url": reverse("posts:list"),
    }
    return render(request, "posts/review.html", context)


def _narrowed(waiting: list[selectors.Waiting], request: HttpRequest) -> list[selectors.Waiting]:
    """What the address asks for; what makes no sense narrows nothing."""
    if channel := asked.number(request.GET.get("channel")):
        waiting = [one for one in waiting if channel in one.channels]
    if request.GET.get("show") == "soon":
        soon = timezone.now() + SOON
        waiting = [one for one in waiting if one.at is not None and one.at < soon]
    return waiting


@login_required
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Told by the queue's script: this post has been on the screen for two seconds."""
    post = selectors.get_post(request.user, asked.number(request.POST.get("post")) or 0)
    digest, stamp = asked.words(request.POST.get("digest")), asked.words(request.POST.get("stamp"))
    counted = deciding.note_seen(person=request.user, post=post, digest=digest, stamp=stamp)
    return HttpResponse(status=204 if counted else 409)


@login_required
@require_POST
def approve_seen(request: HttpRequest) -> HttpResponse:
    """Approves what was chosen, one by one, and says of each what became of it."""
    pairs = (choice.partition(":") for choice in request.POST.getlist("post")[: deciding.MOST])
    chosen = [(asked.number(pk) or 0, asked.words(digest)) for pk, _colon, digest in pairs]
    if not chosen:
        flash(request, _("Choose at least one post first."), level="info")
        return redirect("posts:review")
    outcomes = deciding.approve_all(by=request.user, asked=chosen)
    done = sum(not outcome.why_not for outcome in outcomes)
    if done:
        flash(request, ngettext("%d post approved.", "%d posts approved.", done) % done)
    kept = [outcome for outcome in outcomes if outcome.why_not]
    return _queue(request, kept) if kept else redirect("posts:review")


# --- afterwards -----------------------------------------------------------------


@login_required
@require_safe
def expired(request: HttpRequest) -> HttpResponse:
    """Approvals that came too late: nothing went out, and a new time is one click away."""
    found = selectors.expired_for(request.user, getattr(request, "unit", None))
    posts = found.select_related("unit", "author", "current__changed_by", "current__submitted_by")
    page = Paginator(posts, PAGE).get_page(request.GET.get("page"))
    return render(request, "posts/expired.html", {"page": page, "rows": listing.rows_of(list(page.object_list))})


@login_required
@require_safe
def urgent(request: HttpRequest) -> HttpResponse:
    """What one person let out alone, and still has to be judged by a second one; and what was judged lately."""
    return _urgent(request)


def _urgent(request: HttpRequest, refusal: str = "", about: int = 0, status: int = 200) -> HttpResponse:
    rows = BreakGlass.objects.filter(post__in=Post.objects.visible_to(request.user))
    rows = rows.select_related("post__unit", "by", "judged_by", "revision").order_by(
        F("judged_at").desc(nulls_first=True)
    )
    mine = set(BreakGlass.objects.open_for(request.user).exclude(by=request.user).values_list("pk", flat=True))
    context = {"rows": rows[:50], "mine": mine, "refusal": refusal, "about": about}
    return render(request, "posts/urgent.html", context | {"text": request.POST.get("text", "")}, status=status)


@login_required
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    visible = BreakGlass.objects.filter(post__in=Post.objects.visible_to(request.user)).select_related("post__unit")
    row = get_object_or_404(visible, pk=pk)
    good, text = request.POST.get("do") == "confirm", request.POST.get("text", "")
    try:
        glass.judge(glass=row, by=request.user, good=good, text=text)
    except NotPossible as error:
        return _urgent(request, str(error), pk, status=409)
    flash(request, _("Thank you. It is noted."))
    return redirect("posts:urgent")
