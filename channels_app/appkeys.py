"""Our application's keys at each platform: the environment first, else what an administrator entered, encrypted.

One set of keys serves the whole installation, and several platforms of one house (Facebook and Instagram).
"""

from __future__ import annotations

from django.conf import settings

from channels_app.models import AppKeys
from channels_app.platforms.base import Adapter
from libsocial.core.crypto import CannotDecrypt


def owner_of(adapter: Adapter) -> str:
    """The platform whose keys this adapter uses."""
    return adapter.app_key or adapter.key


def from_environment(adapter: Adapter) -> dict[str, str]:
    """The fields given by LIBSOCIAL_APP_<PLATFORM>_<FIELD>."""
    start = f"{owner_of(adapter)}_".upper()
    names = {field.name: f"{start}{field.name}".upper() for field in adapter.app_fields}
    return {name: settings.PLATFORM_APPS[key] for name, key in names.items() if settings.PLATFORM_APPS.get(key)}


def entered(adapter: Adapter) -> dict[str, str]:
    """The fields an administrator entered; empty where there are none, or no key opens them any more."""
    try:
        row = AppKeys.objects.filter(platform=owner_of(adapter)).first()
    except CannotDecrypt:
        return {}
    return {str(name): str(value) for name, value in row.secret.items() if value} if row else {}


def of(adapter: Adapter) -> dict[str, str]:
    """The keys as they are; fields nobody gave are missing."""
    return {**entered(adapter), **from_environment(adapter)} if adapter.app_fields else {}


def missing(adapter: Adapter) -> list[str]:
    """The names of the fields without which nobody can connect."""
    return adapter.lacks(of(adapter))
