"""Posting times: the weekly places of a channel into which posts are put."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from channels_app.models import Channel
from libsocial.accounts.models import Unit


class Slot(models.Model):
    """Every week on this day at this wall time, in the zone of the unit. A proposal to people, never a rule.

    `weekday` counts from Monday, 0. A unit that borrows a channel may have times of its own there.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="slots")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField()
    at = models.TimeField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["weekday", "at"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "unit", "weekday", "at"], name="one_slot_per_time"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="slot_on_a_weekday"),
        ]
