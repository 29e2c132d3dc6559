"""Statuses as the Mastodon interface has them, and what its refusals mean."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import regex
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Content, Part
from channels_app.errors import NeedsReconnect, PlatformError, Rejected, Temporary, Unclear
from channels_app.platforms import _mastodon_extras as extras
from channels_app.platforms import _mastodon_find as find_rules
from channels_app.platforms import _wire
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Receipt, Session

NAME = "The server"
_NOTHING = regex.compile(r"can.?t be blank|is required|is missing|missing (?:field|param)", regex.IGNORECASE)
LOOK_AGAIN = timedelta(seconds=3)  # what is being processed; later the longer it takes
LOOK_AGAIN_LATEST = timedelta(minutes=10)
_OF_QUOTE = regex.compile(r"\bquot(?:e|ed|es|ing|ation)\b")
_OF_POLL = regex.compile(r"\bpolls?\b")
_OF_MEDIA = regex.compile(r"media|file|attach")


class Line:
    """Calls to the account's server with its token."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def call(self, method: str, path: str, *, creating: bool = False, **how: Any) -> Answer:
        """The answer, which may be a refusal; see `raise_for`. Renews a key that ended, where it can be. `limits`:
        what a film needs of Session.http."""
        secret = self.session.secret
        answer = self._once(secret, method, path, creating, how)
        if is_dead_token(answer) and secret.get("refresh"):
            answer = self._once(self.session.refresh(), method, path, creating, how)
        return answer

    def _once(self, secret: dict[str, Any], method: str, path: str, creating: bool, how: dict[str, Any]) -> Answer:
        how = dict(how)
        hidden = (secret["token"], secret.get("refresh", ""), secret.get("client_secret", ""))
        headers = {**how.get("headers", {}), "Authorization": f"Bearer {secret['token']}"}
        wire = Wire(self.session.http(**how.pop("limits", {})), hidden)
        return wire.ask(method, f"{self.session.server}{path}", creating=creating, **{**how, "headers": headers})

    def get(self, path: str, **how: Any) -> Answer:
        """A good answer with JSON in it; raises what `raise_for` raises."""
        answer = self.call("GET", path, **how)
        raise_for(answer)
        if answer.data is None:
            raise Temporary(_("The server’s answer cannot be read."), detail=answer.words)
        return answer


def is_dead_token(answer: Answer) -> bool:
    """401 everywhere; 403 for a missing right; 422 without a word on small servers."""
    if answer.status == 403 and "empty status" in answer.words.lower():
        return False
    return answer.status in (401, 403) or (answer.status == 422 and answer.empty)


def raise_for(answer: Answer, *, creating: bool = False, software: str = "") -> None:
    """Translates a refusal; returns when the answer is good."""
    if answer.ok:
        return
    words, said = answer.words, answer.words.lower()
    if answer.status == 403 and "empty status" in said:
        raise Rejected(_("This server takes no post without a picture."), field="media", detail=words)
    if is_dead_token(answer):
        raise NeedsReconnect(_("The server no longer accepts our key for this account. Sign in again."), detail=words)
    if answer.status == 503 and software == "gotosocial" and answer.headers.get("Retry-After"):
        _wire.raise_rate_limited(answer, NAME)  # its own queue is full; the request was not looked at
    _wire.raise_common(answer, NAME, creating=creating)
    if key_was_used(answer):  # Pixelfed: it had this request before, and does not say with what success
        raise (Unclear if creating else Temporary)(_("The server had this request before."), detail=words)
    if creating and "already attached" in said:  # by a request of ours that was thought lost, perhaps
        raise Unclear(_("The server says that a picture of this post is in a post already."), detail=words)
    if "finished processing" in said:
        raise still_processing()
    if answer.status in (404, 405, 410) and not answer.fields:
        raise Temporary(_("The server does not answer as Mastodon at the moment."), detail=words)
    field = "media" if answer.status == 413 else _field(said)
    raise Rejected(_("The server refused the post: %(words)s") % {"words": words}, field=field, detail=words)


def _field(said: str) -> str:
    """What the server's sentence is about."""
    if _OF_MEDIA.search(said):
        return "media"
    if _OF_POLL.search(said):
        return "options.poll"
    return "options.quote" if _OF_QUOTE.search(said) else "text"


def key_was_used(answer: Answer) -> bool:
    return answer.status in (400, 409, 422) and "idempotency key" in answer.words.lower()


def still_processing(since: datetime | None = None) -> Temporary:
    """To be raised: it is being processed `since` then."""
    now = timezone.now()
    pause = min(max(LOOK_AGAIN, (now - (since or now)) / 2), LOOK_AGAIN_LATEST)
    return Temporary(_("The server is still working on a picture or film."), until=now + pause)


# --- statuses -------------------------------------------------------------
def status_of(
    content: Content, index: int, media: list[dict[str, Any]], reply_to: str, quoted: str = ""
) -> dict[str, Any]:
    """The body of the creating request. `quoted`: the id of the post it quotes, on this server."""
    part, options = content.parts[index], content.options
    visibility = options.get("visibility", "public")
    if index > 0 and visibility == "public" and options.get("quiet_thread", True):
        visibility = "unlisted"
    body: dict[str, Any] = {"status": measure.plain_newlines(part.text), "visibility": visibility}
    if language := part.lang or content.language:
        body["language"] = language.partition("-")[0].lower()
    if media:
        body["media_ids"] = [one["id"] for one in media]
        body["sensitive"] = bool(options.get("sensitive") or content.content_warning)
    if content.content_warning:
        body["spoiler_text"] = content.content_warning
    if reply_to:
        body["in_reply_to_id"] = reply_to
    if quoted:
        body["quoted_status_id"] = quoted
    return body | extras.said_of(options, index)


