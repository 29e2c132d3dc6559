"""What the product can mend in a text by itself. Pure; after a repair its rule is silent there."""

from __future__ import annotations

from collections.abc import Callable

import regex

from posts.checks import files, letters, lexicon
from posts.checks.base import TAG, Piece


def repair(fix: str, piece: Piece, insert: str = "") -> str:
    """The text of the piece, mended; unchanged for a fix nobody knows. `insert` is what a fix puts in."""
    change = FIXES.get(fix)
    return change(piece, insert) if change else piece.text


def _camel(piece: Piece, insert: str) -> str:
    def changed(match: regex.Match[str]) -> str:
        plain = letters._LOWER.fullmatch(match.group(1)) and not piece.in_link(match.start())
        return "#" + lexicon.camel(match.group(1)) if plain else match.group()

    return TAG.sub(changed, piece.text)


_HUMP = regex.compile(r"(?<=[\p{Ll}\p{N}])(?=\p{Lu})")


def _tags_to_end(piece: Piece, insert: str) -> str:
    """The words of the tags stay in their sentences; the tags follow the text."""
    inside = letters.tags_in_sentences(piece.text)
    text = piece.text
    for match in reversed(inside):
        text = text[: match.start()] + _HUMP.sub(" ", match.group(1)).replace("_", " ") + text[match.end() :]
    kept = {match.group().lower() for match in TAG.finditer(text)}
    moved = [tag for tag in dict.fromkeys(match.group() for match in inside) if tag.lower() not in kept]
    joint = " " if TAG.search(text.rstrip().rpartition("\n")[2]) else "\n\n"
    return text.rstrip() + joint + " ".join(moved) if moved else text


def _one_emoji(piece: Piece, insert: str) -> str:
    """The first one, at the end; what was between words closes up."""
    signs = letters.EMOJI.findall(piece.text)
    text = letters.EMOJI.sub("", piece.text)
    text = regex.sub(r"[ \t]{2,}", " ", text)
    text = regex.sub(r" +([,.;:!?])", r"\1", text)
    text = "\n".join(line.strip(" ") for line in text.split("\n")).strip()
    return f"{text} {signs[0]}" if signs else piece.text


def _sentence_case(piece: Piece, insert: str) -> str:
    """Shouted words in small letters, the first of a sentence and the names of days and months with a capital."""
    text = piece.text
    for match in letters.shouted_words(piece):
        before = text[: match.start()].rstrip(" “\"'¡¿(")
        first = not before or before[-1] in ".!?…\n:•"
        plain = match.group().capitalize()
        word = plain if first or plain in lexicon.PROPER else plain.lower()
        text = text[: match.start()] + word + text[match.end() :]
    return text


def _trim_image_of(piece: Piece, insert: str) -> str:
    text = piece.text
    while files.IMAGE_OF.match(text):
        text = files.IMAGE_OF.sub("", text, count=1)
    text = text.strip()
    return text[:1].upper() + text[1:]


def _append(piece: Piece, insert: str) -> str:
    """After the words, before the tags at the end."""
    return f"{piece.text.rstrip()}\n\n{insert}".strip() if insert else piece.text


def _insert_fields(piece: Piece, insert: str) -> str:
    return f"{piece.text.rstrip(' .')}. {insert}".strip(". ") if insert else piece.text


FIXES: dict[str, Callable[[Piece, str], str]] = {
    "camel_case": _camel,
    "tags_to_end": _tags_to_end,
    "fold_letters": lambda piece, _insert: letters.FANCY.sub(lambda one: letters.folded(one.group()), piece.text),
    "one_emoji": _one_emoji,
    "remove_drawings": lambda piece, _insert: letters.without_drawings(piece),
    "sentence_case": _sentence_case,
    "tidy_unseen": lambda piece, _insert: letters.without_unseen(piece.text),
    "trim_image_of": _trim_image_of,
    "insert_access": _append,
    "insert_fields": _insert_fields,
}
