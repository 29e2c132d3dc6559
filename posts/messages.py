"""What posts say to people, and what the trail says about them. {title} is the first words of the post."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from libsocial.notices.catalogue import Message

SENTENCES = {
    "post.created": _("{actor} began this post"),
    "post.duplicated": _("{actor} began this post as a copy of “{title}”"),
    "post.edited": _("{actor} changed the post (version {revision})"),
    "post.submitted": _("{actor} sent version {revision} for approval"),
    "post.approved": _("{actor} approved version {revision} for {unit}"),
    "post.approved_own": _("{actor} approved their own version {revision} for {unit}, as the policy allows"),
    "post.changes_requested": _("{actor} requested changes: {reason}"),
    "post.recalled": _("{actor} took the post back to work on it"),
    "post.withdrawn": _("{actor} withdrew the post"),
    "post.archived": _("{actor} archived the post"),
    "post.reopened": _("{actor} brought the post back"),
    "asset.uploaded": _("{actor} added “{name}” to the library"),
    "asset.captioned": _("{actor} added captions to a film ({language})"),
    "asset.described": _("{actor} described a picture: {after}"),
    "asset.catalogued": _("{actor} changed what the library says about “{name}”"),
    "asset.tagged": _("{actor} tagged “{name}”: {tags}"),
    "asset.moved": _("{actor} moved “{name}” to the folder “{folder}”"),
    "asset.unfiled": _("{actor} took “{name}” out of its folder"),
    "asset.shaped": _("{actor} changed how “{name}” is cut"),
    "asset.binned": _("{actor} put “{name}” into the bin"),
    "asset.restored": _("{actor} brought “{name}” back from the bin"),
    "asset.replaced": _("{actor} replaced “{name}” by “{new}”"),
    "asset.deleted": _("“{name}” was deleted from the bin after thirty days"),
    "folder.made": _("{actor} made the folder “{name}”"),
    "folder.renamed": _("{actor} renamed the folder “{before}” to “{name}”"),
    "folder.removed": _("{actor} removed the folder “{name}”; its files stay"),
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
    "post.asset_binned": Message(
        _("“{name}” lies in the bin of the library"), _("Take it out, or bring it back from the bin."), "bad"
    ),
    "post.asset_expired": Message(
        _("“{name}” may be used until {until} only"),
        _("Choose an earlier day, take it out, or enter a new permission on its page in the library."),
        "bad",
    ),
    "post.asset_no_consent": Message(
        _("“{name}” shows people, and no permission of theirs is noted"),
        _("Note on its page in the library where their permission is kept, or take it out."),
        "bad",
    ),
    "post.asset_expires_soon": Message(
        _("“{name}” may be used until {until}"),
        _("Its permission ends soon after this post goes out. Ask for a longer one if the post is to stay."),
        "caution",
    ),
    # to the editors, two weeks before
    "asset.expires_with_posts": Message(
        _("The permission for “{name}” ends on {until}"),
        _("Planned with it: “{title}”. Ask for a longer permission, or choose another picture."),
        "caution",
        mail=True,
    ),
    # said by the guard, just before sending
    "post.asset_withheld": Message(
        _("“{title}” was not sent on {channel}: one of its pictures may not be used any more"),
        _("Its permission has ended or was taken back. Duplicate the post with another picture."),
        "bad",
        mail=True,
    ),
    "post.not_lent_any_more": Message(
        _("“{title}” was not sent: {channel} is not lent to this unit any more"),
        _("Ask the owner of the channel, or duplicate the post for another one."),
        "bad",
        mail=True,
    ),
}
