from __future__ import annotations

from django.db import models

from channels_app.models import Channel
from scheduler.models import Delivery


class Watch(models.Model):
    """When figures are next asked for: of one published delivery, or of one channel's account."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    delivery = models.OneToOneField(Delivery, null=True, on_delete=models.CASCADE, related_name="watch")
    next_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField(default=0)
    misses = models.PositiveSmallIntegerField(default=0)  # answers without this post, one after another

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="watch_due")]
        constraints = [
            models.UniqueConstraint(fields=["channel"], condition=models.Q(delivery=None), name="one_account_watch")
        ]


class Reading(models.Model):
    """One figure at one moment. Append-only. `value` is null unless `status` is 'ok'."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.CASCADE, related_name="+")
    metric = models.CharField(max_length=40)
    value = models.BigIntegerField(null=True)
    status = models.CharField(max_length=14, default="ok")  # ok, not_available, withdrawn
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["delivery", "metric", "-at"], name="reading_delivery"),
            models.Index(
                fields=["channel", "metric", "-at"], condition=models.Q(delivery=None), name="reading_account"
            ),
        ]


class PostFigure(models.Model):
    """The newest figure of a delivery, by metric: what pages read."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="figures")
    metric = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    value = models.BigIntegerField(null=True)
    status = models.CharField(max_length=14, default="ok")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "metric"], name="one_figure_per_metric")]


class DailyFigure(models.Model):
    """One channel, one day (in the zone of its unit), one kind: the gain of that day, or the level at its end.

    `posts` counts how many deliveries gave this figure; `level` is set for account figures such as followers.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="daily")
    day = models.DateField()
    kind = models.CharField(max_length=20)
    gain = models.BigIntegerField(default=0)
    level = models.BigIntegerField(null=True)
    posts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "day", "kind"], name="one_daily_figure")]
        indexes = [models.Index(fields=["day", "channel"], name="daily_day")]
