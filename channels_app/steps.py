"""The steps of the first checklist that are about channels."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from libsocial.accounts import checklist
from libsocial.accounts.models import User


def has_practice(person: User) -> bool:
    return Channel.objects.living().filter(platform="practice").exists()


def has_connected(person: User) -> bool:
    return Channel.objects.living().exclude(platform="practice").exists()


def register() -> None:
    checklist.register(
        _("Practice channel ready"),
        "channels:list",
        has_practice,
        text=_("A network inside LibSocial: try everything there, nothing leaves the library."),
        ability="channel.see",
        order=10,
    )
    checklist.register(
        _("Connect a channel"),
        "channels:connect",
        has_connected,
        text=_("Bluesky and Mastodon need no developer account."),
        ability="channel.manage",
        order=30,
    )
