"""What the pages around sign-in need to know about the house. Asked only when a template asks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from libsocial.core import site_settings


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""

    def open_registration() -> bool:
        return settings.MAIL_CONFIGURED and site_settings.get("accounts.open_registration")

    return {"mail_works": settings.MAIL_CONFIGURED, "open_registration": open_registration}
