"""What stands between a language of a post and the public. Pure; posts.problems asks, with the states as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from channels_app.check import Problem
from posts import languages
from posts.drafting import Draft, DraftLanguage, DraftTarget

# A state that is not 'reviewed', and the message that names it.
_MESSAGES = {"stale": "language.stale", "draft": "language.unreviewed", "machine": "language.machine"}


def of_target(draft: Draft, target: DraftTarget, states: Mapping[str, str], rule: str) -> Iterator[Problem]:
    """Of the languages one channel gets. `states` by tag; `rule`: Policy.language_review."""
    for one in languages.used(draft, target):
        number, params = draft.languages.index(one), _params(draft, one)
        slot, state = languages.scope_of(draft, one.language), states.get(one.language, "draft")
        if state == "missing":
            yield Problem(slot, number, "block", "language.empty", params, "without_language")
            continue
        if languages.missing_parts(draft, one):
            yield Problem(slot, number, "block", "language.incomplete", params, "without_language")
        if state in _MESSAGES and rule != "off":
            severity = "block" if state == "stale" else rule
            yield Problem(slot, number, severity, _MESSAGES[state], params, "without_language")
        yield from _descriptions(draft, one, slot, number, params)


def _descriptions(
    draft: Draft, one: DraftLanguage, slot: str, number: int, params: dict[str, Any]
) -> Iterator[Problem]:
    """A picture described in the source alone: readers of this language would hear the other one."""
    own = {item.asset for part in one.parts for item in part.media if item.alt.strip()}
    said = [item for part in draft.parts for item in part.media if item.alt.strip() and not item.decorative]
    if any(item.asset not in own for item in said):
        yield Problem(slot, number, "warn", "language.alt_missing", params)


def of_whole(draft: Draft) -> Iterator[Problem]:
    """Of the post: a language twice, and one that nobody gets."""
    for tag, count in Counter(languages.every(draft)).items():
        if count > 1:
            yield Problem("languages", 0, "block", "language.twice", {"language": languages.called(tag)})
    if not draft.targets:
        return
    placed = {tag for target in draft.targets for tag in languages.spoken(draft, target)}
    for number, one in enumerate(draft.languages):
        if one.language not in placed:
            slot = languages.scope_of(draft, one.language)
            yield Problem(slot, number, "warn", "language.unplaced", _params(draft, one))


def _params(draft: Draft, one: DraftLanguage) -> dict[str, Any]:
    name = languages.called
    return {"language": name(one.language), "source": name(draft.language), "tag": one.language}
