"""What may not be said yet, and what is said again and again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q
from posts.models.media import Asset
from posts.models.writing import Post
from posts.planning import Ban


class EmbargoQuerySet(models.QuerySet["Embargo"]):
    def visible_to(self, user: User) -> EmbargoQuerySet:
        return self.filter(subtree_q(user, "post.see", "unit__"))

    def standing(self, now: datetime) -> EmbargoQuerySet:
        """Those that forbid something at this moment."""
        return self.filter(until__gt=now).exclude(state="lifted")


class Embargo(models.Model):
    """Something a unit and those below it may not show before a moment: a book, a prize, a decision of the board.

    `words`: titles, names, ISBNs, one a line; each by itself is enough. State: standing, lift_asked, lifted.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="embargoes")
    words = models.TextField(blank=True)
    asset = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.CASCADE, related_name="embargoes")
    at = models.CharField(max_length=16)  # local wall time "2026-11-24T10:00"
    zone = models.CharField(max_length=64)
    until = models.DateTimeField(db_index=True)  # the moment that is
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default="standing")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    lift_reason = models.CharField(max_length=200, blank=True)
    lift_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    objects = EmbargoQuerySet.as_manager()

    class Meta:
        ordering = ["until", "pk"]

    def __str__(self) -> str:
        return self.reason

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.words.splitlines() if line.strip())

    @property
    def wall(self) -> datetime:
        """Its end on the clock it was entered by."""
        return datetime.fromisoformat(self.at)

    def ban(self) -> Ban:
        return Ban(self.lines, self.asset_id, self.until, self.zone, self.reason)


class RepeatQuerySet(models.QuerySet["Repeat"]):
    def visible_to(self, user: User) -> RepeatQuerySet:
        return self.filter(subtree_q(user, "post.see", "unit__"))


class Repeat(models.Model):
    """A rule by which a post is written again: each date becomes a draft of its own, which is reviewed like any other.

    `rule`: daily, weekly, monthly_date, monthly_weekday. State: running, ended.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="repeats")
    source = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="repeats")
    rule = models.CharField(max_length=16)
    every = models.PositiveSmallIntegerField(default=1)  # days, weeks or months from one to the next
    weekdays = models.JSONField(default=list)  # of 0 (Monday) to 6, for weekly
    nth = models.SmallIntegerField(default=1)  # 1 to 4, -1 the last; for monthly_weekday with the first of weekdays
    first_day = models.DateField()
    clock = models.TimeField()
    zone = models.CharField(max_length=64)
    last_day = models.DateField(null=True)
    count = models.PositiveSmallIntegerField(null=True)
    on_closure = models.CharField(max_length=5, default="skip")  # skip, move
    lead_days = models.PositiveSmallIntegerField(default=14)  # how long before its date a draft is made
    send = models.BooleanField(default=True)  # for approval at once; otherwise it stays a draft
    state = models.CharField(max_length=10, default="running")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    made_until = models.DateField(null=True)  # every date up to this one has been decided about
    trouble = models.CharField(max_length=300, blank=True)  # why the last draft could not be made

    objects = RepeatQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]


class RepeatDate(models.Model):
    """What became of one date of a repeat: a post was made of it, or it was skipped. One row a date, ever."""

    repeat = models.ForeignKey(Repeat, on_delete=models.CASCADE, related_name="dates")
    day = models.DateField()
    post = models.OneToOneField(Post, null=True, on_delete=models.SET_NULL, related_name="repeat_date")
    skipped = models.CharField(max_length=10, blank=True)  # '' made, 'person', 'closure', 'passed', 'failed'

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["repeat", "day"], name="one_fate_per_date")]
