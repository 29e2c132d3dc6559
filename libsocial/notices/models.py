from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One thing one person should know. Unread until seen; mailed by a tick when its message asks for mail."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    message = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    # Two notices with one key for one person are one: a repeated failure does not shout.
    dedupe = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    mail_due = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient", "-id"], condition=Q(seen_at=None), name="notice_unseen"),
            models.Index(fields=["mail_next_at"], condition=Q(mail_due=True), name="notice_mail"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "dedupe"], condition=~Q(dedupe=""), name="notice_once_per_person"
            )
        ]
