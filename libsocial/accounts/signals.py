"""What allauth does with an account, written into the trail and told to its owner."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import User
from libsocial.accounts.services import people, units
from libsocial.audit import services as audit
from libsocial.notices import services as notices


def _note(user: User, action: str, what: str | Promise, **data: str) -> None:
    with transaction.atomic():
        notices.tell([user], "account.security_changed", params={"what": str(what)}, url=reverse("mfa_index"))
        audit.record(action, by=user, on=user, unit=units.root(), data={"person": str(user), **data})


@receiver(account.password_changed)
@receiver(account.password_set)
def on_password_changed(user: User, **kwargs: Any) -> None:
    _note(user, "person.password_changed", _("password"))


@receiver(account.password_reset)
def on_password_reset(user: User, **kwargs: Any) -> None:
    people.sign_out_everywhere(user)
    _note(user, "person.password_reset", _("password"))


@receiver(account.email_changed)
def on_email_changed(user: User, from_email_address: Any = None, **kwargs: Any) -> None:
    """The old address is told as well: if it was not the owner who changed it, only that mailbox can still say so."""
    _note(user, "person.email_changed", _("e-mail address"))
    if from_email_address is not None:
        get_adapter().send_mail("account/email/address_moved", from_email_address.email, {"user": user})


@receiver(mfa.authenticator_added)
def on_factor_added(user: User, authenticator: Any, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return  # they come by themselves with the first real factor
    kind = str(authenticator.get_type_display())
    _note(user, "person.factor_added", kind, kind=kind)


@receiver(mfa.authenticator_removed)
def on_factor_removed(user: User, authenticator: Any, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    kind = str(authenticator.get_type_display())
    _note(user, "person.factor_removed", kind, kind=kind)


@receiver(mfa.authenticator_reset)
def on_codes_renewed(user: User, **kwargs: Any) -> None:
    _note(user, "person.recovery_codes_renewed", _("recovery codes"))


@receiver(account.user_signed_up)
def on_signed_up(user: User, **kwargs: Any) -> None:
    """Only with open registration: those who come by invitation do not pass here."""
    with transaction.atomic():
        notices.tell(
            people.administrators(), "account.registered", params={"person": str(user)}, url=reverse("accounts:people")
        )
        audit.record("person.registered", by=user, on=user, unit=units.root(), data={"person": str(user)})
