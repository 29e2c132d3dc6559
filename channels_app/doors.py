"""The guarded door to one platform: hosts an administrator set for it may be private ones (a proxy, a test network)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from libsocial.core import http


def door_of(platform: str, **limits: Any) -> requests.Session:
    """A session of libsocial.core.http; `limits` are those of `http.outside` (max_bytes, total)."""
    return http.outside(label=platform, allow_private=set_for(platform), **limits)


def set_for(platform: str) -> list[str]:
    """`host:port` of the hosts that LIBSOCIAL_HOST_<PLATFORM>_… names."""
    start = f"{platform}_".upper()
    addresses = (urlsplit(url) for name, url in settings.PLATFORM_HOSTS.items() if name.startswith(start))
    return [f"{one.hostname}:{one.port}" if one.port else str(one.hostname) for one in addresses if one.hostname]
