"""The public pages of Practice. No tracking: a visitor gets a cookie only by pressing something."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from channels_app.models import PracticeAccount, PracticePost
from channels_app.practice import network
from libsocial.core import ranges

PER_PAGE = 20
ACTS_PER_MINUTE = 20


# --- reading ----------------------------------------------------------------
@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    return render(request, "practice/timeline.html", {"page": _page(request, _first_parts())})


@require_safe
def account(request: HttpRequest, handle: str) -> HttpResponse:
    found = get_object_or_404(PracticeAccount, handle=handle)
    posts = _first_parts().filter(account=found)
    return render(request, "practice/account.html", {"account": found, "page": _page(request, posts)})


@require_safe
def post(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    found = _post(handle, pk)
    if request.method == "GET":
        network.view(found)
    return render(request, "practice/post.html", _conversation(request, found))


@require_GET
def picture(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """A file of a public post; 99 is the picture of its link card, 100 and up those that stand for its films.
    Sent as what it was checked to be."""
    found = get_object_or_404(PracticePost.objects.public(), pk=pk)
    posters = {100 + place: item.get("poster") for place, item in enumerate(found.media)}
    files = {**dict(enumerate(found.media)), **posters, 99: (found.card or {}).get("thumb")}
    return _sent(request, files.get(index))


@require_GET
def captions(request: HttpRequest, pk: int, index: int, number: int) -> HttpResponse:
    """The words of a film of a public post."""
    found = get_object_or_404(PracticePost.objects.public(), pk=pk)
    words = dict(enumerate(found.media)).get(index, {}).get("captions", [])
    return _sent(request, dict(enumerate(words)).get(number))


def _sent(request: HttpRequest, item: dict[str, Any] | None) -> HttpResponse:
    if not item or item["mime"] not in network.TAKEN or not default_storage.exists(item["path"]):
        raise Http404
    file = default_storage.open(item["path"])
    response = ranges.answer(request, file, lambda part: FileResponse(part, content_type=item["mime"]))
    if item["mime"] == "application/pdf":
        response["Content-Disposition"] = 'attachment; filename="document.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=86400"
    return response


def _first_parts() -> Any:
    """What stands in a timeline: posts of accounts that answer nothing, with the number of answers."""
    answers = Count("replies", filter=Q(replies__public_at__lte=timezone.now()) & ~Q(replies__author_name=""))
    return (
        PracticePost.objects.public()
        .by_accounts()
        .filter(reply_to=None)
        .select_related("account")
        .annotate(answers=answers)
        .order_by("-pk")
    )


def _page(request: HttpRequest, posts: Any) -> Any:
    page = Paginator(posts, PER_PAGE).get_page(request.GET.get("page"))
    _mark(request, page.object_list)
    return page


def _mark(request: HttpRequest, posts: Any) -> None:
    """Which posts this visitor liked or shared, as their own session remembers it."""
    for shown in posts:
        shown.liked = shown.pk in request.session.get("practice_like", ())
        shown.shared = shown.pk in request.session.get("practice_share", ())


def _post(handle: str, pk: int) -> PracticePost:
    posts = PracticePost.objects.public().select_related("account", "reply_to__account")
    return get_object_or_404(posts, pk=pk, account__handle=handle)


def _conversation(request: HttpRequest, shown: PracticePost, **extra: Any) -> dict[str, Any]:
    """A post with what it answers above, the rest of its thread and the answers of visitors below."""
    thread = [shown]
    while (following := _next_part(thread[-1])) and len(thread) < 100:
        thread.append(following)
    answers = list(PracticePost.objects.public().filter(reply_to__in=thread).exclude(author_name="").order_by("pk"))
    for part in thread:
        part.answers = sum(answer.reply_to_id == part.pk for answer in answers)
    _mark(request, thread)
    return {"post": shown, "thread": thread[1:], "answers": answers, "limit": network.TEXT_LIMIT, **extra}


def _next_part(part: PracticePost) -> PracticePost | None:
    return (
        PracticePost.objects.public()
        .by_accounts()
        .filter(reply_to=part)
        .select_related("account")
        .order_by("pk")
        .first()
    )


# --- what visitors do -------------------------------------------------------
@require_POST
def like(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    return _toggle(request, _post(handle, pk), "practice_like", network.like)


@require_POST
def share(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    return _toggle(request, _post(handle, pk), "practice_share", network.share)


def _toggle(request: HttpRequest, found: PracticePost, memory: str, act: Any) -> HttpResponse:
    """Once does it, twice takes it back; the visitor's own session remembers which."""
    if _too_many(request):
        return _slow_down(request)
    done = list(request.session.get(memory, ()))
    if found.pk in done:
        done.remove(found.pk)
        act(found, -1)
    else:
        done.append(found.pk)
        act(found, 1)
    request.session[memory] = done[-500:]
    return HttpResponseRedirect(_back(request, found))


def _back(request: HttpRequest, found: PracticePost) -> str:
    """To the timeline or account the visitor pressed on, at the post; never to another site."""
    places = {
        "timeline": reverse("practice:timeline"),
        "account": reverse("practice:account", args=[found.account.handle]),
    }
    start = places.get(request.POST.get("from", ""), reverse("practice:post", args=[found.account.handle, found.pk]))
    return f"{start}#post-{found.pk}"


@require_POST
def reply(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    found = _post(handle, pk)
    if _too_many(request):
        return _slow_down(request)
    author, text = request.POST.get("author", ""), request.POST.get("text", "").replace("\r\n", "\n")
    try:
        answer = network.reply(found, author=author.strip() or _("A visitor"), text=text)
    except network.Answer as refused:
        problem = _REFUSALS.get(refused.status, _too_long)(text)
        context = _conversation(request, found, problem=problem, typed={"author": author, "text": text[:5000]})
        return render(request, "practice/post.html", context, status=422)
    return redirect(reverse("practice:post", args=[handle, pk]) + f"#post-{answer.pk}")


def _too_long(text: str) -> str:
    if not text.strip():
        return _("Write something first.")
    return _("The reply is %(over)d characters too long.") % {"over": network.graphemes(text) - network.TEXT_LIMIT}


_REFUSALS = {403: lambda text: _("The account does not take replies to this post.")}


def _too_many(request: HttpRequest) -> bool:
    """Counts acts by address and minute; behind a proxy all visitors may count as one, hence the generous number."""
    key = f"practice:{request.META.get('REMOTE_ADDR', '')}:{timezone.now():%H%M}"
    cache.add(key, 0, 120)
    try:
        return cache.incr(key) > ACTS_PER_MINUTE
    except ValueError:  # it was thrown out between the two lines
        return False


def _slow_down(request: HttpRequest) -> HttpResponse:
    response = render(request, "practice/slow_down.html", status=429)
    response["Retry-After"] = "60"
    return response
