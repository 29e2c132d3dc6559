"""What an adapter meets while a person connects an account: the sentence beside a field, and our registrations.

Pure interface plus one small table (AppRegistration); the flow itself is channels_app.services.connecting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels_app import doors
from channels_app.models import AppRegistration
from libsocial.core.crypto import CannotDecrypt

TRUSTED_FOR = timedelta(days=1)


class FieldProblem(Exception):
    """What was typed does not lead to an account. `field` names the ConnectField ('' for the whole form)."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, str(sentence)


@dataclass(frozen=True)
class Context:
    """What `Adapter.begin` and `finish` may use. `reconnecting` is the remote id of the channel being
    reconnected, '' when a new one is connected; `app` holds our application's keys (Adapter.app_fields), whole."""

    platform: str
    reconnecting: str = ""
    app: dict[str, str] = field(default_factory=dict)

    def http(self) -> requests.Session:
        """A guarded session: private and loopback hosts are refused unless the administrator lists them."""
        return doors.door_of(self.platform)

    def registration(self, server: str, redirect_uri: str, scopes: str = "") -> dict[str, Any] | None:
        """The secret of our application at this server; None where it must be registered (with these scopes).

        Servers forget applications: Mastodon before 4.3 purged unused ones, others drop one with its token. The
        person would stand before an error page there and we would never learn of it. So an old registration is
        not trusted, and none is for an account that has to be reconnected.
        """
        if self.reconnecting:
            return None
        fresh = self._rows(server, redirect_uri).filter(scopes=scopes, created_at__gt=timezone.now() - TRUSTED_FOR)
        try:
            row = fresh.first()
        except CannotDecrypt:
            return None
        return row.secret if row else None

    def keep_registration(self, server: str, redirect_uri: str, secret: dict[str, Any], scopes: str = "") -> None:
        """Remembers (or replaces) our application's registration at this server."""
        # Replaced without reading: the old secret may be one no key opens any more.
        values = {"secret": secret, "scopes": scopes, "created_at": timezone.now()}
        if self._rows(server, redirect_uri).update(**values):
            return
        try:
            with transaction.atomic():
                AppRegistration.objects.create(
                    platform=self.platform, server=server, redirect_uri=redirect_uri, **values
                )
        except IntegrityError:  # somebody else registered at the same moment
            self._rows(server, redirect_uri).update(**values)

    def forget_registration(self, server: str, redirect_uri: str) -> None:
        """The server no longer knows our application: the next `begin` registers again."""
        self._rows(server, redirect_uri).delete()

    def _rows(self, server: str, redirect_uri: str) -> Any:
        return AppRegistration.objects.filter(platform=self.platform, server=server, redirect_uri=redirect_uri)
