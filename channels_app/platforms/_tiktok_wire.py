"""Asking TikTok, and what its words mean: success is `error.code == "ok"`, whatever the status says.

Sources: developers.tiktok.com, Content Posting API and Display API reference, OAuth token management, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.errors import NeedsReconnect, RateLimited, Rejected, Temporary, Unclear
from channels_app.platforms._wire import Answer, Wire, pause_until, raise_common
from channels_app.platforms.base import Session, host_of

KEY, NAME = "tiktok", "TikTok"
HOSTS = {
    "api": "https://open.tiktokapis.com",
    "upload": "https://open-upload.tiktokapis.com",
    "sign_in": "https://www.tiktok.com",
}
_DAY = timedelta(hours=24)
_DEAD = "access_token_invalid"
_TROUBLE = frozenset({"internal_error", "internal", "video_pull_failed", "photo_pull_failed"})
_RIGHTS: dict[str, str | Promise] = {
    "scope_not_authorized": gettext_lazy(
        "Our key lacks a right on TikTok. Sign in again and allow everything that is asked for."
    ),
    "scope_permission_missed": gettext_lazy(
        "Your application at TikTok lacks a right. An administrator must add it on TikTok’s developer page."
    ),
    "auth_removed": gettext_lazy("The account’s owner has ended our access on TikTok. Sign in again."),
    "token_not_authorized_for_specified_publish_id": gettext_lazy(
        "TikTok says that this post belongs to another account. Sign in again with the account that began it."
    ),
}
_WAITS: dict[str, tuple[str | Promise, str]] = {
    "spam_risk_too_many_posts": (gettext_lazy("TikTok takes no more posts from this account today."), "channel"),
    "spam_risk_too_many_pending_share": (
        gettext_lazy(
            "Too many drafts wait in the TikTok app: at most five in 24 hours. Finish some of them there first."
        ),
        "channel",
    ),
    "reached_active_user_cap": (
        gettext_lazy("Your application may publish for no more accounts today: it was not audited by TikTok."),
        "app",
    ),
}
# TikTok's word, or the reason a post failed for -> our field, and a sentence.
_REFUSED: dict[str, tuple[str, str | Promise]] = {
    "privacy_level_option_mismatch": (
        "options.privacy",
        gettext_lazy("This account may not choose who sees the post like this. Look at the choices again."),
    ),
    "unaudited_client_can_only_post_to_private_accounts": (
        "options.mode",
        gettext_lazy(
            "TikTok has not audited your application: it may only post for itself, on an account that is private. "
            "Send the film to the app as a draft instead."
        ),
    ),
    "url_ownership_unverified": (
        "media",
        gettext_lazy(
            "TikTok fetches pictures only from an address that was proven to be yours: an administrator does that "
            "under URL properties on TikTok’s developer page."
        ),
    ),
    "spam_risk_user_banned_from_posting": ("", gettext_lazy("TikTok does not let this account post.")),
    "spam_risk_text": ("text", gettext_lazy("TikTok takes the text for spam.")),
    "spam_risk": ("text", gettext_lazy("TikTok takes the post for spam.")),
    "app_version_check_failed": (
        "options.mode",
        gettext_lazy("The TikTok app of this account is too old for drafts. Update it and try again."),
    ),
    "invalid_file_upload": ("media", gettext_lazy("TikTok cannot use the file.")),
    "file_format_check_failed": ("media", gettext_lazy("TikTok cannot read how the film was made. Save it as MP4.")),
    "duration_check_failed": ("media", gettext_lazy("The film is too short or too long for this account.")),
    "frame_rate_check_failed": ("media", gettext_lazy("The film has too few or too many pictures a second.")),
    "picture_size_check_failed": ("media", gettext_lazy("The size of the film or of a picture does not suit TikTok.")),
    "invalid_publish_id": ("", gettext_lazy("TikTok no longer knows this upload.")),
}


class Line:
    """Calls to TikTok with a channel's key, renewed once when TikTok says that it has ended."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def ask(self, method: str, path: str, *, creating: bool = False, **how: Any) -> Answer:
        """The answer, which may be a refusal; see `raise_for`."""
        secret = self.session.secret
        answer = self._once(secret, method, path, creating, how)
        if code_of(answer) == _DEAD and secret.get("refresh"):
            answer = self._once(self.session.refresh(), method, path, creating, how)
        return answer

    def _once(self, secret: dict[str, Any], method: str, path: str, creating: bool, how: dict[str, Any]) -> Answer:
        wire = Wire(self.session.http(), (str(secret["token"]), str(secret.get("refresh") or "")))
        headers = {"Authorization": f"Bearer {secret['token']}", "Content-Type": "application/json; charset=UTF-8"}
        url = f"{host_of(KEY, 'api', HOSTS['api'])}/v2/{path}"
        return told(wire, wire.ask(method, url, creating=creating, headers=headers, **how))

    def data(self, method: str, path: str, *, creating: bool = False, **how: Any) -> dict[str, Any]:
        """The `data` of a good answer. Raises what `raise_for` raises."""
        answer = self.ask(method, path, creating=creating, **how)
        raise_for(answer, creating=creating)
        return answer.fields["data"] if isinstance(answer.fields.get("data"), dict) else {}


