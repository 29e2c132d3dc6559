"""What the checks know and what people decided about their findings."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from libsocial.accounts.models import Unit
from posts.models.writing import Post


class Contact(models.Model):
    """Something of the library's own that texts may name, or that tells what they may not.

    `kind`: phone (+44…), email, domain, name may be named; host is a server inside the house, card how card numbers
    look ('21234|14|luhn': first digits, length, check). access is a unit's sentence on access to its events.
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=500)
    note = models.CharField(max_length=120, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "value"]
        constraints = [models.UniqueConstraint(fields=["unit", "kind", "value"], name="one_contact_once")]


class CheckOverride(models.Model):
    """A finding that is to stand: asked for by who writes, accepted by who approves.

    `fingerprint` is a keyed digest of the rule and the very words; `excerpt` shows of secret words the first and last
    two characters only. A warning that is left as it is needs no acceptance (`needs_yes` False).
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="overrides")
    rule = models.CharField(max_length=8)
    fingerprint = models.CharField(max_length=64)
    excerpt = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    needs_yes = models.BooleanField(default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    # The revision it was accepted with: what is sent again is asked again.
    accepted_revision = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["post", "fingerprint"], name="one_override_per_finding")]


class LinkCheck(models.Model):
    """Whether an address opens for the public. `outcome`: '' not looked yet, ok, moved, gone, private, unsure."""

    url_hash = models.CharField(max_length=64, unique=True)
    url = models.TextField()
    outcome = models.CharField(max_length=10, blank=True)
    final_url = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_index=True)  # when it should be looked at (again)
    wanted_at = models.DateTimeField()  # when a post last named it
