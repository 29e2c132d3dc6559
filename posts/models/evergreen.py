"""What may be said again and again: the evergreen queue of a unit, its posts, and each time one of them was used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q
from posts.models.writing import Post


class EvergreenQueue(models.Model):
    """How the queue of a unit fills free posting times. No row: as the defaults here say."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="evergreen_queue")
    per_week = models.PositiveSmallIntegerField(default=2)  # posts it makes for one week, at most
    days_ahead = models.PositiveSmallIntegerField(default=14)
    filling = models.BooleanField(default=True)  # by itself; otherwise only when a person asks


class EvergreenItemQuerySet(models.QuerySet["EvergreenItem"]):
    def visible_to(self, user: User) -> EvergreenItemQuerySet:
        return self.filter(subtree_q(user, "post.see", "unit__"))


class EvergreenItem(models.Model):
    """A post that may be used again. Each use is a draft of its own, reviewed like any other.

    State: running, paused, removed. A removed one keeps its uses, so that putting it in again forgets no rest.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="evergreens")
    source = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="evergreen")
    channels: Any = models.JSONField(default=list)  # ids
    gap_days = models.PositiveSmallIntegerField(default=90)  # at least this long from one use to the next
    season_first = models.CharField(max_length=5, blank=True)  # "11-15"; both or none
    season_last = models.CharField(max_length=5, blank=True)  # may lie before the first: over the turn of the year
    most_uses = models.PositiveSmallIntegerField(null=True)
    look_again = models.DateField(null=True)  # from this day on it waits until somebody has looked at it
    turn = models.DateTimeField()  # who waits longest comes first; a use sends it to the end
    state = models.CharField(max_length=10, default="running")
    # Why it is not used until somebody has looked: {"message": of the catalogue, "params"}; {} for nothing.
    trouble: Any = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EvergreenItemQuerySet.as_manager()

    class Meta:
        ordering = ["turn", "pk"]


class EvergreenUse(models.Model):
    """One channel of one use: which posting time it took. No two uses ever take the same."""

    item = models.ForeignKey(EvergreenItem, on_delete=models.CASCADE, related_name="uses")
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="evergreen_uses")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    moment = models.DateTimeField()

    class Meta:
        ordering = ["moment", "pk"]
        constraints = [models.UniqueConstraint(fields=["channel", "moment"], name="one_evergreen_per_time")]
