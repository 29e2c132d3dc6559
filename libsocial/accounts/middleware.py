"""Who is asking, for which unit, in which language and zone; and the first run before everything else."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import permission_denied

from libsocial.accounts import firstrun, policies
from libsocial.accounts.models import Unit, User
from libsocial.core import localtime

Handler = Callable[[HttpRequest], HttpResponse]
SESSION_KEY = "unit"
SEEN_EVERY = 300  # seconds between two notes that a session is alive
# Reachable before the library is open: nothing of it stands behind these.
OPEN_PATHS = ("/health/", "/app/", settings.STATIC_URL)
# Reachable without any role: one's own account, and the way out.
WITHOUT_ROLE = (
    "account_",
    "mfa_",
    "usersessions_",
    "accounts:",
    "notices:",
    "theme",
    "help",
    "set_language",
    "short_link",
)


class FirstRunMiddleware:
    """While nobody can administer the library, every address leads to the first run."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path.startswith(OPEN_PATHS):
            return self.get_response(request)
        door = reverse("accounts:first_run")
        if request.path != door and firstrun.is_needed():
            return redirect(door)
        return self.get_response(request)


class ComeBackMiddleware:
    """Whose sign-in had ended when they sent a form comes back to the page of that form, not to where it was sent."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        door = reverse(settings.LOGIN_URL)
        led_there = response.status_code == 302 and urlsplit(response["Location"]).path == door
        if request.method == "POST" and led_there and request.path != door and not request.user.is_authenticated:
            asked = QueryDict(mutable=True)
            asked.update({"next": _page_of_the_form(request), "ended": "1"})
            response["Location"] = f"{door}?{asked.urlencode(safe='/')}"
        return response


def _page_of_the_form(request: HttpRequest) -> str:
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(came_from)
    return urlunsplit(("", "", parts.path, parts.query, "")) or "/"


class PersonMiddleware:
    """Sets `request.unit` (the chosen unit, None for all of mine) and `request.units`; language and zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if not person.is_authenticated:
            request.units, request.unit = [], None
            return self.get_response(request)
        request.units = list(policies.units_where(person, "post.see"))
        request.unit = _chosen(request)
        _note_alive(request)
        if person.language and person.language in dict(settings.LANGUAGES):
            translation.activate(person.language)
            request.LANGUAGE_CODE = person.language
        with timezone.override(ZoneInfo(zone_of(person, request.unit, request.units))):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not request.user.is_authenticated or request.units or policies.grants_of(request.user):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(WITHOUT_ROLE) or request.path.startswith(OPEN_PATHS):
            return None
        return render(request, "accounts/no_role.html", status=403)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, policies.NotAllowed):
            return permission_denied(request, exception)
        return None


def zone_of(person: User, unit: Unit | None, units: list[Unit]) -> str:
    """The person's own zone, else that of the chosen unit, else of their first, else UTC."""
    wanted = person.zone or (unit.zone if unit else units[0].zone if units else "UTC")
    return wanted if localtime.is_zone(wanted) else "UTC"


def _chosen(request: HttpRequest) -> Unit | None:
    wanted = request.session.get(SESSION_KEY)
    return next((unit for unit in request.units if unit.pk == wanted), None)


def _note_alive(request: HttpRequest) -> None:
    """The list of sessions shows when each was last used; a write every five minutes is enough for that."""
    key = request.session.session_key
    if key and cache.add(f"session-seen:{key}", 1, SEEN_EVERY):
        seen = UserSession.objects.filter(session_key=key, user=request.user).update(last_seen_at=timezone.now())
        if not seen:
            UserSession.objects.create_from_request(request)
