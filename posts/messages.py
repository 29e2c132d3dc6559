"""What posts say to people, and what the trail says about them. {title} is the first words of the post."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from libsocial.notices.catalogue import Message

SENTENCES = {
    "post.created": _("{actor} began this post"),
    "post.duplicated": _("{actor} began this post as a copy of “{title}”"),
    "post.edited": _("{actor} changed the post (version {revision})"),
    "post.moved": _("{actor} moved the post to {when} ({zone})"),
    "post.submitted": _("{actor} sent version {revision} for approval"),
    "post.approved": _("{actor} approved version {revision} for {unit}"),
    "post.approved_own": _("{actor} approved their own version {revision} for {unit}, as the policy allows"),
    "post.changes_requested": _("{actor} requested changes: {reason}"),
    "post.recalled": _("{actor} took the post back to work on it"),
    "post.withdrawn": _("{actor} withdrew the post"),
    "post.archived": _("{actor} archived the post"),
    "post.reopened": _("{actor} brought the post back"),
    "calendar.address_made": _("{actor} made a secret calendar address"),
    "calendar.address_renewed": _("{actor} renewed a secret calendar address"),
    "calendar.address_ended": _("{actor} ended a secret calendar address"),
    "calendar.sets_chosen": _("{actor} chose which days the calendar shows: {sets}"),
    "import.made": _("{actor} brought in {count} posts from the file “{name}”"),
    "slot.added": _("{actor} added a posting time to {channel} for {unit}: {when}"),
    "slot.removed": _("{actor} took a posting time from {channel} of {unit}: {when}"),
    "slot.usual_added": _("{actor} gave {channel} the usual posting times for {unit}"),
    "asset.uploaded": _("{actor} added “{name}” to the library"),
    "asset.captioned": _("{actor} added captions to a film ({language})"),
    "asset.described": _("{actor} described a picture: {after}"),
}

MESSAGES = {
    # review
    "post.submitted": Message(
        _("{person} asks you to approve “{title}”"),
        _("It goes out only when it is approved. Read it and approve it, or say what should be changed."),
        "info",
        mail=True,
    ),
    "post.approved": Message(
        _("{person} approved “{title}”"),
        _("It goes out at its time. Any change from now on needs a new approval."),
        "good",
    ),
    "post.half_approved": Message(
        _("{person} approved “{title}”; one more approval is needed"), _("It waits for another person."), "info"
    ),
    "post.changes_requested": Message(
        _("{person} asks for changes to “{title}”"),
        _("“{reason}” Change the post and send it for approval again."),
        "caution",
        mail=True,
    ),
    "post.approval_void": Message(
        _("{person} changed “{title}” after it was approved"),
        _("The approval no longer holds and what was planned is cancelled. It goes out after a new approval."),
        "caution",
        mail=True,
    ),
    "post.changed_in_review": Message(
        _("{person} changed “{title}” while it was in review"),
        _("It is a draft again. It comes back when it is sent for approval."),
        "info",
    ),
    # problems that are not the platform's
    "post.no_channel": Message(_("No channel is chosen"), _("Choose at least one."), "bad"),
    "post.out_of_reach": Message(
        _("Its pictures cannot be fetched from here"),
        _(
            "This platform takes no upload: it fetches pictures and films from our address, and this installation is "
            "not reachable from the internet by https. Take them out for this channel, or ask whoever runs LibSocial "
            "for a public address."
        ),
        "bad",
    ),
    "post.channel_disconnected": Message(
        _("{channel} is disconnected"), _("Take it out, or ask an administrator to connect it again."), "bad"
    ),
    "post.channel_not_lent": Message(
        _("{channel} is not one your unit can use any more"), _("Take it out, or ask its owner to lend it."), "bad"
    ),
    "post.channel_reconnect": Message(
        _("{channel} must be connected again"),
        _("Until then what is due there waits. Tell an administrator."),
        "caution",
    ),
    "post.channel_paused": Message(
        _("{channel} is paused"),
        _("What is due there waits until somebody resumes it and releases the post."),
        "caution",
    ),
    "post.time_passed": Message(
        _("The time {typed} has passed"), _("Choose a later one, or as soon as approved."), "bad"
    ),
    "post.time_gap": Message(
        _("{typed} does not exist: the clocks go forward that night"), _("It goes out at {wall} instead."), "caution"
    ),
    "post.time_twice": Message(
        _("{typed} happens twice: the clocks go back that night"), _("It goes out the first time."), "caution"
    ),
    "post.picture_gone": Message(
        _("A picture is not in the library any more"), _("Take it out and add it again."), "bad"
    ),
    # said by the guard, just before sending
    "post.not_lent_any_more": Message(
        _("“{title}” was not sent: {channel} is not lent to this unit any more"),
        _("Ask the owner of the channel, or duplicate the post for another one."),
        "bad",
        mail=True,
    ),
}
