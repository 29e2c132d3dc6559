from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
RULES = [("off", _("Say nothing")), ("warn", _("Warn")), ("block", _("Refuse to send"))]


class HoursRules(models.Model):
    """What a unit decides itself about its hours. Empty and False mean: as the unit above."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="hours_rules")
    own_week = models.BooleanField(default=False)  # its OpeningHours count, even when there are none
    own_quiet = models.BooleanField(default=False)  # its QuietHours count, even when there are none
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1, for public holidays
    region = models.CharField(max_length=10, blank=True)  # a subdivision of it, as the holidays package names it
    closed_rule = models.CharField(max_length=5, blank=True, choices=RULES)  # a post inside a closure or quiet time
    outside_rule = models.CharField(max_length=5, blank=True, choices=RULES)  # a post outside the weekly hours


class OpeningHours(models.Model):
    """One span of a weekday in which a unit is open; a day may have several. `overnight`: it closes the next day."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    opens = models.TimeField()
    closes = models.TimeField()
    overnight = models.BooleanField(default=False)

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [models.UniqueConstraint(fields=["unit", "weekday", "opens"], name="one_span_per_opening")]


class QuietHours(models.Model):
    """Hours without planned posts. They begin on each of `weekdays`; an end not after the beginning is the next day."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="quiet_hours")
    weekdays = models.JSONField(default=list)  # of 0 (Monday) to 6
    begins = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ["begins", "pk"]


class ClosureQuerySet(models.QuerySet["Closure"]):
    def visible_to(self, user: User) -> ClosureQuerySet:
        """Closures of the person's units, and of those above them, which hold there too."""
        above = Unit.objects.filter(subtree_q(user, "post.see")).values_list("path", flat=True)
        ids = {int(part) for path in above for part in path.strip("/").split("/")}
        return self.filter(unit_id__in=ids)

    def touching(self, first: object, last: object) -> ClosureQuerySet:
        """Those with a day between two dates, both included."""
        return self.filter(first_day__lte=last, last_day__gte=first)


class Closure(models.Model):
    """Days or hours in which a unit and those below it are closed, quiet, or partly open.

    One stretch of time: from `begins` on the first day (its start where empty) to `ends` on the last (its end).
    """

    class Kind(models.TextChoices):
        CLOSED = "closed", _("Closed: nothing leaves but service notices")
        QUIET = "quiet", _("Quiet: no planned posts")
        LIMITED = "limited", _("Limited: open in part, posts may leave")

    class Source(models.TextChoices):
        HAND = "hand", _("Entered by hand")
        HOLIDAY = "holiday", _("Public holiday")
        EMERGENCY = "emergency", _("Emergency")
        FEED = "feed", _("Proposed by a calendar")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    begins = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CLOSED)
    reason = models.CharField(max_length=120)  # for staff
    words = models.TextField(blank=True)  # for the public
    source = models.CharField(max_length=10, choices=Source, default=Source.HAND)
    state = models.CharField(max_length=10, default="in_force")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "begins", "pk"]
        indexes = [models.Index(fields=["unit", "state", "last_day"], name="closure_unit_days")]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=models.F("first_day")), name="closure_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.reason
