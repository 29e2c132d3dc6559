"""The media library: pictures, films and documents, the words of films, and what was made of them for platforms."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q


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
