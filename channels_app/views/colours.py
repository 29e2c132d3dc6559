"""The platforms' colours as a style sheet, so that they stand in one place: on their adapters."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from channels_app import platforms

_DARK = 0.03  # relative luminance below which a badge needs an edge on our dark pages
_WEEK = 7 * 24 * 3600


@cache
def sheet() -> str:
    """One rule a platform."""
    rules = [
        f'.platform[data-platform="{one.key}"] {{ --platform: {one.colour};{_edge(one.colour)} }}'
        for one in platforms.ALL
    ]
    return "@layer components {\n" + "\n".join(rules) + "\n}\n"


@cache
def version() -> str:
    """Changes with the sheet, so that browsers may keep it."""
    return sha256(sheet().encode()).hexdigest()[:12]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _edge(colour: str) -> str:
    return " box-shadow: inset 0 0 0 1px #777;" if luminance(colour) < _DARK else ""


@require_safe
@cache_control(public=True, max_age=_WEEK)
def colours(request: HttpRequest) -> HttpResponse:
    return HttpResponse(sheet(), content_type="text/css; charset=utf-8")
