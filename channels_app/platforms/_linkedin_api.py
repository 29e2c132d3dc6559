"""Asking LinkedIn's versioned interface, and what its refusals mean.

Two headers belong to every call, ids are URNs that stand percent-encoded in paths and queries, while the punctuation
of `List(…)` and `(…)` must not be encoded: so addresses are built by hand.

Source: learn.microsoft.com, LinkedIn, API concepts (protocol version, error handling, rate limits).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

import regex
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.errors import NeedsReconnect, RateLimited, Rejected, Temporary, Unclear
from channels_app.platforms._wire import Answer, Wire, pause_until, raise_common
from channels_app.platforms.base import Adapter, Session

NAME = "LinkedIn"
_DEAD = frozenset({"REVOKED_ACCESS_TOKEN", "EXPIRED_ACCESS_TOKEN", "INVALID_ACCESS_TOKEN", "EMPTY_ACCESS_TOKEN"})
_VERSION = frozenset({"VERSION_MISSING", "NONEXISTENT_VERSION"})
_MEDIA_NOT_READY = frozenset({"MEDIA_ASSET_WAITING_UPLOAD", "MEDIA_ASSET_PROCESSING"})
_MEDIA_WORDS = ("image", "video", "document", "media", "asset", "file")
_EDGE = 999  # refused before any service saw it
_DUPLICATE = regex.compile(r"duplicate of (urn:li:(?:share|ugcPost):\d{1,19})")
LOOK_AGAIN = timedelta(seconds=30)  # a film or document that is still being worked on
LITTLE_PAUSE = timedelta(minutes=15)  # too many requests, and nothing says that the day is spent
_SPREAD = 600  # seconds after midnight, so that not all channels ask at once


def quoted(urn: str) -> str:
    """A URN as it stands in a path or a query."""
    return quote(urn, safe="")


def listed(urns: Iterable[str]) -> str:
    """`List(…)` of URNs, its punctuation bare."""
    return f"List({','.join(map(quoted, urns))})"


class Line:
    """Calls with a channel's key, renewed once where LinkedIn says that it has ended and gave a refresh token."""

    def __init__(self, session: Session, adapter: Adapter) -> None:
        self.session, self.api, self.version = session, adapter.host("api"), adapter.version
        self.near = {urlsplit(adapter.host(name)).netloc for name in adapter.hosts}
        self.me = session.remote_id

    def call(self, method: str, path: str, *, creating: bool = False, restli: str = "", **how: Any) -> Answer:
        """The answer, which may be a refusal (`raise_for`). `restli`: the method's name where LinkedIn wants it."""
        headers = {"LinkedIn-Version": self.version, "X-Restli-Protocol-Version": "2.0.0"}
        if restli:
            headers["X-RestLi-Method"] = restli
        return self.send(method, f"{self.api}{path}", creating=creating, headers=headers, **how)

    def send(self, method: str, url: str, *, creating: bool = False, total: float = 60, **how: Any) -> Answer:
        """One request to any address of LinkedIn's with our key."""
        secret = self.session.secret
        answer = self._once(secret, method, url, creating, total, how)
        if is_dead(answer) and secret.get("refresh"):
            if hasattr(how.get("data"), "seek"):
                how["data"].seek(0)
            answer = self._once(self.session.refresh(), method, url, creating, total, how)
        return answer

    def put(self, url: str, data: Any, *, kind: str, bearer: bool, total: float) -> Answer:
        """Bytes to an address LinkedIn gave for them; with our key only where LinkedIn wants it (`bearer`).

        Raises Temporary for an address that is not LinkedIn's: our key must not go anywhere else.
        """
        parts = urlsplit(url)
        theirs = parts.scheme == "https" and (parts.hostname or "").endswith((".linkedin.com", ".licdn.com"))
        if not theirs and parts.netloc not in self.near:
            raise Temporary(_("LinkedIn named an address for an upload that is not its own."))
        headers = {"Content-Type": kind}
        if bearer:
            return self.send("PUT", url, data=data, headers=headers, total=total)
        return Wire(self.session.http(total=total), (str(self.session.secret["token"]),)).ask(
            "PUT", url, data=data, headers=headers
        )

    def _once(
        self, secret: dict[str, Any], method: str, url: str, creating: bool, total: float, how: dict[str, Any]
    ) -> Answer:
        wire = Wire(self.session.http(total=total), (str(secret["token"]), str(secret.get("refresh") or "")))
        headers = {**how.get("headers", {}), "Authorization": f"Bearer {secret['token']}"}
        answer = wire.ask(method, url, creating=creating, **{**how, "headers": headers})
        said = " ".join(filter(None, (answer.words, *codes_of(answer)))) if answer.fields else answer.words
        return replace(answer, words=wire.clean(said))

    def get(self, path: str, *, restli: str = "") -> Answer:
        """A good answer with a JSON object in it; raises what `raise_for` raises."""
        answer = self.call("GET", path, restli=restli)
        raise_for(answer)
        if not isinstance(answer.data, dict):
            raise unreadable(answer)
        return answer

    def elements(self, path: str, *, restli: str = "") -> list[dict[str, Any]]:
        """The elements of a finder; raises Temporary where there is no such list in the answer."""
        answer = self.get(path, restli=restli)
        found = answer.fields.get("elements")
        if not isinstance(found, list):
            raise unreadable(answer)
        return [one for one in found if isinstance(one, dict)]


