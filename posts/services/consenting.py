"""What the people shown in a picture said: their permission is noted for many files at once, and a no is final.

A no takes the picture out of everything that is not out yet, sends what had been sent for approval there again, tells
those who wrote and those who decided, and deletes the file. What is out already is named: only a person can take it
from the platforms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from posts import drafting, library, problems, selectors, workflow
from posts.drafting import Draft, DraftMedia, DraftPart
from posts.knowledge import Known
from posts.models import Asset, AssetUse, Post, Review
from posts.services import binning, drafts, review, telling
from posts.services.media import Refused

LONGEST = 200  # characters of where a permission is kept
ASKED = ("in_review", "approved")


@dataclass(frozen=True)
class Withdrawn:
    """What a no did: posts the picture was taken out of, posts that still show it, and whether the file is gone."""

    changed: tuple[Post, ...]
    left: tuple[Post, ...]
    deleted: bool


def note(*, assets: Sequence[Asset], by: User, where: str) -> int:
    """These show people, and `where` tells how they gave their permission; returns how many changed.

    Raises NotAllowed, Refused.
    """
    where = " ".join(drafting.text_of(where).split())[:LONGEST]
    if not where:
        raise Refused(_("Say how permission was given, such as: notice at the door was read, 14 March."))
    for asset in assets:
        policies.require(by, "post.write", asset.unit)
    with transaction.atomic():
        rows = Asset.objects.select_for_update(of=("self",)).select_related("unit")
        found = [row for row in rows.filter(pk__in=[asset.pk for asset in assets]) if row.kind != "document"]
        changed = [row for row in found if not row.shows_people or row.consent != where]
        for row in changed:
            row.shows_people, row.consent = True, where
            row.save(update_fields=["shows_people", "consent"])
            audit.record("asset.consent_noted", by=by, on=row, unit=row.unit, data=_named(row) | {"where": where})
    return len(changed)


def refuse(*, asset: Asset, by: User) -> Withdrawn:
    """Somebody in it said no, now or after having said yes. Raises NotAllowed."""
    if not library.may_throw(asset, by):
        raise policies.NotAllowed("media.manage")
    with transaction.atomic():
        asset = Asset.objects.select_for_update(of=("self",)).select_related("unit").get(pk=asset.pk)
        # First of all: whatever happens below, nothing leaves with it from now on.
        asset.shows_people, asset.consent = True, ""
        asset.save(update_fields=["shows_people", "consent"])
        changed = tuple(post for post in touched(asset) if _taken_out(post, asset, by))
        left = tuple(_shown_by(asset, changed))
        data = _named(asset) | {"changed": len(changed), "left": len(left)}
        audit.record("asset.refused", by=by, on=asset, unit=asset.unit, data=data)
        deleted = not left
        if deleted:
            binning.delete_now(asset, by=by)
        else:
            Asset.objects.filter(pk=asset.pk).update(binned_at=timezone.now(), binned_by=by)
    return Withdrawn(changed, left, deleted)


def touched(asset: Asset) -> list[Post]:
    """Posts that show it now and are not over."""
    named = AssetUse.objects.filter(asset=asset).values("revision_id")
    posts = Post.objects.filter(current__in=named).exclude(state="archived")
    return list(selectors.with_targets(posts).order_by("pk"))


def left_already(posts: Sequence[Post]) -> set[int]:
    """The ids of those that are out somewhere, or may be."""
    known = Known(posts, [drafting.of_revision(post.current) for post in posts])
    return {post.pk for post in posts if any(map(workflow.has_left, known.deliveries[post.pk]))}


def without(draft: Draft, asset: int) -> Draft:
    """The draft as it is without this file, in every version and language."""

    def part(one: DraftPart) -> DraftPart:
        card = replace(one.card, thumb=None) if one.card and one.card.thumb == asset else one.card
        return replace(one, media=tuple(_kept(one.media, asset)), card=card)

    targets = tuple(
        replace(one, variant=replace(one.variant, parts=tuple(map(part, one.variant.parts)))) if one.variant else one
        for one in draft.targets
    )
    spoken = tuple(replace(one, parts=tuple(map(part, one.parts))) for one in draft.languages)
    return replace(draft, parts=tuple(map(part, draft.parts)), targets=targets, languages=spoken)


def _kept(media: Sequence[DraftMedia], asset: int) -> list[DraftMedia]:
    found = [one for one in media if one.asset != asset]
    return [replace(one, poster=None) if one.poster == asset else one for one in found]


def _taken_out(post: Post, asset: Asset, by: User) -> bool:
    """Out of one post, which goes back for approval where it had been asked for; False where it may not be changed."""
    was, deciders = post.state, _deciders(post)
    draft = without(drafting.of_revision(post.current, note=post.note), asset.pk)
    try:
        with transaction.atomic():
            drafts.save(post=post, by=by, draft=draft, version=post.current.version)
    except (policies.NotAllowed, workflow.NotPossible, drafting.Invalid, drafts.Conflict):
        return False
    fresh = selectors.get_post(by, post.pk)
    if was in ASKED and not problems.of(fresh.current).blocking:
        review.submit(post=fresh, by=by)
    people = {fresh.author, *deciders} - {by}
    telling.tell(people, "post.picture_withdrawn", fresh, by, name=asset.original_name or str(asset.pk))
    return True


def _deciders(post: Post) -> list[User]:
    """Those whose yes it had."""
    given = Review.objects.filter(revision=post.current, decision="approved").exclude(person=None)
    return [one.person for one in given.select_related("person")]


def _shown_by(asset: Asset, changed: Sequence[Post]) -> list[Post]:
    """Posts that went out with it, or could not be changed."""
    named = AssetUse.objects.filter(asset=asset).values("revision_id")
    now = Post.objects.filter(current__in=named)
    posts = [post for post in now if post.pk not in {one.pk for one in changed}]
    sent = Post.objects.filter(approved__in=named).exclude(pk__in=[post.pk for post in posts])
    return posts + [post for post in sent if workflow.out_on(post)]


def _named(asset: Asset) -> dict[str, str]:
    return {"name": asset.original_name}
