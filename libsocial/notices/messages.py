"""What the notices say of themselves, and what the trail says of how people want them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from libsocial.notices.catalogue import Message

SENTENCES = {
    "notices.chosen": _("{person} chose how to be told."),
    "notices.hook_set": _("{person} has their notices sent to {host}."),
    "notices.hook_removed": _("{person} has their notices sent nowhere any more."),
}
MESSAGES = {
    "account.hook_stopped": Message(
        _("Notices are no longer sent to {host}"),
        _("The address took none of them for a day. Mend it, then press “Try again” under “What reaches you”."),
        "caution",
        mail=True,
    ),
    "account.hook_test": Message(_("A test from LibSocial"), _("Notices reach this address."), "good"),
}
