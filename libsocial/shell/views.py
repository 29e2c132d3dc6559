"""Theme, error pages and the living style page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET, require_POST

from libsocial.shell import samples
from libsocial.shell.context import THEME_COOKIE, THEMES

YEAR = 365 * 24 * 3600
LAST_RESORT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Something went wrong</title>"
    "<h1>Something went wrong</h1><p>The page could not be shown. Nothing you sent was lost twice or sent twice. "
    "Please try again in a minute; if it stays, tell the person who runs this server.</p>"
)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme: for the person when signed in, in a cookie otherwise."""
    chosen = request.POST.get("theme", "")
    if chosen not in {name for name, _label, _icon in THEMES}:
        chosen = "auto"
    if request.user.is_authenticated:
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    by_script = "X-Theme" in request.headers
    response = HttpResponse(status=204) if by_script else HttpResponseRedirect(back if safe else "/")
    response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


def _staff_or_debug(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Shown to people of the house and to developers; for others the page is not there."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not (settings.DEBUG or request.user.is_authenticated):
            raise Http404
        return view(request)

    return guarded


@require_GET
@_staff_or_debug
def design(request: HttpRequest) -> HttpResponse:
    """Every token, component and state of the design system on one page."""
    return render(request, "shell/design.html", samples.everything())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 404)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's proof of origin was missing or too old."""
    return _error(request, 403, "403_csrf.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs no database, no session and no context; as a last resort no template either."""
    try:
        return HttpResponse(render_to_string("500.html"), status=500)
    except Exception:  # noqa: BLE001  whatever broke the page may break this template too
        return HttpResponse(LAST_RESORT, status=500)


def _error(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    try:
        return HttpResponse(render_to_string(template or f"{status}.html", request=request), status=status)
    except Exception:  # noqa: BLE001  an error page must not raise an error of its own
        return HttpResponse(LAST_RESORT, status=status)
