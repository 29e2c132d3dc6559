"""The material of the checks: what is said, what is known around it, and what was found."""

from __future__ import annotations

import dataclasses
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import regex

LINK = regex.compile(r"https?://[^\s<>\"“”]+", regex.IGNORECASE)
TAG = regex.compile(r"(?<![\w&/])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)")
WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’]*")


@dataclass(frozen=True)
class Piece:
    """One text the public meets. `field`: text, comment, alt, card, content_warning; `picture` counts from 1."""

    field: str
    part: int
    text: str
    picture: int = 0

    @cached_property
    def links(self) -> list[tuple[int, int]]:
        """Where addresses stand: what is inside one is no word of the text."""
        return [match.span() for match in LINK.finditer(self.text)]

    def link_at(self, at: int) -> str:
        """The address this place is inside of, '' where it is in none."""
        before = bisect(self.links, (at, len(self.text))) - 1
        return self.text[slice(*self.links[before])] if before >= 0 and at < self.links[before][1] else ""

    def in_link(self, at: int) -> bool:
        return bool(self.link_at(at))


@dataclass(frozen=True)
class MediaFact:
    """A picture or film of a part. `facts` are those of its asset: `audio`, `flashes`, `card_fields`; `faults` what
    makes its captions hard to follow, with the second where it begins."""

    part: int
    picture: int
    kind: str
    alt: str = ""
    decorative: bool = False
    seconds: float = 0
    captions: int = 0
    faults: Mapping[str, float] = dataclasses.field(default_factory=dict, hash=False)
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Said:
    """Everything one channel's readers meet. `language` is a BCP-47 tag, '' where nobody said."""

    pieces: tuple[Piece, ...]
    media: tuple[MediaFact, ...] = ()
    language: str = ""

    @property
    def tongue(self) -> str:
        """The language without its region: 'es' of 'es-MX'."""
        return self.language.partition("-")[0].lower()


@dataclass(frozen=True)
class CardPattern:
    """How card numbers of a library look: first digits, length, and whether the last one is a Luhn check digit."""

    prefix: str
    length: int
    luhn: bool


@dataclass(frozen=True)
class Contacts:
    """What may be named in public, and what may not: of all units, because one branch may name another's telephone.

    `phones` in international form (+44…), `emails`, `domains` and `hosts` in lower case, `names` as they are written.
    """

    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    cards: tuple[CardPattern, ...] = ()


@dataclass
class Context:
    """What is known around a text.

    `levels`: off, hint, warn or block by rule, as the unit decided; a rule that is missing keeps its default.
    `region` is a country for telephone numbers, `when` the local moment it goes out (None: when it is approved),
    `today` the day of writing there. `reply` True: an answer to a person, where privacy is stricter. `announces`
    True: it announces an event.
    """

    levels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    region: str = ""
    when: datetime | None = None
    today: datetime | None = None
    reply: bool = False
    announces: bool = False

    @cached_property
    def contacts(self) -> Contacts:
        """Read only when something was found that they could excuse."""
        return self.read_contacts()

    def read_contacts(self) -> Contacts:
        return Contacts()

    def can_insert_access(self) -> bool:
        """Whether the unit has a sentence on access to put in."""
        return False


@dataclass(frozen=True)
class Finding:
    """Something a rule found. `severity` is block, warn or hint; `start`, `end` the place in the text of the field.

    `found` is the very words (masked where they are secret), `says` which of the rule's sentences fits, `fix` what
    posts.checks.repair can do about it. `most` is the gravest this finding may be, whatever the rule says.
    """

    rule: str
    field: str = "text"
    part: int = 0
    start: int = 0
    end: int = 0
    found: str = ""
    says: str = ""
    fix: str = ""
    picture: int = 0
    severity: str = ""
    most: str = "block"
    raw: str = dataclasses.field(default="", repr=False)
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)

    @property
    def message(self) -> str:
        """Its sentence in the notices catalogue."""
        return f"rule.{self.rule}.{self.says}" if self.says else f"rule.{self.rule}"

    def at(self, severity: str) -> Finding:
        return replace(self, severity=severity)


Findings = Iterator[Finding]


def found(rule: str, piece: Piece, span: tuple[int, int], **more: Any) -> Finding:
    """A finding at this place of a piece."""
    start, end = span
    words = piece.text[start:end]
    more.setdefault("found", shortened(words))
    return Finding(rule, piece.field, piece.part, start, end, picture=piece.picture, raw=words, **more)


def words_of(text: str) -> frozenset[str]:
    """A set of words written as one text."""
    return frozenset(text.split())


def shortened(words: str, most: int = 60) -> str:
    words = " ".join(words.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def masked(words: str) -> str:
    """The first and the last two characters: enough to find it again, too little to use it."""
    plain = words.strip()
    return f"{plain[:2]}…{plain[-2:]}" if len(plain) > 5 else "…"


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1 annex B."""
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
