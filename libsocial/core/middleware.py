"""The first middleware: every request gets an id, and one line in the log when it is answered."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from libsocial.core.context import bind_request_id

access = logging.getLogger("libsocial.access")
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")  # what a proxy in front may hand us


class RequestId:
    """Binds ``request.id`` for logs and outside calls and returns it as ``X-Request-ID``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if GIVEN.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        bind_request_id(request.id)  # type: ignore[attr-defined]
        started = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
            _note(request, response, started)
            return response
        finally:
            bind_request_id("")


def _note(request: HttpRequest, response: HttpResponse, started: float) -> None:
    """One line per answer. It names the route, not the address: addresses can carry one-time links."""
    match = request.resolver_match
    if match and match.view_name in {"health_live", "health_ready"} and response.status_code == 200:
        return  # asked every few seconds by every supervisor; worth a line only when it fails
    access.info(
        "request",
        extra={
            "method": request.method,
            "route": match.route if match else "(none)",
            "status": response.status_code,
            "ms": round((time.monotonic() - started) * 1000),
            "user": getattr(getattr(request, "user", None), "pk", None),
        },
    )
