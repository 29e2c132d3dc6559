"""LinkedIn's "little text": the markup of a post's commentary, in which much must be escaped. Pure.

An unescaped reserved character gives no error: the post is published and silently ends there. So every one of them is
written with a backslash, except in the two forms meant as markup: a hashtag, and a mention a person wrote as
`@[Town Library](urn:li:organization:123)`. Comments, titles and descriptions of pictures are plain text.

Source: learn.microsoft.com, LinkedIn, little text format.
"""

from __future__ import annotations

import unicodedata

import regex

from channels_app import measure

_RESERVED = regex.compile(r"[\\|{}@\[\]()<>#*_~]")
_MENTION = regex.compile(r"@\[(?P<name>[^\[\]\n]{1,200})\]\((?P<urn>urn:li:(?:organization|person):[\w-]{1,80})\)")
# One pass from left to right: an escape, a hashtag by template, a mention.
_SENT = regex.compile(
    r"\\(?P<escaped>[\\|{}@\[\]()<>#*_~])"
    r"|\{hashtag\\?\|\\?(?P<sign>[#＃])\\?\|(?P<tag>(?:\\.|[^}\\])*)\}"
    r"|@\[(?P<name>(?:\\.|[^\]\\])*)\]\(urn:li:[^)]*\)"
)
_ESCAPED = regex.compile(r"\\([\\|{}@\[\]()<>#*_~])")
_LINK_PLACE = "\u2026"


def escaped(text: str) -> str:
    """The text as commentary. Nothing of it is lost: `shown(escaped(text)) == plain(text)`."""
    text = measure.plain_newlines(text)
    pieces, at = [], 0
    for start, end, markup in _marked(text):
        pieces += [_plain(text[at:start]), markup]
        at = end
    return "".join([*pieces, _plain(text[at:])])


def plain(text: str) -> str:
    """The text as a reader sees it: a mention is its name."""
    return _MENTION.sub(r"\g<name>", measure.plain_newlines(text))


def shown(commentary: str) -> str:
    """The text a reader sees of a commentary, as LinkedIn gives it back."""
    return _SENT.sub(_read, commentary)


def _read(match: regex.Match[str]) -> str:
    if match["escaped"]:
        return str(match["escaped"])
    words = match["name"] if match["sign"] is None else match["sign"] + match["tag"]
    return _ESCAPED.sub(r"\1", words)


def same(ours: str, commentary: str) -> bool:
    """Does this commentary say what ours says? Links do not count, as LinkedIn replaces long ones by short ones."""
    return _essence(plain(ours)) == _essence(shown(commentary))


def _essence(text: str) -> str:
    for span in reversed(measure.links(text)):
        text = text[: span.start] + _LINK_PLACE + text[span.end :]
    return " ".join(unicodedata.normalize("NFC", text).split())


def _plain(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def _marked(text: str) -> list[tuple[int, int, str]]:
    """(start, end, markup) of the mentions and hashtags, in order and apart from each other and from links."""
    found = [
        (match.start(), match.end(), f"@[{_plain(match['name'])}]({match['urn']})") for match in _MENTION.finditer(text)
    ]
    taken = [(start, end) for start, end, _markup in found]
    taken += [(span.start, span.end) for span in measure.links(text)]
    for span in measure.tags(text):
        if not any(start < span.end and span.start < end for start, end in taken):
            found.append((span.start, span.end, _hashtag(text[span.start], span.value)))
    return sorted(found)


def _hashtag(sign: str, tag: str) -> str:
    """Bare where the tag is plain; the template takes the others."""
    if not _RESERVED.search(tag):
        return sign + tag
    return "{hashtag|" + _plain(sign) + "|" + _plain(tag) + "}"
