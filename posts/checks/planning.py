"""Words that are true on one day only, held against the day they go out."""

from __future__ import annotations

from datetime import date, timedelta

import regex
from django.utils import formats

from posts.checks.base import Context, Findings, Piece, Said, found

_DAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
}
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_NEAR = {
    "en": {"today": 0, "tonight": 0, "this evening": 0, "this afternoon": 0, "tomorrow": 1, "yesterday": -1},
    "es": {"hoy": 0, "esta noche": 0, "esta tarde": 0, "mañana": 1, "ayer": -1},
    "fr": {"aujourd'hui": 0, "ce soir": 0, "cet après-midi": 0, "demain": 1, "hier": -1},
}
_THIS = {"en": "this|next", "es": "este|próximo", "fr": "ce"}
# "Mañana" is the morning too: "por la mañana", "de la mañana", "cada mañana", "mañanas".
_NOT_BEFORE = regex.compile(r"(?:\b(?:la|cada|esta|una|books of|of|until|à)\s)$", regex.IGNORECASE)
_NOT_AFTER = regex.compile(r"['’]s\b|\w| en día\b| día\b", regex.IGNORECASE)
# "Sign up today" is true on any day; so is what is "known today".
_ANY_DAY = regex.compile(
    r"\b(?:sign(?:ed)? up|register|subscribe|apply|enroll?|donate|rsvp|get (?:yours|started)|download(?: it)?"
    r"|learn more|reserve your (?:spot|seat|place)|known|used|popular|relevant|meaning|living"
    r"|inscr[ií]b(?:ete|[ae]se|anse)|reg[ií]str(?:ate|ese)|apúntate|inscrivez-vous|abonnez-vous) $",
    regex.IGNORECASE,
)
_PAPER = regex.compile(r"\p{Lu}\p{L}+ $")  # "USA Today", "Psychology Today"
_NOW = ("today", "hoy", "aujourd'hui")
_VERBS = ("may", "march")  # in small letters, without a capital, mostly no months


def _either(words: object) -> str:
    return "|".join(sorted(map(regex.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


def _patterns(code: str) -> tuple[regex.Pattern[str], regex.Pattern[str], regex.Pattern[str]]:
    days, months = _either(_DAYS[code].split()), _either(_MONTHS[code].split())
    of = {"en": "(?: of)?", "es": " de", "fr": ""}[code]
    day = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|er|º)?"
    year = {"en": ",? (?P<year>\\d{4})", "es": " (?:de )?(?P<year>\\d{4})", "fr": " (?P<year>\\d{4})"}[code]
    after = rf"\b{day}{of} (?P<month>{months})\b(?:{year}\b)?"
    before = rf"|\b(?P<month>{months}) {day}\b(?![:\d])(?:{year}\b)?" if code == "en" else ""
    flags = regex.IGNORECASE
    return (
        regex.compile(rf"\b(?:{_either(_NEAR[code])})\b", flags),
        regex.compile(rf"\b(?:{_THIS[code]}) (?P<weekday>{days})\b|\b(?P<weekday>{days}) prochain\b", flags),
        regex.compile(after + before, flags),
    )


_PATTERNS = {code: _patterns(code) for code in _DAYS}
_PAST = 60  # days back for which a date without a year is taken to be over, not next year's


def stale(piece: Piece, said: Said, context: Context) -> Findings:
    """T3: relative days in a post that goes out on another day than it was written, and dates that will be over."""
    if said.tongue not in _PATTERNS or context.today is None:
        return
    written = context.today.date()
    goes_out = context.when.date() if context.when else written
    near, weekday, dated = _PATTERNS[said.tongue]
    text = piece.text.replace("’", "'")
    if goes_out != written:
        yield from _relative(piece, text, near, weekday, said.tongue, goes_out)
    for match in dated.finditer(text):
        if match.group("month") in _VERBS:
            continue
        on = _date_of(match, said.tongue, goes_out)
        if on and on < goes_out:
            params = {"date": _said(on), "day": _said(goes_out)}
            yield found("T3", piece, match.span(), says="over", params=params)


def _relative(
    piece: Piece, text: str, near: regex.Pattern[str], weekday: regex.Pattern[str], code: str, day: date
) -> Findings:
    for match in near.finditer(text):
        if _NOT_BEFORE.search(text[max(0, match.start() - 10) : match.start()]):
            continue
        if _NOT_AFTER.match(text, match.end()) or _is_any_day(text, match):
            continue
        means = day + timedelta(days=_NEAR[code][match.group().lower()])
        yield found("T3", piece, match.span(), params={"day": _said(day), "means": _said(means)})
    for match in weekday.finditer(text):
        wanted = _DAYS[code].split().index(match.group("weekday").lower())
        means = day + timedelta(days=(wanted - day.weekday()) % 7)
        yield found("T3", piece, match.span(), params={"day": _said(day), "means": _said(means)})


def _is_any_day(text: str, match: regex.Match[str]) -> bool:
    """Whether "today" is no day of the calendar here."""
    before = text[max(0, match.start() - 30) : match.start()]
    if match.group() == "Today" and _PAPER.search(before):
        return True
    return match.group().lower() in _NOW and bool(_ANY_DAY.search(before))


def _date_of(match: regex.Match[str], code: str, day: date) -> date | None:
    """The day meant: a year that is named and recent, else the nearest such day, if it is not long ago."""
    month = _MONTHS[code].split().index(match.group("month").lower()) + 1
    named = match.group("year")
    try:
        on = date(int(named) if named else day.year, month, int(match.group("day")))
    except ValueError:
        return None
    if named:
        return on if (day - on).days <= 366 else None  # older years are history, and meant so
    if (on - day).days > 300:
        on = on.replace(year=on.year - 1) if (month, on.day) != (2, 29) else on
    return on if 0 < (day - on).days <= _PAST else None


def _said(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
