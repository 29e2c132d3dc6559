"""One search box for posts, channels, campaigns, files, links and people."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from libsocial import finding
from libsocial.core import asked
from posts import listing

SHOWN = 20


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """What the words find among what this person may see."""
    words = asked.words(request.GET.get("q"))
    context: dict[str, object] = {"words": words, "rows": [], "channels": [], "people": [], "groups": []}
    if words:
        found = listing.posts_for(request.user, None, listing.Filters(q=words)).select_related("unit", "author")
        context["rows"] = listing.rows_of(list(found[:SHOWN]))
        context["channels"] = finding.channels_named(request.user, words)[:SHOWN]
        context["people"] = finding.people_named(request.user, words)[:SHOWN]
        context["more"] = len(context["rows"]) == SHOWN
        context["groups"] = [group for group in finding.others(request, words, SHOWN) if group.hits]
    return render(request, "pages/search.html", context)
