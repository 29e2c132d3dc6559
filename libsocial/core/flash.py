"""One short sentence to the person after an act, with a way to undo it.

On a full page the sentence travels as a Django message and is drawn by
``<c-toasts />``. On an htmx answer the middleware sends it in the ``HX-Trigger``
header and ``static/js/toast.js`` draws it: views say ``flash(...)`` either way.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

LEVELS = {
    "success": messages.SUCCESS,
    "info": messages.INFO,
    "warning": messages.WARNING,
    "error": messages.ERROR,
}


def flash(request: HttpRequest, text: str, *, level: str = "success", undo: str = "") -> None:
    """Tell the person ``text``. ``undo`` is an address that takes the act back when posted to."""
    messages.add_message(request, LEVELS[level], text, extra_tags=f"undo:{undo}" if undo else "", fail_silently=True)


class ToastMiddleware:
    """Puts waiting messages into the answer of an htmx request that stays on its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "htmx", False) and _stays(response):
            waiting = [_as_toast(message) for message in messages.get_messages(request)]
            if waiting:
                _trigger(response, waiting)
        return response


def _stays(response: HttpResponse) -> bool:
    """False when the browser is about to load another page, which will show the messages itself."""
    leaves = "HX-Redirect" in response or "HX-Refresh" in response or "HX-Location" in response
    return not leaves and not 300 <= response.status_code < 400


def _as_toast(message: messages.storage.base.Message) -> dict[str, str]:
    parts = (message.extra_tags or "").split()
    undo = next((part.removeprefix("undo:") for part in parts if part.startswith("undo:")), "")
    return {"text": str(message.message), "level": message.level_tag, "undo": undo}


def _trigger(response: HttpResponse, toasts: list[dict[str, str]]) -> None:
    events = _events(response.get("HX-Trigger", ""))
    events["toasts"] = {"items": toasts}
    response["HX-Trigger"] = json.dumps(events)


def _events(header: str) -> dict[str, object]:
    """The events a view already asked for, whether it wrote them as JSON or as names."""
    if header.startswith("{"):
        return json.loads(header)
    return {name.strip(): None for name in header.split(",") if name.strip()}
