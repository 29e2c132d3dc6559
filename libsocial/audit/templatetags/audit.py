"""`{% trail post %}`: the story of one row, as part of its page."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import models
from django.utils.translation import gettext as _

from libsocial.audit import selectors

register = template.Library()


@register.inclusion_tag("audit/_trail.html")
def trail(subject: models.Model, limit: int = 50) -> dict[str, Any]:
    return {"lines": selectors.about(subject, limit)}


@register.filter
def is_said(value: Any) -> bool:
    """False for what was left empty; a zero and a no are answers."""
    return value not in (None, "", [], {})


@register.filter
def in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
