"""Keys of our own with which this installation proves that it is the application it says it is.

Made when first needed, kept encrypted, one for each identity: what is published of it stands at our own address.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction

from channels_app.models import AppRegistration
from channels_app.platforms import _dpop
from libsocial.core.crypto import CannotDecrypt


def key_of(platform: str, identity: str) -> dict[str, str]:
    """The private key (JWK, ES256) of the application known by this address. Asked by many at once, it is one."""
    rows = AppRegistration.objects.filter(platform=platform, server="", redirect_uri=identity)
    try:
        row = rows.first()
    except CannotDecrypt:  # the encryption keys were changed: nobody can sign with it any more
        rows.delete()
        row = None
    if row is None:
        try:
            with transaction.atomic():
                row = AppRegistration.objects.create(
                    platform=platform, server="", redirect_uri=identity, secret={"key": _dpop.new_key()}
                )
        except IntegrityError:  # somebody else made it at the same moment
            row = rows.get()
    return dict(row.secret["key"])
