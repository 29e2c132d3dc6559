"""Posts, channels and pictures as screens and services read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import Http404

from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from posts.drafting import Draft
from posts.models import Asset, Post, Revision


def get_post(user: User, pk: int) -> Post:
    """The post with what every page needs of it; Http404 when the person may not know of it."""
    post = (
        Post.objects.visible_to(user)
        .select_related("unit", "author", "current__changed_by", "current__submitted_by", "approved")
        .filter(pk=pk)
        .first()
    )
    if post is None:
        raise Http404
    return post


def usable_channels(unit: Unit) -> QuerySet[Channel]:
    """The living channels a post of this unit may go to: its own, and those lent to it or to a unit above it."""
    above = [int(part) for part in unit.path.strip("/").split("/") if part]
    return Channel.objects.living().filter(Q(unit=unit) | Q(loans__unit_id__in=above)).distinct()


def channels_of(draft: Draft) -> dict[int, Channel]:
    """The channels a draft names, living or not, by id."""
    ids = [target.channel for target in draft.targets]
    return Channel.objects.select_related("unit").in_bulk(ids)


def assets_of(draft: Draft) -> dict[int, Asset]:
    """The pictures a draft names, by id; a missing one is missing here too."""
    return Asset.objects.in_bulk(draft.asset_ids())


def usable_assets(user: User, unit: Unit, ids: Iterable[int]) -> set[int]:
    """Those of these pictures the person may use in a post of this unit."""
    own = Q(unit=unit) | Q(pk__in=Asset.objects.visible_to(user).values("pk"))
    return set(Asset.objects.filter(own, pk__in=list(ids)).values_list("pk", flat=True))


def revisions_of(post: Post) -> QuerySet[Revision]:
    return post.revisions.select_related("changed_by", "submitted_by").prefetch_related("targets__channel")
