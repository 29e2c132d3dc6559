"""The public side of our feeds. No cookie, no counting, nothing from elsewhere: whoever reads leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import condition, require_safe

from channels_app.feeds import formats, reading
from channels_app.models import Feed, FeedItem

FRESH = "public, max-age=300"
LASTING = "public, max-age=86400"
ON_A_SCREEN = 12
IN_A_BLOCK = 5
_MOST_IN_A_BLOCK = 20
_SERVED = {"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "application/pdf"}


class Closed(Exception):
    """The feed is gone for good: readers may forget it."""


def _feed(slug: str) -> Feed:
    feed = get_object_or_404(Feed, slug=slug)
    if feed.closed_at is not None:
        raise Closed
    return feed


def _public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Read only, for everybody, kept five minutes; 410 once closed."""

    @require_safe
    @wraps(view)
    def shown(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, _feed(slug), *args, **kwargs)
        except Closed:
            return render(request, "feeds/closed.html", status=410)
        response.headers.setdefault("Cache-Control", FRESH)
        return response

    return shown


# --- for readers and programs -------------------------------------------------
@_public
def rss(request: HttpRequest, feed: Feed) -> HttpResponse:
    text = formats.xml(feed, reading.items_of(feed), formats.MediaRss, "feeds:rss")
    return _format(request, text, "application/rss+xml; charset=utf-8")


@_public
def atom(request: HttpRequest, feed: Feed) -> HttpResponse:
    text = formats.xml(feed, reading.items_of(feed), formats.AtomWithMedia, "feeds:atom")
    return _format(request, text, "application/atom+xml; charset=utf-8")


@_public
def json_feed(request: HttpRequest, feed: Feed) -> HttpResponse:
    told = JsonResponse(formats.as_json(feed, reading.items_of(feed)), json_dumps_params={"ensure_ascii": False})
    return _format(request, told.content.decode(), "application/feed+json; charset=utf-8")


def _format(request: HttpRequest, text: str, kind: str) -> HttpResponse:
    """With a mark of its content, so that a reader that asks every five minutes gets 304 and no body."""
    mark = f'"{sha256(text.encode()).hexdigest()[:32]}"'

    @condition(etag_func=lambda request: mark)
    def answer(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(text, content_type=kind)
        response["Access-Control-Allow-Origin"] = "*"  # public words: any page may show them
        return response

    return answer(request)


# --- for people ---------------------------------------------------------------
@_public
def page(request: HttpRequest, feed: Feed) -> HttpResponse:
    return render(request, "feeds/feed.html", {"feed": feed, "items": reading.items_of(feed, whole=False)})


@_public
def item(request: HttpRequest, feed: Feed, identity: Any) -> HttpResponse:
    found = get_object_or_404(feed.items.filter(removed_at=None), uuid=identity)
    shown = reading.shown(found, feed, whole=False)
    return render(request, "feeds/item.html", {"feed": feed, "item": shown, "base_url": settings.BASE_URL})


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@_public
def block(request: HttpRequest, feed: Feed) -> HttpResponse:
    """The block for the library's own website, in a frame: no script, no cookie, links open there."""
    asked = request.GET.get("items", "")
    most = min(int(asked), _MOST_IN_A_BLOCK) if asked.isdigit() and int(asked) else IN_A_BLOCK
    return render(request, "feeds/block.html", {"feed": feed, "items": reading.items_of(feed, most, whole=False)})


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@_public
def screen(request: HttpRequest, feed: Feed) -> HttpResponse:
    """For a screen in the hall: one item after the other, large; asks for news every five minutes."""
    return render(
        request, "feeds/screen.html", {"feed": feed, "items": reading.items_of(feed, ON_A_SCREEN, whole=False)}
    )


# --- files --------------------------------------------------------------------
@_public
def file(request: HttpRequest, feed: Feed, identity: Any, index: int) -> HttpResponse:
    """A picture, film or document of an item; 99 is the picture of its card."""
    found = _entry(feed, identity, index)
    if found["mime"] not in _SERVED or not default_storage.exists(found["path"]):
        raise Http404
    response = FileResponse(default_storage.open(found["path"]), content_type=found["mime"])
    response["Cache-Control"] = LASTING
    response["Access-Control-Allow-Origin"] = "*"
    return response


@_public
def captions(request: HttpRequest, feed: Feed, identity: Any, index: int, number: int) -> HttpResponse:
    tracks = _entry(feed, identity, index).get("captions", ())
    if number >= len(tracks) or not default_storage.exists(tracks[number]["path"]):
        raise Http404
    response = FileResponse(default_storage.open(tracks[number]["path"]), content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = LASTING
    return response


def _entry(feed: Feed, identity: Any, index: int) -> dict[str, Any]:
    found = get_object_or_404(FeedItem.objects.filter(removed_at=None), feed=feed, uuid=identity)
    every = {**dict(enumerate(found.media)), reading.CARD: (found.card or {}).get("thumb")}
    entry = every.get(index)
    if not entry:
        raise Http404
    return entry
