"""What the trail says about people, units and the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "library.opened": _("{actor} opened the library {library}."),
    "library.setting_changed": _("{actor} changed the setting {setting} from {before} to {after}."),
    "library.test_mail_sent": _("{actor} sent a test mail."),
    "unit.created": _("{actor} added the unit {name} below {parent}."),
    "unit.changed": _("{actor} changed the unit {name}."),
    "unit.policy_changed": _("{actor} changed the rules of {name}."),
    "unit.moved": _("{actor} moved {name} from {before} to {after}."),
    "unit.archived": _("{actor} archived the unit {name}."),
    "unit.restored": _("{actor} brought the unit {name} back."),
    "person.deputy_named": _("{actor} named {deputy} as deputy of {person} in {unit} until {until}."),
    "person.deputy_ended": _("{actor} ended {deputy} standing in for {person} in {unit}."),
    "person.invited": _("{actor} invited {email} to {unit} as {role}."),
    "person.invited_again": _("{actor} made a new invitation link for {email} to {unit} as {role}."),
    "person.invitation_revoked": _("{actor} revoked the invitation of {email} to {unit} as {role}."),
    "person.joined": _("{person} accepted the invitation to {unit} as {role}."),
    "person.registered": _("{person} registered an account."),
    "person.role_given": _("{actor} made {person} {role_name} of {unit}."),
    "person.role_taken": _("{actor} took the role {role_name} of {unit} from {person}."),
    "person.deactivated": _("{actor} deactivated the account of {person}."),
    "person.reactivated": _("{actor} let {person} in again."),
    "person.reset_link_made": _("{actor} made a link with which {person} can set a new password."),
    "person.factors_removed": _("{actor} removed the second factors of {person}."),
    "person.profile_changed": _("{person} changed their profile."),
    "person.session_ended": _("{person} signed another session out."),
    "person.password_changed": _("{person} changed their password."),
    "person.password_reset": _("{person} set a new password by a reset link."),
    "person.email_changed": _("{person} changed their e-mail address."),
    "person.factor_added": _("{person} added a second factor ({kind})."),
    "person.factor_removed": _("{person} removed a second factor ({kind})."),
    "person.recovery_codes_renewed": _("{person} made new recovery codes."),
}
