"""Links for guests, made and ended on the page of a post."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from libsocial.accounts import policies, policy
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import selectors
from posts.models import Guest, Post
from posts.services import guests
from posts.workflow import NotPossible


@login_required
@never_cache
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for a new link; the link itself stands on the one answer to it."""
    post = selectors.get_post(request.user, pk)
    policies.require(request.user, "post.edit_any", post.unit)
    if request.method != "POST":
        return _form(request, post)
    typed = {name: asked.words(request.POST.get(name), 254) for name in ("name", "email", "may")}
    days = asked.number(request.POST.get("days")) or 0
    try:
        made = guests.invite(post=post, by=request.user, days=days, **typed)
    except NotPossible as error:
        return _form(request, post, refusal=str(error), typed=typed | {"days": days}, status=422)
    return render(request, "posts/guest_made.html", {"post": post, "made": made})


def _form(
    request: HttpRequest, post: Post, refusal: str = "", typed: dict[str, object] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "post": post,
        "refusal": refusal,
        "typed": typed or {"may": "comment", "days": 14},
        "allows": guests.ALLOWS[policy.of(post.unit).guests_may],
        "guests": post.guests.select_related("invited_by"),
    }
    return render(request, "posts/guest_new.html", context, status=status)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int, guest_pk: int) -> HttpResponse:
    post = selectors.get_post(request.user, pk)
    guests.revoke(guest=get_object_or_404(Guest, pk=guest_pk, post=post), by=request.user)
    flash(request, _("The link does not work any more."))
    return redirect("posts:invite_guest", pk)
