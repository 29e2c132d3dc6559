"""The review queue: everything that waits for this person, on one page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from posts import selectors, sheets

PAGE = 20


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """Full previews, problems first, what changed since it was last judged marked."""
    waiting = selectors.waiting_for(request.user, getattr(request, "unit", None))
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    found = sheets.of_posts(list(page.object_list), request.user)
    # Those that can be decided now come first, and of those the ones with something to look at.
    found.sort(key=lambda sheet: (not sheet.mine, -sheet.trouble, sheet.post.planned_at is None))
    ids = [None, *(sheet.post.pk for sheet in found), None]
    entries = list(zip(found, ids[:-2], ids[2:], strict=True))
    context = {"page": page, "entries": entries, "back": "review", "list_url": reverse("posts:list")}
    return render(request, "posts/review.html", context)
