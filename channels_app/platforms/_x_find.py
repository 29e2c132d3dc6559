"""Did a post arrive at X, which knows no keys of ours? The account's own timeline is the witness.

A post is ours when it was not there before and says what ours says. What X shows differs from what was sent: links
are t.co, the link of the media stands at the end, `&` is written out, a long text has a place of its own. That it is
*not* there proves absence only when the whole list since then was read and had time to settle.

Reading costs money for every post that is shown, so the list is asked for only from shortly before: most often
nothing stands there, and nothing is billed.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from html import unescape
from typing import Any

import regex
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Content
from channels_app.errors import Temporary
from channels_app.platforms._wire import number_of
from channels_app.platforms._x_line import Line, raise_for

BEFORE = timedelta(minutes=10)  # how far back the list is read: more than two clocks differ
SETTLED = timedelta(seconds=90)  # a timeline shows a new post within this time
_PAGE = 100
_FIELDS = ["created_at", "entities", "attachments", "referenced_tweets", "note_tweet"]
_OWN_LINK = regex.compile(r"/status/\d+(?:/(?:photo|video)/\d+)?/?$")
_SPACE = regex.compile(r"\s+")
_COMPARED, _ALIKE = 500, 0.75  # characters, and how much of them agrees

Post = dict[str, Any]


def own_posts(line: Line, since: datetime) -> tuple[list[Post], bool]:
    """The account's posts since then, newest first, and whether these are all of them. Raises Temporary."""
    answer = line.client.get_users_tweets(
        line.session.remote_id, max_results=_PAGE, start_time=since, tweet_fields=_FIELDS
    )
    raise_for(answer)
    listed, meta = answer.fields.get("data"), answer.fields.get("meta")
    if not isinstance(meta, dict) or number_of(meta.get("result_count")) is None:
        raise Temporary(_("X’s answer cannot be read."), detail=answer.words)
    posts = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return posts, len(posts) == number_of(meta["result_count"]) and not meta.get("next_token")


def look_before(line: Line) -> dict[str, Any]:
    """What `find` will need: from when on to look, and what stood there already."""
    since = timezone.now() - BEFORE
    return {"since": since.isoformat(), "seen": [str(post.get("id")) for post in own_posts(line, since)[0]]}


# --- comparing ----------------------------------------------------------------
def fits(post: Post, content: Content, index: int) -> bool:
    """Whether everything but the words agrees. What X leaves out contradicts nothing."""
    part, kinds = content.parts[index], _references(post)
    if "retweeted" in kinds or ("replied_to" in kinds) != bool(index):
        return False
    attached = post.get("attachments")
    keys = attached.get("media_keys") if isinstance(attached, dict) else None
    count = len(keys) if isinstance(keys, list) else 0
    return count == len(part.media) if count or not part.text.strip() else True


def _references(post: Post) -> set[str]:
    listed = post.get("referenced_tweets") or post.get("referenced_posts")
    listed = listed if isinstance(listed, list) else []
    return {str(one.get("type")) for one in listed if isinstance(one, dict)}


def same_words(post: Post, content: Content, index: int) -> bool:
    return _essence(_shown(post)) == _essence(content.parts[index].text)


def resembles(post: Post, content: Content, index: int) -> bool:
    """Whether it may be ours after all, shown in a way we do not know."""
    if not isinstance(post.get("text"), str):
        return True
    ours, theirs = _essence(content.parts[index].text), _essence(_shown(post))
    if _without_links(content.parts[index].text) == _without_links(_shown(post)):
        return True
    return SequenceMatcher(None, ours[:_COMPARED], theirs[:_COMPARED], autojunk=False).ratio() > _ALIKE


def _shown(post: Post) -> str:
    """The text as it was written: whole, with its own links, without the link X adds for media or a quoted post."""
    note = post.get("note_tweet") or post.get("note_post")
    told = note if isinstance(note, dict) and isinstance(note.get("text"), str) else post
    text = told.get("text") if isinstance(told.get("text"), str) else ""
    for shortened, expanded in _links(told) or _links(post):
        if _OWN_LINK.search(expanded) and text.rstrip().endswith(shortened):
            text = text.rstrip().removesuffix(shortened)
        text = text.replace(shortened, expanded)
    return unescape(text)


def _links(told: Post) -> list[tuple[str, str]]:
    entities = told.get("entities")
    urls = entities.get("urls") if isinstance(entities, dict) else None
    urls = urls if isinstance(urls, list) else []
    pairs = [(one.get("url"), one.get("expanded_url")) for one in urls if isinstance(one, dict)]
    return [(a, b) for a, b in pairs if isinstance(a, str) and a and isinstance(b, str)]


def _essence(text: str) -> str:
    """One form for both sides: links without scheme and final slash, blanks as one, letters composed."""
    text = unicodedata.normalize("NFC", text)
    pieces, at = [], 0
    for span in measure.links(text, bare=True):
        if not _OWN_LINK.search(span.value) or span.end < len(text.rstrip()):
            pieces += [text[at : span.start], span.value.partition("://")[2].rstrip("/").lower()]
        else:  # a post's address at the very end may be taken for the link of a quotation
            pieces.append(text[at : span.start])
        at = span.end
    return _SPACE.sub(" ", "".join([*pieces, text[at:]])).strip()


def _without_links(text: str) -> str:
    for span in reversed(measure.links(text, bare=True)):
        text = text[: span.start] + text[span.end :]
    return _SPACE.sub("", unicodedata.normalize("NFC", text))
