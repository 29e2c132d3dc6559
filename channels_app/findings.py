"""What a check finds: the problem with its field, how grave it is, its words and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import regex

from channels_app.capabilities import TextUnit
from channels_app.messages import unit_name

_BLANK = r"\p{Z}\p{C}\p{Variation_Selector}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800"
VISIBLE = regex.compile(rf"[^{_BLANK}]")


class Rules(Protocol):
    """The part of a unit's policy that matters here."""

    @property
    def alt_text_rule(self) -> str: ...


@dataclass(frozen=True)
class Problem:
    """`severity`: 'block' (it cannot go out like this), 'warn' or 'hint'; 'asked' and 'let' for a finding that is
    to stand as an exception (see posts.services.exceptions). `message`: id in the notices catalogue.

    `field`: text, media, alt, content_warning, language, card, parts, comment or options.<name>; `part` counts from 0.
    `fix`: what channels_app.fixes can do about it, '' where only a person can.
    """

    field: str
    part: int
    severity: str
    message: str
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    fix: str = ""


def over(used: int, limit: int, unit: TextUnit) -> dict[str, Any]:
    """The parameters of every "too long"."""
    return {"used": used, "limit": limit, "over": used - limit, "unit": unit_name(unit)}