def create(line: Line, body: dict[str, Any], headers: dict[str, str]) -> Answer:
    """The one creating request. What a server refused because it read nothing in it is said again as a form."""
    answer = line.call("POST", "/api/v1/statuses", creating=True, json=body, headers=headers)
    if not read_nothing(answer):
        return answer
    return line.call("POST", "/api/v1/statuses", creating=True, data=as_form(body), headers=headers)


def as_form(body: dict[str, Any]) -> dict[str, Any]:
    """The same as fields of a form: `media_ids[]`, `poll[options][]`."""
    form: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            inner = as_form(value)
            form |= {f"{name}[{key.removesuffix('[]')}]{'[]' * key.endswith('[]')}": inner[key] for key in inner}
        elif isinstance(value, list):
            form[f"{name}[]"] = value
        else:
            form[name] = str(value).lower() if isinstance(value, bool) else value
    return form


def read_nothing(answer: Answer) -> bool:
    """Whether the server refused because our fields did not reach it: it reads another kind of body."""
    if answer.status == 415:
        return True
    return answer.status in (400, 422) and bool(_NOTHING.search(answer.words))


def idempotency_key(key: str, body: dict[str, Any]) -> str:
    """Bound to the content: a server must never answer new words with an old post. Pictures' ids do not count,
    as uploading again gives new ones."""
    words = {name: value for name, value in body.items() if name != "media_ids"}
    return hashlib.sha256(json.dumps([key, words], sort_keys=True).encode()).hexdigest()


def receipt(status: dict[str, Any], part: Part) -> Receipt:
    """The proof in a status. Raises Unclear when the answer is none."""
    remote_id, url = status.get("id"), ""
    for address in (status.get("uri"), status.get("url")):
        if isinstance(address, str) and address.startswith(("https://", "http://")):
            url = address
    if not isinstance(remote_id, str | int) or isinstance(remote_id, bool) or not remote_id:
        raise Unclear(_("The server’s answer cannot be read; what became of the post must be looked up."))
    return Receipt(str(remote_id), url, _alt(status, part), {"visibility": str(status.get("visibility", ""))})


def _alt(status: dict[str, Any], part: Part) -> str:
    """Whether the descriptions arrived with their pictures, by what the server shows."""
    sent = [media.alt for media in part.media if media.alt and not media.decorative]
    if not sent:
        return "none"
    attached = status.get("media_attachments")
    shown = [one.get("description") for one in attached if isinstance(one, dict)] if isinstance(attached, list) else []
    return "delivered" if sum(bool(text) for text in shown) >= len(sent) else "not deliverable"


def quotable(line: Line, address: str) -> str:
    """The id on this server of the post at an address, which it fetches where it must. Raises Rejected.

    Source: docs.joinmastodon.org, methods/search (scope read:search) and entities/Quote.
    """
    asked = {"q": address, "type": "statuses", "resolve": "true", "limit": 1}
    answer = line.call("GET", "/api/v2/search", params=asked)
    if answer.status == 403:  # connected before we asked for this right
        raise Rejected(
            _("Our key for this account may not look up posts. Reconnect the channel to quote one."),
            field="options.quote", detail=answer.words,
        )  # fmt: skip
    raise_for(answer)
    found = answer.fields.get("statuses")
    status = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    allowed = status.get("quote_approval")
    if isinstance(allowed, dict) and allowed.get("current_user") == "denied":
        raise Rejected(_("The author of this post does not let others quote it."), field="options.quote")
    if not isinstance(status.get("id"), str) or not status["id"]:
        raise Rejected(_("The server finds no post at this address."), field="options.quote")
    return status["id"]


def newest_own(line: Line) -> list[str] | None:
    """The ids of the account's newest posts; None on a server that has no such list."""
    try:
        return [str(status.get("id")) for status in own_list(line)]
    except Rejected:  # "not found" in the server's own words, not a page of something in between
        return None


def own_list(line: Line) -> list[dict[str, Any]]:
    """The account's newest posts, as its author sees them."""
    path = f"/api/v1/accounts/{line.session.remote_id}/statuses"
    answer = line.get(path, params={"limit": find_rules.PAGE, "exclude_reblogs": "true"})
    if not isinstance(answer.data, list):
        raise Temporary(_("The server’s answer cannot be read."), detail=answer.words)
    return answer.items


def answers_below(line: Line, page: list[dict[str, Any]], content: Content) -> list[dict[str, Any]] | None:
    """Our own answers below the first part of this thread, for lists that leave answers out; None: not told."""
    first = next((status for status in page if find_rules.same_words(status, content, 0)), None)
    if first is None:
        return None
    answer = line.call("GET", f"/api/v1/statuses/{first.get('id')}/context")
    below = answer.fields.get("descendants") if answer.ok else None
    return [status for status in below if is_own(line, status)] if isinstance(below, list) else None


def is_own(line: Line, status: Any) -> bool:
    """Whether this account wrote it, as far as the server says."""
    author = status.get("account") if isinstance(status, dict) else ""
    return author is None or (isinstance(author, dict) and str(author.get("id")) == line.session.remote_id)


def same_source(line: Line, status: dict[str, Any], content: Content, index: int) -> bool:
    """Asks for the text as it was typed, where what is shown differs: formatting, shortened links."""
    try:
        answer = line.call("GET", f"/api/v1/statuses/{status.get('id')}/source")
    except PlatformError:
        return False
    return (
        answer.ok and bool(answer.text("text")) and find_rules.same_words(status, content, index, answer.text("text"))
    )


def page_of(session: Session) -> str:
    """Where a person finds the account's posts: servers differ in the form of this address."""
    if session.url:
        return session.url
    name = session.handle.removeprefix("@").partition("@")[0]
    return f"{session.server}/@{name}" if name else session.server
