"""Rules about people: what they borrow, who is a child, who is named."""

from __future__ import annotations

import regex

from posts.checks import lexicon
from posts.checks.base import Context, Findings, Piece, Said, found, words_of

# One person's account: "your hold on … is ready", not "place your holds online".
_LOANS = regex.compile(
    r"\byour (?:hold|loan|reservation|request)(?: on| for)?\b[^.!?\n]{0,80}\b(?:is|are) (?:now )?"
    r"(?:ready|due|overdue|here)"
    r"|\byour (?:item|book|copy|dvd|loan|account|fine)s?\b[^.!?\n]{0,60}\b(?:overdue|is due|are due|owe|was renewed"
    r"|has been renewed|is blocked)|\byou (?:have|still have|owe|borrowed|checked out)\b[^.!?\n]{0,40}"
    r"(?:overdue|fine of|fines of|in fines|“[^”\n]{2,80}”|\"[^\"\n]{2,80}\")"
    r"|\b(?:su|tu) (?:reserva|préstamo|libro|cuenta|multa)\b[^.!?\n]{0,80}\b(?:está|esta) (?:lista|listo|disponible"
    r"|vencid[oa]|atrasad[oa]|bloquead[oa])|\b(?:debe|debes) (?:una multa|\d)|\btiene(?:s)? (?:un|una)?[^.!?\n]{0,30}"
    r"(?:libro|préstamo)s? (?:vencid|atrasad)"
    r"|\bvotre (?:réservation|prêt|livre|compte|amende)\b[^.!?\n]{0,80}\best (?:prête?|disponible|en retard|bloqué)"
    r"|\bvous (?:devez|avez)\b[^.!?\n]{0,40}(?:amende|en retard)",
    regex.IGNORECASE,
)


def loans(piece: Piece, said: Said, context: Context) -> Findings:
    """P5: words about one person's loans, holds, fines."""
    for match in _LOANS.finditer(piece.text):
        yield found("P5", piece, match.span(), says="reply" if context.reply else "")


_NAME = r"\p{Lu}\p{Ll}{1,20}"
_NUMBERS = r"(?:six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|five|four|three|two)"
_MINOR = regex.compile(
    rf"\b(?P<name>{_NAME})(?: {_NAME})?(?:,? (?:\(|aged? |who is )|, )(?P<age>[1-9]|1[0-7])"
    r"(?:\)|,| years? old| and)(?![\d:.])"
    rf"|\b(?P<name>{_NAME})(?: {_NAME})? (?P<age>[1-9]|1[0-7]) years? old\b"
    rf"|\b(?:(?P<age>[1-9]|1[0-7])|{_NUMBERS})[- ]years?[- ]old (?P<name>{_NAME})\b"
    rf"|\b(?:[1-9]|1[0-2])(?:st|nd|rd|th)[- ]grader (?P<name>{_NAME})\b"
    rf"|\b(?P<name>{_NAME})(?: {_NAME})?, (?:a|an) (?:[1-9]|1[0-2])(?:st|nd|rd|th)[- ]grader\b"
    rf"|\b(?P<name>{_NAME})(?: {_NAME})?,? (?:de )?(?P<age>[1-9]|1[0-7]) años\b"
    rf"|\b(?P<name>{_NAME})(?: {_NAME})?,? (?P<age>[1-9]|1[0-7]) ans\b"
    rf"|\b(?P<name>{_NAME})(?: {_NAME})?,? (?:alumn[oa]|estudiante) de (?:[1-6]\.?[ºo°]?|primero|segundo|tercero|cuarto"
    r"|quinto|sexto) de (?:primaria|infantil|la ESO|ESO)\b"
    rf"|\b(?P<name>{_NAME})(?: {_NAME})?,? (?:élève (?:de|en) |en classe de |en )(?:CP|CE1|CE2|CM1|CM2|sixième"
    r"|cinquième|quatrième)\b"
)
_NO_NAME = words_of(
    """
    Age Ages Aged Grade Grades Room Chapter Part Book Books Volume Monday Tuesday Wednesday Thursday Friday
    Saturday Sunday January February March April May June July August September October November December Jan
    Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Day Week Year Level Group Session Page Floor Building Bus Route
    Street Avenue Road Suite Top Step Lesson Unit Class Celebrate Open From To At On In The Until Through Edad
    Edades Sala Capítulo Niños Niñas Mínimo Máximo Desde Hasta Para Lunes Martes Miércoles Jueves Viernes Sábado
    Domingo Dès Salle Chapitre Enfants Children Kids Teens Tweens Toddlers Families Zoom Covid Windows Studio
    Hall Theater Theatre Branch Library Storytime Program Programs Every Over Under About Nearly Almost Limit
    Maximum Minimum Only Best Last Next First
    """
)


