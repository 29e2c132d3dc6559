"""The one page strangers meet: a short link is opened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from libsocial.links.opening import open_link

STATUS = {"unknown": 404, "off": 410, "expired": 410}


@require_safe
def go(request: HttpRequest, word: str) -> HttpResponse:
    """On to the page the link leads to, or a friendly page that says why not. Nothing is remembered of who asked."""
    found = open_link(word, request.method or "GET", request.headers)
    if not found.url:
        response = render(request, "links/nowhere.html", {"why": found.why}, status=STATUS[found.why])
    else:
        response = HttpResponse(status=302)
        response["Location"] = found.url
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
