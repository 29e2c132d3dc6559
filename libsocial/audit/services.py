"""Writing the trail: `audit.services.record(...)` is the last line of a service, inside its transaction."""

from __future__ import annotations

from typing import Any

from django.db import models

from libsocial.audit.models import Entry
from libsocial.audit.sentences import SENTENCES
from libsocial.core.context import request_id


def record(
    action: str,
    *,
    by: models.Model | None,
    on: models.Model,
    unit: models.Model | None = None,
    data: dict[str, Any] | None = None,
) -> Entry:
    """Appends one entry. `by` is None for the machine itself. Raises KeyError for an action without a sentence."""
    SENTENCES[action]
    return Entry.objects.create(
        action=action,
        actor=by,
        actor_name=str(by) if by else "",
        unit=unit,
        subject_type=on._meta.label_lower,
        subject_id=str(on.pk),
        data=data or {},
        request_id=request_id(),
    )
