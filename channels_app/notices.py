"""What people are told about channels. Each says what happened, what we do, what they can do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from libsocial.notices.catalogue import Message

MESSAGES = {
    "channel.lost": Message(
        _("{channel} must be reconnected"),
        _(
            "{platform} no longer lets us in. {reason} Nothing is sent there until it is reconnected; "
            "planned posts wait and nothing is lost. Open the channel and press Reconnect."
        ),
        "bad",
        mail=True,
    ),
    "channel.unreachable": Message(
        _("{channel} cannot be reached"),
        _(
            "{reason} We keep trying every hour, and posts that are due are tried again by themselves. "
            "If it lasts, look whether the server is running."
        ),
        "caution",
        mail=False,
    ),
    "channel.ending": Message(
        _("{channel} must be reconnected before {day}"),
        _(
            "The access {platform} gave us ends in {days} days, and only a person can renew it. "
            "Open the channel and press Reconnect: planned posts, history and loans stay."
        ),
        "caution",
        mail=True,
    ),
    "channel.no_funds": Message(
        _("{channel} was paused: {platform} wants to be paid"),
        _("{reason} Planned posts wait. Settle it at {platform}, then open the channel and press Resume."),
        "bad",
        mail=True,
    ),
    "channel.key_left": Message(
        _("One thing is left to do at {platform}"),
        _("{why} {left}"),
        "caution",
    ),
    "channel.lent": Message(
        _("{channel} was lent to {borrower}"),
        _("Your unit can now plan posts for this channel. They also need the approval of {owner}."),
        "info",
    ),
    "channel.unlent": Message(
        _("{channel} was taken back"),
        _(
            "{borrower} can no longer plan posts there. What was approved already still goes out. "
            "Ask {owner} if you need it."
        ),
        "info",
    ),
}