def code_of(answer: Answer) -> str:
    """TikTok's code: 'ok', a refusal's, '' where there is none."""
    return answer.text("error", "code")


def told(wire: Wire, answer: Answer) -> Answer:
    """The answer with TikTok's own message as its words, and the number under which TikTok finds it."""
    if not code_of(answer):
        return answer
    said = f"{code_of(answer)}: {answer.text('error', 'message')} ({answer.text('error', 'log_id')})"
    return replace(answer, words=wire.clean(said))


def raise_for(answer: Answer, *, creating: bool = False) -> None:
    """Translates a refusal; returns when the answer is good."""
    code = code_of(answer)
    if code == "ok" and answer.ok:
        return
    if code and code != "ok":
        raise_code(code, answer, creating=creating)
    if answer.status in (401, 403):
        raise NeedsReconnect(_dead(), detail=answer.words)
    raise_common(answer, NAME, creating=creating)
    if answer.ok:
        raise (Unclear if creating else Temporary)(_("The answer of %s cannot be read.") % NAME, detail=answer.words)
    if not answer.fields:
        raise Temporary(_("%s does not answer as it should at the moment.") % NAME, detail=answer.words)
    _refuse("", answer.words)


def raise_code(code: str, answer: Answer, *, creating: bool = False) -> None:
    """Raises what a code of TikTok's means; returns for one that says nothing beyond its status."""
    if code == "rate_limit_exceeded":
        raise RateLimited(
            pause_until(answer.headers), _("%(platform)s asks us to wait.") % {"platform": NAME}, detail=answer.words
        )
    if code in _WAITS:
        reason, scope = _WAITS[code]
        raise RateLimited(timezone.now() + _DAY, str(reason), detail=answer.words, scope=scope)
    if code == _DEAD:
        raise NeedsReconnect(_dead(), detail=answer.words)
    if code in _RIGHTS:
        raise NeedsReconnect(str(_RIGHTS[code]), detail=answer.words)
    if code in _TROUBLE:
        raise_common(replace(answer, status=503), NAME, creating=creating)
    if code in _REFUSED or answer.ok:
        _refuse(code, answer.words)


def failed(reason: str) -> Exception:
    """What to raise for a post that TikTok took and then could not publish, by its `fail_reason`."""
    if is_trouble(reason):
        return Temporary(_("%(platform)s is out of order at the moment.") % {"platform": NAME}, detail=reason)
    if reason in _RIGHTS:
        return NeedsReconnect(str(_RIGHTS[reason]), detail=reason)
    field, sentence = _REFUSED.get(reason, ("media", _("TikTok could not publish it (%s).") % reason))
    return Rejected(str(sentence), field=field, detail=reason)


def is_trouble(reason: str) -> bool:
    """Did it fail by TikTok's own fault, so that trying again may help?"""
    return reason in _TROUBLE


def _refuse(code: str, words: str) -> NoReturn:
    usual = _("%(platform)s refused the post: %(words)s") % {"platform": NAME, "words": words}
    field, sentence = _REFUSED.get(code, ("text", usual))
    raise Rejected(str(sentence), field=field, detail=words)


def _dead() -> str:
    return _("%s no longer accepts our key for this account. Sign in again.") % NAME


def text_in(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""
