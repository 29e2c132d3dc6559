"""What colleagues write with: templates, snippets, hashtags, and the names of those they mention.

Each row belongs to a unit and holds in every unit below it. A row is put away, never deleted: what was written with
it keeps its words.
"""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import grants_of, subtree_q


def above(path: str) -> set[int]:
    """The ids of a unit and of those above it, from its path."""
    return {int(part) for part in path.strip("/").split("/") if part}


class KitQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Rows of the person's units, of those below them, and of those above, whose rows hold there."""
        ids: set[int] = set().union(*(above(grant.path) for grant in grants_of(user)))
        return self.filter(subtree_q(user, "post.see", "unit__") | Q(unit_id__in=ids))

    def living(self) -> Self:
        return self.filter(archived_at=None)

    def for_unit(self, unit: Unit) -> Self:
        """What holds in this unit: its own rows and those of the units above."""
        return self.filter(unit_id__in=above(unit.path), archived_at=None)


class KitRow(models.Model):
    """What every row of the kit has."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    archived_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    objects = KitQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Template(KitRow):
    """A post to start from. `body` is Draft.body() with {fields} in its texts."""

    purpose = models.CharField(max_length=200, blank=True)
    body = models.JSONField(default=dict)
    channels = models.JSONField(default=list)  # ids; chosen where the unit may use them
    ours = models.CharField(max_length=30, blank=True)  # which of the product's own it came from


class Snippet(KitRow):
    """Words inserted by name. `key` is what stands in braces: {phone}; the nearest unit that says it is heard."""

    key = models.CharField(max_length=30)
    text = models.TextField()

    class Meta(KitRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "key"], condition=Q(archived_at=None), name="one_snippet_per_key_and_unit"
            )
        ]


class TagSet(KitRow):
    """Hashtags that go together, in their reading form and without the sign: ["LibraryCardSignUp"]."""

    tags = models.JSONField(default=list)
    owner = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)


class BannedTag(KitRow):
    """A hashtag that may not be used, with the reason; `name` is the tag, `folded` what is compared."""

    folded = models.CharField(max_length=120, db_index=True)
    reason = models.CharField(max_length=300)

    class Meta(KitRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "folded"], condition=Q(archived_at=None), name="one_banned_tag_per_unit"
            )
        ]


class NamedAccount(KitRow):
    """Somebody who is mentioned: a handle for each platform, by the platform's key, as it is written there."""

    handles = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
