"""Letters, tags, emoji and what is drawn with characters."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import regex

from posts.checks import lexicon
from posts.checks.base import TAG, Context, Findings, Piece, Said, found

# --- fancy letters ------------------------------------------------------------
# Mathematical, circled, full-width, squared letters; small capitals and raised letters used as an alphabet.
_FANCY = (
    r"\U0001d400-\U0001d7ff\u2460-\u24ff\uff01-\uff5e\U0001f130-\U0001f189\u1d00-\u1dbf\u0250-\u02af\ua730\ua731\ua7af"
)
FANCY = regex.compile(rf"[{_FANCY}](?:[{_FANCY} ]*[{_FANCY}])+")
_CJK = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_PHONETIC = regex.compile(r"/[^/\n]{1,40}/|\[[^\]\n]{1,40}\]")
_SMALL = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True)) | {
    "ɑ": "a",
    "ɡ": "g",
    "ɩ": "i",
}
_BOXES = {0x1F150: 26, 0x1F170: 26}  # white letters in black circles and squares have no plain form in Unicode


def fancy(piece: Piece, said: Said, context: Context) -> Findings:
    """A8: an alphabet of signs in place of letters. Phonetic script between slashes or brackets is meant so."""
    if piece.text.isascii():
        return
    full_width = bool(_CJK.search(piece.text))
    phonetic = [match.span() for match in _PHONETIC.finditer(piece.text)]
    for match in FANCY.finditer(piece.text):
        words = match.group()
        if full_width and all("\uff01" <= sign <= "\uff5e" or sign == " " for sign in words):
            continue
        if any(start <= match.start() < end for start, end in phonetic):
            continue
        plain = folded(words)
        yield found("A8", piece, match.span(), fix="" if FANCY.search(plain) else "fold_letters")


def folded(text: str) -> str:
    """The plain letters behind fancy ones; what has none stays."""
    return "".join(_plain(sign) for sign in text)


def _plain(sign: str) -> str:
    for first, count in _BOXES.items():
        if first <= ord(sign) < first + count:
            return chr(ord("A") + ord(sign) - first)
    return _SMALL.get(sign) or unicodedata.normalize("NFKC", sign)


# --- hashtags -----------------------------------------------------------------
_LOWER = regex.compile(r"[a-záéíóúüñàâçèêëîïôûœ]{6,40}")


def tags_lower(piece: Piece, said: Said, context: Context) -> Findings:
    """A6: several words in one tag, none of them with a capital."""
    for match in TAG.finditer(piece.text) if "#" in piece.text else ():
        better = "" if piece.in_link(match.start()) else reading_form(match.group(1))
        if better:
            yield found("A6", piece, match.span(), fix="camel_case", params={"better": "#" + better})


def reading_form(tag: str) -> str:
    """A tag of several words in small letters with their capitals; '' where it is none, or its words are not known."""
    return lexicon.camel(tag) if _LOWER.fullmatch(tag) and len(lexicon.split(tag)) > 1 else ""


def tags_inside(piece: Piece, said: Said, context: Context) -> Findings:
    """A7: more than two tags with words after them."""
    inside = tags_in_sentences(piece.text)
    if len(inside) > 2:
        yield found("A7", piece, inside[0].span(), fix="tags_to_end", params={"count": len(inside)})


def tags_in_sentences(text: str) -> list[regex.Match[str]]:
    """The tags that stand before the last word."""
    if "#" not in text:
        return []
    last = 0
    tags = list(TAG.finditer(text))
    taken = [match.span() for match in tags]
    position = len(text)
    for start, end in reversed(taken):
        if regex.search(r"[\p{L}\p{N}]", text[end:position]):
            last = end
            break
        position = start
    return [match for match in tags if match.end() <= last]


# --- emoji --------------------------------------------------------------------
_NO_EMOJI = r"(?![\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff])"
EMOJI = regex.compile(
    rf"\p{{RI}}{{2}}|{_NO_EMOJI}(?:\p{{Emoji_Presentation}}|\p{{Extended_Pictographic}}\ufe0f?)"
    r"(?:[\U0001f3fb-\U0001f3ff]|\ufe0f|\u200d\p{Extended_Pictographic}\ufe0f?)*"
)
MANY = 3


def emoji(piece: Piece, said: Said, context: Context) -> Findings:
    """A9: more than three, one repeated at once, one in place of a word, one before the first word."""
    if piece.text.isascii():
        return
    signs = list(EMOJI.finditer(piece.text))
    if not signs or not regex.search(r"\p{L}", piece.text):
        return
    if len(signs) > MANY:
        params = {"count": len(signs)}
        yield found("A9", piece, signs[0].span(), says="many", fix="one_emoji", params=params)
    elif repeated := _repeated(signs):
        yield found("A9", piece, repeated.span(), says="repeated", fix="one_emoji")
    elif instead := next((sign for sign in signs if _instead_of_a_word(piece.text, sign)), None):
        yield found("A9", piece, instead.span(), says="word")
    elif not regex.search(r"[\p{L}\p{N}]", piece.text[: signs[0].start()]):
        yield found("A9", piece, signs[0].span(), says="first", fix="one_emoji")


def _repeated(signs: list[regex.Match[str]]) -> regex.Match[str] | None:
    return next((b for a, b in pairwise(signs) if a.group() == b.group() and b.start() - a.end() <= 1), None)


def _instead_of_a_word(text: str, sign: regex.Match[str]) -> bool:
    before, after = text[max(0, sign.start() - 2) : sign.start()], text[sign.end() : sign.end() + 2]
    return bool(regex.search(r"[\p{L}] $", before) and regex.match(r" \p{Ll}", after))


# --- drawings -----------------------------------------------------------------
_SIGN = r"[^\w\s.!?…,\"'“”‘’()\[\]/\\#@&%$€£¥\p{M}\p{Extended_Pictographic}\p{RI}\u200b-\u200f\ufe0f]"
DIVIDER = regex.compile(rf"(?:{_SIGN}|_){{4,}}|(?:({_SIGN}) ?)(?:\1 ?){{3,}}")
_FACE = regex.compile(
    r"¯\\_\(ツ\)_/¯|[^\s\w(]?\((?=[^()\n]{2,14}\))[^()\n]*[◕ᴥω‿ツಠ益ʖ▽∀⌒︶◡╥﹏˘•̀✧°□][^()\n]*\)[^\s\w.,;!?)]?"
)


def drawings(piece: Piece, said: Said, context: Context) -> Findings:
    """A10: dividers and faces made of four signs and more."""
    for pattern in (DIVIDER, _FACE):
        for match in pattern.finditer(piece.text):
            if not piece.in_link(match.start()) and not EMOJI.fullmatch(match.group()):
                yield found("A10", piece, match.span(), fix="remove_drawings")


def without_drawings(piece: Piece) -> str:
    """The text without them, and without the empty lines they leave."""
    text = piece.text
    for pattern in (DIVIDER, _FACE):
        text = _without(pattern, Piece(piece.field, piece.part, text))
    lines = [line.rstrip() for line in text.split("\n")]
    return regex.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without(pattern: regex.Pattern[str], piece: Piece) -> str:
    return pattern.sub(lambda match: match.group() if piece.in_link(match.start()) else "", piece.text)


# --- capitals -----------------------------------------------------------------
_SHOUTED = regex.compile(r"(?<![\w#@-])\p{Lu}{4,}(?![\w@®™-])")
_CAPITALS = regex.compile(r"(?<![\w#@-])\p{Lu}{2,}(?![\w@®™-])")
_VOWEL = regex.compile(r"[AEIOUYÁÀÂÄÉÈÊËÍÎÏÓÔÖÚÛÜŒ]")
_BESIDE = regex.compile(r"[\s,;:!?.&'’“”\"–—-]{1,3}")
SHOUTS = 3
SHORT = 3  # letters; shorter words in capitals are mostly acronyms


def capitals(piece: Piece, said: Said, context: Context) -> Findings:
    """A11: three different words and more of four capitals and more that are no acronyms."""
    shouted = [match for match in shouted_words(piece) if _SHOUTED.fullmatch(match.group())]
    if len({match.group() for match in shouted}) >= SHOUTS:
        span = shouted[0].start(), shouted[-1].end()
        yield found("A11", piece, span, fix="sentence_case", params={"count": len(shouted)})


def shouted_words(piece: Piece) -> list[regex.Match[str]]:
    """Words in capitals side by side, short ones among them too. One that stands alone between small letters is taken
    for a name or an acronym, unless it is a word everybody knows."""
    words = [one for one in _CAPITALS.finditer(piece.text) if not piece.in_link(one.start())]
    spoken = [one for one in words if _is_word(one.group())]
    beside = {
        match.start()
        for before, after in pairwise(spoken)
        if _BESIDE.fullmatch(piece.text, before.end(), after.start())
        for match in (before, after)
    }
    return [one for one in spoken if one.start() in beside or _is_common(one.group())]


def _is_word(word: str) -> bool:
    """Not an acronym: those of the list, those without a vowel, and short ones nobody knows as words."""
    if word in lexicon.ACRONYMS or not _VOWEL.search(word):
        return False
    return len(word) > SHORT or word.lower() in lexicon.SHORT_WORDS


def _is_common(word: str) -> bool:
    return len(word) > SHORT and word.lower() in lexicon.known()


# --- unseen -------------------------------------------------------------------
_JOINERS = regex.compile(r"(?<=[\p{Latin}\p{N}\p{P} ])[\u200c-\u200f](?=[\p{Latin}\p{N}\p{P} ]|$)")
_NO_BREAK = regex.compile(r"(?<=[A-Za-z])[\u00a0\u202f](?=[A-Za-z])|^[\u00a0\u202f]+|[\u00a0\u202f]{2,}")


def unseen(piece: Piece, said: Said, context: Context) -> Findings:
    """A18: joiners and marks between Latin letters, no-break spaces between words. French punctuation may have them."""
    if piece.text.isascii():
        return
    for pattern in (_JOINERS, _NO_BREAK):
        if match := pattern.search(piece.text):
            yield found("A18", piece, match.span(), found="", fix="tidy_unseen")
            return


def without_unseen(text: str) -> str:
    """Joiners out, odd no-break spaces to plain ones."""
    once = _NO_BREAK.sub(" ", _JOINERS.sub("", text))
    return once.lstrip(" ") if text[:1] in "\u00a0\u202f" else once
