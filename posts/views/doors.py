"""Pages for people without a session: a guest who was asked to look, and an approver who came from a mail.

Opening one decides nothing. Answers to a living link are never errors to the web server: its log must not keep
an address that still opens something.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from libsocial.accounts.policies import NotAllowed
from libsocial.core import asked, limits
from libsocial.core.states import TransitionError
from posts import selectors, sheets
from posts.models import DecisionLink, Guest, Post
from posts.problems import Blocked
from posts.services import deciding, guests, links, review
from posts.workflow import NotPossible

View = Callable[..., HttpResponse]
KNOCKS, LOOKS, MINUTE = 30, 120, 60
Refusals = (NotPossible, Blocked, NotAllowed, TransitionError)


def by_link(view: View) -> View:
    """Not for search engines, not for caches, not for guessing."""

    @wraps(view)
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        most = KNOCKS if request.method == "POST" else LOOKS
        if not limits.take(f"posts.door.{request.method}", limits.caller(request), most=most, seconds=MINUTE):
            return render(request, "429.html", status=429)
        response = view(request, token)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


def _sentence(error: Exception) -> str:
    if isinstance(error, NotAllowed):
        return _("This link does not allow that any more.")
    if isinstance(error, TransitionError):
        return _("Somebody else was faster. This is how it stands now.")
    return str(error)


# --- a guest --------------------------------------------------------------------


@by_link
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """The post as it will look, what others said by their links, and what this guest may do."""
    found = guests.find(token)
    if found is None:
        return render(request, "posts/door_gone.html", {"kind": "guest"}, status=410)
    if request.method == "POST":
        try:
            messages.success(request, _guest_act(request, found))
            return redirect("posts:guest", token)
        except Refusals as error:
            return _guest_page(request, found, token, refusal=_sentence(error))
    return _guest_page(request, found, token)


def _guest_act(request: HttpRequest, found: Guest) -> str:
    digest = asked.words(request.POST.get("digest"))
    if request.POST.get("do") == "approve":
        review.approve(post=found.post, by=found, digest=digest)
        return _("Thank you. The library sees that you approve it.")
    guests.say(guest=found, text=request.POST.get("text", ""), digest=digest)
    return _("Thank you. The library reads it.")


def _guest_page(request: HttpRequest, found: Guest, token: str, refusal: str = "") -> HttpResponse:
    post = selectors.with_targets(Post.objects.filter(pk=found.post_id)).get()
    may = guests.allowed(found, post)
    approved = found.reviews.filter(revision=post.current, decision="approved").exists()
    context = {
        "guest": found,
        "post": post,
        "panes": sheets.looks(post, ("guest", token)),
        "words": found.words.order_by("pk"),
        "may_comment": "comment" in may,
        "may_approve": "approve" in may and post.state == "in_review" and not approved,
        "approved": approved,
        "refusal": refusal,
        "text": request.POST.get("text", "") if refusal else "",
    }
    return render(request, "posts/guest.html", context)


# --- from a mail ----------------------------------------------------------------


@by_link
def decide(request: HttpRequest, token: str) -> HttpResponse:
    """Exactly the version the mail spoke of, and the two decisions about it. Only a press decides."""
    link = links.find(token)
    if link is None:
        return render(request, "posts/door_gone.html", {"kind": "decide"}, status=410)
    if request.method != "POST":
        return _decide_page(request, link, token)
    yes, reason = request.POST.get("do") == "approve", request.POST.get("reason", "")
    try:
        complete = deciding.decide(link=link, yes=yes, reason=reason)
    except Refusals as error:
        return _decide_page(request, link, token, refusal=_sentence(error), reason=reason)
    return render(request, "posts/decided.html", {"yes": yes, "complete": complete, "post": link.revision.post})


def _decide_page(
    request: HttpRequest, link: DecisionLink, token: str, refusal: str = "", reason: str = ""
) -> HttpResponse:
    post = selectors.with_targets(Post.objects.filter(pk=link.revision.post_id)).get()
    sheet = sheets.of_posts([post], link.person)[0]
    context = {
        "link": link,
        "post": post,
        "sheet": sheet,
        "panes": sheets.looks(post, ("decide", token)),
        "approve": sheet.actions.get("approve"),
        "refusal": refusal,
        "reason": reason,
    }
    return render(request, "posts/decide.html", context)
