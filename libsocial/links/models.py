"""Short links, where they are put up, and how often they were opened. Nobody who opens one is recorded."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q
from libsocial.links import codes


class LinkQuerySet(models.QuerySet["Link"]):
    def visible_to(self, user: User) -> LinkQuerySet:
        return self.filter(subtree_q(user, "links.see", "unit__"))


class Link(models.Model):
    """A short word that leads to a page. `reference` is an opaque word of whoever made it: "post:12", "campaign:3"."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="links")
    code = models.CharField(max_length=40, unique=True)
    target = models.CharField(max_length=2000)
    title = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=80, blank=True, db_index=True)
    campaign = models.CharField(max_length=80, blank=True)  # the word in utm_campaign
    expires_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, default="active")  # active, off
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # The nightly look at its target. `trouble` '' while it answers, else an id of messages.TROUBLES.
    checked_at = models.DateTimeField(null=True)
    next_check = models.DateTimeField(null=True, db_index=True)
    trouble = models.CharField(max_length=20, blank=True)
    fruitless = models.PositiveSmallIntegerField(default=0)  # looks in a row that found nothing there

    objects = LinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "-created_at"], name="link_unit_new")]

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def address(self) -> str:
        return codes.address(self.code)

    @property
    def shown(self) -> str:
        """The address without its scheme, for paper."""
        return self.address.partition("//")[2]

    def expired(self, now: datetime | None = None) -> bool:
        return self.expires_at is not None and self.expires_at <= (now or timezone.now())

    @property
    def look(self) -> str:
        """How it stands, as a key of the looks."""
        if self.state == "off":
            return "link_off"
        return "link_expired" if self.expired() else "link_broken" if self.trouble else "link_active"


class Placement(models.Model):
    """A place a link is put up at, such as a poster or a bookmark, with an ending of its own."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="placements")
    name = models.CharField(max_length=80)
    suffix = models.CharField(max_length=30)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["link", "suffix"], name="placement_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return codes.address(self.link.code, self.suffix)


class ClickHour(models.Model):
    """How often a link was opened within one hour, from one place. A sum: no address, no cookie, no visitor."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="clicks")
    place = models.CharField(max_length=30, blank=True)  # ending of the placement, a channel's number, or ''
    hour = models.DateTimeField()
    referrer = models.CharField(max_length=100, blank=True)  # host only
    device = models.CharField(max_length=8)  # phone, tablet, desktop, other
    bot = models.BooleanField(default=False)  # link previews, robots, and questions without an answer (HEAD)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "hour", "place", "referrer", "device", "bot"], name="one_sum_per_hour"
            )
        ]


class UnitRules(models.Model):
    """What a unit says about the links of it and of those below; empty fields leave the answer to the unit above."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="link_rules")
    only = models.JSONField(null=True)  # hosts links may lead to; null: as above
    plain = models.JSONField(null=True)  # hosts nothing is added to
    tagged = models.BooleanField(null=True)
    source = models.CharField(max_length=80, null=True)
    medium = models.CharField(max_length=80, null=True)
    campaign = models.CharField(max_length=80, null=True)
    content = models.CharField(max_length=80, null=True)
