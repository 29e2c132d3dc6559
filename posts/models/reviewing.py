"""Decisions on revisions, and what leads to them: looks, links, guests, and urgent words judged afterwards."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from libsocial.accounts.models import Unit
from libsocial.accounts.policies import subtree_q
from posts.models.writing import Post, Revision


class Guest(models.Model):
    """Somebody outside the library who may look at one post by a link, and say something where the unit allows it.

    Only the hash of the link's token is kept. The link works as often as it is opened, until it expires.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="guests")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    may = models.CharField(max_length=10, default="comment")  # see, comment, approve: the most it was made for
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    letter = models.ForeignKey("notices.Letter", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def living(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class GuestWord(models.Model):
    """What a guest said about a revision."""

    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="words")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="guest_words")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]


class Review(models.Model):
    """A decision of one person (of ours, or a guest) on one revision, with its reason. Never changed."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="reviews")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(Guest, null=True, on_delete=models.PROTECT, related_name="reviews")
    # Whose deputy they were; null when they decided in their own name.
    instead_of = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20)  # approved, changes_requested
    # For which unit it counts: the post's own, or the owner of a lent channel.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    need = models.CharField(max_length=40, blank=True)  # which need of that unit: posts.needs.Need.key
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    own = models.BooleanField(default=False)  # approved their own words because the policy allows it
    glass = models.BooleanField(default=False)  # urgent: counts for the whole need, and is judged afterwards
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "person", "unit", "need", "decision"], name="one_decision_per_person"
            ),
            models.UniqueConstraint(fields=["revision", "guest", "decision"], name="one_decision_per_guest"),
            models.CheckConstraint(
                condition=Q(person=None, guest__isnull=False) | Q(person__isnull=False, guest=None),
                name="review_of_one_somebody",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise ValueError("A decision is never changed.")
        super().save(*args, **kwargs)

    @property
    def who(self) -> str:
        return str(self.person or self.guest)


class Seen(models.Model):
    """A person had exactly this before their eyes. Only what was seen may be approved with others in one act."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "post", "digest"], name="seen_once")]


class DecisionLink(models.Model):
    """A link in a mail with which one person decides about exactly one version, once. Only the token's hash is kept."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    letter = models.ForeignKey("notices.Letter", null=True, on_delete=models.SET_NULL, related_name="+")


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    def open_for(self, user: Any) -> BreakGlassQuerySet:
        """Those not judged yet, where this person may approve."""
        return self.filter(subtree_q(user, "post.approve", "post__unit__"), state="open")


class BreakGlass(models.Model):
    """Urgent words that one person let out alone. A second one judges them afterwards: confirmed or objected."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="glasses")
    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="glass")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    state = models.CharField(max_length=10, default="open")  # open, confirmed, objected
    opened_at = models.DateTimeField(auto_now_add=True)
    judge_by = models.DateTimeField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(null=True)
    judgement = models.TextField(blank=True)
    reminded_at = models.DateTimeField(null=True)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at"]
        indexes = [models.Index(fields=["state", "judge_by"], name="glass_open")]
