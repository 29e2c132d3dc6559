"""What tests in a real browser share.

``axe(page)`` fails with every WCAG 2.2 A/AA rule the page breaks; ``sign_in(page, live_server, user)``
opens a session without the form; ``PHONE``, ``NARROW`` and ``DESK`` are window sizes;
``dark(page)`` and ``light(page)`` switch the theme; ``no_sideways_scroll(page)`` holds WCAG 1.4.10.
Use with pytest-django's ``live_server`` and the ``page`` fixture, marked ``browser``.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from libsocial.accounts.models import User

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
SIZES = {"desk": DESK, "phone": PHONE, "narrow": NARROW}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def sign_in(page: Any, live_server: Any, user: User) -> None:
    """Give the browser a session of this person, without going through the sign-in page."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def axe(page: Any, *, ignore: tuple[str, ...] = ()) -> None:
    """Fail with the rules this page breaks and the elements that break them."""
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "rules": {rule: {"enabled": False} for rule in ignore},
        "resultTypes": ["violations"],
    }
    found = Axe().run(page, options=options).response["violations"]
    assert not found, _report(page.url, found)


def _report(url: str, found: list[dict[str, Any]]) -> str:
    lines = [f"axe on {url}:"]
    for rule in found:
        lines.append(f"- {rule['id']} ({rule['impact']}): {rule['help']}")
        lines += [
            f"    {node['html'][:160]}  {node['any'][:1] and node['any'][0]['message']}" for node in rule["nodes"][:6]
        ]
    return "\n".join(lines)


def dark(page: Any) -> None:
    """The dark theme, as for a person whose device asks for it."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")


def light(page: Any) -> None:
    """The light theme, without motion."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def no_sideways_scroll(page: Any) -> None:
    """The page fits its window: nothing has to be scrolled sideways to be read (WCAG 1.4.10)."""
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
           [...document.querySelectorAll("body *")]
             .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest(".table-frame, .tabs"))
             .slice(0, 8).map(e => e.outerHTML.slice(0, 140))"""
    )
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"too wide: {wide}"
