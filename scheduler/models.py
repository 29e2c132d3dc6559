from __future__ import annotations

from datetime import UTC

from django.conf import settings
from django.db import models
from django.db.models import Q

from channels_app.content import digest_of
from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q
from libsocial.core.own import OwnUrlField


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User) -> DeliveryQuerySet:
        return self.filter(subtree_q(user, "post.see", "unit__"))


class Delivery(models.Model):
    """One frozen content for one channel at one time. The row is the queue entry; a broker only carries its id.

    Knows nothing of drafts: `reference` is an opaque word of whoever planned it.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="deliveries")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, default="planned")
    payload = models.JSONField()  # channels_app.content.Content
    digest = models.CharField(max_length=64)  # of payload, channel and time: what was approved
    reference = models.CharField(max_length=80, db_index=True)
    group = models.CharField(max_length=80, blank=True, db_index=True)  # what a hold may name (a campaign)
    title = models.CharField(max_length=120, blank=True)  # for lists of the engine
    due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    # When the engine should look again: due time, retry time, lease end, next check, and for what is held the
    # moment it expires. Null: nothing to do.
    next_at = models.DateTimeField(null=True)
    # `channel:<id>` while it is sending on a channel that gets one worker at a time; null otherwise.
    lane = models.CharField(max_length=40, null=True, blank=True)
    lease_owner = models.CharField(max_length=80, blank=True)
    attempts_made = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)  # fruitless ones in a row: decides the pause and the giving up
    checks_made = models.PositiveIntegerField(default=0)  # rounds of reconcile or follow since the last attempt
    first_tried_at = models.DateTimeField(null=True)  # fixed once: `at` of Adapter.prepare
    held_for = models.CharField(max_length=20, blank=True)  # hold, paused, reconnect
    message = models.CharField(max_length=60, blank=True)  # id in the notices catalogue: why it is where it is
    message_params = models.JSONField(default=dict)
    remote_id = models.CharField(max_length=300, blank=True)  # of the first part
    remote_url = OwnUrlField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)  # when it reached an end state

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        indexes = [
            # What the ticks look for: a state and a moment. Not partial, because SQLite cannot use such an index
            # with parameters, and would rather walk through every planned one.
            models.Index(fields=["state", "next_at"], name="delivery_next"),
            models.Index(fields=["state", "channel", "settled_at"], name="delivery_state"),
            models.Index(fields=["unit", "due_at"], name="delivery_unit_due"),
            models.Index(fields=["settled_at"], condition=Q(state="published"), name="delivery_out"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["lane"], condition=Q(state="sending"), name="one_in_flight_per_lane")
        ]

    def __str__(self) -> str:
        return self.title

    def digest_now(self) -> str:
        """The digest of what would leave now; the approved one is in `digest`."""
        moment = self.due_at.astimezone(UTC).isoformat(timespec="seconds")
        return digest_of({"content": self.payload, "channel": self.channel_id, "at": moment})


class DeliveryPart(models.Model):
    """One part of a thread (or the only one): its key, what was prepared, its proof."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="parts")
    index = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=80)  # ours, kept for every attempt
    prepared = models.JSONField(null=True)
    remote_id = models.CharField(max_length=300, blank=True)
    remote_url = OwnUrlField(max_length=500, blank=True)
    receipt = models.JSONField(null=True)
    alt = models.CharField(max_length=20, blank=True)  # see channels_app.platforms.base.Receipt
    published_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["index"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "index"], name="one_row_per_part"),
            models.UniqueConstraint(fields=["key"], name="part_key_once"),
        ]
        indexes = [models.Index(fields=["remote_id"], name="part_remote")]


class Attempt(models.Model):
    """One try of one worker, opened before the adapter runs, closed after. `creating_since` is the evidence."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    creating_since = models.DateTimeField(null=True)
    creating_part = models.PositiveSmallIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=14, blank=True)  # the action the machine took
    message = models.CharField(max_length=60, blank=True)
    message_params = models.JSONField(default=dict)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["delivery"], condition=Q(finished_at=None), name="one_open_attempt"),
        ]


class Hold(models.Model):
    """Nothing leaves while this stands. scope: all, unit (with the units below), channel, group."""

    scope = models.CharField(max_length=10)
    key = models.CharField(max_length=250, blank=True)  # unit path, channel id or group
    reason = models.CharField(max_length=300)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    # When it was meant to end. Nothing resumes by itself: then people are told, once.
    until = models.DateTimeField(null=True)
    until_told_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], condition=Q(lifted_at=None), name="one_hold_per_scope")
        ]


class Heartbeat(models.Model):
    """A sign of life of the dispatcher or of one worker."""

    name = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=20)  # dispatcher, worker
    at = models.DateTimeField(db_index=True)
    data = models.JSONField(default=dict)


class RateMemory(models.Model):
    """What platforms told us about their limits. key: channel:<id> or app:<platform>:<server>."""

    key = models.CharField(max_length=250, primary_key=True)
    until = models.DateTimeField()
