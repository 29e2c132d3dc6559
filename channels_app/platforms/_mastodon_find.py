"""Did a post arrive at a server that may ignore idempotency keys? Its author's own list is the witness.

A post is ours when it was not there before and says what ours says. That it is
*not* there proves absence only when the list reaches back to before our
request, holds posts of this visibility at all, and had time to settle.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from html import unescape
from typing import Any

import regex

from channels_app import measure
from channels_app.content import Content
from channels_app.platforms._wire import moment_of

CLIENT = "LibSocial"  # the name under which we register: own posts show it on many servers
PAGE = 40  # asked for; servers give fewer as they like
SHORT = 10  # fewer than any server's page: these are all posts there are
_BREAKS = regex.compile(r"<(?:br|/p|/div|/li)[^>]*>", regex.IGNORECASE)
# What Mastodon 4.5 puts before a quotation for programs that cannot show one.
_QUOTED = regex.compile(r"<p class=\"quote-inline\">.*?</p>", regex.IGNORECASE | regex.DOTALL)
_TAGS = regex.compile(r"<[^>]*>")
_REMOTE = regex.compile(r"(@[\w.-]+)@[\w.-]+")
_ANCHORS = regex.compile(r"<a\b[^>]*>.*?</a>", regex.IGNORECASE | regex.DOTALL)
_COMPARED, _ALIKE = 500, 0.75  # characters, and how much of them agrees
_NOISE = regex.compile(r"[^\p{L}\p{N}\p{S}]+")


def essence(text: str) -> str:
    """What is left of a text whichever way a server shows it: letters, digits and symbols, in one case."""
    plain = _REMOTE.sub(r"\1", unicodedata.normalize("NFKC", text))
    return _NOISE.sub("", plain.replace("`", "").replace("~", "")).casefold()


def essence_of_html(html: str) -> str:
    html = _QUOTED.sub("", html)
    return essence(unescape(_TAGS.sub("", _BREAKS.sub(" ", html))))


def fits(status: dict[str, Any], content: Content, index: int) -> bool:
    """Whether everything but the words agrees. What a server leaves out contradicts nothing."""
    part = content.parts[index]
    if index == 0 and status.get("in_reply_to_id"):
        return False
    if status.get("reblog"):
        return False
    attached = status.get("media_attachments")
    if isinstance(attached, list) and len(attached) > len(part.media):
        return False
    return bool(part.text.strip()) or bool(attached)


def _client(status: dict[str, Any]) -> str:
    application = status.get("application")
    name = application.get("name") if isinstance(application, dict) else None
    return name if isinstance(name, str) else ""


def tells_clients(page: list[dict[str, Any]]) -> bool:
    """Whether this server says which app made a post: some (Pixelfed, Pleroma) say "Web" of every one."""
    return any(_client(status) == CLIENT for status in page)


def by_another(status: dict[str, Any]) -> bool:
    """Whether another app is named; means something only where `tells_clients`."""
    return _client(status) not in ("", CLIENT)


def newcomers(page: list[dict[str, Any]], seen: list[str]) -> list[dict[str, Any]]:
    """What was not in the list before. What stands below all of that and is older moved up when posts were deleted."""
    known = [index for index, status in enumerate(page) if str(status.get("id")) in seen]
    moments = [moment for index in known if (moment := moment_of(page[index].get("created_at")))]
    new = []
    for index, status in enumerate(page):
        made = moment_of(status.get("created_at"))
        older = bool(moments) and index > known[-1] and made is not None and made < min(moments)
        if str(status.get("id")) not in seen and not older:
            new.append(status)
    return new


def made_since(answers: list[dict[str, Any]], seen: list[str], since: datetime) -> list[dict[str, Any]]:
    """Answers that may be of this attempt: an hour's grace for a far clock, but not last week's thread."""
    moments = [(status, moment_of(status.get("created_at"))) for status in answers]
    fresh = [status for status, made in moments if made is None or made > since - timedelta(hours=1)]
    return [status for status in fresh if str(status.get("id")) not in seen]


def same_words(status: dict[str, Any], content: Content, index: int, said: str = "") -> bool:
    """Whether it says what ours says; `said` is the text as it was typed, where the server gives it."""
    text = content.parts[index].text
    ours = essence(text)
    if said:
        return essence(said) == ours
    html = status.get("content")
    theirs = essence_of_html(html) if isinstance(html, str) else ""
    title = essence(content.content_warning)  # it may come back as a title within the text
    if theirs in (ours, title + ours):
        return True
    ours = essence(_without_links(text))
    theirs = essence_of_html(_ANCHORS.sub(_link_left_out, html)) if isinstance(html, str) else ""
    return bool(ours) and theirs in (ours, title + ours)


def resembles(status: dict[str, Any], content: Content, index: int) -> bool:
    """Whether it may be ours after all, shown in a way we do not know: cut, with links changed, or not readable."""
    html = status.get("content")
    if not isinstance(html, str):
        return True
    ours, theirs = essence(content.content_warning + content.parts[index].text), essence_of_html(html)
    return SequenceMatcher(None, ours[:_COMPARED], theirs[:_COMPARED], autojunk=False).ratio() > _ALIKE


def _without_links(text: str) -> str:
    for span in reversed(measure.links(text)):
        text = text[: span.start] + text[span.end :]
    return text


def _link_left_out(anchor: Any) -> str:
    """Servers shorten what they show of a link; hashtags and mentions are words."""
    shown = unescape(_TAGS.sub("", anchor.group(0))).strip()
    return str(anchor.group(0)) if shown.startswith(("#", "@")) else " "


def reaches_back(page: list[dict[str, Any]], seen: list[str], since: datetime) -> bool:
    """Whether this list goes back to before our request: something known or older is in it, or it is plainly all."""
    if any(str(status.get("id")) in seen for status in page):
        return True
    moments = [moment for status in page if (moment := moment_of(status.get("created_at")))]
    if moments and min(moments) < since - timedelta(minutes=2):
        return True
    return len(page) < SHORT
