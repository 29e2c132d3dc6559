"""What an adapter meets while a person connects an account: the sentence beside a field, and our registrations.

Pure interface plus one small table (AppRegistration); the flow itself is channels_app.services.connecting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from channels_app.models import AppRegistration
from libsocial.core import http


class FieldProblem(Exception):
    """What was typed does not lead to an account. `field` names the ConnectField ('' for the whole form)."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, str(sentence)


@dataclass(frozen=True)
class Context:
    """What `Adapter.begin` and `finish` may use. `reconnecting` is the remote id of the channel being
    reconnected, '' when a new one is connected."""

    platform: str
    reconnecting: str = ""

    def http(self) -> requests.Session:
        """A guarded session: private and loopback hosts are refused unless the administrator lists them."""
        return http.outside(label=self.platform)

    def registration(self, server: str, redirect_uri: str, scopes: str = "") -> dict[str, Any] | None:
        """The secret of our application at this server, None where it is not registered (with these scopes)."""
        row = self._rows(server, redirect_uri).filter(scopes=scopes).first()
        return row.secret if row else None

    def keep_registration(self, server: str, redirect_uri: str, secret: dict[str, Any], scopes: str = "") -> None:
        """Remembers (or replaces) our application's registration at this server."""
        AppRegistration.objects.update_or_create(
            platform=self.platform,
            server=server,
            redirect_uri=redirect_uri,
            defaults={"secret": secret, "scopes": scopes},
        )

    def forget_registration(self, server: str, redirect_uri: str) -> None:
        """The server no longer knows our application: the next `begin` registers again."""
        self._rows(server, redirect_uri).delete()

    def _rows(self, server: str, redirect_uri: str) -> Any:
        return AppRegistration.objects.filter(platform=self.platform, server=server, redirect_uri=redirect_uri)
