"""What the audit trail says about channels."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "channel.connected": _("{actor} connected {channel} on {platform}"),
    "channel.reconnected": _("{actor} reconnected {channel} on {platform}"),
    "channel.paused": _("{actor} paused {channel}"),
    "channel.resumed": _("{actor} resumed {channel}"),
    "channel.disconnected": _("{actor} disconnected {channel} and erased its key"),
    "channel.key_ended": _("{platform} ended the key of {channel} too"),
    "channel.key_not_ended": _("The key of {channel} may still be good at {platform}: {reason}"),
    "channel.lost": _("{channel} stopped letting us in: {reason}"),
    "channel.probe_failed": _("{channel} could not be reached: {reason}"),
    "channel.probe_worked": _("{channel} can be reached again"),
    "channel.lent": _("{actor} lent {channel} to {borrower}"),
    "channel.unlent": _("{actor} took {channel} back from {borrower}"),
    "channel.overridden": _("{actor} set {fact} of {channel} to {value}: {reason}"),
    "channel.override_removed": _("{actor} removed the correction of {fact} of {channel}"),
    "channel.described": _("{actor} changed owner of record or recovery notes of {channel}"),
    "channel.languages_set": _("{actor} set the languages of {channel}: {languages}"),
    "channel.keys_entered": _("{actor} entered the keys of the application at {platform}"),
    "channel.keys_removed": _("{actor} removed the keys of the application at {platform}"),
    "channel.no_funds": _("{channel} was paused, as {platform} wants to be paid: {reason}"),
    "practice.mode_set": _("{actor} set what happens with the next post of {channel} on Practice"),
}
