"""Settings of this installation kept in the database. Each has a declared default."""

from __future__ import annotations

from typing import Any

from libsocial.core.models import SiteSetting

DEFAULTS: dict[str, Any] = {
    # Private or loopback hosts that channels and link cards may reach, besides settings.PRIVATE_HOSTS.
    "outside.private_hosts": [],
    # May a stranger make an account? Off: people come by invitation.
    "accounts.open_registration": False,
}


def get(key: str) -> Any:
    """The value, or its default; KeyError for a name nobody declared."""
    default = DEFAULTS[key]
    row = SiteSetting.objects.filter(key=key).values_list("value", flat=True).first()
    return default if row is None else row


def put(key: str, value: Any) -> None:
    if key not in DEFAULTS:
        raise KeyError(key)
    SiteSetting.objects.update_or_create(key=key, defaults={"value": value})
