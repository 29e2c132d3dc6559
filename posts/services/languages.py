"""Reviewing a language, naming who may, and keeping the glossary."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts import drafting, languages, tongues
from posts.models import GlossaryTerm, LanguageReview, LanguageReviewer, Post
from posts.services.drafts import locked
from posts.workflow import NotPossible

LONGEST_TERM = 120


class Refused(Exception):
    """What was typed cannot be kept; the sentence names the way out, `field` where it belongs."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def review(*, post: Post, by: User, language: str, source: str, text: str) -> LanguageReview:
    """A reviewer's yes to one language. `source` and `text` are the digests of what they read.

    Raises NotAllowed (not named for this language), NotPossible (the words changed since, nothing written).
    """
    if not tongues.right_of(by).covers(post.unit, language):
        raise policies.NotAllowed("language.review")
    with transaction.atomic():
        post = locked(post)
        draft = drafting.of_revision(post.current)
        one = draft.in_language(language)
        if one is None or languages.empty(one):
            raise NotPossible(_("There is nothing in this language to review."))
        if (source, text) != (languages.source_digest(draft), languages.text_digest(one)):
            raise NotPossible(_("The words changed after you opened them. Read them again, then decide."))
        given = LanguageReview.objects.create(
            post=post, language=language, source_digest=source, text_digest=text, reviewer=by
        )
        data = {"language": languages.called(language), "digest": text}
        audit.record("post.language_reviewed", by=by, on=post, unit=post.unit, data=data)
    return given


def name_reviewer(*, by: User, unit: Unit, language: str, person: User) -> None:
    """This person may review this language in the unit and below. Raises NotAllowed, Refused."""
    policies.require(by, "unit.manage", unit)
    try:
        with transaction.atomic():
            LanguageReviewer.objects.create(unit=unit, language=language, person=person)
            audit.record("unit.language_reviewer_named", by=by, on=unit, unit=unit, data=_said(unit, language, person))
    except IntegrityError:
        said = {"person": person, "language": languages.called(language)}
        raise Refused(_("%(person)s reviews %(language)s here already.") % said, "person") from None


def dismiss_reviewer(*, by: User, row: LanguageReviewer) -> None:
    """They may no longer; what they reviewed stays reviewed. Raises NotAllowed."""
    policies.require(by, "unit.manage", row.unit)
    with transaction.atomic():
        data = _said(row.unit, row.language, row.person)
        row.delete()
        audit.record("unit.language_reviewer_dismissed", by=by, on=row.unit, unit=row.unit, data=data)


def _said(unit: Unit, language: str, person: User) -> dict[str, str]:
    return {"name": unit.name, "language": languages.called(language), "person": str(person)}


def keep_term(*, by: User, unit: Unit, language: str, term: str, translation: str, stays: bool) -> GlossaryTerm:
    """An entry of the unit's glossary; the same term again is changed. Raises NotAllowed, Refused."""
    policies.require(by, "post.edit_any", unit)
    term, translation = " ".join(term.split()), " ".join(translation.split())
    if not term:
        raise Refused(_("Write the term as it stands in the source text."), "term")
    if not translation and not stays:
        raise Refused(_("Write its translation, or tick that it stays untranslated."), "translation")
    if max(len(term), len(translation)) > LONGEST_TERM:
        raise Refused(_("A term may have at most %(n)s characters.") % {"n": LONGEST_TERM}, "term")
    with transaction.atomic():
        row = GlossaryTerm.objects.filter(unit=unit, language=language, term__iexact=term).first()
        row = row or GlossaryTerm(unit=unit, language=language)
        row.term, row.translation, row.stays = term, "" if stays else translation, stays
        row.save()
        data = {"name": unit.name, "language": languages.called(language), "term": term}
        audit.record("unit.glossary_changed", by=by, on=unit, unit=unit, data=data)
    return row


def drop_term(*, by: User, row: GlossaryTerm) -> None:
    """Raises NotAllowed."""
    policies.require(by, "post.edit_any", row.unit)
    with transaction.atomic():
        data = {"name": row.unit.name, "language": languages.called(row.language), "term": row.term}
        row.delete()
        audit.record("unit.glossary_dropped", by=by, on=row.unit, unit=row.unit, data=data)
