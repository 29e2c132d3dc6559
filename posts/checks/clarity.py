"""Words that are easy to follow: reading level, link text, the language named, access to events."""

from __future__ import annotations

from bisect import bisect
from functools import cache

import pyphen
import regex

from posts.checks import lexicon
from posts.checks.base import LINK, TAG, WORD, Context, Findings, Piece, Said, found

# --- "click here" ---------------------------------------------------------------
_CLICK = regex.compile(
    r"\b(?:click(?:ing)? (?:on )?here|tap here|click the link|here's the link"
    r"|(?:haz|haga|haced|hacer) clic aquí|clic aquí|pincha aquí|pulsa aquí|pinche aquí"
    r"|cliquez ici|clique ici|cliquer ici|cliquez sur ce lien)\b",
    regex.IGNORECASE,
)


def click_here(piece: Piece, said: Said, context: Context) -> Findings:
    """A13: words that say how to press instead of where it leads."""
    for match in _CLICK.finditer(piece.text.replace("’", "'")):
        yield found("A13", piece, match.span())


# --- reading level ----------------------------------------------------------------
ENOUGH_WORDS = 30
# A full stop inside a word, an address or a number ends nothing.
_SENTENCE = regex.compile(r"[^.!?…\n]+(?:[.!?…]+(?=[^\s.!?…\p{Lu}])[^.!?…\n]+)*+[.!?…]*")
# Where a text counts as hard. English: school grade of Flesch-Kincaid (Kincaid 1975). Spanish: ease after Fernández
# Huerta (1959); French: ease after Kandel and Moles (1958), both lower is harder.
HARD = {"en": 9.0, "es": 55.0, "fr": 50.0}
_LINE = regex.compile(r"[^\n]+")
_ENOUGH_TO_TELL = 6  # words of a line that tell its language
_LONG_SENTENCE = 20  # words; what is marked should be worth cutting


def reading(piece: Piece, said: Said, context: Context) -> Findings:
    """A12: hard to read, with the longest sentence marked. Short texts and other languages are not judged."""
    if said.tongue not in HARD:
        return
    lines = [line for line in _LINE.finditer(piece.text) if not _foreign(line.group(), said.tongue)]
    plain = "\n".join(TAG.sub(" ", LINK.sub(" ", line.group())) for line in lines)
    words = WORD.findall(plain)
    if len(words) < ENOUGH_WORDS or not is_hard(plain, words, said.tongue):
        return
    sentences = (one for line in lines for one in _SENTENCE.finditer(piece.text, line.start(), line.end()))
    longest = max(sentences, key=lambda one: len(WORD.findall(one.group())))
    count = len(WORD.findall(longest.group()))
    says = "long" if count >= _LONG_SENTENCE else ""
    yield found("A12", piece, longest.span(), says=says, params={"count": count})


def _foreign(line: str, language: str) -> bool:
    """A line of another language in a bilingual text: no formula of this one fits it."""
    words = [word.lower() for word in WORD.findall(line)]
    if len(words) < _ENOUGH_TO_TELL:
        return False
    scores = {code: len(little.intersection(words)) for code, little in lexicon.LITTLE.items()}
    best = max(scores, key=lambda code: scores[code])
    return best != language and scores[best] >= 3 and scores[best] >= 2 * scores[language]


def is_hard(text: str, words: list[str], language: str) -> bool:
    """Above grade nine, or the ease that stands for it."""
    sentences = max(1, sum(bool(WORD.search(one)) for one in _SENTENCE.findall(text)))
    spoken = sum(_syllables(word.lower(), language) for word in words)
    per_word, per_sentence = spoken / len(words), len(words) / sentences
    if language == "en":
        return 0.39 * per_sentence + 11.8 * per_word - 15.59 > HARD["en"]
    if language == "es":
        return 206.84 - 60 * per_word - 1.02 * per_sentence < HARD["es"]
    return 207 - 1.015 * per_sentence - 73.6 * per_word < HARD["fr"]


@cache
def _hyphens(language: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang={"en": "en_US", "es": "es", "fr": "fr"}[language])


