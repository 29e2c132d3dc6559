"""Everything the product tells people, in one place: to be read, reviewed and translated together.

A message says what happened, what we will do, what you can do. Parameters stand
in braces. An app registers its own messages in its AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.core import own

SEVERITIES = ("good", "info", "caution", "bad", "unsure", "still")


@dataclass(frozen=True)
class Message:
    """`mail`: worth a mail while unread. `severity`: good, info, caution, bad, unsure or still."""

    heading: str | Promise
    body: str | Promise = ""
    severity: str = "info"
    mail: bool = False

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"unknown severity '{self.severity}'")


@dataclass(frozen=True)
class Rendered:
    heading: str
    body: str
    severity: str


MESSAGES: dict[str, Message] = {}
_STRANGE = Message(_("A notice of another version"), _("This version of LibSocial cannot show it."), "still")


class _Params(dict[str, Any]):
    """A parameter that is missing leaves a gap instead of an error page."""

    def __missing__(self, key: str) -> str:
        return ""


def register(messages: Mapping[str, Message]) -> None:
    """Raises ValueError when two apps claim one id."""
    doubled = {key for key in MESSAGES.keys() & messages.keys() if MESSAGES[key] != messages[key]}
    if doubled:
        raise ValueError(f"notices registered twice: {sorted(doubled)}")
    MESSAGES.update(messages)


def render(message: str, params: Mapping[str, Any] | None = None) -> Rendered:
    """Heading and body in the language that is active now. Plain text: templates escape it."""
    found = MESSAGES.get(message, _STRANGE)
    values = _Params(
        {key: own.shown(value) if isinstance(value, str) else value for key, value in (params or {}).items()}
    )
    return Rendered(
        heading=str(found.heading).format_map(values),
        body=str(found.body).format_map(values),
        severity=found.severity,
    )
