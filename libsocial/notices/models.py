from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.core.crypto import EncryptedJSONField

# Why a mail did not leave, for people who run the house.
REASONS: dict[str, str | Promise] = {
    "address": _("the mail server does not take mails for this address"),
    "refused": _("the mail server refused the mail"),
    "sender": _("the mail server refused our sender; look at LIBSOCIAL_MAIL_FROM"),
    "sign_in": _("the mail server refused our name and password; look at LIBSOCIAL_MAIL_URL"),
    "silent": _("the mail server could not be reached"),
    "key": _("the key that opens the stored mail is no longer there"),
}


class Outgoing(models.Model):
    """What every row that becomes a mail knows about that. The table is the queue: a tick finds what is due."""

    mail_due = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True, blank=True)
    # Why the last try failed: a key of REASONS, never the server's own words. Empty: nothing went wrong.
    mail_error = models.CharField(max_length=20, blank=True)

    class Meta:
        abstract = True

    @property
    def mail_state(self) -> str:
        """'waiting', 'again' (tried in vain, will be tried again), 'sent', 'failed' (given up) or 'none'."""
        if self.mailed_at:
            return "sent"
        if self.mail_due:
            return "again" if self.mail_error else "waiting"
        return "failed" if self.mail_error else "none"

    @property
    def mail_reason(self) -> str:
        return str(REASONS.get(self.mail_error, ""))


class Notice(Outgoing):
    """One thing one person should know. Unread until seen; mailed by a tick when its message asks for mail."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    message = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    # Two notices with one key for one person are one: a repeated failure does not shout.
    dedupe = models.CharField(max_length=120, blank=True)
    digest = models.BooleanField(default=False)  # waits for the one mail of the day
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient"], condition=Q(digest=True), name="notice_digest"),
            models.Index(fields=["recipient", "-id"], condition=Q(seen_at=None), name="notice_unseen"),
            models.Index(fields=["mail_next_at"], condition=Q(mail_due=True), name="notice_mail"),
            models.Index(fields=["mail_next_at"], condition=~Q(mail_error=""), name="notice_mail_failed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "dedupe"], condition=~Q(dedupe=""), name="notice_once_per_person"
            )
        ]


class Letter(Outgoing):
    """One mail that is no notice: an invitation, a way back into an account, a proof of an address.

    `words` is the whole mail, encrypted, because it may hold a link that opens an account;
    erased as soon as it has left, was called back or is given up.
    """

    to = models.EmailField()
    kind = models.CharField(max_length=60)
    words = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["mail_next_at"], condition=Q(mail_due=True), name="letter_mail"),
            models.Index(fields=["mail_next_at"], condition=~Q(mail_error=""), name="letter_mail_failed"),
        ]


class Reach(models.Model):
    """How one person wants to be told. Who has no row is told of everything at once."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reach")
    ways: Any = models.JSONField(default=dict)  # kind -> "daily" or "page"; a kind that is not named: at once
    digest_hour = models.PositiveSmallIntegerField(default=8)
    zone = models.CharField(max_length=64, default="UTC")  # whose clock the hour is of
    digested_on = models.DateField(null=True)  # the day, there, of the last one


class Hook(models.Model):
    """An address of the person's own to which each notice is sent, signed. Sent in order, each at least once."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hook")
    url = models.CharField(max_length=500)
    secret = EncryptedJSONField()
    # The newest notice it was told of; what is older is never sent.
    sent_up_to = models.BigIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    # 'refused', 'silent' or the status it answered with; '': the last one was taken.
    trouble = models.CharField(max_length=20, blank=True)
    last_at = models.DateTimeField(null=True)
    stopped = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
