"""The guide beside a connect page, filled with this installation's own addresses; and the platforms in groups."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_app import appkeys, outlet, platforms
from channels_app.platforms.base import Adapter
from channels_app.services.connecting import redirect_uri_for


@dataclass(frozen=True)
class FilledStep:
    text: str
    link: str
    copy: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Filled:
    """A guide as a page shows it. `unreachable`: the platform must reach us and cannot."""

    steps: tuple[FilledStep, ...]
    approval: str
    until_then: str
    notes: tuple[str, ...]
    unreachable: bool


@dataclass(frozen=True)
class Offer:
    """A platform on the page where one is chosen. `state`: '' (ready), 'keys' (an application is needed first)."""

    adapter: Adapter
    state: str


@dataclass(frozen=True)
class Group:
    heading: str | Promise
    lead: str | Promise
    offers: tuple[Offer, ...]


def of(adapter: Adapter) -> Filled:
    """The guide of a platform with our own addresses in it."""
    own = _own(adapter)
    steps = tuple(
        FilledStep(str(step.text), step.link, tuple((str(label), value.format(**own)) for label, value in step.copy))
        for step in adapter.guide.steps
    )
    return Filled(
        steps=steps,
        approval=str(adapter.guide.approval),
        until_then=str(adapter.guide.until_then),
        notes=tuple(str(note) for note in adapter.capabilities.notes),
        unreachable=bool(adapter.capabilities.media.fetched) and not outlet.is_open(),
    )


def _own(adapter: Adapter) -> dict[str, str]:
    return {
        "redirect_uri": redirect_uri_for(adapter, {}),
        "base_url": settings.BASE_URL,
        "host": urlsplit(settings.BASE_URL).hostname or "",
        "scopes": " ".join(adapter.scopes),
    }


def groups() -> tuple[Group, ...]:
    """Those that need nothing from anyone, then those that need an application at the platform."""
    at_once = tuple(Offer(one, "") for one in platforms.ALL if not one.app_fields)
    by_application = tuple(
        Offer(one, "keys" if appkeys.missing(one) else "") for one in platforms.ALL if one.app_fields
    )
    return (
        Group(_("Ready at once"), _("An account there is enough. No developer account, no key from anyone."), at_once),
        Group(
            _("With an application of your own"),
            _(
                "These platforms let programs in by an application that your library registers there once. "
                "Each page says step by step how, and what the platform wants to see first."
            ),
            by_application,
        ),
    )
