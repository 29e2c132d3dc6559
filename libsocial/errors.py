"""Errors go to a collector only where one is named; what goes there has passed the same redaction as the logs."""

from __future__ import annotations

from typing import Any

import sentry_sdk
from django.conf import settings

from libsocial.core.logging import redact_value


def report_to_collector() -> bool:
    """Switch reporting on when LIBSOCIAL_SENTRY_DSN is set; whether it is."""
    if not settings.SENTRY_DSN:
        return False
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,  # they hold patrons' words
        max_request_body_size="never",
        before_send=clean,
        before_breadcrumb=clean,
    )
    return True


def clean(event: Any, hint: dict[str, Any]) -> Any:
    """The event without secrets."""
    return redact_value(event)
