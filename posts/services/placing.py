"""A post that leaves its times to the posting times of its channels takes them here, when it is sent for approval."""

from __future__ import annotations

from datetime import datetime

from channels_app.models import Channel
from posts import drafting, free_times, schedule
from posts.models import Post, Revision, Slot


def take_times(post: Post, revision: Revision, now: datetime) -> None:
    """Writes the next free time of each channel into a working revision, inside the caller's transaction.

    Who sends at the same moment waits: no two posts take the same one. Where a channel has none, nothing is written
    and the checks name it.
    """
    draft = drafting.of_revision(revision)
    if not draft.queued:
        return
    channels = list(Channel.objects.filter(pk__in=[target.channel for target in draft.targets]).select_related("unit"))
    list(Slot.objects.select_for_update(of=("self",)).filter(channel__in=channels).order_by("pk"))
    free = free_times.free_for(post.unit, channels, now)
    placed = free_times.placed(draft, free_times.next_of_each(free, draft.zone))
    if placed.queued:
        return
    revision.body, revision.at = placed.body(), placed.at
    revision.save(update_fields=["body", "at"])
    for target in placed.targets:
        revision.targets.filter(channel=target.channel).update(at=target.at)
    post.planned_at = schedule.first_moment(placed)
    Post.objects.filter(pk=post.pk).update(planned_at=post.planned_at)
