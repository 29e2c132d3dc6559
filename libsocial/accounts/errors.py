from __future__ import annotations

from django.utils.functional import Promise


class Refused(Exception):
    """The act is understood and not done. `sentence` says why and what to do instead; `field` names where to look."""

    def __init__(self, sentence: str | Promise, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field

    def __str__(self) -> str:
        return str(self.sentence)
