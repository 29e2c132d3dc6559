"""Campaigns: posts that belong together, with a time, a goal, and the units that take part."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import grants_of, subtree_q


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> CampaignQuerySet:
        """Campaigns of the person's units, of the units above them, and those their units take part in."""
        above = {int(part) for grant in grants_of(user) for part in grant.path.strip("/").split("/") if part}
        joined = self.model.units.through.objects.filter(subtree_q(user, "campaign.see", "unit__"))
        return self.filter(
            subtree_q(user, "campaign.see", "unit__") | Q(unit_id__in=above) | Q(pk__in=joined.values("campaign_id"))
        )

    def usable_in(self, unit: Unit) -> CampaignQuerySet:
        """Those a post of this unit may be part of: living ones of it, of units above, or joined; not where it opted
        out, itself or with a unit above."""
        line = [int(part) for part in unit.path.strip("/").split("/") if part]
        joined = self.model.units.through.objects.filter(unit_id__in=line).values("campaign_id")
        out = self.model.opted_out.through.objects.filter(unit_id__in=line).values("campaign_id")
        open_to = Q(unit_id__in=line) | Q(pk__in=joined)
        return self.filter(open_to, archived_at=None).exclude(pk__in=out)


class Campaign(models.Model):
    """A summer of reading, a month of library cards. `units` take part besides the owner and the units below it."""

    class Goal(models.TextChoices):
        NONE = "", _("No number")
        CLICKS = "clicks", _("Clicks on its short links")
        POSTS = "posts", _("Posts published")
        HAND = "hand", _("Counted by hand, such as sign-ups")

    class Colour(models.TextChoices):
        TEAL = "teal", _("Teal")
        BLUE = "blue", _("Blue")
        GREEN = "green", _("Green")
        AMBER = "amber", _("Amber")
        RED = "red", _("Red")
        VIOLET = "violet", _("Violet")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=120)
    starts = models.DateField()
    ends = models.DateField()
    brief = models.TextField(blank=True)
    goal = models.CharField(max_length=200, blank=True)
    goal_kind = models.CharField(max_length=10, blank=True, choices=Goal.choices)
    goal_number = models.PositiveIntegerField(null=True, blank=True)
    reached = models.PositiveIntegerField(default=0)  # counted by hand
    colour = models.CharField(max_length=10, choices=Colour.choices, default=Colour.TEAL)
    tags = models.CharField(max_length=300, blank=True)  # words, with spaces between
    units = models.ManyToManyField(Unit, blank=True, related_name="+")
    opted_out = models.ManyToManyField(Unit, blank=True, related_name="+")
    # Speaks for the library in public matters: the named person gives the last approval.
    advocacy = models.BooleanField(default=False)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    licence = models.CharField(max_length=80, blank=True)  # of the pack it came from, or for the one it becomes
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=models.F("starts")), name="campaign_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days + 1

    def phase(self, today: date) -> str:
        """'coming', 'running' or 'over'."""
        return "coming" if today < self.starts else "over" if today > self.ends else "running"
