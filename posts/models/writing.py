"""What is said: posts, their revisions, and the channels of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q
from scheduler.models import Delivery


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user: User) -> PostQuerySet:
        """Posts of the person's units, and posts that ask to use a channel one of their units owns."""
        if policies.everywhere(user, "post.see"):
            return self.all()
        own = subtree_q(user, "post.see", "unit__")
        # Asked of each post that is not the person's own anyway: among very many posts that is far less than a list.
        lent = Target.objects.filter(
            subtree_q(user, "post.approve", "channel__unit__"), revision=models.OuterRef("current")
        )
        return self.filter(own | Q(~Q(state="draft"), models.Exists(lent)))


class Post(models.Model):
    """Something to say. What exactly is in its revisions; `current` is the newest."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    state = models.CharField(max_length=20, default="draft")
    title = models.CharField(max_length=120, blank=True)  # the first words, for lists; never published
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    current = models.OneToOneField("Revision", null=True, on_delete=models.SET_NULL, related_name="+")
    approved = models.ForeignKey("Revision", null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)  # internal, never published
    # Internal: what the post is part of; not in the digest.
    campaign = models.ForeignKey(
        "posts.Campaign", null=True, blank=True, on_delete=models.SET_NULL, related_name="posts"
    )
    # First planned moment, for calendar and lists; null while there is none.
    planned_at = models.DateTimeField(null=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    token = models.UUIDField(unique=True)  # made by the browser before the first autosave: no second drafts

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "state", "-changed_at"], name="post_unit_state"),
            models.Index(fields=["unit", "planned_at"], name="post_unit_planned"),
            models.Index(fields=["-changed_at", "-id"], name="post_changed"),
        ]

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """The words, pictures, channels and times of one moment. Immutable once submitted.

    `body`: {"parts": [{"text", "media": [{"asset", "alt", "decorative", "captions": ids, "poster": asset id}],
    "card": {"url", "title", "description", "thumb": asset id or null} or null}], "language", "content_warning"}, and
    "languages" where the post has more of them (see posts.drafting.DraftLanguage).
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    at = models.CharField(max_length=16, blank=True)  # local wall time "2026-11-24T10:00"; '': as soon as approved
    zone = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)  # counts saves: two editors meet here
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, blank=True)  # of everything the public will meet, set on submit
    # While it waits for a decision: what was said about that, each once.
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    overtaken_at = models.DateTimeField(null=True)  # its time passed before anybody decided

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="revision_number_once")]


class Target(models.Model):
    """A channel of a revision, with what differs there."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="targets")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="targets")
    variant = models.JSONField(null=True)  # {"parts": …, "content_warning": …} or null: follows the base
    options = models.JSONField(default=dict)
    at = models.CharField(max_length=16, blank=True)  # as Revision.at; '': the revision's time
    # {"languages": chosen tags, "placement": of several, "routed": tags its channel asks for}; {}: the base text
    speech = models.JSONField(default=dict)
    delivery = models.OneToOneField(Delivery, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["channel__platform", "channel__name"]
        constraints = [models.UniqueConstraint(fields=["revision", "channel"], name="one_target_per_channel")]
        # Times of their own are few; the calendar looks for them by day.
        indexes = [models.Index(fields=["at"], name="target_own_time")]
