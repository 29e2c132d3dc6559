"""What a refusal of Meta's Graph interface means, once for its platforms (Facebook, Instagram, Threads).

Their errors share one form, and the code in it decides, not the HTTP status: an expired key comes with 400 as a text
that is too long does. A subcode is more exact than its code and is read first; what only one platform knows its
adapter gives as `meanings`. All of this is pure: an answer goes in, one of our errors comes out.

Sources: developers.facebook.com/docs/graph-api/guides/error-handling and /overview/rate-limiting, read 2026-11-23.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.errors import Gone, NeedsReconnect, RateLimited, Rejected, Temporary, Unclear
from channels_app.platforms import _wire
from channels_app.platforms._wire import Answer, Wire, raise_common

HOUR = timedelta(hours=1)
MOMENT = timedelta(seconds=30)
BLOCKED_FOR = timedelta(hours=6)  # where it says "too much" and a person should look first
_TOLD_HOW_LONG = ("Retry-After", "RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset")
_USAGE = ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage")
_SHARES = ("call_count", "total_time", "total_cputime")
# Words of a message -> our field; the first that stands in it wins.
FIELDS = {"alt": "alt", "image": "media", "video": "media", "photo": "media", "media": "media", "aspect": "media"}


@dataclass(frozen=True)
class Meaning:
    """What a code or subcode means.

    kind: 'trouble' (their fault: nobody knows what a creating request did), 'later' (certainly not done, ask again
    after `pause`), 'limit' (too many calls), 'person' (a person must do something there, or sign in again),
    'refused' (this content never), 'missing' (not there, or not to be seen with this key).
    `field` names what to change, `reason` is our sentence; '' : the platform's own words.
    """

    kind: str
    field: str = ""
    reason: str | Promise = ""
    pause: timedelta = HOUR
    scope: str = "channel"


_LOOK_THERE = gettext_lazy(
    "The platform wants a person to look after the account. Sign in there in the browser or the app, do what it asks, "
    "then reconnect the channel here."
)
_RIGHTS = gettext_lazy(
    "Our key lacks a right, or the person who connected the account has lost their role. Sign in again and allow "
    "everything that is asked for."
)
_BLOCKED = gettext_lazy(
    "The platform blocks posting for a while, as it found it too fast or not in order. "
    "Sign in there and see what it says."
)

DEAD: Mapping[int, str | Promise] = {  # subcodes of 190 and 102
    458: gettext_lazy("LibSocial was removed from the apps of the person who connected this account. Sign in again."),
    459: gettext_lazy(
        "The platform wants the person who connected this account to sign in there first. Then sign in again here."
    ),
    460: gettext_lazy("The password there was changed, which ended our key. Sign in again."),
    463: gettext_lazy("Our key has expired. Sign in again."),
    464: gettext_lazy(
        "The person who connected this account must confirm their own account there. Then sign in again."
    ),
    467: gettext_lazy("Our key was ended there. Sign in again."),
    490: gettext_lazy(
        "The person who connected this account has no role for it any more. Somebody who has must sign in."
    ),
    492: gettext_lazy(
        "The person who connected this account has no role for it any more. Somebody who has must sign in."
    ),
}
_DEAD_CODES = frozenset({190, 102})

# Subcode or code -> meaning, as the whole house has it.
COMMON: Mapping[int, Meaning] = {
    -1: Meaning("trouble"),
    -2: Meaning("trouble"),
    1: Meaning("trouble"),
    2: Meaning("trouble"),
    1363047: Meaning("trouble"),
    1609010: Meaning("trouble"),
    3: Meaning(
        "person", reason=gettext_lazy("Your application there lacks a capability. An administrator must look at it.")
    ),
    4: Meaning("limit", scope="app"),
    17: Meaning("limit"),
    32: Meaning("limit"),
    341: Meaning("limit"),
    613: Meaning("limit"),
    368: Meaning("limit", reason=_BLOCKED, pause=BLOCKED_FOR),
    1390008: Meaning("limit", reason=_BLOCKED, pause=BLOCKED_FOR),
    1404112: Meaning("limit", reason=_BLOCKED, pause=BLOCKED_FOR),
    10: Meaning("person", reason=_RIGHTS),
    1404078: Meaning("person", reason=_LOOK_THERE),
    4854002: Meaning("person", reason=_LOOK_THERE),
    506: Meaning("refused", "text", gettext_lazy("The platform says that the same was posted just before.")),
    1366051: Meaning("refused", "media", gettext_lazy("The platform says that these pictures were posted already.")),
    100: Meaning("refused"),
    1366046: Meaning(
        "refused", "media", gettext_lazy("The platform could not use a picture: too large, or no kind it takes.")
    ),
    2069019: Meaning("refused", "media", gettext_lazy("The platform could not read a file.")),
    1609005: Meaning("refused", "text", gettext_lazy("The platform could not open the link.")),
    1609008: Meaning("refused", "text", gettext_lazy("The platform does not take links to itself here.")),
    2061006: Meaning("refused", "text", gettext_lazy("The platform does not take the link.")),
    1346003: Meaning("refused", "text", gettext_lazy("The platform takes the content for abusive.")),
    1404102: Meaning("refused", "text", gettext_lazy("The platform says that this is against its rules.")),
    1349125: Meaning("refused"),
    1404006: Meaning("refused", "text", gettext_lazy("The platform’s safety check stopped these words.")),
    33: Meaning("missing"),  # of 100
    803: Meaning("missing"),
}


@dataclass(frozen=True)
class Refusal:
    """The error object of an answer. `subcode` 0 where there is none; `message` is meant for people where `shown`."""

    code: int
    subcode: int = 0
    transient: bool = False
    message: str = ""
    shown: bool = False
    trace: str = ""

    @property
    def number(self) -> str:
        return f"{self.code}/{self.subcode}" if self.subcode else f"{self.code}"


def refusal_of(answer: Answer) -> Refusal | None:
    """The error in an answer, whatever its HTTP status; None where there is none in Meta's form."""
    error = answer.fields.get("error")
    if not isinstance(error, dict):
        return None
    code = _whole(error.get("code"))
    if code is None:
        return None
    shown = _text(error.get("error_user_msg"))
    return Refusal(
        code=code,
        subcode=_whole(error.get("error_subcode")) or 0,
        transient=error.get("is_transient") is True,
        message=shown or _text(error.get("message")),
        shown=bool(shown),
        trace=_text(error.get("fbtrace_id")),
    )


