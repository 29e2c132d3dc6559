"""Second factors under a new encryption key. allauth keeps their secrets inside a JSON column."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator

from libsocial.core import crypto

# Where an authenticator keeps what MFAAdapter encrypted. Passkeys hold public keys only.
SECRETS = ("secret", "seed", "migrated_codes")


def rotate(*, write: bool) -> tuple[int, list[int]]:
    """How many authenticators were (or would be) written anew, and those that no present key opens."""
    rewritten, lost = 0, []
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        try:
            fresh = {name: _anew(value) for name, value in authenticator.data.items() if name in SECRETS}
        except crypto.CannotDecrypt:
            lost.append(authenticator.pk)
            continue
        # Somebody may use a recovery code this moment: only a row that is as it was read is written.
        same = Authenticator.objects.filter(pk=authenticator.pk, data=authenticator.data)
        rewritten += same.update(data={**authenticator.data, **fresh}) if write else 1
    return rewritten, lost


def _anew(value: Any) -> Any:
    return [crypto.rotate(one) for one in value] if isinstance(value, list) else crypto.rotate(value)
