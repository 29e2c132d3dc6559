from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q
from scheduler.models import Delivery


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user: User) -> PostQuerySet:
        """Posts of the person's units, and posts that ask to use a channel one of their units owns."""
        own = subtree_q(user, "post.see", "unit__")
        lent = Target.objects.filter(
            subtree_q(user, "post.approve", "channel__unit__"), revision=models.F("revision__post__current")
        ).exclude(revision__post__state="draft")
        return self.filter(own | Q(pk__in=lent.values("revision__post_id")))


class Post(models.Model):
    """Something to say. What exactly is in its revisions; `current` is the newest."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    state = models.CharField(max_length=20, default="draft")
    title = models.CharField(max_length=120, blank=True)  # the first words, for lists; never published
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    current = models.OneToOneField("Revision", null=True, on_delete=models.SET_NULL, related_name="+")
    approved = models.ForeignKey("Revision", null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)  # internal, never published
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
        ]

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """The words, pictures, channels and times of one moment. Immutable once submitted.

    `body`: {"parts": [{"text", "media": [{"asset", "alt", "decorative", "captions": ids, "poster": asset id}],
    "card": {"url", "title", "description", "thumb": asset id or null} or null}], "language", "content_warning"}.
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
    delivery = models.OneToOneField(Delivery, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["channel__platform", "channel__name"]
        constraints = [models.UniqueConstraint(fields=["revision", "channel"], name="one_target_per_channel")]


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, user: User) -> AssetQuerySet:
        return self.filter(subtree_q(user, "post.see", "unit__"))


class Asset(models.Model):
    """A picture, film or PDF of the library, cleaned on arrival: turned upright, no EXIF, no GPS, sRGB.

    `kind` is 'image', 'video' or 'document'. `seconds` is the length of a film or of a moving picture, `facts` what
    else is known of a film: {"fps", "video", "audio", "pixels"} (see libsocial.core.films.Facts).
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=10, default="image")
    path = models.CharField(max_length=200)  # name in the media storage
    thumb = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    mime = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()  # bytes
    seconds = models.FloatField(default=0)
    pages = models.PositiveIntegerField(default=0)
    facts = models.JSONField(default=dict)
    # The picture that stands for a film until it plays, taken from it; a post may choose another one.
    poster = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="poster_of")
    alt = models.TextField(blank=True)
    credit = models.CharField(max_length=200, blank=True)
    original_name = models.CharField(max_length=200, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "sha256"], name="one_asset_per_picture")]


class CaptionFile(models.Model):
    """The words of a film in one language, kept in both formats. Never changed: a post names the very words it shows,
    so better ones are a new row."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(max_length=35)  # BCP-47
    vtt = models.CharField(max_length=200)  # names in the media storage
    vtt_sha256 = models.CharField(max_length=64)
    vtt_size = models.PositiveIntegerField()
    srt = models.CharField(max_length=200)
    srt_sha256 = models.CharField(max_length=64)
    srt_size = models.PositiveIntegerField()
    cues = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["language", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "language", "vtt_sha256"], name="one_caption_file_per_words")
        ]


class Rendition(models.Model):
    """An asset as one set of platform rules wants it. Made at approval, once, and kept: retries send the same bytes.

    A picture is made at once. A film takes minutes: its row is written when the post is sent for approval, with what
    is `wanted`, and filled by posts.services.preparing; until then it is not `ready` and its bytes are nowhere.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="renditions")
    rules = models.CharField(max_length=64)  # digest of the rules it was made for
    path = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    mime = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    ready = models.BooleanField(default=True)
    wanted = models.JSONField(default=dict)  # {"max_bytes", "max_side", "max_fps"}
    done = models.FloatField(default=0)  # share of the work, 0 to 1
    lease = models.DateTimeField(null=True)  # somebody is at work, or was until then
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.TextField(blank=True)  # why it cannot be made; '' while it may still succeed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "rules"], name="one_rendition_per_rules")]


class Review(models.Model):
    """A decision of one person on one revision, with its reason. Never changed."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="reviews")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20)  # approved, changes_requested
    # For which unit it counts: the post's own, or the owner of a lent channel.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    own = models.BooleanField(default=False)  # approved their own words because the policy allows it
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "person", "unit", "decision"], name="one_decision_per_person")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise ValueError("A decision is never changed.")
        super().save(*args, **kwargs)
