"""What the trail says about hours and closures."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "hours.week_changed": _("{actor} changed the opening hours of {name}."),
    "hours.week_followed": _("{actor} let {name} follow the opening hours of the unit above."),
    "hours.quiet_added": _("{actor} added quiet hours for {name}, {begins} to {ends}."),
    "hours.quiet_ended": _("{actor} ended the quiet hours of {name}, {begins} to {ends}."),
    "hours.quiet_followed": _("{actor} let {name} follow the quiet hours of the unit above."),
    "hours.rules_changed": _("{actor} changed the rules about hours of {name}."),
    "closure.declared": _("{actor} closed {name} from {first} to {last}: {reason}."),
    "closure.proposed": _("A calendar proposes to close {name} from {first} to {last}: {reason}."),
    "closure.dismissed": _("{actor} dismissed the proposal to close {name} from {first} to {last}: {reason}."),
    "closure.changed": _("{actor} changed the closure of {name}, now from {first} to {last}: {reason}."),
    "closure.lifted": _("{actor} lifted the closure of {name} from {first} to {last}: {reason}."),
}