def told(wire: Wire, answer: Answer) -> Answer:
    """The answer with the message, the numbers and the trace of its error as its words."""
    refusal = refusal_of(answer)
    if refusal is None:
        return answer
    trace = f", {refusal.trace}" if refusal.trace else ""
    return replace(answer, words=wire.clean(f"{refusal.message[:220]} ({refusal.number}{trace})"))


def is_dead(answer: Answer) -> bool:
    """Does it say that the key has ended? A bare 401 says nothing about it."""
    refusal = refusal_of(answer)
    return refusal is not None and refusal.code in _DEAD_CODES


def is_missing(answer: Answer, meanings: Mapping[int, Meaning] | None = None) -> bool:
    """Does it say that the thing asked for is not there, or not to be seen with this key?"""
    refusal = refusal_of(answer)
    if refusal is None:
        return False
    meaning = meaning_of(refusal, meanings)
    return meaning is not None and meaning.kind == "missing"


def meaning_of(refusal: Refusal, meanings: Mapping[int, Meaning] | None = None) -> Meaning | None:
    """By subcode, then by code; None where nobody has described either. The platform's own come first."""
    known = {**COMMON, **(meanings or {})}
    if refusal.code in _DEAD_CODES:
        return Meaning("person", reason=DEAD.get(refusal.subcode, ""))
    # A small subcode means something only beside its own code.
    if refusal.subcode in known and (refusal.subcode > 1000 or (refusal.code, refusal.subcode) == (100, 33)):
        return known[refusal.subcode]
    if refusal.code in known:
        return known[refusal.code]
    if 200 <= refusal.code <= 299:
        return COMMON[10]
    if 80000 <= refusal.code <= 80099:
        return Meaning("limit")
    return Meaning("trouble") if refusal.transient else None


def raise_for(
    answer: Answer,
    name: str,
    *,
    creating: bool = False,
    meanings: Mapping[int, Meaning] | None = None,
    fields: Mapping[str, str] | None = None,
) -> None:
    """Translates a refusal of platform `name` into our errors; returns when the answer is good.

    `creating`: the answer is that of the creating request, where trouble is Unclear and an unknown refusal final.
    `meanings`: what only this platform's numbers mean. `fields`: words of its messages -> our field, else FIELDS.
    """
    refusal = refusal_of(answer)
    if answer.ok and not answer.fields.get("error"):
        return
    meaning = meaning_of(refusal, meanings) if refusal else None
    if refusal and meaning:
        _raise(answer, name, refusal, meaning, creating=creating, fields=fields)
    if answer.ok:  # an error inside a good answer, of a kind nobody has described
        raise (Unclear if creating else Temporary)(_("The answer of %s cannot be read.") % name, detail=answer.words)
    if answer.status in (401, 403):
        _raise_dead(answer, name)
    if answer.status == 429:
        raise_limited(answer, name, Meaning("limit"))
    raise_common(answer, name, creating=creating)
    if not answer.fields or not (creating or answer.status == 413):
        raise Temporary(_("%s does not answer as it should at the moment.") % name, detail=answer.words)
    _raise_refused(answer, name, refusal, Meaning("refused", "media" if answer.status == 413 else ""), fields)


