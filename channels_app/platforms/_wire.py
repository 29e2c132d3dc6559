"""What adapters share: asking once, reading status and body once, and the words of the errors.

`Wire` binds a session of libsocial.core.http to the secrets in hand, so that
whatever a far side echoes back, no secret gets into an error.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

import regex
import requests
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.connect import FieldProblem
from channels_app.errors import RateLimited, Temporary, Unclear
from libsocial.core import addresses, http, site_settings
from libsocial.core.logging import redact_text

LONGEST_READ = 20_000  # of what a far side says about itself
LONGEST_DETAIL = 300
DEEPEST = 200  # of brackets within brackets in an answer
# Strings are passed over whole, also one that never ends; in linear time, as nothing is tried twice.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)
_UNSEEN = regex.compile(r"[\p{C}\s]+")
DEFAULT_PAUSE = timedelta(minutes=5)  # where a platform says "too much" and not how long
LONGEST_PAUSE = timedelta(hours=24)
SHORTEST_PAUSE = timedelta(seconds=1)


@dataclass(frozen=True)
class Answer:
    """One answer, read. `data` is the JSON or None; `words` what it says, short and without secrets; `url` where
    the answer came from after redirects; `empty`: no body at all."""

    status: int
    data: Any
    headers: Any
    words: str
    url: str = ""
    empty: bool = False

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object, or an empty one: a platform's malformed answer must break nothing here."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def items(self) -> list[dict[str, Any]]:
        """The JSON objects of a list."""
        return [item for item in self.data if isinstance(item, dict)] if isinstance(self.data, list) else []

    def text(self, *names: str) -> str:
        """The string at this path of names, '' where something else or nothing is."""
        value: Any = self.data
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""


class Wire:
    """Asks one platform. `secrets` are blotted out of everything that is kept of its answers."""

    def __init__(self, session: requests.Session, secrets: Iterable[str] = ()) -> None:
        self.session = session
        self.secrets = tuple(secret for secret in secrets if secret)

    def ask(self, method: str, url: str, *, creating: bool = False, **how: Any) -> Answer:
        """One request. Raises Temporary when certainly nothing was created, else Unclear (if `creating`)."""
        try:
            response = self.session.request(method, url, **how)
        except (http.Refused, http.NotSent) as error:
            raise Temporary(str(error)) from None
        except http.OutsideError as error:
            raise (Unclear if creating else Temporary)(str(error)) from None
        return self._read(response)

    def _read(self, response: requests.Response) -> Answer:
        try:
            data = json_of(response.content)  # requests would guess at the letters of megabytes that are none
        except ValueError:
            data = None
        words = self._words(data, response)
        return Answer(response.status_code, data, response.headers, words, response.url, not response.content.strip())

    def _words(self, data: Any, response: requests.Response) -> str:
        """What the platform says about it: its message where JSON, nothing of an HTML page."""
        text = ""
        if isinstance(data, dict):
            said = [data.get(name) for name in ("error", "message", "error_description", "errors", "detail")]
            text = " ".join(str(one) for one in said if one)
        return self.clean(text or f"HTTP {response.status_code}")

    def clean(self, text: str) -> str:
        """One line, short, without secrets; most of a text of megabytes is not looked at."""
        text = _UNSEEN.sub(" ", text[:LONGEST_READ]).strip()
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return redact_text(text)[:LONGEST_DETAIL]


def json_of(data: bytes) -> Any:
    """What this JSON says; raises ValueError where it is none, or nested deeper than any answer is.

    Deep nesting is refused before it is read: Python's reader would go down with it to the end of the stack, where
    whatever else happens just then (a finaliser, a log line) fails too.
    """
    if data.count(b"[") + data.count(b"{") > DEEPEST and _is_deep(data):
        raise ValueError("nested too deeply")
    return json.loads(data)


def _is_deep(data: bytes) -> bool:
    depth = 0
    for found in _BRACKETS.finditer(data):
        sign = found.group()
        depth += (sign in b"[{") - (sign in b"]}")
        if depth > DEEPEST:
            return True
    return False


def raise_common(answer: Answer, platform: str, *, creating: bool = False) -> None:
    """Raises what every platform means alike: too many requests, out of order, sent elsewhere. Returns otherwise."""
    if answer.status == 429:
        raise_rate_limited(answer, platform)
    reason = _("%(platform)s is out of order at the moment.") % {"platform": platform}
    if answer.status >= 500 or answer.status in (408, 425):  # it, or something before it, gave up on the request
        raise (Unclear if creating else Temporary)(reason, detail=answer.words)
    if 300 <= answer.status < 400:
        raise Temporary(_("%(platform)s has moved to another address.") % {"platform": platform}, detail=answer.words)


def raise_rate_limited(answer: Answer, platform: str) -> NoReturn:
    reason = _("%(platform)s asks us to wait.") % {"platform": platform}
    raise RateLimited(pause_until(answer.headers), reason, detail=answer.words)


# --- how long to wait -----------------------------------------------------
def pause_until(headers: Any, now: datetime | None = None) -> datetime:
    """When to ask again: Retry-After (seconds or date), else *RateLimit-Reset (epoch, seconds or ISO date).

    Never sooner than a second from now, never later than a day: a nonsense
    header must neither hammer nor silence a channel.
    """
    now = now or timezone.now()
    for name in ("Retry-After", "RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset"):
        until = _moment(str(headers.get(name, "")), now)
        if until is not None:
            return min(max(until, now + SHORTEST_PAUSE), now + LONGEST_PAUSE)
    return now + DEFAULT_PAUSE


def _moment(text: str, now: datetime) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return _date(text)
    if not math.isfinite(number) or number < 0:
        return None
    if number < 100_000_000:  # seconds from now; a moment since 1970 is larger since 1973
        return now + timedelta(seconds=min(number, LONGEST_PAUSE.total_seconds()))
    try:
        return datetime.fromtimestamp(number if number < 100_000_000_000 else number / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _date(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError, IndexError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def moment_of(value: Any) -> datetime | None:
    """A moment as platforms write it in JSON, or None."""
    return _date(value) if isinstance(value, str) and value else None


def number_of(value: Any, most: int = 10**12) -> int | None:
    """A count as platforms write it, some of them in quotes, or None: not available is not zero."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return int(value)


# --- addresses people type ------------------------------------------------
def typed(text: str) -> str:
    """What a person typed without blanks and the invisible characters that come along when copying."""
    return _UNSEEN.sub("", text)


def server_url(text: str, field: str) -> str:
    """`https://host` from what a person typed: a name, an address, with or without a path. Raises FieldProblem."""
    text = typed(text)
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port = "", None
    plausible = "." in host or host == "localhost" or addresses.parse(host) is not None
    if parts.scheme not in {"http", "https"} or not plausible or parts.username:
        raise FieldProblem(field, _("This is not the address of a server. Write it as library.example."))
    shown = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}[parts.scheme]  # one server, one address
    url = f"{parts.scheme}://{shown}{f':{port}' if port and port != usual else ''}"
    if not may_carry_secrets(url):
        raise FieldProblem(field, _("This server does not use https, so a password would travel in the open."))
    return url


def may_carry_secrets(url: str) -> bool:
    """https, or a private host the administrator allows (a server in the same house, a test)."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    host = parts.hostname or ""
    address = addresses.parse("127.0.0.1" if host == "localhost" else host)
    if address is not None and addresses.is_public(address):
        return False
    allowed = addresses.Exceptions.of([*settings.PRIVATE_HOSTS, *site_settings.get("outside.private_hosts")])
    return allowed.allow(host, parts.port or 80, address or addresses.parse("0.0.0.0"))  # noqa: S104
