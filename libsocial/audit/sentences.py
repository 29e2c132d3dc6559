"""Every action of the trail with its human sentence.

`{actor}` and the keys of the entry's data may stand in braces. An app registers
its own sentences in its AppConfig.ready() through `register`.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise

SENTENCES: dict[str, str | Promise] = {}


def register(sentences: Mapping[str, str | Promise]) -> None:
    """Raises ValueError when two apps claim one action."""
    doubled = SENTENCES.keys() & sentences.keys()
    if any(str(SENTENCES[key]) != str(sentences[key]) for key in doubled):
        raise ValueError(f"audit actions registered twice: {sorted(doubled)}")
    SENTENCES.update(sentences)
