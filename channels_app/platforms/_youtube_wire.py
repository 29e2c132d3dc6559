"""Asking YouTube's interfaces, and what their own error words mean.

Sources: developers.google.com/youtube/v3/docs (methods and errors), Google's discovery documents, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.errors import NeedsReconnect, RateLimited, Rejected, Temporary
from channels_app.platforms import _google
from channels_app.platforms._wire import Answer
from channels_app.platforms.base import Session, host_of

KEY, NAME = "youtube", "YouTube"
HOSTS = {
    "api": "https://www.googleapis.com/youtube/v3",
    "upload": "https://www.googleapis.com/upload/youtube/v3",
    "reports": "https://youtubeanalytics.googleapis.com/v2",
    **_google.HOSTS,
}
UPLOADS_PAUSE = timedelta(hours=24)  # YouTube's own cap of uploads per channel and day; its number is not published
# YouTube's reason -> the field of ours to change. What is not named here is judged by its status.
_REFUSED: dict[str, str] = {
    "invalidTitle": "options.title",
    "invalidDescription": "text",
    "invalidTags": "options.tags",
    "invalidCategoryId": "options.category",
    "invalidPublishAt": "options.visibility",
    "invalidVideoMetadata": "text",
    "defaultLanguageNotSet": "text",
    "invalidFilename": "media",
    "mediaBodyRequired": "media",
    "videoNotFound": "media",
    "imageFormatUnsupported": "media",
    "imageTooTall": "media",
    "imageTooWide": "media",
    "captionExists": "media",
    "contentRequired": "media",
    "nameTooLong": "media",
    "playlistNotFound": "options.playlist",
    "playlistContainsMaximumNumberOfVideos": "options.playlist",
    "commentsDisabled": "comment",
    "commentTextRequired": "comment",
    "commentTextTooLong": "comment",
    "ineligibleAccount": "comment",
    "processingFailure": "comment",
    "failedPrecondition": "",
    "forbidden": "",
}
_GONE_ACCOUNT: dict[str, str | Promise] = {
    "youtubeSignupRequired": gettext_lazy("This Google account has no YouTube channel any more."),
    "authenticatedUserAccountSuspended": gettext_lazy("YouTube has suspended this account."),
    "authenticatedUserAccountClosed": gettext_lazy("This YouTube account was closed."),
    "channelSuspended": gettext_lazy("YouTube has suspended this channel."),
    "channelClosed": gettext_lazy("This YouTube channel was closed."),
}
_TROUBLE = frozenset({"backendError", "internalError", "SERVICE_UNAVAILABLE"})


class Line(_google.Line):
    """Calls to YouTube with a channel's key."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, NAME)

    def ask(self, method: str, path: str, *, host: str = "api", creating: bool = False, **how: Any) -> Answer:
        """The answer, which may be a refusal; see `raise_for`."""
        return self.call(method, f"{host_of(KEY, host, HOSTS[host])}/{path}", creating=creating, **how)

    def items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """The things a list method gives. Raises what `raise_for` raises, Temporary for what cannot be read."""
        answer = self.ask("GET", path, params=params)
        raise_for(answer)
        return listed(answer)


def listed(answer: Answer) -> list[dict[str, Any]]:
    """The `items` of a good answer; YouTube leaves an empty list out of some. Raises Temporary."""
    found = answer.fields.get("items")
    if found is None and answer.text("kind").startswith("youtube#"):
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Temporary(_("The answer of %s cannot be read.") % NAME, detail=answer.words)
    return found


def reason_of(answer: Answer) -> str:
    """YouTube's own word for what is wrong, '' where there is none."""
    refusal = _google.refusal_of(answer)
    return refusal.reason if refusal else ""


def raise_for(answer: Answer, *, creating: bool = False) -> None:
    """Translates a refusal; returns when the answer is good."""
    reason = reason_of(answer)
    if reason == "uploadLimitExceeded":
        raise RateLimited(
            timezone.now() + UPLOADS_PAUSE,
            _("YouTube takes no more films from this channel today."),
            detail=answer.words,
        )
    if reason in _GONE_ACCOUNT:
        raise NeedsReconnect(str(_GONE_ACCOUNT[reason]), detail=answer.words)
    if reason in _TROUBLE and answer.status < 500:
        answer = replace(answer, status=503, data=None)
    if reason in _REFUSED:
        raise Rejected(_sentence(reason, answer), field=_REFUSED[reason], detail=answer.words)
    _google.raise_for(answer, NAME, creating=creating)


def _sentence(reason: str, answer: Answer) -> str:
    match reason:
        case "videoNotFound":
            return _("The film is no longer on YouTube. Somebody may have deleted it in YouTube Studio.")
        case "commentsDisabled":
            return _("This film takes no comments, so that our first comment cannot stand under it.")
        case _:
            return _("%(platform)s refused the post: %(words)s") % {"platform": NAME, "words": answer.words}


def within(value: Mapping[str, Any], *names: str) -> Any:
    """What stands at this path of names; None where something else or nothing is."""
    found: Any = value
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def word(value: Mapping[str, Any], *names: str) -> str:
    """The string at this path, '' where something else or nothing is."""
    found = within(value, *names)
    return found if isinstance(found, str) else ""