def _syllables(word: str, language: str) -> int:
    """Hyphens and groups of vowels both undercount; the larger is nearer the truth, without the silent e."""
    if len(word) > 40:
        return 1
    vowels = len(regex.findall(r"[aeiouyáéíóúüàâäèêëîïôöùûœ]+", word))
    if language in {"en", "fr"} and vowels > 1 and regex.search(r"[^aeiouyl]es?$", word):
        vowels -= 1
    return max(1, vowels, len(_hyphens(language).positions(word)) + 1)


# --- the language named -------------------------------------------------------------
ENOUGH_LETTERS, ENOUGH_LITTLE = 60, 5


def language(piece: Piece, said: Said, context: Context) -> Findings:
    """A16: no language named, or another one than the text is written in. Short texts are not judged."""
    plain = TAG.sub(" ", LINK.sub(" ", piece.text))
    words = [word.lower() for word in WORD.findall(plain[:4000])]
    if sum(map(len, words)) < ENOUGH_LETTERS:
        return
    if not said.tongue:
        yield found("A16", piece, (0, 0), found="", says="missing")
        return
    guess = guessed(words, said.tongue)
    if guess and said.tongue not in guess:
        named = {"named": said.tongue, "guess": guess[0]}
        yield found("A16", piece, (0, 0), found="", fix="name_language", params=named)


def guessed(words: list[str], named: str) -> tuple[str, ...]:
    """What the words are written in, () where it is not clear."""
    letters = "".join(words)[:2000]
    for script, languages in lexicon.SCRIPTS.items():
        if len(regex.findall(rf"\p{{{script}}}", letters)) > 0.6 * len(letters):
            return languages
    scores = {code: sum(word in little for word in words) for code, little in lexicon.LITTLE.items()}
    best = max(scores, key=lambda code: scores[code])
    clear = scores[best] >= ENOUGH_LITTLE and scores[best] >= 2.5 * scores.get(named, 0)
    return (best,) if clear and named in lexicon.LITTLE else ()


# --- access to events ---------------------------------------------------------------
_CLOCK = regex.compile(
    r"\b\d{1,2}(?:[:.h]\d{2})?\s?(?:am|pm|a\.m\.|p\.m\.)|\b\d{1,2}[:h]\d{2}\b|\b\d{1,2} ?h\b|\ba las \d{1,2}\b",
    regex.IGNORECASE,
)
_DAY = regex.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:lunes|martes|miércoles|jueves|viernes|sábados?|domingos?)\b"
    r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\b"
    r"|\b(?:jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|aug(?:ust)?|sept(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\.? \d{1,2}(?:st|nd|rd|th)?\b|\b\d{1,2} (?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december)\b|\b\d{1,2} de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|septiembre|octubre|noviembre|diciembre)\b|\b\d{1,2} (?:janvier|février|mars|avril|mai|juin|juillet|août"
    r"|septembre|octobre|novembre|décembre)\b",
    regex.IGNORECASE,
)
_TOGETHER = 120  # characters between the day and the hour of one event
_ACCESS = regex.compile(
    r"accessib|accesib|wheelchair|step-free|interpret|intérprete|interprète|sign language|\b(?:asl|bsl|lsf|lse)\b"
    r"|accommodation|hearing loop|captioned|silla de ruedas|lengua de se|adaptaci|fauteuil roulant|langue des signes"
    r"|aménagement|boucle magnétique|bucle magnético",
    regex.IGNORECASE,
)


def access(piece: Piece, said: Said, context: Context) -> Findings:
    """A17: an event with day and hour, and no word on who can come in and whom to ask."""
    if _ACCESS.search(piece.text):
        return
    clocks = [match.start() for match in _CLOCK.finditer(piece.text)]
    day = next((one for one in _DAY.finditer(piece.text) if _near(clocks, one.start())), None)
    if day:
        yield found("A17", piece, day.span(), found="", fix="insert_access" if context.can_insert_access() else "")


def _near(places: list[int], at: int) -> bool:
    """Whether the place before or after it is close enough to be spoken of together."""
    after = bisect(places, at)
    return any(abs(place - at) <= _TOGETHER for place in places[max(0, after - 1) : after + 1])
