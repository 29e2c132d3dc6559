"""Signing in by OAuth 2.0, as most platforms do it: the address to go to, the code traded for tokens, the renewal.

The flow around it (the state word, its one use, the exact address to come back to) is channels_app.services.connecting.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.connect import Context, FieldProblem
from channels_app.errors import NeedsReconnect, Temporary
from channels_app.platforms._wire import Answer, Wire, number_of, raise_common
from channels_app.platforms.base import Session

LASTS_AT_MOST = 10 * 365 * 86400  # seconds; what is said to last longer is looked at again by then
_REFUSED = (400, 401, 403, 422)


@dataclass(frozen=True)
class Tokens:
    """What a token endpoint gave. `refresh` '' where there is none; `ends_at` when the refresh token ends, where told;
    `scopes` what was granted, empty where the platform does not say."""

    access: str
    refresh: str = ""
    expires_at: datetime | None = None
    ends_at: datetime | None = None
    scopes: frozenset[str] = frozenset()
    answer: Mapping[str, Any] | None = None

    def secret(self, **more: Any) -> dict[str, Any]:
        """The credential to keep, with what else the adapter needs in it."""
        return {"token": self.access, "refresh": self.refresh, **more}


class Arriving(Session):
    """Stands for a channel while there is none: the key of the sign-in under way."""

    def __init__(self, platform: str, tokens: Tokens, context: Context) -> None:
        self.platform, self.server, self.remote_id, self.handle, self.url = platform, "", "", "", ""
        self.facts = {}
        self._token, self._context = tokens.access, context

    @property
    def secret(self) -> dict[str, Any]:
        return {"token": self._token}

    @property
    def app(self) -> dict[str, str]:
        return self._context.app

    def http(self, **limits: float) -> Any:
        return self._context.http()


def pkce() -> tuple[str, str]:
    """(verifier, its S256 challenge), RFC 7636."""
    verifier = secrets.token_urlsafe(48)
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def address(page: str, query: Mapping[str, str]) -> str:
    """The sign-in page with its query."""
    return f"{page}{'&' if '?' in page else '?'}{urlencode(query)}"


def first(wire: Wire, url: str, platform: str, *, form: Mapping[str, str], **how: Any) -> Tokens:
    """Trades the code for tokens. Raises FieldProblem with a sentence for the person, Temporary."""
    answer = wire.ask("POST", url, data=dict(form), **how)
    if answer.status in _REFUSED:
        raise FieldProblem("", _refused(platform, answer))
    raise_common(answer, platform)
    return read(answer, platform)


def renewed(wire: Wire, url: str, platform: str, *, form: Mapping[str, str], **how: Any) -> Tokens:
    """Spends the refresh token. Raises NeedsReconnect when the platform refuses, Temporary when it cannot be reached.

    A wrong key of our application (`invalid_client`) is no fault of the account, and told as what it is.
    """
    answer = wire.ask("POST", url, data=dict(form), **how)
    if answer.text("error") in ("invalid_client", "unauthorized_client"):
        raise NeedsReconnect(
            _("%s does not accept the keys of your application. An administrator must look at them.") % platform,
            detail=answer.words,
        )
    if answer.status in _REFUSED:
        raise NeedsReconnect(_("%s gives us no new key. Sign in again.") % platform, detail=answer.words)
    raise_common(answer, platform)
    return read(answer, platform)


def read(answer: Answer, platform: str) -> Tokens:
    """The tokens in an answer (RFC 6749, 5.1; some add how long the refresh token lasts). Raises Temporary."""
    token = answer.text("access_token")
    if not answer.ok or not token:
        raise Temporary(_("The answer of %s cannot be read.") % platform, detail=answer.words)
    granted = answer.fields.get("scope")
    words = " ".join(map(str, granted)) if isinstance(granted, list) else str(granted or "")
    return Tokens(
        access=token,
        refresh=answer.text("refresh_token"),
        expires_at=after(answer.fields.get("expires_in")),
        ends_at=after(answer.fields.get("refresh_token_expires_in") or answer.fields.get("refresh_expires_in")),
        scopes=frozenset(words.replace(",", " ").split()),
        answer=answer.fields,
    )


def after(seconds: Any) -> datetime | None:
    """The moment so many seconds from now, None where nothing usable was said."""
    number = number_of(seconds)
    return timezone.now() + timedelta(seconds=min(number, LASTS_AT_MOST)) if number else None


def need(tokens: Tokens, wanted: frozenset[str] | set[str], platform: str) -> None:
    """People can untick rights on a sign-in page. Raises FieldProblem naming the ones that are missing."""
    lacking = sorted(set(wanted) - tokens.scopes) if tokens.scopes else []
    if lacking:
        raise FieldProblem(
            "",
            _("You left out rights that LibSocial needs on %(platform)s: %(rights)s. Sign in again and allow them.")
            % {"platform": platform, "rights": ", ".join(lacking)},
        )


def code_of(answer: Mapping[str, str]) -> str:
    """The code the person came back with. Raises FieldProblem where there is none."""
    if answer.get("error") or not answer.get("code"):
        raise FieldProblem("", _("The sign-in was not completed there. Nothing was connected."))
    return answer["code"]


def _refused(platform: str, answer: Answer) -> str:
    if answer.text("error") in ("invalid_client", "unauthorized_client"):
        return _("%s does not accept the keys of your application. An administrator must look at them.") % platform
    return _("%(platform)s did not accept the sign-in. It may have taken too long; try again. (%(words)s)") % {
        "platform": platform,
        "words": answer.words,
    }
