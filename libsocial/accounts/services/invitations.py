"""Letting somebody in by a link: it works once, for seven days, as long as whoever gave it may give it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Invitation, Membership, Role, Unit, User
from libsocial.accounts.policies import can, forget_grants, require
from libsocial.audit import services as audit
from libsocial.notices import letters
from libsocial.notices import services as notices
from libsocial.notices.models import Letter

LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Made:
    """The link exists here, and encrypted in its letter until that has left: the row keeps its hash."""

    invitation: Invitation
    link: str


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(*, by: User, email: str, unit: Unit, role: Role | str, by_mail: bool = False) -> Made:
    """Raises NotAllowed, and Refused when the person already has this role there. `by_mail` where mail is set up."""
    require(by, "people.manage", unit)
    email, role = email.strip().lower(), Role(role)
    if unit.archived_at:
        raise Refused(_("This unit is archived. Choose another one."), "unit")
    if Membership.objects.filter(user__email__iexact=email, unit=unit, role=role, user__is_active=True).exists():
        raise Refused(_("This person already has this role there."), "email")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        # A newer invitation for the same role replaces the older one: one living link.
        _end(_open().filter(email=email, unit=unit, role=role), revoked_at=timezone.now())
        invitation = Invitation.objects.create(
            email=email,
            unit=unit,
            role=role,
            token_hash=digest(token),
            invited_by=by,
            expires_at=timezone.now() + LASTS,
        )
        made = _made(invitation, token, by_mail)
        _record("person.invited", by, invitation)
    return made


def renew(*, by: User, invitation: Invitation, by_mail: bool = False) -> Made:
    """A fresh link and a fresh week; the old link is dead. Raises NotAllowed, Refused."""
    require(by, "people.manage", invitation.unit)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        expires_at = timezone.now() + LASTS
        if not _end(_waiting(invitation), token_hash=digest(token), expires_at=expires_at, invited_by=by):
            raise Refused(_("This invitation was accepted or revoked in the meantime."))
        invitation.refresh_from_db()
        made = _made(invitation, token, by_mail)
        _record("person.invited_again", by, invitation)
    return made


def revoke(*, by: User, invitation: Invitation) -> None:
    """Raises NotAllowed, Refused."""
    require(by, "people.manage", invitation.unit)
    with transaction.atomic():
        if not _end(_waiting(invitation), revoked_at=timezone.now()):
            raise Refused(_("This invitation was accepted or revoked in the meantime."))
        _record("person.invitation_revoked", by, invitation)


def find(token: str) -> Invitation | None:
    """The invitation behind a link, if it can still be accepted. Whatever is wrong with it: None."""
    invitation = _open().select_related("unit", "invited_by").filter(token_hash=digest(token)).first()
    if invitation is None or invitation.unit.archived_at:
        return None
    giver = invitation.invited_by
    return invitation if giver.is_active and can(giver, "people.manage", invitation.unit) else None


def accept_as_new(*, invitation: Invitation, name: str, password: str, language: str = "") -> User:
    """Makes the account and gives the role. Raises Refused when the link was used up or the address has an account."""
    try:
        with transaction.atomic():
            _use_up(invitation)
            person = User.objects.create_person(invitation.email, password, name=name.strip(), language=language)
            _join(invitation, person)
    except IntegrityError as error:
        raise Refused(_("There is an account with this address already. Sign in to accept the invitation.")) from error
    return person


def accept_as_known(*, invitation: Invitation, person: User) -> None:
    """Gives the role to somebody who is signed in with the invited address. Raises Refused."""
    if person.email.lower() != invitation.email.lower():
        raise Refused(_("This invitation is for another address than the one you are signed in with."))
    with transaction.atomic():
        _use_up(invitation)
        _join(invitation, person)


def _open() -> QuerySet[Invitation]:
    return Invitation.objects.filter(Q(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()))


def _use_up(invitation: Invitation) -> None:
    """Of two clicks at once one accepts."""
    if not _end(_open().filter(pk=invitation.pk), accepted_at=timezone.now()):
        raise Refused(_("This invitation can no longer be used."))


def _waiting(invitation: Invitation) -> QuerySet[Invitation]:
    return Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)


def _end(found: QuerySet[Invitation], **values: object) -> int:
    """Writes what ends these links, and calls back the letters that still carry them; the number ended."""
    carried = list(Letter.objects.filter(pk__in=found.exclude(letter=None).values("letter")))
    ended = found.update(**values)
    for letter in carried if ended else ():
        letters.call_back(letter)
    return ended


def _made(invitation: Invitation, token: str, by_mail: bool) -> Made:
    made = Made(invitation, settings.BASE_URL + reverse("accounts:accept", args=[token]))
    if by_mail and settings.MAIL_CONFIGURED:
        invitation.letter = letters.post(_compose(made), kind="invitation")
        invitation.save(update_fields=["letter"])
    return made


def _join(invitation: Invitation, person: User) -> None:
    Membership.objects.get_or_create(user=person, unit=invitation.unit, role=invitation.role)
    forget_grants(person)
    params = {"person": str(person), "unit": invitation.unit.name}
    notices.tell([invitation.invited_by], "account.invitation_accepted", params=params, url=reverse("accounts:people"))
    data = {"person": str(person), "role": invitation.role, "unit": invitation.unit.name}
    audit.record("person.joined", by=person, on=person, unit=invitation.unit, data=data)


def _record(action: str, by: User, invitation: Invitation) -> None:
    data = {"email": invitation.email, "role": invitation.role, "unit": invitation.unit.name}
    audit.record(action, by=by, on=invitation, unit=invitation.unit, data=data)


def _compose(made: Made) -> EmailMultiAlternatives:
    invitation = made.invitation
    spoken = invitation.unit.language.split("-")[0]
    known = dict(settings.LANGUAGES)
    with translation.override(spoken if spoken in known else settings.LANGUAGE_CODE):
        context = {"invitation": invitation, "link": made.link, "days": LASTS.days}
        mail = EmailMultiAlternatives(
            subject=_("Your invitation to LibSocial"),
            body=render_to_string("accounts/mail/invitation.txt", context),
            to=[invitation.email],
        )
        mail.attach_alternative(render_to_string("accounts/mail/invitation.html", context), "text/html")
    return mail
