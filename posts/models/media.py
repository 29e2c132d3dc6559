"""The media library: pictures, films and documents, the words of films, and what was made of them for platforms."""

from __future__ import annotations

import re

from django.conf import settings
from django.db import models

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import subtree_q

FILE_NAME = re.compile(r"\.[A-Za-z0-9]{2,4}$")  # ends as files do: "IMG_2041.jpeg"


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, user: User) -> AssetQuerySet:
        return self.filter(subtree_q(user, "post.see", "unit__"))

    def living(self) -> AssetQuerySet:
        """What the library shows: not in the bin, not replaced by a better file, not a film's own still picture."""
        films = Asset.objects.filter(poster=models.OuterRef("pk"))
        own = models.Q(models.Exists(films), original_name="")
        return self.filter(~own, binned_at=None, replaced_by=None)


class Folder(models.Model):
    """A named place of a unit's library; a file lies in one or in none."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="media_folders")
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="one_folder_of_a_name")]

    def __str__(self) -> str:
        return self.name


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
    # What a post takes over when the file is added to it.
    decorative = models.BooleanField(default=False)
    edits = models.JSONField(default=dict)  # see posts.edits
    # Where it is found.
    folder = models.ForeignKey(Folder, null=True, on_delete=models.SET_NULL, related_name="assets")
    tags = models.TextField(blank=True)  # ",garden,story time,": small letters, a comma around each
    # Whether it may be used: whose it is, and what the people in it said.
    alt_language = models.CharField(max_length=35, blank=True)  # BCP-47; '': the unit's
    licence = models.CharField(max_length=20, blank=True)  # a key of posts.licences.LICENCES; '': not said
    rights = models.TextField(blank=True)
    source = models.CharField(max_length=500, blank=True)  # a web address
    shows_people = models.BooleanField(default=False)
    consent = models.CharField(max_length=200, blank=True)  # where the permission of the people shown is kept
    valid_until = models.DateField(null=True)  # the last day it may be used, in the unit's own time
    # The bin: hidden at once, deleted by posts.services.binning when nothing needs it.
    binned_at = models.DateTimeField(null=True, db_index=True)
    binned_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # A better file took its place; posts that were sent for approval keep this one.
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="replaces")

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "sha256"], name="one_asset_per_picture")]

    @property
    def title(self) -> str:
        """What people know it by: a name somebody gave it, else what it shows, else the name its file came with."""
        if self.alt and (not self.original_name or FILE_NAME.search(self.original_name)):
            return self.alt
        return self.original_name or str(self.pk)

    @property
    def tag_list(self) -> list[str]:
        return [tag for tag in self.tags.split(",") if tag]


class AssetUse(models.Model):
    """A revision names a file: in a part, as a film's still picture or as the picture of a link card."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="uses")
    revision = models.ForeignKey("Revision", on_delete=models.CASCADE, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "revision"], name="one_use_per_revision")]


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


class Arrival(models.Model):
    """A large file on its way into the library, piece by piece; owned by the person who sends it.

    `mark` is what the browser knows the file by, so that the same file chosen again goes on where it stopped.
    `pieces` are the stored names in order, `received` their bytes together. When it is complete and was taken in,
    `asset` is what it became, for a browser that never got the answer.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    mark = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    pieces = models.JSONField(default=list)
    asset = models.ForeignKey(Asset, null=True, on_delete=models.CASCADE, related_name="+")
    lease = models.DateTimeField(null=True)  # somebody is looking at the whole file, or was until then
    touched_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "unit", "mark"], name="one_arrival_per_file")]

    @property
    def percent(self) -> int:
        return int(100 * self.received / self.size) if self.size else 0


class Brand(models.Model):
    """How a unit's picture cards look: its colours and its logo. Units below take it over until they have their own."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="+")
    colour = models.CharField(max_length=7)  # "#0b5a61", behind the words or beside them
    logo = models.ForeignKey(Asset, null=True, on_delete=models.SET_NULL, related_name="+")
