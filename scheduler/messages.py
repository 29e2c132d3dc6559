"""What the engine says to people, and what the trail says about it. {title} and {channel} are always known."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from libsocial.notices.catalogue import Message

MESSAGES = {
    # waiting: it takes care of itself
    "delivery.temporary": Message(
        _("{channel} could not take it just now"),
        _("Nothing was published. We try again by ourselves. {reason}"),
        "info",
    ),
    "delivery.rate_limited": Message(
        _("{channel} asks us to slow down"),
        _("Nothing was published. We go on by ourselves as soon as the platform allows it. {reason}"),
        "info",
    ),
    "delivery.trouble": Message(
        _("Something went wrong on our side before sending"),
        _(
            "Nothing was published. We try again by ourselves. If it stays so, show this to whoever runs LibSocial:"
            " {kind}."
        ),
        "caution",
    ),
    "delivery.worker_lost": Message(
        _("The sending was interrupted before it began"),
        _("LibSocial was stopped in the middle of the work. Nothing was published. We try again by ourselves."),
        "info",
    ),
    "delivery.not_arrived": Message(
        _("It had not arrived"),
        _("The platform shows that the interrupted sending left no post. We send it again by ourselves."),
        "info",
    ),
    "delivery.goes_on": Message(
        _("The next part of the thread follows"), _("The parts before it are published."), "info"
    ),
    "delivery.processing": Message(
        _("{channel} has it and is still working on it"),
        _("We look again until it is public."),
        "info",
    ),
    "delivery.again": Message(_("It will be sent again"), _("Someone asked for another try."), "info"),
    # unclear
    "delivery.unclear": Message(
        _("We do not know yet whether it is out"),
        _(
            "The connection broke while the platform was taking it. We ask the platform before we do anything else, so"
            " that it does not appear twice. {reason}"
        ),
        "unsure",
    ),
    "delivery.needs_person": Message(
        _("Please look: is “{title}” on {channel}?"),
        _(
            "The connection broke while the platform was taking it, and the platform cannot tell us what became of it."
            " Look at {look_at}. If it is there, paste its address; if it is not, send it again."
        ),
        "unsure",
        mail=True,
    ),
    # held
    "delivery.held": Message(
        _("Held back"),
        _("Publishing was stopped when its time came. It leaves only when someone releases it. {reason}"),
        "still",
    ),
    "delivery.paused": Message(
        _("{channel} was paused when its time came"),
        _("It waits. When the channel sends again it leaves only when someone releases it."),
        "still",
    ),
    "delivery.overdue": Message(
        _("Its time passed while {channel} stood still"),
        _("Nothing was published. It leaves only when someone releases it."),
        "still",
    ),
    "delivery.to_do": Message(
        _("“{title}” waits for you on {channel}"),
        _("It was handed over as planned. {to_do}"),
        "caution",
    ),
    "delivery.left_out": Message(
        _("Published, but not all of it"),
        _("{channel} did not take: {what}. The rest is public."),
        "caution",
    ),
    "delivery.no_funds": Message(
        _("Waiting: the platform wants to be paid"),
        _("{reason} The channel was paused. Settle it at the platform, resume the channel, then let this post go."),
        "caution",
    ),
    "delivery.reconnect": Message(
        _("“{title}” waits: {channel} must be connected again"),
        _(
            "The platform does not accept our access any more. Nothing was published. Ask an administrator to reconnect"
            " the channel; then release what waited. {reason}"
        ),
        "bad",
        mail=True,
    ),
    "delivery.disconnected": Message(
        _("{channel} is disconnected"),
        _("It waits. Connect the channel again and release it, or cancel it."),
        "caution",
    ),
    # ended without a post
    "delivery.expired": Message(
        _("“{title}” did not go out on {channel} in time"),
        _("Its last sensible moment passed, so we did not publish it late. Plan a new time if it still makes sense."),
        "bad",
        mail=True,
    ),
    "delivery.expired_partly": Message(
        _("Only the first parts of “{title}” are on {channel}"),
        _("The rest could not go out in time. Remove what is published, or finish the thread by hand."),
        "bad",
        mail=True,
    ),
    "delivery.rejected": Message(
        _("{channel} refused “{title}”"),
        _("The platform will not take it as it is. Change the post and have it approved again. {reason}"),
        "bad",
        mail=True,
    ),
    "delivery.unsupported": Message(
        _("{channel} cannot publish “{title}”"),
        _("This kind of post is not possible there. Change the post or choose another channel. {reason}"),
        "bad",
        mail=True,
    ),
    "delivery.gone": Message(
        _("The thread of “{title}” broke on {channel}"),
        _("What it belongs to is not there any more. Look at the channel, then send it again or cancel it. {reason}"),
        "bad",
        mail=True,
    ),
    "delivery.gave_up": Message(
        _("“{title}” could not be sent to {channel}"),
        _("We tried {tries} times without success and stopped. Send it again when the platform works. {reason}"),
        "bad",
        mail=True,
    ),
    "delivery.changed": Message(
        _("“{title}” was not sent: it is not what was approved"),
        _("Its content, channel or time changed after the approval. Plan it again from the post."),
        "bad",
        mail=True,
    ),
    "hold.until_passed": Message(
        _("The pause of {what} was meant to end now"),
        _("It was placed because: {reason}. Nothing resumes by itself. Resume it, or leave it as it is."),
        "caution",
        mail=True,
    ),
}

SENTENCES = {
    "delivery.planned": _("{actor} planned “{title}” for {channel}"),
    "delivery.published": _("“{title}” was published on {channel}"),
    "delivery.failed": _("“{title}” could not be published on {channel}"),
    "delivery.asked": _("It is not clear whether “{title}” is on {channel}; a person was asked"),
    "delivery.said_there": _("{actor} confirmed that “{title}” is on {channel}"),
    "delivery.said_not_there": _("{actor} confirmed that “{title}” is not on {channel}"),
    "delivery.held": _("“{title}” was held back before {channel}"),
    "delivery.released": _("{actor} released “{title}” for {channel}"),
    "delivery.retried": _("{actor} asked for another try of “{title}” on {channel}"),
    "delivery.cancelled": _("{actor} cancelled “{title}” for {channel}"),
    "delivery.expired": _("“{title}” expired before it reached {channel}"),
    "delivery.removed": _("{actor} removed “{title}” from {channel}"),
    "hold.placed": _("{actor} paused publishing ({scope}): {reason}"),
    "hold.lifted": _("{actor} resumed publishing ({scope})"),
}
