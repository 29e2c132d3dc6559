"""What an adapter may raise. The error carries the decision; the engine needs no knowledge of any platform."""

from __future__ import annotations

from datetime import datetime


class PlatformError(Exception):
    """Base. `reason` is a sentence for staff without secrets; `detail` the platform's own words, shortened."""

    def __init__(self, reason: str = "", *, detail: str = "") -> None:
        super().__init__(reason or detail)
        self.reason, self.detail = reason, detail


class Temporary(PlatformError):
    """Certainly not created; trying again later may work. `until`: when, where the platform's work has a known pace
    (a picture still being processed); such a wait is no failed try."""

    def __init__(self, reason: str = "", *, detail: str = "", until: datetime | None = None) -> None:
        super().__init__(reason, detail=detail)
        self.until = until


class RateLimited(Temporary):
    """Certainly not created; not before `until`. `scope`: 'channel' or 'app'."""

    until: datetime

    def __init__(self, until: datetime, reason: str = "", *, detail: str = "", scope: str = "channel") -> None:
        super().__init__(reason, detail=detail, until=until)
        self.scope = scope


class NeedsReconnect(PlatformError):
    """The credential is dead or lacks a right: the channel stops until a person reconnects it."""


class NeedsFunds(PlatformError):
    """Certainly not created: the account with the platform has no credit left, or its plan does not cover this. The
    channel pauses until a person has settled it there and resumes it here (X answers 402)."""


class Rejected(PlatformError):
    """The platform refuses this content for good. `field` names what to change ('text', 'media', 'alt' …)."""

    def __init__(self, reason: str, *, field: str = "", detail: str = "") -> None:
        super().__init__(reason, detail=detail)
        self.field = field


class Unclear(PlatformError):
    """The creating request was sent and nobody knows what became of it."""


class Unsupported(PlatformError):
    """This platform cannot do that at all."""


class Gone(PlatformError):
    """The remote thing is not there (any more)."""
