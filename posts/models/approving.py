"""Who has to say yes, where a number of approvals is not enough."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from libsocial.accounts.models import Role, Unit


class Step(models.Model):
    """One step of a unit's approval, or the reviewers a channel asks for besides (`channel` set).

    Units below that have no steps of their own follow these. Steps are taken in their order, and several
    steps are several people. Without people and role everybody may take it who may approve in the unit.
    """

    class Kind(models.TextChoices):
        ANY = "any", _("Some of them")
        ALL = "all", _("Every one of them")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="steps")
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.CASCADE, related_name="reviewing")
    order = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=3, choices=Kind, default=Kind.ANY)
    number = models.PositiveSmallIntegerField(default=1)  # how many of them, where some are enough
    role = models.CharField(max_length=12, choices=Role, blank=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")

    class Meta:
        ordering = ["unit", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "order"], condition=Q(channel=None), name="one_step_per_place"),
            models.UniqueConstraint(fields=["channel"], name="one_step_per_channel"),
        ]
