"""Further languages of a post: who wrote and reviewed them, who may, and the words a library keeps to.

The words themselves are in Revision.body; nothing here is published.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Unit
from posts.models.writing import Post

TAG = 35  # the longest language tag (BCP-47) we keep


class Translation(models.Model):
    """Who last changed the words of one language of a post. `digest` is of those words (posts.languages)."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=TAG)
    digest = models.CharField(max_length=64)
    translator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "language"], name="one_translation_per_language")]


class LanguageReview(models.Model):
    """A reviewer's yes to one language, bound to the words in it and to the source they were read against."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="language_reviews")
    language = models.CharField(max_length=TAG)
    source_digest = models.CharField(max_length=64)
    text_digest = models.CharField(max_length=64)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["post", "language"], name="language_review_of_post")]


class LanguageReviewer(models.Model):
    """A person who may say that a language is right, in this unit and those below."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="language_reviewers")
    language = models.CharField(_("language"), max_length=TAG)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["language", "person__name"]
        constraints = [models.UniqueConstraint(fields=["unit", "language", "person"], name="one_reviewer_per_language")]


class GlossaryTerm(models.Model):
    """How the library says one thing in another language. `stays`: a name that is not translated."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="glossary")
    language = models.CharField(_("language"), max_length=TAG)
    term = models.CharField(_("term"), max_length=120)
    translation = models.CharField(_("translation"), max_length=120, blank=True)
    stays = models.BooleanField(_("stays untranslated"), default=False)

    class Meta:
        ordering = ["language", Lower("term")]
        constraints = [models.UniqueConstraint("unit", "language", Lower("term"), name="one_glossary_entry_per_term")]
