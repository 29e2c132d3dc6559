"""Fields in braces, {date} and {phone}: what a template asks for, and what a branch knows of itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from posts.drafting import Draft, DraftPart

FIELD = re.compile(r"\{([a-z][a-z0-9_]{1,29})\}")

# What every branch knows of itself. {branch} is its name, unless somebody says it otherwise.
FACTS: dict[str, str | Promise] = {
    "branch": _("Name of the branch"),
    "phone": _("Phone"),
    "hours": _("Opening hours, in words"),
    "address": _("Address"),
    "access": _("How to get in: steps, lift, hearing loop"),
    "email": _("E-mail"),
    "website": _("Website"),
}
_LABELS: dict[str, str | Promise] = {
    "title": _("Title"),
    "author": _("Author"),
    "name": _("Name"),
    "date": _("Date"),
    "time": _("Time"),
    "place": _("Place"),
    "reason": _("Reason"),
    "audience": _("For whom"),
    "link": _("Link"),
    "opens": _("When we open again"),
    "colleague": _("Colleague"),
    "books": _("The books"),
    "thanks_for": _("What we say thank you for"),
    "why": _("Why we like it"),
}


@dataclass(frozen=True)
class Asked:
    """One field of a template. kind: text, date, time or fact."""

    key: str
    kind: str

    @property
    def label(self) -> str:
        return str(FACTS.get(self.key) or _LABELS.get(self.key) or self.key.replace("_", " ").capitalize())


def kind_of(key: str) -> str:
    if key in FACTS:
        return "fact"
    last = key.rpartition("_")[2]
    return "date" if last in {"date", "day"} else "time" if last in {"time", "from", "until"} else "text"


def names_in(texts: Iterable[str]) -> list[str]:
    """The fields of these texts in their order, each once."""
    return list(dict.fromkeys(key for text in texts for key in FIELD.findall(text)))


def asked_by(draft: Draft, known: Iterable[str] = ()) -> list[Asked]:
    """What has to be filled in; `known` are keys of snippets, which are words ready to be used."""
    facts = set(FACTS) | set(known)
    return [Asked(key, "fact" if key in facts else kind_of(key)) for key in names_in(texts_of(draft))]


def texts_of(draft: Draft) -> list[str]:
    """Every text of a draft the public may meet, in every language."""
    parts = [*draft.parts, *(part for target in draft.targets if target.variant for part in target.variant.parts)]
    parts += [part for one in draft.languages for part in one.parts]
    warnings = [draft.content_warning, *(one.content_warning for one in draft.languages)]
    return [part.text for part in parts] + warnings


def filled(draft: Draft, values: Mapping[str, str]) -> Draft:
    """The draft with its fields replaced: one without a value stays, a line of which nothing is left goes."""

    def put(text: str) -> str:
        lines = [
            (line, FIELD.sub(lambda match: values.get(match.group(1), match.group(0)), line))
            for line in text.split("\n")
        ]
        return "\n".join(
            after.rstrip() if after != before else after for before, after in lines if after.strip() or after == before
        )

    def parts(old: tuple[DraftPart, ...]) -> tuple[DraftPart, ...]:
        return tuple(replace(part, text=put(part.text)) for part in old)

    targets = tuple(
        replace(target, variant=replace(target.variant, parts=parts(target.variant.parts)))
        if target.variant
        else target
        for target in draft.targets
    )
    languages = tuple(
        replace(one, parts=parts(one.parts), content_warning=put(one.content_warning)) for one in draft.languages
    )
    warning = put(draft.content_warning)
    return replace(draft, parts=parts(draft.parts), content_warning=warning, targets=targets, languages=languages)


def said(kind: str, typed: str, language: str) -> str:
    """A value in words of the post's language: 'Tuesday 24 November', '10:30'. Raises ValueError."""
    if kind == "date":
        with translation.override(_speakable(language)):
            return formats.date_format(date.fromisoformat(typed), "l j F")
    if kind == "time":
        with translation.override(_speakable(language)):
            return formats.time_format(time.fromisoformat(typed), "TIME_FORMAT")
    return typed.strip()


def _speakable(language: str) -> str:
    return language if translation.check_for_language(language) else "en"
