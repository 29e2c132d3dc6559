"""The product as an app on a phone or a desk: manifest, icons, and what is shown without a network.

The service worker keeps static files only. A page is never kept: desks are shared, and what stands on
a page may not be there any more.
"""

from __future__ import annotations

import io
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw

from libsocial.shell.context import Shell

SIZES = (180, 192, 512)
TEAL, WHITE, PAPER = "#0b5a61", "#ffffff", "#f6f3ec"
FINER = 4  # drawn so many times larger, then made smaller: smooth edges
MONTH = 30 * 24 * 3600
# The mark of static/img/mark.svg on its board of 32 by 32, curves as short lines.
LEFT_PAGE = ((6.5, 10.2), (9.3, 9.5), (12.4, 9.6), (15.2, 11.2), (15.2, 24.2), (12.4, 22.6), (9.3, 22.5), (6.5, 23.2))


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser asks when somebody puts the product on their home screen."""
    shell = Shell(request)
    shortcuts = (
        (_("New post"), reverse("posts:new")),
        (_("Review"), reverse("posts:review")),
        (_("Calendar"), reverse("posts:calendar")),
    )
    answer = JsonResponse(
        {
            "id": "/",
            "name": shell.library if shell.library == "LibSocial" else f"{shell.library} · LibSocial",
            "short_name": shell.library[:24],
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": TEAL,
            "icons": [_icon_entry(size, purpose) for size in SIZES[1:] for purpose in ("any", "maskable")],
            "shortcuts": [{"name": name, "url": url} for name, url in shortcuts],
            "share_target": {
                "action": reverse("posts:new"),
                "method": "GET",
                "params": {"title": "title", "text": "text", "url": "url"},
            },
        },
        content_type="application/manifest+json",
    )
    patch_cache_control(answer, private=True, max_age=3600)
    return answer


def _icon_entry(size: int, purpose: str) -> dict[str, str]:
    src = reverse("app_icon", args=[size])
    return {"src": src, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@require_safe
def icon(request: HttpRequest, size: int) -> HttpResponse:
    """The mark as a PNG, its board filled to the edge so that any mask fits."""
    if size not in SIZES:
        return HttpResponse(status=404)
    answer = HttpResponse(_drawn(size), content_type="image/png")
    patch_cache_control(answer, public=True, max_age=MONTH)
    return answer


@lru_cache(maxsize=len(SIZES))
def _drawn(size: int) -> bytes:
    side = size * FINER
    picture = Image.new("RGB", (side, side), TEAL)
    draw, unit = ImageDraw.Draw(picture), side * 0.8 / 32  # the safe circle of a mask is 80 % wide
    edge = side * 0.1
    place = lambda x, y: (edge + x * unit, edge + y * unit)  # noqa: E731
    draw.polygon([place(x, y) for x, y in LEFT_PAGE], fill=WHITE)
    draw.polygon([place(32 - x, y) for x, y in LEFT_PAGE], fill="#c2d6d8")
    draw.ellipse([place(14.3, 4.9), place(17.7, 8.3)], fill=WHITE)
    kept = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(kept, "PNG", optimize=True)
    return kept.getvalue()


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It lies under /app/ and serves the whole product."""
    script = render_to_string(
        "shell/worker.js", {"static": settings.STATIC_URL, "offline": reverse("app_offline")}, request
    )
    answer = HttpResponse(script, content_type="text/javascript")
    answer["Service-Worker-Allowed"] = "/"
    patch_cache_control(answer, no_cache=True)
    return answer


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Shown by the service worker while there is no network. Says nothing of anybody."""
    return render(request, "shell/offline.html")
