"""A campaign of one year as that of another: its days by a rule, and the facts of last time marked. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from posts.drafting import Draft, DraftPart

RULES = ("weekday", "date")
# Said of one occasion; true again only by accident.
_ONCE = (
    "sold out",
    "fully booked",
    "booked out",
    "waiting list",
    "last chance",
    "last places",
    "last few places",
    "postponed",
    "cancelled",
    "canceled",
    "new date",
    "agotado",
    "aplazado",
    "complet",
    "annulé",
    "reporté",
    "ausverkauft",
    "ausgebucht",
)
_FACTS = re.compile(
    r"(?<![\w\[/.-])((?:19|20)\d{2}|\d+(?:st|nd|rd|th) annual|" + "|".join(map(re.escape, _ONCE)) + r")(?![\w\]/-])",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://\S+")


def moved(day: date, years: int, rule: str) -> date:
    """'date': the same date, 29 February becoming the 28th; 'weekday': the same weekday of that week, at most three
    days away from the date. Weeks by their number would drift: some years have 53."""
    try:
        same = day.replace(year=day.year + years)
    except ValueError:
        same = day.replace(year=day.year + years, day=28)
    if rule == "date":
        return same
    return same + timedelta(days=(day.weekday() - same.weekday() + 3) % 7 - 3)


def facts(text: str) -> list[str]:
    """What was true of last time: years, counts of anniversaries, 'sold out'. Addresses are left alone."""
    plain = _LINK.sub(" ", text)
    return list(dict.fromkeys(found[1] for found in _FACTS.finditer(plain)))


def marked(text: str) -> str:
    """The text with those words in square brackets and a question mark, so that nobody can overlook them."""
    pieces, at = [], 0
    for link in _LINK.finditer(text):
        pieces += [_FACTS.sub(r"[\1?]", text[at : link.start()]), link[0]]
        at = link.end()
    return "".join([*pieces, _FACTS.sub(r"[\1?]", text[at:])])


@dataclass(frozen=True)
class Redated:
    """One post as it will come back. `was` and `at` are local wall times, '' for none; `found` the words marked."""

    draft: Draft
    was: str
    at: str
    found: tuple[str, ...]

    @property
    def days(self) -> tuple[datetime | None, datetime | None]:
        """Then and now, for a page."""
        then, now = (datetime.fromisoformat(at) if at else None for at in (self.was, self.at))
        return then, now


def redated(draft: Draft, years: int, rule: str) -> Redated:
    """The draft in another year, for every channel it names."""
    found: list[str] = []

    def part(one: DraftPart) -> DraftPart:
        found.extend(facts(one.text))
        return replace(one, text=marked(one.text))

    at = _at(draft.at, years, rule)
    targets = tuple(
        replace(
            target,
            at=_at(target.at, years, rule),
            variant=replace(target.variant, parts=tuple(map(part, target.variant.parts))) if target.variant else None,
        )
        for target in draft.targets
    )
    made = replace(draft, parts=tuple(map(part, draft.parts)), at=at, targets=targets, note="")
    return Redated(made, draft.at, at, tuple(dict.fromkeys(found)))


def _at(at: str, years: int, rule: str) -> str:
    if not at:
        return ""
    moment = datetime.fromisoformat(at)
    return f"{moved(moment.date(), years, rule):%Y-%m-%d}T{moment:%H:%M}"
