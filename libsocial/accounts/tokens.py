"""The key in a link that sets a new password."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from libsocial.accounts.models import Membership, User


class ResetKey(PasswordResetTokenGenerator):
    """Dies with the password, the next sign-in, and any change of addresses, roles or the account's state.

    An administrator of one branch may make a link for somebody of that branch. Kept back, it must not
    open the account when that person administers the library a day later.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        addresses = EmailAddress.objects.filter(user=user).order_by("email").values_list("email", flat=True)
        roles = Membership.objects.filter(user=user).order_by("unit_id", "role").values_list("unit_id", "role")
        own = f"{user.email}{list(addresses)}{list(roles)}{user.is_active}"
        return super()._make_hash_value(user, timestamp) + own
