"""Speaking to Pinterest's interface, and what its refusals mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import regex
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.errors import NeedsReconnect, RateLimited, Rejected, Temporary
from channels_app.platforms import _wire
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Session

NAME = "Pinterest"
_LONGEST = 86_400  # seconds: the trial tier counts by the day
# What a message names -> the field of ours; the first that fits. Pinterest quotes the path of what is wrong.
_NAMED = (
    (regex.compile(r"board|section", regex.IGNORECASE), "options.board"),
    (regex.compile(r"alt_?text", regex.IGNORECASE), "alt"),
    (regex.compile(r"media|image|cover|video|carousel|maxItems|content_type", regex.IGNORECASE), "media"),
    (regex.compile(r"\blink\b|\bdomain\b", regex.IGNORECASE), "options.link"),
    (regex.compile(r"\btitle\b", regex.IGNORECASE), "options.title"),
)
_UNREACHED = regex.compile(r"unable to reach the url", regex.IGNORECASE)
_NOT_READY = regex.compile(r"(?:still|being) process|not (?:yet )?(?:ready|process)", regex.IGNORECASE)


class Line:
    """Calls with the account's token; one that ended is renewed once."""

    def __init__(self, session: Session, base: str) -> None:
        self.session, self.base = session, base

    def call(self, method: str, path: str, *, creating: bool = False, total: float = 60, **how: Any) -> Answer:
        """The answer, which may be a refusal; see `raise_for`."""
        secret = self.session.secret
        answer = self._once(secret, method, path, creating, total, how)
        if answer.status == 401 and secret.get("refresh"):  # refused before anything was done
            answer = self._once(self.session.refresh(), method, path, creating, total, how)
        return answer

    def _once(
        self, secret: dict[str, Any], method: str, path: str, creating: bool, total: float, how: dict[str, Any]
    ) -> Answer:
        wire = Wire(self.session.http(total=total), (secret["token"], secret.get("refresh", "")))
        headers = {"Authorization": f"Bearer {secret['token']}"}
        return wire.ask(method, f"{self.base}{path}", creating=creating, headers=headers, **how)

    def get(self, path: str, **params: Any) -> Answer:
        """A good answer with a JSON object in it; raises what `raise_for` raises."""
        answer = self.call("GET", path, params=params)
        raise_for(answer)
        if not answer.fields:
            raise unreadable(answer)
        return answer

    def listed(self, path: str, *, most: int, page: int) -> list[dict[str, Any]]:
        """The items of a list, page by page, at most `most` pages."""
        found: list[dict[str, Any]] = []
        bookmark = ""
        for _page in range(most):
            answer = self.get(path, page_size=page, **({"bookmark": bookmark} if bookmark else {}))
            items = answer.fields.get("items")
            if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
                raise unreadable(answer)
            found += items
            bookmark = answer.text("bookmark")
            if not bookmark:
                break
        return found


def unreadable(answer: Answer) -> Temporary:
    return Temporary(_("Pinterest’s answer cannot be read."), detail=answer.words)


def raise_for(answer: Answer, *, creating: bool = False) -> None:
    """Translates a refusal; returns when the answer is good."""
    if answer.ok:
        return
    words = answer.words
    if answer.status == 429:
        raise RateLimited(wait_until(answer), _("Pinterest asks us to wait."), detail=words, scope="channel")
    if answer.status == 401:
        raise NeedsReconnect(_("Pinterest no longer accepts our key for this account. Sign in again."), detail=words)
    if answer.status == 403:
        raise NeedsReconnect(
            _("Pinterest does not let us do this: a right is missing, or the account is blocked there."), detail=words
        )
    _wire.raise_common(answer, NAME, creating=creating)
    if answer.status in (404, 405) and not answer.fields:
        raise Temporary(_("Pinterest does not answer as usual at the moment."), detail=words)
    if _UNREACHED.search(words):
        raise Temporary(_("Pinterest could not fetch a picture from our address."), detail=words)
    if _NOT_READY.search(words):
        raise Temporary(_("Pinterest is still working on the film."), detail=words)
    if answer.status == 404 and "board" in words.lower():
        raise Rejected(_("The board is no longer on Pinterest. Choose another."), field="options.board", detail=words)
    raise Rejected(_("Pinterest refused the pin: %(words)s") % {"words": words}, field=field_of(words), detail=words)


def field_of(words: str) -> str:
    return next((field for named, field in _NAMED if named.search(words)), "text")


def wait_until(answer: Answer) -> Any:
    """Pinterest tells the seconds that are left, of several windows at once: `12, 3;w=60`. The longest counts."""
    if answer.headers.get("Retry-After"):
        return _wire.pause_until(answer.headers)
    told = str(answer.headers.get("X-RateLimit-Reset", ""))
    numbers = [int(one) for one in regex.findall(r"(?:^|,)\s*(\d{1,9})(?=\s*(?:,|;|$))", told[:200])]
    if not numbers or max(numbers) >= 100_000_000:  # nothing, or a moment since 1970
        return _wire.pause_until(answer.headers)
    return timezone.now() + timedelta(seconds=min(max(*numbers, 1), _LONGEST))
