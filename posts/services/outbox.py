"""From approval to the engine and back: the only place that plans deliveries of posts.

`plan` is called by review.approve alone, in its transaction. `still_approved`
is asked by the engine just before the creating request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.selectors import capabilities_of
from libsocial.accounts import policy as accounts_policy
from libsocial.accounts.models import User
from posts import digest, drafting, problems, resolve, schedule, selectors, workflow
from posts.models import Post, Revision, Target
from posts.services import embargoes, renditions, telling
from posts.workflow import NotPossible, reference_of
from scheduler import services as scheduler
from scheduler.models import Delivery

REFERENCE = re.compile(r"post:(\d+):(\d+)")
# What each target shows, by target id.
Made = dict[int, resolve.Pictures]


def render(revision: Revision) -> Made:
    """Makes every picture as its channel wants it. Slow, therefore before the transaction; doing it twice is harmless.

    Raises NotPossible with a sentence when a picture cannot be made, or a film is still being prepared.
    """
    draft = drafting.of_revision(revision)
    assets = selectors.assets_of(draft)
    made: Made = {}
    for target in revision.targets.select_related("channel"):
        chosen = draft.target(target.channel_id)
        if chosen is not None:
            try:
                can = capabilities_of(target.channel).shaped(chosen.options)
                made[target.pk] = renditions.for_target(draft, chosen, can, assets)
            except (renditions.CannotRender, renditions.storage.NoRoom) as error:
                raise NotPossible(_could_not_render(error)) from error
    return made


def begin_films(revision: Revision) -> None:
    """Asks for every film as its channels want it, so that it is there when somebody approves."""
    draft = drafting.of_revision(revision)
    assets = selectors.assets_of(draft)
    if any(asset.kind == "video" for asset in assets.values()):
        for target in revision.targets.select_related("channel"):
            chosen = draft.target(target.channel_id)
            if chosen is not None:
                can = capabilities_of(target.channel).shaped(chosen.options)
                renditions.want_films(draft, chosen, can, assets)


def _could_not_render(error: Exception) -> str:
    if isinstance(error, renditions.CannotRender):
        return str(error)
    return _("The pictures could not be prepared: there is no room left on the server. Nothing was changed.")


def plan(post: Post, revision: Revision, by: User, made: Made) -> list[Delivery]:
    """One delivery per channel with its frozen content. Inside the transaction that approves."""
    if workflow.out_on(post):
        raise NotPossible(_("This post has gone out already. Duplicate it to say it again."))
    draft, now = drafting.of_revision(revision), timezone.now()
    late = timedelta(hours=max(1, accounts_policy.of(post.unit).late_hours))
    return [
        _plan_one(post, revision, target, draft, made[target.pk], now, late, by)
        for target in revision.targets.select_related("channel__unit")
    ]


def _plan_one(
    post: Post,
    revision: Revision,
    target: Target,
    draft: drafting.Draft,
    pictures: resolve.Pictures,
    now: datetime,
    late: timedelta,
    by: User,
) -> Delivery:
    chosen = draft.target(target.channel_id)
    if chosen is None:
        raise LookupError(f"target {target.pk} is not in its own revision")
    moment = schedule.moment_for(draft, chosen)
    due = moment.utc if moment else now
    delivery = scheduler.plan(
        channel=target.channel,
        unit=post.unit,
        content=resolve.content_for(draft, chosen, pictures),
        due_at=due,
        not_after=due + late,
        reference=reference_of(post, revision),
        group=group_of(post.campaign_id),
        title=post.title,
        by=by,
    )
    Target.objects.filter(pk=target.pk).update(delivery=delivery)
    return delivery


def group_of(campaign: int | None) -> str:
    """What a hold names the deliveries of a campaign by."""
    return f"campaign:{campaign}" if campaign else ""


def cancel_unsent(post: Post, by: User) -> None:
    """Takes back what has not left, in the caller's transaction. Raises NotPossible when something has."""
    if post.approved_id is None:
        return
    revision = Revision.objects.get(pk=post.approved_id)
    scheduler.cancel_reference(reference_of(post, revision), by)
    if names := workflow.out_on(post):
        raise NotPossible(
            _("It is just going out on %(channels)s and cannot be changed any more.") % {"channels": ", ".join(names)}
        )


# --- asked by the engine ----------------------------------------------------


def still_approved(delivery: Delivery) -> str | None:
    """The guard: a message id that refuses the sending, None when it is what was approved (or not ours)."""
    post = _post_of(delivery)
    if post is None:
        return None if REFERENCE.fullmatch(delivery.reference) is None else "delivery.changed"
    revision = post.approved
    if post.state != "approved" or revision is None or reference_of(post, revision) != delivery.reference:
        return "delivery.changed"
    if not Target.objects.filter(revision=revision, delivery=delivery).exists():
        return "delivery.changed"
    if digest.of(revision) != revision.digest:
        return "delivery.changed"
    if not selectors.usable_channels(post.unit).filter(pk=delivery.channel_id).exists():
        return "post.not_lent_any_more"
    if embargoes.forbid(post.unit, drafting.of_revision(revision)):
        return "post.still_embargoed"
    if problems.withheld(revision, delivery.channel_id, now=timezone.now()):
        return "post.asset_withheld"
    return None


def who_cares(delivery: Delivery) -> Iterable[User] | None:
    """Author, last changer and those who approved; None when the delivery is not of a post."""
    post = _post_of(delivery)
    if post is None:
        return None
    ids = {post.author_id}
    if post.approved is not None:
        ids |= {post.approved.changed_by_id}
        ids |= set(post.approved.reviews.filter(decision="approved", guest=None).values_list("person_id", flat=True))
    return User.objects.filter(pk__in=ids, is_active=True)


def address(delivery: Delivery) -> str:
    """The page of the post, '' when the delivery is not of a post."""
    post = _post_of(delivery)
    return telling.address_of(post) if post else ""


def _post_of(delivery: Delivery) -> Post | None:
    match = REFERENCE.fullmatch(delivery.reference)
    if match is None:
        return None
    return Post.objects.select_related("unit", "approved").filter(pk=int(match[1])).first()
