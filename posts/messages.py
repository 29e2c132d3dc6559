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
    "post.approved_as_deputy": _("{actor} approved version {revision} for {unit} in place of {absent}"),
    "post.approved_by_guest": _("{guest}, a guest, approved version {revision}"),
    "post.approved_urgent": _("{actor} let version {revision} out alone, as urgent, for {unit}"),
    "post.approval_refused": _("{actor} tried to approve this without the right to; it was refused"),
    "post.urgent_confirmed": _("{actor} judged the urgent version: it was right. {reason}"),
    "post.urgent_objected": _("{actor} objected to the urgent version: {reason}"),
    "post.changes_requested": _("{actor} requested changes: {reason}"),
    "post.guest_invited": _("{actor} made a link for {guest}, a guest"),
    "post.guest_revoked": _("{actor} ended the link of {guest}, a guest"),
    "post.guest_said": _("{guest}, a guest, wrote: {text}"),
    "post.overtaken": _("The planned time passed before version {revision} was decided"),
    "post.escalated": _("Version {revision} waited too long; those above were told"),
    "review.step_set": _("{actor} changed the steps of approval of {unit}"),
    "review.step_removed": _("{actor} removed a step of approval of {unit}"),
    "post.recalled": _("{actor} took the post back to work on it"),
    "post.withdrawn": _("{actor} withdrew the post"),
    "post.archived": _("{actor} archived the post"),
    "post.reopened": _("{actor} brought the post back"),
    "post.copied_for": _("{actor} began this post as a copy of “{title}” of {unit}"),
    "post.restored": _("{actor} brought back the words of version {revision}"),
    "post.commented": _("{actor} wrote a comment"),
    "post.comment_resolved": _("{actor} settled a comment"),
    "post.comment_reopened": _("{actor} opened a comment again"),
    "kit.added": _("{actor} added “{name}” to what colleagues write with"),
    "kit.changed": _("{actor} changed “{name}”"),
    "kit.archived": _("{actor} put “{name}” away"),
    "kit.restored": _("{actor} brought “{name}” back"),
    "repeat.started": _("{actor} began to repeat “{title}”"),
    "repeat.ended": _("{actor} ended the repeat of “{title}”"),
    "repeat.skipped": _("{actor} left the {day} out of the repeat of “{title}”"),
    "repeat.unskipped": _("{actor} took the {day} into the repeat of “{title}” again"),
    "repeat.made": _("Written by the repeat of “{title}”"),
    "evergreen.put_in": _("{actor} put “{title}” into the evergreen queue"),
    "evergreen.changed": _("{actor} changed how “{title}” is used again"),
    "evergreen.paused": _("{actor} paused “{title}” in the evergreen queue"),
    "evergreen.resumed": _("{actor} resumed “{title}” in the evergreen queue"),
    "evergreen.removed": _("{actor} took “{title}” out of the evergreen queue"),
    "evergreen.looked_at": _("{actor} looked at “{title}” and left it in the evergreen queue"),
    "evergreen.put_first": _("{actor} put “{title}” first in the evergreen queue"),
    "evergreen.queue_set": _("{actor} changed how the evergreen queue of {name} fills posting times"),
    "evergreen.made": _("Written by the evergreen queue from “{title}”"),
    "embargo.placed": _("{actor} placed an embargo until {until} ({zone}): {reason}"),
    "embargo.lift_asked": _("{actor} asked to lift the embargo early: {reason}"),
    "embargo.lift_refused": _("{actor} left the embargo in place: {reason}"),
    "embargo.lifted": _("{actor} confirmed and lifted the embargo early: {reason}"),
    "post.language_reviewed": _("{actor} reviewed the {language} version"),
    "unit.language_reviewer_named": _("{actor} made {person} a reviewer of {language} in {name}"),
    "unit.language_reviewer_dismissed": _("{actor} took {person} off the reviewers of {language} in {name}"),
    "unit.glossary_changed": _("{actor} changed the {language} glossary of {name}: “{term}”"),
    "unit.glossary_dropped": _("{actor} took “{term}” out of the {language} glossary of {name}"),
    "campaign.created": _("{actor} began the campaign “{name}”"),
    "campaign.changed": _("{actor} changed the campaign “{name}”"),
    "campaign.archived": _("{actor} archived the campaign “{name}”"),
    "campaign.restored": _("{actor} brought the campaign “{name}” back"),
    "campaign.counted": _("{actor} noted {after} as reached, after {before}"),
    "campaign.cloned": _("{actor} began the campaign “{name}” as a copy of “{source}”, with {drafts} drafts"),
    "campaign.imported": _("{actor} brought the campaign “{name}” in from a pack, with {drafts} drafts"),
    "campaign.exported": _("{actor} made a pack of the campaign “{name}”"),
    "calendar.address_made": _("{actor} made a secret calendar address"),
    "calendar.address_renewed": _("{actor} renewed a secret calendar address"),
    "calendar.address_ended": _("{actor} ended a secret calendar address"),
    "calendar.sets_chosen": _("{actor} chose which days the calendar shows: {sets}"),
    "calendar.day_added": _("{actor} added “{name}” to the days {unit} keeps"),
    "calendar.day_changed": _("{actor} changed “{name}” among the days {unit} keeps"),
    "calendar.day_removed": _("{actor} removed “{name}” from the days {unit} keeps"),
    "import.made": _("{actor} brought in {count} posts from the file “{name}”"),
    "slot.added": _("{actor} added a posting time to {channel} for {unit}: {when}"),
    "slot.removed": _("{actor} took a posting time from {channel} of {unit}: {when}"),
    "slot.usual_added": _("{actor} gave {channel} the usual posting times for {unit}"),
    "asset.uploaded": _("{actor} added “{name}” to the library"),
    "asset.captioned": _("{actor} added captions to a film ({language})"),
    "asset.described": _("{actor} described a picture: {after}"),
    "asset.catalogued": _("{actor} changed what the library says about “{name}”"),
    "asset.tagged": _("{actor} tagged “{name}”: {tags}"),
    "asset.moved": _("{actor} moved “{name}” to the folder “{folder}”"),
    "asset.unfiled": _("{actor} took “{name}” out of its folder"),
    "asset.shaped": _("{actor} changed how “{name}” is cut"),
    "asset.still_chosen": _("{actor} chose the still picture of “{name}”"),
    "asset.lettered": _("{actor} made the text card “{name}”"),
    "brand.set": _("{actor} chose how text cards look: {colour}"),
    "asset.binned": _("{actor} put “{name}” into the bin"),
    "asset.restored": _("{actor} brought “{name}” back from the bin"),
    "asset.replaced": _("{actor} replaced “{name}” by “{new}”"),
    "asset.consent_noted": _("{actor} noted the permission of the people in “{name}”: {where}"),
    "asset.refused": _(
        "{actor} noted that somebody in “{name}” said no; posts changed: {changed}, still shown: {left}"
    ),
    "asset.deleted": _("“{name}” was deleted from the bin after thirty days"),
    "folder.made": _("{actor} made the folder “{name}”"),
    "folder.renamed": _("{actor} renamed the folder “{before}” to “{name}”"),
    "folder.removed": _("{actor} removed the folder “{name}”; its files stay"),
}