def raise_limited(answer: Answer, name: str, meaning: Meaning) -> NoReturn:
    """RateLimited until the moment the answer names."""
    raise RateLimited(
        pause_until(answer.headers, meaning.pause),
        str(meaning.reason) or _("%(platform)s asks us to wait.") % {"platform": name},
        detail=answer.words,
        scope=meaning.scope,
    )


# --- the kinds ------------------------------------------------------------
def _raise(
    answer: Answer,
    name: str,
    refusal: Refusal,
    meaning: Meaning,
    *,
    creating: bool,
    fields: Mapping[str, str] | None,
) -> NoReturn:
    reason = str(meaning.reason)
    match meaning.kind:
        case "limit":
            raise_limited(answer, name, meaning)
        case "later":
            raise Temporary(
                reason or _("%s is not ready for this yet.") % name,
                detail=answer.words,
                until=timezone.now() + meaning.pause,
            )
        case "person":
            _raise_dead(answer, name, reason)
        case "missing":
            raise Gone(
                reason or _("What this belongs to is not on %s any more, or our key may not see it.") % name,
                detail=answer.words,
            )
        case "refused":
            _raise_refused(answer, name, refusal, meaning, fields)
        case _:
            reason = reason or _("%(platform)s is out of order at the moment.") % {"platform": name}
            raise (Unclear if creating else Temporary)(reason, detail=answer.words)


def _raise_dead(answer: Answer, name: str, reason: str = "") -> NoReturn:
    raise NeedsReconnect(
        reason or _("%s no longer accepts our key for this account. Sign in again.") % name, detail=answer.words
    )


def _raise_refused(
    answer: Answer, name: str, refusal: Refusal | None, meaning: Meaning, fields: Mapping[str, str] | None
) -> NoReturn:
    said = {"platform": name, "words": answer.words}
    raise Rejected(
        str(meaning.reason) or _("%(platform)s refused the post: %(words)s") % said,
        field=meaning.field or _field(refusal.message if refusal else answer.words, fields or FIELDS),
        detail=answer.words,
    )


def _field(message: str, fields: Mapping[str, str]) -> str:
    said = message.lower()
    return next((ours for word, ours in fields.items() if word in said), "text")


# --- how long to wait, how much is used ------------------------------------
def pause_until(headers: Any, usual: timedelta = HOUR, now: datetime | None = None) -> datetime:
    """When to ask again: the longest time a business use case takes to regain access (minutes), else Retry-After and
    its like, else `usual` from now. Never later than a day."""
    now = now or timezone.now()
    minutes = [_whole(one.get("estimated_time_to_regain_access")) or 0 for one in _uses(headers)]
    if (longest := max(minutes, default=0)) > 0:
        return now + min(timedelta(minutes=min(longest, 100_000)), _wire.LONGEST_PAUSE)
    if any(headers.get(name) for name in _TOLD_HOW_LONG):
        return _wire.pause_until(headers, now)
    return now + min(usual, _wire.LONGEST_PAUSE)


def usage(headers: Any) -> int:
    """The highest share of a limit that is used, in percent; 0 where nothing is told. Above 90 only what must be
    asked should be asked."""
    return max((_whole(one.get(name)) or 0 for one in _uses(headers) for name in _SHARES), default=0)


def _uses(headers: Any) -> list[dict[str, Any]]:
    """Every object of the usage headers, however deep."""
    found: list[dict[str, Any]] = []
    for name in _USAGE:
        try:
            told_ = json.loads(headers.get(name) or "null")
        except (ValueError, TypeError, RecursionError):
            continue
        for one in (told_, *(told_.values() if isinstance(told_, dict) else ())):
            found += [use for use in (one if isinstance(one, list) else [one]) if isinstance(use, dict)]
    return found


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit() and len(value) < 20:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**15:
        return None
    return int(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
