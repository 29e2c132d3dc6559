"""Languages as rows: newest reviews, who may review, who translated, the glossary of a unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from libsocial.accounts.models import Unit, User
from posts import languages
from posts.drafting import Draft, DraftLanguage
from posts.languages import Seen, Term
from posts.models import GlossaryTerm, LanguageReview, LanguageReviewer, Post, Translation


def newest_reviews(posts: Collection[int]) -> dict[int, dict[str, LanguageReview]]:
    """The newest review of each language of each of these posts. One query."""
    found: dict[int, dict[str, LanguageReview]] = defaultdict(dict)
    for row in LanguageReview.objects.filter(post__in=posts).select_related("reviewer"):
        found[row.post_id][row.language] = row
    return found


def seen(review: LanguageReview | None) -> Seen | None:
    return Seen(review.source_digest, review.text_digest) if review else None


def translators(posts: Collection[int]) -> dict[tuple[int, str], Translation]:
    """Who last changed each language, by post and tag. One query."""
    rows = Translation.objects.filter(post__in=posts).select_related("translator")
    return {(row.post_id, row.language): row for row in rows}


# --- who may review -----------------------------------------------------------


def _above(unit: Unit) -> list[int]:
    return [int(part) for part in unit.path.strip("/").split("/") if part]


def reviewers(unit: Unit, tag: str) -> list[User]:
    """Active people who may say that this language is right here: named in the unit or above it."""
    rows = LanguageReviewer.objects.filter(unit__in=_above(unit), person__is_active=True).select_related("person")
    return list({row.person_id: row.person for row in rows if languages.fits(row.language, tag)}.values())


@dataclass(frozen=True)
class Right:
    """What one person may review: languages by the paths they hold in. Read once for a page."""

    held: tuple[tuple[str, str], ...]

    def covers(self, unit: Unit, tag: str) -> bool:
        return any(unit.path.startswith(path) and languages.fits(asked, tag) for path, asked in self.held)


def right_of(person: User) -> Right:
    """What this person may review. One query."""
    rows = LanguageReviewer.objects.filter(person=person, person__is_active=True)
    return Right(tuple(rows.values_list("unit__path", "language")))


# --- the languages of a post, for pages ------------------------------------------


@dataclass(frozen=True)
class Standing:
    """One further language of a post as pages show it."""

    language: DraftLanguage
    state: str
    source_digest: str
    text_digest: str
    may_review: bool
    review: LanguageReview | None
    translation: Translation | None

    @property
    def tag(self) -> str:
        return self.language.language

    @property
    def name(self) -> str:
        return languages.name_of(self.tag)

    @property
    def called(self) -> str:
        return languages.called(self.tag)

    @property
    def direction(self) -> str:
        return languages.direction(self.tag)

    @property
    def label(self) -> str:
        return str(languages.STATES[self.state])

    @property
    def reviewed_at(self) -> datetime | None:
        return self.review.at if self.review else None


Hands = Mapping[tuple[int, str], Translation]


def standings(
    post: Post | None, draft: Draft, unit: Unit, reviews: Mapping[str, LanguageReview], right: Right, hands: Hands
) -> list[Standing]:
    """Each further language with its state. `right`: what the reader may review; `hands`: see `translators`."""
    source = languages.source_digest(draft)
    return [
        Standing(
            language=one,
            state=languages.state_of(draft, one, seen(reviews.get(one.language))),
            source_digest=source,
            text_digest=languages.text_digest(one),
            may_review=right.covers(unit, one.language),
            review=reviews.get(one.language),
            translation=hands.get((post.pk, one.language)) if post else None,
        )
        for one in draft.languages
    ]


# --- the glossary ------------------------------------------------------------------


def glossary(unit: Unit, tags: Iterable[str]) -> dict[str, list[Term]]:
    """The entries that hold in a unit for each of these languages; what the unit says wins over those above. One
    query."""
    found: dict[str, dict[str, Term]] = {tag: {} for tag in tags}
    rows = GlossaryTerm.objects.filter(unit__in=_above(unit)).order_by("unit__path") if found else ()
    for row in rows:
        for tag, terms in found.items():
            if languages.fits(row.language, tag):
                terms[row.term.casefold()] = Term(row.term, row.translation, row.stays)
    return {tag: list(terms.values()) for tag, terms in found.items()}


def people_to_name(unit: Unit) -> Q:
    """Who can be named a reviewer: people with a role in the unit, above or below it."""
    return Q(memberships__unit_id__in=_above(unit)) | Q(memberships__unit__path__startswith=unit.path)
