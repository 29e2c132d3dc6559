"""A form that is sent twice is done once: the second gets the answer of the first.

A slow page may not have its script yet when somebody presses a button two times, or presses again because nothing
seems to happen. Both requests then carry the same proof of the same page (its CSRF token, which is new on every page)
and the same fields. What was asked for by script has its own care and is left alone, as are forms sent again later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render

from libsocial.core import crypto

UNDERWAY = "underway"
LONGEST = 60  # seconds a first request may take before a second counts as a new one
PATIENCE = 20.0  # seconds a second request waits for the first
LATER = 5  # seconds after the answer: who sends the same again now means it
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
KEPT_HEADERS = ("Location", "Content-Type", "Cache-Control", "Referrer-Policy")


class OnceMiddleware:
    """Stands outside sessions and messages, so that the answer it keeps is whole."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if key := getattr(request, "once", ""):
            _settle(key, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None when this request is the first of its kind and is to be done."""
        key = _key(request)
        if not key or _begin(request, key):
            return None
        return _answer_of_the_first(request, key)


def _begin(request: HttpRequest, key: str) -> bool:
    if not cache.add(key, UNDERWAY, LONGEST):
        return False
    request.once = key  # type: ignore[attr-defined]
    return True


def _key(request: HttpRequest) -> str:
    """What two presses of one button on one page have in common; '' for what is not guarded."""
    by_script = request.headers.get("X-Requested-With") or request.headers.get("HX-Request")
    if request.method != "POST" or by_script or request.content_type not in FORMS:
        return ""
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        files = [(name, file.name, file.size) for name, several in request.FILES.lists() for file in several]
    except UnreadablePostError:  # cut on the way
        return ""
    if not request.POST.get("csrfmiddlewaretoken"):
        return ""
    who = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    said = repr((who, request.get_full_path(), fields, files))
    return "once:" + sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _settle(key: str, response: HttpResponse) -> None:
    """Only what was done is kept: a refusal is decided anew, and a file may be fetched twice."""
    page = response.get("Content-Type", "").startswith("text/html")
    if response.streaming or not 200 <= response.status_code < 400 or not page:
        cache.delete(key)
        return
    kept = {
        "status": response.status_code,
        "body": response.content.decode(),
        "headers": {name: response[name] for name in KEPT_HEADERS if name in response},
        "cookies": [morsel.OutputString() for morsel in response.cookies.values()],
    }
    cache.set(key, crypto.encrypt(kept), LATER)  # it may show a link that is shown once


def _answer_of_the_first(request: HttpRequest, key: str) -> HttpResponse | None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        kept = cache.get(key)
        if kept is None and _begin(request, key):
            return None  # the first came to nothing: this one is done
        if kept not in (None, UNDERWAY):
            return _again(crypto.decrypt(kept))
        time.sleep(0.05)
    return render(request, "409.html", status=409)


def _again(kept: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(kept["body"], status=kept["status"], headers=kept["headers"])
    for cookie in kept["cookies"]:
        response.cookies.load(cookie)
    return response
