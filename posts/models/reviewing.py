"""Decisions on revisions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from libsocial.accounts.models import Unit
from posts.models.writing import Revision


class Review(models.Model):
    """A decision of one person on one revision, with its reason. Never changed."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="reviews")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20)  # approved, changes_requested
    # For which unit it counts: the post's own, or the owner of a lent channel.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    own = models.BooleanField(default=False)  # approved their own words because the policy allows it
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "person", "unit", "decision"], name="one_decision_per_person")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise ValueError("A decision is never changed.")
        super().save(*args, **kwargs)