def unreadable(answer: Answer) -> Temporary:
    return Temporary(_("The answer of %s cannot be read.") % NAME, detail=answer.words)


# --- errors ---------------------------------------------------------------
def codes_of(answer: Answer) -> tuple[str, ...]:
    """The code of a refusal and of what it complains about, the outer first."""
    details = answer.fields.get("errorDetails")
    inputs = details.get("inputErrors") if isinstance(details, dict) else None
    inner = [one.get("code") for one in inputs if isinstance(one, dict)] if isinstance(inputs, list) else []
    return tuple(code for code in (answer.fields.get("code"), *inner) if isinstance(code, str))


def is_dead(answer: Answer) -> bool:
    """Does LinkedIn say that the token has ended?"""
    return answer.status == 401 and not _DEAD.isdisjoint(codes_of(answer))


def duplicate_of(answer: Answer) -> str:
    """The URN of the post LinkedIn takes ours for a repetition of, '' where it is another answer."""
    if answer.status not in (400, 409, 422):
        return ""
    match = _DUPLICATE.search(answer.text("message"))
    return match[1] if match else ""


def raise_for(answer: Answer, *, creating: bool = False) -> None:
    """Translates a refusal; returns when the answer is good."""
    if answer.ok:
        return
    codes = set(codes_of(answer))
    _raise_operator(answer, codes)
    _raise_rights(answer, codes)
    if answer.status == 429:
        _raise_limit(answer)
    if codes & _MEDIA_NOT_READY:
        reason = _("LinkedIn is still working on a picture, film or document of this post.")
        raise Temporary(reason, detail=answer.words, until=timezone.now() + LOOK_AGAIN)
    if answer.status == 409 or "Unable to obtain activity" in answer.words:
        reason = _("%(platform)s is out of order at the moment.") % {"platform": NAME}
        raise (Unclear if creating else Temporary)(reason, detail=answer.words)
    raise_common(answer, NAME, creating=creating)
    if not answer.fields:
        raise Temporary(_("%s does not answer as it should at the moment.") % NAME, detail=answer.words)
    words = {"platform": NAME, "words": answer.words}
    raise Rejected(_("%(platform)s refused the post: %(words)s") % words, field=_field(answer), detail=answer.words)


def _raise_operator(answer: Answer, codes: set[str]) -> None:
    """What only an administrator can change; no channel is to blame."""
    if answer.status == 426 or codes & _VERSION:
        raise Temporary(
            _(
                "LinkedIn no longer speaks the version of its interface that LibSocial asks for. An administrator "
                "must update LibSocial, or set LIBSOCIAL_API_LINKEDIN."
            ),
            detail=answer.words,
        )
    if answer.status == _EDGE:
        raise Temporary(
            _("LinkedIn turns away requests from the address of this server. An administrator must look at it."),
            detail=answer.words,
        )


def _raise_rights(answer: Answer, codes: set[str]) -> None:
    if answer.status == 401 or codes & _DEAD:
        raise NeedsReconnect(
            _("LinkedIn no longer accepts our key for this account. Sign in again."), detail=answer.words
        )
    if answer.status != 403:
        return
    if "partnerApi" in answer.words:
        reason = _(
            "Your LinkedIn app lacks a product for this, or the sign-in a right. An administrator must look at the "
            "app’s products; then sign in again."
        )
    else:
        reason = _("LinkedIn does not let this sign-in do that. Check the role on the page, then sign in again.")
    raise NeedsReconnect(reason, detail=answer.words)


def _raise_limit(answer: Answer) -> NoReturn:
    """LinkedIn counts by days that begin at midnight UTC, and says in words only that one is spent."""
    said, now = answer.words.lower(), timezone.now()
    if answer.headers.get("Retry-After") or answer.headers.get("X-RateLimit-Reset"):
        until = pause_until(answer.headers)
    elif regex.search(r"\b(day|daily)\b", said):
        until = midnight(now) + timedelta(seconds=secrets.randbelow(_SPREAD))
    elif "comment create throttled" in said:
        until = now + timedelta(minutes=2)
    else:
        until = now + LITTLE_PAUSE
    scope = "app" if "application" in said and "member" not in said else "channel"
    raise RateLimited(until, _("%(platform)s asks us to wait.") % {"platform": NAME}, detail=answer.words, scope=scope)


def midnight(now: datetime) -> datetime:
    """The next one by UTC."""
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _field(answer: Answer) -> str:
    """Which of our fields LinkedIn complains about, by its codes, the path it names and its words."""
    details = answer.fields.get("errorDetails")
    said = f"{' '.join(codes_of(answer))} {details or ''} {answer.text('message')}".lower()
    if "alttext" in said:
        return "alt"
    if "poll" in said:
        return "options.poll_answers"
    if any(word in said for word in ("article", "source", "invalid_url", "thumbnail")):
        return "card"
    if answer.status == 413 or any(word in said for word in _MEDIA_WORDS):
        return "media"
    return "text"