def minors(piece: Piece, said: Said, context: Context) -> Findings:
    """P7: an age below eighteen, or a school grade, beside a name."""
    for match in _MINOR.finditer(piece.text):
        if match.group("name") not in _NO_NAME:
            yield found("P7", piece, match.span())


_PAIR = regex.compile(
    rf"(?<![\p{{L}}#@.])({_NAME}) ((?:\p{{Lu}}\. )?\p{{Lu}}[\p{{L}}'’-]{{1,30}})\b(?! \p{{Lu}}\p{{Ll}})"
)
_PUBLIC = regex.compile(
    r"(?:\b(?:by|author|authors|writer|poet|novelist|illustrator|historian|professor|prof\.?|dr\.?|speaker|artist"
    r"|musician|journalist|director|actor|singer|mayor|president|librarian|presenter|instructor|featuring|starring"
    r"|series|biography|books?|novels?|autora?|escritora?|poeta|de|auteure?|autrice|écrivaine?|par|et|and|y|with|con"
    r"|avec|saint|st\.?|san|santa|contact|e-?mails?|call|contacte?|escriba a|contactez|écrivez à) |“|\"|«)$",
    regex.IGNORECASE,
)
# "Curator of Puzzles Andrew Rhoda", "the novelist Master Gardener Ana Ruiz": a title before it.
_TITLED = regex.compile(r"\p{Ll} (?P<title>\p{Lu}\p{Ll}+) $")
_ROLE = r"(?:librarian|curator|instructor|teacher|author|poet|educator|professor|director|artist|musician|historian)"
# Who leads, reads or is introduced wants to be known; who is written to at a desk is staff.
_KNOWN_AFTER = regex.compile(
    r"['’]s? |(?: and [^.!?\n]{1,40})? (?:is (?:an? |the )|will |leads? |presents? |teaches |performs? |signs )"
    rf"|,? \(?(?:https?:|[\p{{L}} -]{{0,40}}\b{_ROLE}\b)|, \p{{Lu}}{{2,6}}\b| \||,? (?:at )?[\w.+-]{{1,64}}@"
)
_NO_SURNAME = words_of(
    """
    Library Branch Room Hall School Center Centre Park Street Avenue Road Foundation Museum Award Prize Festival
    College University Church Theater Theatre Club House Day Square Memorial Plaza Building Garden Gardens
    Library’s Mountain Lake River Beach Auditorium Medal Biblioteca Institute Elementary Middle High
    """
)


def names(piece: Piece, said: Said, context: Context) -> Findings:
    """P6: a first and a second name, unless the words around say it is a public one, or the library knows it."""
    for match in _PAIR.finditer(piece.text):
        first, last = match.group(1), match.group(2)
        if first not in lexicon.GIVEN_NAMES or last in _NO_SURNAME or piece.in_link(match.start()):
            continue
        if not _is_public(piece.text, match) and f"{first} {last}" not in context.contacts.names:
            yield found("P6", piece, match.span())


def _is_public(text: str, match: regex.Match[str]) -> bool:
    """Whether the words before or after introduce the person, or say where to write to."""
    if match.group(2).endswith(("'s", "’s", "'", "’")):
        return True  # "John Ford's Oscars": somebody's work is spoken of
    before = text[max(0, match.start() - 60) : match.start()]
    titled = _TITLED.search(before)
    if titled and titled["title"] not in lexicon.GIVEN_NAMES:
        return True
    return bool(_PUBLIC.search(before[-16:]) or _KNOWN_AFTER.match(text, match.end()))
