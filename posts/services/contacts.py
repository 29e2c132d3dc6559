"""The known contacts of the library: what texts may name, how its cards look, what is said on access."""

from __future__ import annotations

import re

import phonenumbers
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import require
from libsocial.audit import services as audit
from posts import drafting
from posts.checking import region_of
from posts.models import Contact

KINDS: dict[str, str | Promise] = {
    "phone": _("Telephone number"),
    "email": _("E-mail address"),
    "domain": _("Mail domain"),
    "name": _("Name of a person"),
    "host": _("Server inside the house"),
    "card": _("Library card numbers"),
    "access": _("Words on access"),
}
MOST_ACCESS = 500
_EMAIL = re.compile(r"[^@\s]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}")
_HOST = re.compile(r"[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,5}")


class Refused(Exception):
    """It was not taken; the text is a sentence, `field` the field it is about."""

    def __init__(self, sentence: str | Promise, field: str = "value") -> None:
        super().__init__(str(sentence))
        self.field = field


def add(*, by: User, unit: Unit, kind: str, value: str, note: str = "") -> Contact:
    """Adds one contact; a unit has one text on access, a new one takes the place of the old. Raises NotAllowed,
    Refused."""
    require(by, "unit.manage", unit)
    if kind not in KINDS:
        raise Refused(_("Choose what it is."), "kind")
    value = _clean(kind, drafting.text_of(value).strip(), unit)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        if kind == "access":
            Contact.objects.filter(unit=unit, kind=kind).delete()
        row, made = Contact.objects.get_or_create(
            unit=unit, kind=kind, value=value, defaults={"note": drafting.text_of(note).strip()[:120], "added_by": by}
        )
        if made:
            audit.record("contact.added", by=by, on=unit, unit=unit, data=_told(row))
    return row


def add_card(*, by: User, unit: Unit, prefix: str, length: int, luhn: bool) -> Contact:
    """Adds how card numbers look: first digits, length in digits, Luhn check. Raises NotAllowed, Refused."""
    prefix = prefix.strip()
    if not prefix.isascii() or not prefix.isdigit() or len(prefix) > 12:
        raise Refused(_("Type the first digits that all cards have in common, such as 21234."), "prefix")
    if not max(6, len(prefix) + 1) <= length <= 24:
        raise Refused(_("A card number has 6 to 24 digits, and more than those it begins with."), "length")
    return add(by=by, unit=unit, kind="card", value=f"{prefix}|{length}|{'luhn' if luhn else ''}")


def remove(*, by: User, contact: Contact) -> None:
    """Takes one away; its rule speaks again. Raises NotAllowed."""
    require(by, "unit.manage", contact.unit)
    with transaction.atomic():
        if Contact.objects.filter(pk=contact.pk).delete()[0]:
            audit.record("contact.removed", by=by, on=contact.unit, unit=contact.unit, data=_told(contact))


def _told(row: Contact) -> dict[str, str]:
    return {"value": row.value[:120], "kind": str(KINDS[row.kind]), "unit": str(row.unit)}


def _clean(kind: str, value: str, unit: Unit) -> str:
    if not value:
        raise Refused(_("Type what it is."))
    match kind:
        case "phone":
            return _phone(value, unit)
        case "email":
            if not _EMAIL.fullmatch(value.lower()):
                raise Refused(_("This is not an e-mail address. It looks like desk@library.example."))
            return value.lower()
        case "domain" | "host":
            value = value.lower().removeprefix("https://").removeprefix("http://").lstrip("@").rstrip("/")
            if not _HOST.fullmatch(value):
                raise Refused(_("This is not the name of a server. It looks like library.example."))
            return value
        case "access" if len(value) > MOST_ACCESS:
            raise Refused(_("This is too long: keep it to two or three sentences."))
        case "name" if len(value) > 120 or " " not in value:
            raise Refused(_("Type first and second name, as they stand in texts."))
    return value


def _phone(value: str, unit: Unit) -> str:
    try:
        number = phonenumbers.parse(value, region_of(unit.zone) or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Refused(_("This is not a telephone number. Type it with its country, such as +44 20 7946 0000."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