MESSAGES = {
    "import.made": Message(
        _("The file “{name}” was brought in"),
        _("It became {count} posts. Lines that stay out, or became drafts to mend, are named on its page."),
        "good",
    ),
    # review
    "post.submitted": Message(
        _("{person} asks you to approve “{title}”"),
        _("It goes out only when it is approved. Read it and approve it, or say what should be changed."),
        "info",  # its mail is a letter, with a link that decides
    ),
    "post.reminder": Message(
        _("“{title}” still waits for a decision"),
        _("It has waited since {since}. Approve it, or say what should be changed."),
        "info",
        mail=True,
    ),
    "post.escalated": Message(
        _("Nobody has decided about “{title}”"),
        _("It has waited since {since}, and those who were asked have not answered. You can decide, or find out why."),
        "caution",
        mail=True,
    ),
    "post.overtaken": Message(
        _("The time of “{title}” passed before it was approved"),
        _("Nothing went out. Choose a new time, then send it for approval again."),
        "caution",
        mail=True,
    ),
    "post.deputy_asked": Message(
        _("You stand in for {absent}: “{title}” waits for a decision"),
        _("{absent} is away. Until they are back you may approve in their place."),
        "info",
        mail=True,
    ),
    "post.glass_broken": Message(
        _("{person} let “{title}” out alone, as urgent"),
        _("“{reason}” Look at it and judge it within a day: was this right?"),
        "caution",
        mail=True,
    ),
    "post.glass_due": Message(
        _("“{title}” still has to be judged"),
        _("{person} let it out alone more than a day ago: “{reason}” Say whether this was right."),
        "caution",
        mail=True,
    ),
    "post.glass_confirmed": Message(_("{person} confirmed that “{title}” was urgent"), _("{reason}"), "good"),
    "post.glass_objected": Message(
        _("{person} objected to how “{title}” went out"), _("“{reason}”"), "caution", mail=True
    ),
    "post.guest_said": Message(_("{person}, a guest, wrote about “{title}”"), _("“{text}”"), "info", mail=True),
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
    # languages
    "language.now_stale": Message(
        _("{person} changed “{title}” after you reviewed its {language} version"),
        _("That version does not go out until it is reviewed again."),
        "caution",
        mail=True,
    ),
    "language.stale": Message(
        _("The {source} text changed after the {language} version was reviewed"),
        _("Have it reviewed again, or publish without {language}."),
        "bad",
    ),
    "language.unreviewed": Message(
        _("Nobody has reviewed the {language} version"),
        _("Ask a reviewer of {language}, or publish without it."),
        "caution",
    ),
    "language.machine": Message(
        _("A machine wrote the {language} version and nobody has reviewed it"),
        _("Ask a reviewer of {language}, or publish without it."),
        "caution",
    ),
    "language.empty": Message(
        _("The {language} version is empty"), _("Write it, or publish without {language} here."), "bad"
    ),
    "language.incomplete": Message(
        _("Parts of the thread are missing in {language}"), _("Write them, or publish without {language} here."), "bad"
    ),
    "language.alt_missing": Message(
        _("A picture is not described in {language}"), _("Its {source} description is sent."), "caution"
    ),
    "language.unplaced": Message(
        _("No chosen channel gets the {language} version"),
        _("Choose it for a channel under “Which channel gets which language”, or remove it."),
        "caution",
    ),
    "language.twice": Message(
        _("The post has {language} twice"),
        _("Remove one of them, or choose another language for the text."),
        "bad",
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
    "post.closed": Message(
        _("{wall} lies in a closure: {reason}"),
        _("The next opening is {opening}. Move it there, or mark it as a service notice if it must go out."),
        "caution",
    ),
    "post.open_before": Message(
        _("Before the closure, you are open on {before}"),
        _("Should people know in time, move it there."),
        "info",
    ),
    "post.closed_for_good": Message(
        _("{wall} lies in a closure: {reason}"),
        _("No opening is in sight. Choose another time, or mark it as a service notice if it must go out."),
        "caution",
    ),
    "post.quiet_hours": Message(
        _("{wall} lies in quiet hours"), _("They are over, and you are open, {opening}."), "caution"
    ),
    "post.quiet_hours_for_good": Message(_("{wall} lies in quiet hours"), _("Choose another time."), "caution"),
    "post.no_posting_time": Message(
        _("No free posting time in the next four weeks"),
        _("Add posting times for this channel, or choose a day and time."),
        "bad",
    ),
    "post.outside_hours": Message(_("{wall} is outside opening hours"), _("The next opening is {opening}."), "caution"),
    "post.outside_hours_for_good": Message(_("{wall} is outside opening hours"), _("Choose another time."), "caution"),
    "post.embargoed": Message(
        _("This may not be said before {until} ({zone}): {reason}"),
        _("Move it to that time or later, or take out what the embargo is about."),
        "bad",
    ),
    "post.still_embargoed": Message(
        _("“{title}” was not sent: an embargo forbids it"),
        _("When the embargo has ended, send it again from its page, or plan a copy of it."),
        "bad",
        mail=True,
    ),
    "repeat.trouble": Message(
        _("The repeat of “{title}” could not write its next draft"),
        _("{reason} Mend the post it repeats, or end the repeat; the draft is then written by itself."),
        "bad",
    ),
    "evergreen.look": Message(
        _("“{title}” in the evergreen queue needs a look"),
        _("{reason} It is not used again until somebody has looked at it."),
        "caution",
    ),
    # the reasons
    "evergreen.due": Message(_("The day on which it was to be looked at again has come"), "", "caution"),
    "evergreen.withdrawn": Message(_("The post it comes from was withdrawn"), "", "caution"),
    "evergreen.no_author": Message(_("{person}, who put it in, may not write for this unit any more"), "", "caution"),
    "evergreen.link_gone": Message(_("One of its links leads nowhere: {url}"), "", "caution"),
    "evergreen.blocked": Message(_("It cannot go out as it is"), "{reason}", "caution"),
    "evergreen.not_made": Message(_("The next post could not be made"), "{reason}", "caution"),
    "embargo.lift_asked": Message(
        _("{person} asks to lift an embargo early: {reason}"),
        _("It is lifted only when a second person confirms. Posts about it may leave from that moment."),
        "caution",
        mail=True,
    ),
    "post.picture_gone": Message(
        _("A picture is not in the library any more"), _("Take it out and add it again."), "bad"
    ),
    "post.banned_tag": Message(
        _("The hashtag {tag} is not used here"), _("{reason} Take it out, or choose another one."), "bad"
    ),
    "post.field_open": Message(
        _("{field} is not filled in"), _("Fill it in, or write what should stand there."), "caution"
    ),
    "post.name_unknown": Message(
        _("{name} is not in the address book"),
        _("The plain name is published. Add the handles to the address book to mention them."),
        "caution",
    ),
    # what colleagues say to each other
    "post.mentioned": Message(_("{person} mentions you about “{title}”"), _("“{words}”"), "info", mail=True),
    "post.commented": Message(_("{person} wrote about “{title}”"), _("“{words}”"), "info"),
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
    # somebody in a picture took their permission back
    "post.picture_withdrawn": Message(
        _("“{name}” was taken out of “{title}”"),
        _("Somebody in it said no. {person} took it out; look at the post as it is now."),
        "caution",
        mail=True,
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
