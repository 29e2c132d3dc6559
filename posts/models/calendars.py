"""What helps planning beside the posts: days a unit keeps, calendars read from outside, posts brought from a file."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from posts.models.writing import Post


class KeptDays(models.Model):
    """Which sets of observances a unit's calendar shows (see posts.observances.SETS). No row: the usual ones."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="kept_days")
    sets = models.JSONField(default=list)


class OwnDay(models.Model):
    """A day, or a run of days, that a unit and those below it keep besides the sets: a founder's day, a book fair."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="own_days")
    name = models.CharField(max_length=120)
    first = models.DateField()
    last = models.DateField()
    yearly = models.BooleanField(default=False)  # on the same days of every year from the first on

    class Meta:
        ordering = ["first", "pk"]

    def __str__(self) -> str:
        return self.name


class CalendarAddress(models.Model):
    """A secret address at which a person's own calendar program reads what is planned. Only its hash is kept."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_addresses")
    token_hash = models.CharField(max_length=64, unique=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+")  # None: all of theirs
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="+")  # None: all
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User) -> ImportBatchQuerySet:
        """One's own: what others brought is to be found among the posts."""
        return self.filter(by=user)


class ImportBatch(models.Model):
    """A file of posts: read, shown with what is wrong in it, then made into drafts.

    `columns` says which of theirs is which of ours: {field: place}. A long file is judged and made by a worker, piece
    by piece: `step` is what goes on (judging, making, or shown: a person's turn), `reached` the last line done of it.
    """

    AT_ONCE = 200  # lines a page does while the person waits; a longer file is the worker's

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)  # of the file
    sha256 = models.CharField(max_length=64)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    encoding = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    size = models.PositiveIntegerField(default=0)  # lines
    step = models.CharField(max_length=8, default="shown")
    reached = models.PositiveIntegerField(default=0)
    submit = models.BooleanField(default=False)  # sent for approval, too
    claimed_until = models.DateTimeField(null=True)  # a worker has it

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["unit", "sha256"], name="import_same_file"),
            models.Index(fields=["id"], condition=~models.Q(step="shown"), name="import_at_work"),
        ]

    @property
    def is_long(self) -> bool:
        return self.size > self.AT_ONCE


class ImportRow(models.Model):
    """One line of the file as it came; `post` is what became of it, `trouble` why nothing did.

    Of a long file it is kept how the line was judged: `verdict` (ready, mend, stopped; '' not yet) and `troubles`,
    as [field, sentence, stops].
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # of the line in the file, the header is 1
    cells: Any = models.JSONField(default=list)
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    trouble = models.TextField(blank=True)
    verdict = models.CharField(max_length=8, blank=True)
    troubles: Any = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
