"""Roles, leaving and coming back, the ways into an account."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Membership, Role, Unit, User
from libsocial.accounts.policies import NotAllowed, can, forget_grants, require
from libsocial.accounts.services import units
from libsocial.accounts.tokens import ResetKey
from libsocial.audit import services as audit
from libsocial.notices import services as notices

LAST_ADMINISTRATOR = _(
    "This is the last administrator of the library. Make somebody else administrator first; nothing was changed."
)


def manages(by: User, person: User) -> bool:
    """Whether `by` may act on the whole account: every role the person holds lies where `by` manages people.

    Otherwise the administrator of one branch could take over the account of the library's administrator.
    """
    where = [membership.unit for membership in person.memberships.select_related("unit")]
    where = where or [units.root()]  # somebody without a role belongs to the library
    return all(can(by, "people.manage", unit) for unit in where)


def give_role(*, by: User, person: User, unit: Unit, role: Role | str) -> Membership:
    """Raises NotAllowed, Refused."""
    require(by, "people.manage", unit)
    role = Role(role)
    with transaction.atomic():
        if unit.archived_at:
            raise Refused(_("This unit is archived. Choose another one."), "unit")
        membership, new = Membership.objects.get_or_create(user=person, unit=unit, role=role)
        if new:
            _tell_about_role(by, person, unit, role)
            data = {"person": str(person), "role": role.value, "role_name": str(role.label), "unit": unit.name}
            audit.record("person.role_given", by=by, on=person, unit=unit, data=data)
    forget_grants(person)
    return membership


def take_role(*, by: User, membership: Membership) -> None:
    """Raises NotAllowed, and Refused for the last administrator."""
    unit, person = membership.unit, membership.user
    require(by, "people.manage", unit)
    with transaction.atomic():
        _lock_administrators()
        gone, _rows = Membership.objects.filter(pk=membership.pk).delete()
        if not gone:
            return
        _keep_an_administrator()
        role = Role(membership.role)
        data = {"person": str(person), "role": role.value, "role_name": str(role.label), "unit": unit.name}
        audit.record("person.role_taken", by=by, on=person, unit=unit, data=data)
    forget_grants(person)


def deactivate(*, by: User, person: User) -> None:
    """Nobody signs in with this account any more; what the person wrote stays. Raises NotAllowed, Refused."""
    _require_whole(by, person)
    with transaction.atomic():
        _lock_administrators()
        if User.objects.filter(pk=person.pk, is_active=True).update(is_active=False) == 0:
            return
        _keep_an_administrator()
        sign_out_everywhere(person)
        audit.record("person.deactivated", by=by, on=person, unit=units.root(), data={"person": str(person)})
    person.is_active = False


def reactivate(*, by: User, person: User) -> None:
    """Raises NotAllowed."""
    _require_whole(by, person)
    with transaction.atomic():
        if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True) == 0:
            return
        audit.record("person.reactivated", by=by, on=person, unit=units.root(), data={"person": str(person)})
    person.is_active = True


def reset_link(*, by: User, person: User) -> str:
    """A link with which the person sets a new password, once, within a day. To be handed over by hand.

    Raises NotAllowed, Refused.
    """
    _require_whole(by, person)
    if not person.is_active:
        raise Refused(_("This person is deactivated. Let them in again first."))
    with transaction.atomic():
        # The key is bound to the present address: without its row no key would be accepted.
        proven = {"primary": True, "verified": True}
        EmailAddress.objects.get_or_create(user=person, email=person.email, defaults=proven)
        audit.record("person.reset_link_made", by=by, on=person, unit=units.root(), data={"person": str(person)})
    return settings.BASE_URL + reset_path(person)


def reset_path(person: User) -> str:
    key = ResetKey().make_token(person)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])


def remove_second_factors(*, by: User, person: User) -> int:
    """For somebody who lost phone, keys and recovery codes. The person is told. Raises NotAllowed."""
    _require_whole(by, person)
    with transaction.atomic():
        gone, _rows = Authenticator.objects.filter(user=person).delete()
        if gone:
            notices.tell([person], "account.factors_removed", params={"by": str(by)}, url=reverse("mfa_index"))
            data = {"person": str(person), "number": gone}
            audit.record("person.factors_removed", by=by, on=person, unit=units.root(), data=data)
    return gone


def change_profile(*, person: User, **values: object) -> None:
    """Name, zone, language, looks and shortcuts of one's own."""
    before = {name: getattr(person, name) for name in values if getattr(person, name) != values[name]}
    if not before:
        return
    with transaction.atomic():
        for name in before:
            setattr(person, name, values[name])
        person.save(update_fields=list(before))
        data = {"person": str(person), "before": before, "after": {name: values[name] for name in before}}
        audit.record("person.profile_changed", by=person, on=person, unit=units.root(), data=data)


def end_session(*, person: User, session: UserSession) -> None:
    """Signs one of the person's own sessions out."""
    if session.user_id != person.pk:
        raise NotAllowed("session.end")
    with transaction.atomic():
        session.end()
        audit.record("person.session_ended", by=person, on=person, unit=units.root(), data={"person": str(person)})


def sign_out_everywhere(person: User, but: str = "") -> int:
    """Ends the person's sessions, except the one with the key `but`; the number ended."""
    sessions = UserSession.objects.filter(user=person).exclude(session_key=but)
    for session in sessions:
        session.end()
    return len(sessions)


def _require_whole(by: User, person: User) -> None:
    if not manages(by, person):
        raise NotAllowed("people.manage")


def _lock_administrators() -> None:
    """Two administrators who remove each other at the same moment take turns."""
    Unit.objects.select_for_update().get(parent=None)


def _keep_an_administrator() -> None:
    if not administrators().exists():
        raise Refused(LAST_ADMINISTRATOR)


def administrators() -> QuerySet[User]:
    """Those who can administer the whole library now."""
    return User.objects.filter(is_active=True, memberships__role=Role.ADMIN, memberships__unit__parent=None).distinct()


def _tell_about_role(by: User, person: User, unit: Unit, role: Role) -> None:
    if by != person:
        params = {"by": str(by), "role": str(role.label), "unit": unit.name}
        notices.tell([person], "account.role_given", params=params, url=reverse("accounts:profile"))
