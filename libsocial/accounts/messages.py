"""What people are told about their account and their colleagues."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from libsocial.notices.catalogue import Message

MESSAGES = {
    "account.role_given": Message(
        _("{by} made you {role} of {unit}"),
        _("Your pages show what belongs to it from now on."),
        "good",
        mail=True,
    ),
    "account.deputy_named": Message(
        _("You stand in for {person} in {unit} until {until}"),
        _("In that time you may approve posts there in their place, except those you wrote. {reason}"),
        "info",
        mail=True,
    ),
    "account.deputy_ended": Message(_("You no longer stand in for {person} in {unit}"), "", "info"),
    "account.invitation_accepted": Message(
        _("{person} accepted your invitation"),
        _("They can work in {unit} now."),
        "good",
    ),
    "account.registered": Message(
        _("{person} registered an account"),
        _("They see nothing yet. Give them a role under People, or deactivate the account."),
        "info",
        mail=True,
    ),
    "account.factors_removed": Message(
        _("{by} removed the second factors of your account"),
        _(
            "Only your password protects it now. Set up an app or a passkey again. "
            "If you did not ask for this, tell an administrator at once."
        ),
        "caution",
        mail=True,
    ),
    "account.security_changed": Message(
        _("The security of your account was changed: {what}"),
        _("If this was not you, change your password and tell an administrator at once."),
        "caution",
        mail=True,
    ),
}
