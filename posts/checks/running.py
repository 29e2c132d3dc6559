"""All rules over all that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from posts.checks import clarity, files, letters, people, planning, privacy
from posts.checks.base import Context, Finding, Piece, Said
from posts.checks.rules import GRAVITY, level_of

PieceRule = Callable[[Piece, Said, Context], Iterator[Finding]]
WORDS = ("text", "comment")
SPOKEN = (*WORDS, "alt", "content_warning")
ALL = (*SPOKEN, "card")
# In the order a person should read them: what must not get out comes first.
RULES: tuple[tuple[tuple[str, ...], PieceRule], ...] = (
    (ALL, privacy.cards),
    (SPOKEN, privacy.barcodes),
    (ALL, privacy.identity),
    (ALL, privacy.secrets),
    (ALL, privacy.links),
    (SPOKEN, privacy.emails),
    (SPOKEN, privacy.phones),
    (SPOKEN, people.loans),
    (SPOKEN, people.minors),
    (SPOKEN, people.names),
    (ALL[:-1], letters.fancy),
    (WORDS, letters.tags_lower),
    (WORDS, letters.tags_inside),
    (WORDS, letters.emoji),
    (WORDS, letters.drawings),
    (WORDS, letters.capitals),
    (SPOKEN, letters.unseen),
    (WORDS, planning.stale),
    (WORDS, clarity.click_here),
    (("text",), clarity.reading),
    (("text",), clarity.language),
    (("text",), clarity.access),
)
MOST = 3  # findings of one rule in one text; mending the first few shows the rest


def run(said: Said, context: Context) -> list[Finding]:
    """What the rules find, each with its severity, in the order of the text's pieces and of the rules."""
    results = []
    for piece in said.pieces:
        if not piece.text.strip():
            continue
        for fields, rule in RULES:
            if piece.field in fields:
                results += _some(rule(piece, said, context))
    results += files.look(said, context)
    judged = (_judged(finding, context) for finding in results)
    return [finding for finding in judged if finding.severity != "off"]


def _some(findings: Iterator[Finding]) -> list[Finding]:
    return [finding for _number, finding in zip(range(MOST), findings, strict=False)]


def _judged(finding: Finding, context: Context) -> Finding:
    level = level_of(finding.rule, context.levels)
    if context.reply and finding.rule in {"P3", "P4", "P5"} and level != "off":
        level = "block"
    if context.announces and finding.rule == "A17" and level == "hint":
        level = "warn"
    return finding.at(min(level, finding.most, key=GRAVITY.index))
