from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import grants_of, subtree_q
from libsocial.core.crypto import EncryptedJSONField
from libsocial.core.own import OwnUrlField


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, user: User) -> ChannelQuerySet:
        """Channels of the person's units, and those lent to them."""
        own = subtree_q(user, "channel.see", "unit__")
        # What a unit borrows, the units below it may use as well.
        above = [int(part) for grant in grants_of(user) for part in grant.path.strip("/").split("/")]
        lent = ChannelLoan.objects.filter(subtree_q(user, "channel.see", "unit__") | models.Q(unit_id__in=above))
        return self.filter(models.Q(pk__in=self.filter(own).values("pk")) | models.Q(pk__in=lent.values("channel_id")))

    def living(self) -> ChannelQuerySet:
        return self.exclude(state="disconnected")


class Channel(models.Model):
    """An account on a platform, owned by a unit, never by a person."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="channels")
    platform = models.CharField(max_length=30)
    state = models.CharField(max_length=20, default="active")  # see channels_app.states.MACHINE
    name = models.CharField(max_length=200)
    handle = models.CharField(max_length=200, blank=True)
    server = models.CharField(max_length=200, blank=True)  # https://host/path of the account's server, '' where fixed
    remote_id = models.CharField(max_length=200)
    url = OwnUrlField(max_length=500, blank=True)
    avatar = models.CharField(max_length=200, blank=True)  # name in the media storage: our own copy
    facts = models.JSONField(default=dict)  # this server's limits as read
    overrides = models.JSONField(default=dict)  # an administrator's corrections with their reason
    health = models.CharField(max_length=10, default="ok")  # ok, warning, failing
    health_message = models.CharField(max_length=60, blank=True)  # id in the notices catalogue
    health_params = models.JSONField(default=dict)
    probed_at = models.DateTimeField(null=True, blank=True)
    next_probe_at = models.DateTimeField(null=True, blank=True, db_index=True)
    language = models.CharField(max_length=35, blank=True)
    # Tags of the languages its readers are spoken to in, the first one first; []: whatever a post is written in.
    languages = models.JSONField(default=list, blank=True)
    owner_of_record = models.CharField(_("owner of record"), max_length=200, blank=True)
    recovery_notes = models.TextField(_("recovery notes"), blank=True)
    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    connected_at = models.DateTimeField(auto_now_add=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["platform", "name"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "server", "remote_id"], name="one_channel_per_account")
        ]

    def __str__(self) -> str:
        return self.name


class ChannelLoan(models.Model):
    """A channel lent to another unit; that unit's posts then need the owner's approval."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="loans")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="borrowed")
    lent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "unit"], name="one_loan_per_unit")]


class Credential(models.Model):
    """The secret of one channel, encrypted, versioned; refreshed under its row lock."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="credential")
    version = models.PositiveIntegerField(default=1)
    secret = EncryptedJSONField()
    expires_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)  # when renewing ends too and a person must sign in again
    # Lease of the worker that spends the refresh token: works on databases without row locks, held over no HTTP.
    refresh_lease = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)


class AppRegistration(models.Model):
    """Our application's registration at one server (Mastodon registers itself on any instance)."""

    platform = models.CharField(max_length=30)
    server = models.CharField(max_length=200)
    redirect_uri = models.CharField(max_length=300)
    scopes = models.CharField(max_length=500, blank=True)
    secret = EncryptedJSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "server", "redirect_uri"], name="one_registration_per_server")
        ]


class AppKeys(models.Model):
    """Our application's keys at a platform, as an administrator entered them; the environment wins over them."""

    platform = models.CharField(max_length=30, unique=True)
    secret = EncryptedJSONField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)


class ConnectAttempt(models.Model):
    """A browser sign-in under way: used once, by the person who began it, for fifteen minutes."""

    state_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    platform = models.CharField(max_length=30)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="+")  # reconnecting it
    keep = EncryptedJSONField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class PracticeAccount(models.Model):
    """An account on Practice, the platform inside the product. `mode` says what happens with its next post."""

    handle = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    colour = models.CharField(max_length=7, default="#4b6b8a")
    token_hash = models.CharField(max_length=64, blank=True)  # empty: no token opens this account
    mode = models.CharField(max_length=30, default="normal")  # see channels_app.practice.modes
    limited_until = models.DateTimeField(null=True, blank=True)
    followers = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class PracticePostQuerySet(models.QuerySet["PracticePost"]):
    def public(self) -> PracticePostQuerySet:
        return self.filter(public_at__lte=timezone.now())

    def by_accounts(self) -> PracticePostQuerySet:
        """What accounts wrote, without the replies of visitors."""
        return self.filter(author_name="")


class PracticePost(models.Model):
    """A post on Practice. Public to everyone who can open the product, from `public_at` on."""

    account = models.ForeignKey(PracticeAccount, on_delete=models.CASCADE, related_name="posts")
    key = models.CharField(max_length=80)  # the idempotency key its author chose
    reply_to = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    author_name = models.CharField(max_length=120, blank=True)  # a reply written by a visitor
    text = models.TextField(blank=True)
    content_warning = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=35, blank=True)
    media = models.JSONField(default=list)  # uploads, see channels_app.practice.network.Draft
    card = models.JSONField(null=True)  # {url, title, description, thumb: {…} or null}
    replies_closed = models.BooleanField(default=False)
    likes = models.PositiveIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0)
    views = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    public_at = models.DateTimeField(default=timezone.now)

    objects = PracticePostQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="practice_key_once")]


class Feed(models.Model):
    """A feed of ours: what people without accounts read, on the website, in a reader, on a screen in the hall."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    about = models.CharField(max_length=300, blank=True)
    home = models.URLField(max_length=500, blank=True)  # the library's own website
    token_hash = models.CharField(max_length=64, blank=True)  # empty: nothing may be written
    closed_at = models.DateTimeField(null=True, blank=True)  # readers are told it is gone
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title


class FeedItemQuerySet(models.QuerySet["FeedItem"]):
    def current(self) -> FeedItemQuerySet:
        """What is shown now: not taken back, and not past its last day."""
        now = timezone.now()
        return self.filter(removed_at=None).filter(models.Q(shown_until=None) | models.Q(shown_until__gt=now))


class FeedItem(models.Model):
    """One thing said. `uuid` is its identity for readers and never changes; one that was taken back keeps its row, so
    that the same key makes no second one."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=80)  # the idempotency key its author chose
    uuid = models.UUIDField(unique=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    link = models.URLField(max_length=2000, blank=True)
    content_warning = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=35, blank=True)
    media = models.JSONField(default=list)  # [{path, mime, alt, width, height, size, seconds, name, captions}]
    card = models.JSONField(null=True)  # {url, title, description, thumb: {…} or null}
    published_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)
    shown_until = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = FeedItemQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["feed", "key"], name="feed_key_once")]
