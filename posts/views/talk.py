"""Comments on a post. The answer to a script is the part of the page; to a plain form the page again."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from libsocial.core import asked
from posts import selectors, talk
from posts.models import Comment, Post
from posts.services import talk as saying


@login_required
@require_safe
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said about a post: a part of its pages, and a page for whoever has no script."""
    post = selectors.get_post(request.user, pk)
    context = {"talk": talk.of(post, request.user), "post": post}
    inside = request.headers.get("X-Requested-With") == "fetch" or getattr(request, "htmx", False)
    return render(request, "posts/talk/_talk.html" if inside else "posts/talk/page.html", context)


@login_required
@require_safe
def people(request: HttpRequest, pk: int) -> JsonResponse:
    """Whom one may speak to by name about this post."""
    return JsonResponse({"people": talk.people_json(selectors.get_post(request.user, pk))})


@login_required
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """A new remark."""
    post = selectors.get_post(request.user, pk)
    name = f"say-{post.pk}"
    return _tried(request, post, name, lambda text: saying.say(post=post, by=request.user, text=text))


@login_required
@require_POST
def act(request: HttpRequest, pk: int, comment_pk: int, name: str) -> HttpResponse:
    """An answer to a remark, other words for it, or whether it is settled."""
    post = selectors.get_post(request.user, pk)
    comment = get_object_or_404(Comment.objects.select_related("parent", "post__unit"), pk=comment_pk, post=post)
    if name == "reply":
        return _tried(
            request,
            post,
            f"reply-{comment.pk}",
            lambda text: saying.say(post=post, by=request.user, text=text, parent=comment),
        )
    if name == "mend":
        words = f"mend-{comment.pk}"
        return _tried(request, post, words, lambda text: saying.mend(comment=comment, by=request.user, text=text))
    if name not in {"resolve", "reopen"}:
        raise Http404
    {"resolve": saying.resolve, "reopen": saying.reopen}[name](comment=comment, by=request.user)
    return _answer(request, post)


def _tried(request: HttpRequest, post: Post, name: str, do: Callable[[str], object]) -> HttpResponse:
    text = request.POST.get(name, "")
    try:
        do(text)
    except saying.NotSaid as error:
        return _answer(request, post, tried={name: text}, trouble={name: str(error)})
    return _answer(request, post)


def _answer(
    request: HttpRequest, post: Post, *, tried: dict[str, str] | None = None, trouble: dict[str, str] | None = None
) -> HttpResponse:
    said = talk.of(post, request.user, tried=tried, trouble=trouble)
    status = 422 if trouble else 200
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "posts/talk/_talk.html", {"talk": said}, status=status)
    if trouble:
        return render(request, "posts/talk/page.html", {"talk": said, "post": post}, status=status)
    return redirect(_back(request, post) + "#talk")


def _back(request: HttpRequest, post: Post) -> str:
    """The page the remark was written on, when that is one of ours."""
    wanted = asked.words(request.POST.get("back_to"), 300)
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted.partition("#")[0] if ours and wanted else reverse("posts:detail", args=[post.pk])
