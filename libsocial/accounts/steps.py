"""The steps of the first checklist that are about people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from libsocial.accounts import checklist
from libsocial.accounts.models import Invitation, User


def has_invited(person: User) -> bool:
    return User.objects.exclude(pk=person.pk).exists() or Invitation.objects.exists()


def register() -> None:
    checklist.register(
        _("Invite a colleague"),
        "accounts:invite",
        has_invited,
        text=_("So that a second person can look before something is published."),
        action=_("Invite"),
        ability="people.manage",
        order=20,
    )
