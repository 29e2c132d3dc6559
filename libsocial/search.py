"""One search box for posts, channels and people."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.core import asked
from posts import listing

SHOWN = 20


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """What the words find among what this person may see."""
    words = asked.words(request.GET.get("q"))
    context: dict[str, object] = {"words": words, "rows": [], "channels": [], "people": []}
    if words:
        found = listing.posts_for(request.user, None, listing.Filters(q=words)).select_related("unit", "author")
        context["rows"] = listing.rows_of(list(found[:SHOWN]))
        named = Q(name__icontains=words) | Q(handle__icontains=words)
        context["channels"] = Channel.objects.visible_to(request.user).living().filter(named)[:SHOWN]
        context["people"] = _people(request.user, words)
        context["more"] = len(context["rows"]) == SHOWN
    return render(request, "pages/search.html", context)


def _people(user: User, words: str) -> list[User]:
    """Colleagues of the units whose people this person may see."""
    units = policies.units_where(user, "people.see")
    named = Q(name__icontains=words) | Q(email__icontains=words)
    return list(User.objects.filter(named, memberships__unit__in=units, is_active=True).distinct()[:SHOWN])
