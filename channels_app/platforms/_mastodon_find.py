"""Did a post arrive at a server that may ignore idempotency keys? Its author's own list is the witness.

A post is ours when it was not there before and says what ours says. That it is
*not* there proves absence only when the list reaches back to before our
request, holds posts of this visibility at all, and had time to settle.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import regex

from channels_app.content import Content
from channels_app.platforms._wire import moment_of

CLIENT = "LibSocial"  # the name under which we register: own posts show it on many servers
PAGE = 40  # asked for; servers give fewer as they like
SHORT = 10  # fewer than any server's page: these are all posts there are
_BREAKS = regex.compile(r"<(?:br|/p|/div|/li)[^>]*>", regex.IGNORECASE)
_TAGS = regex.compile(r"<[^>]*>")
_REMOTE = regex.compile(r"(@[\w.-]+)@[\w.-]+")
_NOISE = regex.compile(r"[^\p{L}\p{N}\p{S}]+")


def essence(text: str) -> str:
    """What is left of a text whichever way a server shows it: letters, digits and symbols, in one case."""
    plain = _REMOTE.sub(r"\1", unicodedata.normalize("NFKC", text))
    return _NOISE.sub("", plain.replace("`", "").replace("~", "")).casefold()


def essence_of_html(html: str) -> str:
    return essence(unescape(_TAGS.sub("", _BREAKS.sub(" ", html))))


def fits(status: dict[str, Any], content: Content, index: int) -> bool:
    """Whether everything but the words agrees. What a server leaves out contradicts nothing."""
    part = content.parts[index]
    application = status.get("application")
    name = application.get("name") if isinstance(application, dict) else None
    if isinstance(name, str) and name not in ("", CLIENT):
        return False
    if index == 0 and status.get("in_reply_to_id"):
        return False
    if status.get("reblog"):
        return False
    attached = status.get("media_attachments")
    if isinstance(attached, list) and len(attached) > len(part.media):
        return False
    return bool(part.text.strip()) or bool(attached)


def same_words(status: dict[str, Any], content: Content, index: int, said: str = "") -> bool:
    """Whether it says what ours says; `said` is the text as it was typed, where the server gives it."""
    ours = essence(content.parts[index].text)
    if said:
        return essence(said) == ours
    html = status.get("content")
    theirs = essence_of_html(html) if isinstance(html, str) else ""
    # A content warning may come back as a title within the text.
    return theirs in (ours, essence(content.content_warning) + ours)


def reaches_back(page: list[dict[str, Any]], seen: list[str], since: datetime) -> bool:
    """Whether this list goes back to before our request: something known or older is in it, or it is plainly all."""
    if any(str(status.get("id")) in seen for status in page):
        return True
    moments = [moment for status in page if (moment := moment_of(status.get("created_at")))]
    if moments and min(moments) < since - timedelta(minutes=2):
        return True
    return len(page) < SHORT
