"""How long a text is, in every unit a platform counts in, and what in it is a link, a mention, a hashtag. Pure.

static/js/measure.js is the same in the browser, so that the counter beside the
text and the check at sending never disagree; tests/channels/measure_cases.json
holds both to one table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex

from channels_app.capabilities import TextLimit, TextUnit
from channels_app.content import Part

MASTODON_LINK = 23  # characters_reserved_per_url of Mastodon; a server may say another number
X_LINK = 23  # transformedURLLength of twitter-text's configuration v3
# twitter-text's configuration v3: what weighs 100 of 100; everything else 200.
X_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

_SPACE = "\t\n\r\f\v \u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_NAME = r"\p{L}\p{M}\p{N}"
_HOST = rf"(?:[{_NAME}](?:[{_NAME}_-]*[{_NAME}])?\.)+(?:\p{{L}}{{2,}}|xn--[a-z0-9-]+)"
_BEFORE = rf"(?<![{_NAME}@#$_/.:-])"
_LINK = regex.compile(rf"{_BEFORE}https?://[^{_SPACE}<>\"]{{1,2000}}", regex.IGNORECASE)
_NAMED = regex.compile(rf"https?://{_HOST}(?::\d+)?(?:[/?#]|$)", regex.IGNORECASE)
_BARE = regex.compile(
    rf"{_BEFORE}{_HOST}(?![{_NAME}@_-])(?::\d+)?(?:[/?#][^{_SPACE}<>\"]{{0,2000}})?", regex.IGNORECASE
)
_HANDLE = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_MENTION = regex.compile(rf"(?<![{_NAME}=/_@.])@((?:{_HANDLE}\.)+[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9])(?![{_NAME}@])")
_REMOTE = regex.compile(rf"(?<![{_NAME}=/_@])@([a-zA-Z0-9_]+(?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?)@[{_NAME}_.-]*[{_NAME}]")
_TAG = regex.compile(rf"(?<![^{_SPACE}(])[#＃]([^{_SPACE}#＃\u00ad\u2060\u200c\u200d\u20e2]+)")
_TAG_END = regex.compile(r"\p{P}+$")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[#*0-9]\ufe0f?\u20e3")
_TEXT_EMOJI = regex.compile(r"[©®™♟](?!\ufe0f)|\p{Extended_Pictographic}\ufe0e")
# Endings a bare word may have to be meant as a host; besides every two-letter country code but these file endings.
_ENDINGS = {
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "museum", "library", "books", "app", "dev",
    "blog", "social", "online", "site", "events", "community", "education", "academy", "london", "berlin", "wales",
    "scot", "cat", "news", "page", "city", "art", "test",
}  # fmt: skip
_NOT_ENDINGS = {"md", "py", "sh", "js", "ts", "id", "is", "am", "me", "no", "so", "to", "it", "in", "at", "be", "do"}


@dataclass(frozen=True)
class Span:
    """A piece of the text, in code points: text[start:end]. kind: link, mention, tag. `value`: address, handle, tag."""

    kind: str
    start: int
    end: int
    value: str


@dataclass(frozen=True)
class Count:
    """Used of a limit, in its unit."""

    used: int
    limit: int
    unit: TextUnit

    @property
    def left(self) -> int:
        return self.limit - self.used

    @property
    def fits(self) -> bool:
        return self.used <= self.limit


def plain_newlines(text: str) -> str:
    """A browser sends two characters for a line end; one is meant."""
    return text.replace("\r\n", "\n")


# --- what stands in a text ------------------------------------------------
def links(text: str, *, bare: bool = False) -> list[Span]:
    """Links with http(s)://; with `bare` also hosts without it (their value then begins with https://)."""
    found = [_link(match.start(), match.group()) for match in _LINK.finditer(text)]
    if bare:
        taken = _covered(text, found)
        found += [
            _link(match.start(), match.group(), "https://")
            for match in _BARE.finditer(text)
            if not any(taken[match.start() : match.end()]) and _meant_as_host(match.group())
        ]
    return sorted(found, key=lambda span: span.start)


def _link(start: int, text: str, scheme: str = "") -> Span:
    text = _without_trailing(text)
    return Span("link", start, start + len(text), scheme + text)


def _without_trailing(text: str) -> str:
    """A full stop or a bracket after a link belongs to the sentence."""
    while text:
        last = text[-1]
        unpaired = (last == ")" and text.count("(") < text.count(")")) or (last == "]" and "[" not in text)
        if last not in ".,;:!?'’”»*" and not unpaired:
            break
        text = text[:-1]
    return text


def _meant_as_host(text: str) -> bool:
    host = regex.split(r"[/?#:]", text, maxsplit=1)[0]
    ending = host.rpartition(".")[2]
    if host.lower().startswith("www.") or "/" in text:
        return True
    if ending != ending.lower() or not ending.isascii():
        return False
    return ending in _ENDINGS or (len(ending) == 2 and ending not in _NOT_ENDINGS)


def mentions(text: str) -> list[Span]:
    """Mentions by full handle, as on Bluesky: @name.example."""
    return [Span("mention", match.start(), match.end(), match.group(1)) for match in _MENTION.finditer(text)]


