"""Opening a channel for work: its secret, its HTTP door, its pictures; and renewing the secret exactly once.

A refresh token may be spent once. Of several workers that need a new secret,
one takes the lease on the credential row by a conditional update (which works
on every database), asks the platform with no transaction open, and saves the
new secret before anybody uses it. The others wait for the new version.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import requests
from django.core.files.storage import default_storage
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import appkeys, doors, outlet, platforms
from channels_app.content import Captions, Media
from channels_app.errors import NeedsReconnect, Rejected, Temporary
from channels_app.models import Channel, Credential
from channels_app.platforms.base import Connected, Session
from libsocial.core.crypto import CannotDecrypt

# Longer than every time-out of one renewing call together; a worker killed meanwhile blocks no longer than this.
LEASE = timedelta(seconds=90)
WAIT_FOR_OTHERS = 20.0  # seconds
FRESH_FOR = timedelta(minutes=3)
LOOK_EVERY = 0.05  # seconds
SECONDS_TO_END = 8.0  # that a platform has to end our key


def open_session(channel: Channel) -> ChannelSession:
    """The session of one channel. Raises NeedsReconnect when there is no credential, or no key opens it."""
    return ChannelSession(channel, _credential_of(channel.pk))


def open_fresh(channel: Channel) -> ChannelSession:
    """The same with a secret that does not end within the next minutes, renewed now where it would: so that nothing
    is begun with a key that dies on the way. A platform that cannot be reached leaves the old one, which still holds.
    """
    session = open_session(channel)
    if expires_soon(session, FRESH_FOR) and "refresh" in platforms.get(channel.platform).capabilities.features:
        with contextlib.suppress(Temporary):
            session.refresh()
    return session


def _credential_of(channel_id: int) -> Credential:
    try:
        return Credential.objects.get(channel_id=channel_id)
    except Credential.DoesNotExist as error:
        raise NeedsReconnect(_("There is no key for this account here any more.")) from error
    except CannotDecrypt as error:
        raise NeedsReconnect(
            _("The stored key of this account cannot be opened: the encryption keys of this installation were changed.")
        ) from error


class ChannelSession(Session):
    """What an adapter may use of one channel."""

    def __init__(self, channel: Channel, credential: Credential) -> None:
        self.platform, self.server = channel.platform, channel.server
        self.remote_id, self.handle, self.url = channel.remote_id, channel.handle, channel.url
        self.facts: dict[str, Any] = dict(channel.facts)
        self._channel_id = channel.pk
        self._take(credential)

    def _take(self, credential: Credential) -> None:
        self._pk, self._version = credential.pk, credential.version
        self._secret, self.expires_at = credential.secret, credential.expires_at

    @property
    def secret(self) -> dict[str, Any]:
        """The credential, decrypted."""
        return self._secret

    def http(self, **limits: float) -> requests.Session:
        """A requests session behind the guarded door."""
        return doors.door_of(self.platform, **limits)

    @property
    def app(self) -> dict[str, str]:
        return keys_of(self.platform)

    def read(self, media: Media | Captions) -> bytes:
        """The bytes that were approved, and no others; raises Rejected."""
        with self.open(media) as file:
            return file.read()

    def open(self, media: Media | Captions) -> BinaryIO:
        """The file that was approved, compared piece by piece before it is handed out; raises Rejected."""
        try:
            file = default_storage.open(media.path)
        except FileNotFoundError as error:
            raise Rejected(_("A picture of this post is no longer in the media folder."), field="media") from error
        if hashlib.file_digest(file, "sha256").hexdigest() != media.sha256:  # type: ignore[arg-type]
            file.close()
            raise Rejected(_("A picture is not the one that was approved."), field="media")
        file.seek(0)
        return file  # type: ignore[return-value]

    def public_url(self, media: Media) -> str:
        if not outlet.is_open():
            raise Rejected(
                _("This platform fetches pictures from our address, which cannot be reached from outside."),
                field="media",
            )
        return outlet.address_of(media)

    # --- renewing ---------------------------------------------------------
    def refresh(self) -> dict[str, Any]:
        """A secret newer than the one this session holds, renewed by us or by whoever was faster.

        Raises NeedsReconnect when the platform refuses or the channel was disconnected meanwhile, and
        Temporary when another worker's renewal takes too long or the platform cannot be reached.
        """
        deadline = time.monotonic() + WAIT_FOR_OTHERS
        while not self._newer_is_there():
            if self._take_lease():
                return self._renew()
            if time.monotonic() > deadline:
                raise Temporary(_("Another worker is renewing this account’s access and has not finished."))
            time.sleep(LOOK_EVERY)
        return self._secret

    def _newer_is_there(self) -> bool:
        current = _credential_of(self._channel_id)
        if (current.pk, current.version) == (self._pk, self._version):
            return False
        self._take(current)
        return True

    def _row(self) -> Any:
        """The credential as this session knows it; matches nothing once it was renewed or erased."""
        return Credential.objects.filter(pk=self._pk, version=self._version)

    def _take_lease(self) -> bool:
        now = timezone.now()
        free = Q(refresh_lease=None) | Q(refresh_lease__lt=now)
        return self._row().filter(free).update(refresh_lease=now + LEASE) == 1

    def _renew(self) -> dict[str, Any]:
        try:
            renewed = platforms.get(self.platform).renew(self, self._secret)
        except NeedsReconnect:
            self._row().update(refresh_lease=None)
            if self._newer_is_there():  # a person reconnected while we asked
                return self._secret
            raise
        except BaseException:
            self._row().update(refresh_lease=None)
            raise
        return self._keep(renewed)

    def _keep(self, renewed: Connected) -> dict[str, Any]:
        """Saved before it is used: what only memory knows dies with the process."""
        saved = self._row().update(
            secret=renewed.secret,
            expires_at=renewed.expires_at,
            # Renewing that says nothing of the end moves nothing.
            **({"ends_at": renewed.ends_at} if renewed.ends_at else {}),
            version=F("version") + 1,
            refresh_lease=None,
            changed_at=timezone.now(),
        )
        if not saved:  # disconnected, or reconnected by a person, while we asked
            self._take(_credential_of(self._channel_id))
            return self._secret
        self._version, self._secret, self.expires_at = self._version + 1, renewed.secret, renewed.expires_at
        return self._secret


class TrialSession(Session):
    """A session on a secret that is not kept yet: enough to try it with a live call."""

    def __init__(self, platform: str, connected: Connected) -> None:
        account = connected.account
        self.platform, self.server = platform, account.server
        self.remote_id, self.handle, self.url = account.remote_id, account.handle, account.url
        self.facts = dict(account.facts)
        self._secret = connected.secret

    @property
    def secret(self) -> dict[str, Any]:
        return self._secret

    @property
    def app(self) -> dict[str, str]:
        return keys_of(self.platform)

    def http(self, **limits: float) -> requests.Session:
        return doors.door_of(self.platform, **limits)


class LastSession(TrialSession):
    """A session on a secret that was erased a moment ago: enough to ask the platform to end it, and not for long,
    as somebody waits for the page."""

    def http(self, **limits: float) -> requests.Session:
        return doors.door_of(self.platform, total=SECONDS_TO_END)


def keys_of(platform: str) -> dict[str, str]:
    """Our application's keys there; raises NeedsReconnect when somebody took them away."""
    adapter = platforms.get(platform)
    if appkeys.missing(adapter):
        raise NeedsReconnect(_("The keys of your application at %s are missing.") % adapter.name)
    return appkeys.of(adapter)


def expires_soon(session: ChannelSession, within: timedelta, now: datetime | None = None) -> bool:
    """Does the secret end within this span? False where it does not expire."""
    return session.expires_at is not None and session.expires_at <= (now or timezone.now()) + within