def tags(text: str) -> list[Span]:
    """Hashtags; a number alone is none, closing punctuation does not belong, at most 64 characters."""
    found = []
    for match in _TAG.finditer(text):
        tag = match.group(1)
        while tag and unicodedata.category(tag[-1]).startswith("P"):
            tag = tag[:-1]
        if tag and not tag.isdigit() and _graphemes(tag) <= 64 and not tag.startswith("\ufe0f"):
            found.append(Span("tag", match.start(), match.start() + 1 + len(tag), tag))
    return found


def spans(text: str) -> list[Span]:
    """Links (bare ones too), mentions and hashtags in order, none overlapping; links win over the rest."""
    chosen = links(text, bare=True)
    taken = _covered(text, chosen)
    for span in (*mentions(text), *tags(text)):
        if not any(taken[span.start : span.end]):
            chosen.append(span)
            taken[span.start : span.end] = b"x" * (span.end - span.start)
    return sorted(chosen, key=lambda span: span.start)


def _covered(text: str, found: list[Span]) -> bytearray:
    """One byte per character, not zero where a span stands: overlap is asked in one step, however long the text."""
    taken = bytearray(len(text))
    for span in found:
        taken[span.start : span.end] = b"x" * (span.end - span.start)
    return taken


def byte_range(text: str, span: Span) -> tuple[int, int]:
    """The span in UTF-8 bytes, as Bluesky's facets want it."""
    begin = len(text[: span.start].encode())
    return begin, begin + len(text[span.start : span.end].encode())


# --- counting -------------------------------------------------------------
def count(text: str, limit: TextLimit, unit: TextUnit | None = None) -> int:
    """How much `text` uses of the limit, in its unit (or in `unit`)."""
    text = plain_newlines(text)
    unit = unit or limit.unit
    if limit.link_length is not None and unit not in (TextUnit.MASTODON, TextUnit.WEIGHTED):
        text = _links_replaced(text, limit.link_length)
    return _COUNTERS[unit](text, limit.link_length)


def _graphemes(text: str, _link_length: int | None = None) -> int:
    if text.isascii():
        return len(text)
    return sum(1 for _ in _clusters(text))


def _clusters(text: str) -> Iterator[str]:
    return (match.group() for match in regex.finditer(r"\X", text))


def _links_replaced(text: str, length: int) -> str:
    """The text with every link that names a real host replaced by `length` letters."""
    pieces, at = [], 0
    for span in links(text):
        if _NAMED.match(span.value):
            pieces += [text[at : span.start], "x" * length]
            at = span.end
    return "".join([*pieces, text[at:]])


def _mastodon(text: str, link_length: int | None) -> int:
    """Links count a fixed number, `@name@server` only `@name`; graphemes. Source: Mastodon's StatusLengthValidator."""
    replaced = _links_replaced(text, MASTODON_LINK if link_length is None else link_length)
    return _graphemes(_REMOTE.sub(r"@\1", replaced))


def _weighted(text: str, link_length: int | None) -> int:
    """twitter-text's configuration v3 (280 of 100 each): links 23, an emoji 2, most scripts 1, the others 2."""
    text = unicodedata.normalize("NFC", text)
    length, at, total = X_LINK if link_length is None else link_length, 0, 0
    for span in links(text, bare=True):
        total += _weight(text[at : span.start]) + length * 100
        at = span.end
    total += _weight(text[at:])
    return -(-total // 100)


def _weight(text: str) -> int:
    if text.isascii():
        return len(text) * 100
    return sum(200 if _is_emoji(cluster) else sum(map(_heavy, cluster)) for cluster in _clusters(text))


def _emoji_bytes(text: str, _link_length: int | None) -> int:
    """Code points, but an emoji the bytes it has in UTF-8. Source: Threads API, overview of posts and its limits."""
    if text.isascii():
        return len(text)
    return sum(
        len(cluster.encode("utf-8", "surrogatepass")) if _is_emoji(cluster) else len(cluster)
        for cluster in _clusters(text)
    )


def _is_emoji(cluster: str) -> bool:
    return bool(_EMOJI.match(cluster)) and not _TEXT_EMOJI.match(cluster)


def _heavy(char: str) -> int:
    return 100 if any(low <= ord(char) <= high for low, high in X_LIGHT) else 200


_COUNTERS: dict[TextUnit, Callable[[str, int | None], int]] = {
    TextUnit.GRAPHEMES: _graphemes,
    TextUnit.CODEPOINTS: lambda text, _: len(text),
    TextUnit.UTF16: lambda text, _: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    TextUnit.BYTES: lambda text, _: len(text.encode("utf-8", "surrogatepass")),
    TextUnit.MASTODON: _mastodon,
    TextUnit.WEIGHTED: _weighted,
    TextUnit.EMOJI_BYTES: _emoji_bytes,
}


def counts_for(part: Part | str, limit: TextLimit, beside: str = "") -> list[Count]:
    """The part's text against the limit and all that hold with it, the main one first.

    `beside` is further text that shares the limit, such as a content warning on
    Mastodon.
    """
    text = part if isinstance(part, str) else part.text
    limit = limit if isinstance(part, str) else limit.beside(part.media)
    pairs = [(limit.limit, limit.unit), *limit.also]
    return [
        Count(count(text, limit, unit) + (count(beside, limit, unit) if beside else 0), most, unit)
        for most, unit in pairs
    ]
