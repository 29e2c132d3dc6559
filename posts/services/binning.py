"""The bin of the library: out of sight at once, restored for thirty days, then deleted when nothing needs it.

A file stays as long as a post that was sent for approval names it: what was approved, and what went out, must remain
what it was.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from posts import library
from posts.models import Asset, AssetUse, CaptionFile, Post, Rendition
from posts.services import uses
from posts.services.media import Refused
from scheduler.models import Delivery
from scheduler.states import OPEN

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)


def throw(*, assets: Sequence[Asset], by: User) -> int:
    """Puts files into the bin; all of them or none. Raises NotAllowed, Refused naming the post that needs one."""
    for asset in assets:
        if not library.may_throw(asset, by):
            raise policies.NotAllowed("media.manage")
    with transaction.atomic():
        locked = _locked(assets)
        for asset in locked:
            _refuse_planned(asset)
        thrown = [asset for asset in locked if asset.binned_at is None]
        for asset in thrown:
            asset.binned_at, asset.binned_by = timezone.now(), by
            asset.save(update_fields=["binned_at", "binned_by"])
            audit.record("asset.binned", by=by, on=asset, unit=asset.unit, data={"name": asset.original_name})
    return len(thrown)


def restore(*, assets: Sequence[Asset], by: User) -> int:
    """Back from the bin, as it was. Raises NotAllowed."""
    for asset in assets:
        if not library.may_throw(asset, by):
            raise policies.NotAllowed("media.manage")
    with transaction.atomic():
        back = [asset for asset in _locked(assets) if asset.binned_at is not None]
        for asset in back:
            asset.binned_at, asset.binned_by = None, None
            asset.save(update_fields=["binned_at", "binned_by"])
            audit.record("asset.restored", by=by, on=asset, unit=asset.unit, data={"name": asset.original_name})
    return len(back)


def _locked(assets: Sequence[Asset]) -> list[Asset]:
    rows = Asset.objects.select_for_update(of=("self",)).select_related("unit")
    return list(rows.filter(pk__in=[asset.pk for asset in assets]).order_by("pk"))


def planned_with(asset: Asset) -> list[Post]:
    """Posts that are asked to go out, or will, with this file."""
    named = AssetUse.objects.filter(asset=asset)
    in_review = Post.objects.filter(state="in_review", current__in=named.values("revision_id"))
    approved = Post.objects.filter(state="approved", approved__in=named.values("revision_id"))
    waiting = Delivery.objects.filter(state__in=OPEN)
    unsent = approved.filter(approved__targets__delivery__in=waiting).distinct()
    return [*in_review, *unsent]


def _refuse_planned(asset: Asset) -> None:
    posts = planned_with(asset)
    if posts:
        raise Refused(
            ngettext(
                "“%(name)s” is planned to go out with “%(title)s”. Take it out of that post first.",
                "“%(name)s” is planned to go out with “%(title)s” and other posts. Take it out of them first.",
                len(posts),
            )
            % {"name": asset.original_name or asset.pk, "title": posts[0].title or _("Untitled post")}
        )


# --- for good ---------------------------------------------------------------


def purge(limit: int = 200) -> int:
    """Deletes what has lain in the bin for thirty days and no sent post needs; returns how many went."""
    uses.catch_up()
    needed = AssetUse.objects.filter(asset=OuterRef("pk"), revision__submitted_at__isnull=False)
    old = Asset.objects.filter(binned_at__lt=timezone.now() - KEPT).exclude(Exists(needed))
    gone = 0
    for asset in old.filter(replaces=None, poster_of=None).select_related("unit")[:limit]:
        _delete(asset)
        gone += 1
    return gone


def delete_now(asset: Asset, *, by: User) -> None:
    """At once and for good, in the caller's transaction, for a reason its trail tells; older files it took the place
    of go into the bin with it."""
    asset.replaces.update(binned_at=timezone.now(), binned_by=by)
    names = _names_of(asset)
    asset.delete()
    transaction.on_commit(lambda: [delete_file(name) for name in sorted(names)])


def forget_still(pk: int) -> None:
    """Deletes the picture that stood for a film, unless another film or a post has it, or somebody gave it a name."""
    still = Asset.objects.filter(pk=pk, poster_of=None, uses=None, original_name="", alt="").first()
    if still is None:
        return
    names = _names_of(still)
    still.delete()
    for name in sorted(names):
        delete_file(name)


def _delete(asset: Asset) -> None:
    own = Asset.objects.filter(pk=asset.poster_id)
    names = _names_of(asset)
    with transaction.atomic():
        audit.record("asset.deleted", by=None, on=asset, unit=asset.unit, data={"name": asset.original_name})
        asset.delete()
        # The still picture of a film goes with it, unless somebody made it a picture of the library.
        still = own.filter(poster_of=None, uses=None, original_name="").first()
        if still is not None:
            names |= _names_of(still)
            still.delete()
    for name in sorted(names):
        delete_file(name)


def _names_of(asset: Asset) -> set[str]:
    names = {asset.path, asset.thumb, *asset.renditions.exclude(path="").values_list("path", flat=True)}
    for vtt, srt in asset.captions.values_list("vtt", "srt"):
        names |= {vtt, srt}
    return names


def delete_file(name: str) -> None:
    """Takes a stored file away that no row names any more; another unit may have the same picture."""
    kept = (
        Asset.objects.filter(Q(path=name) | Q(thumb=name)).exists()
        or Rendition.objects.filter(path=name).exists()
        or CaptionFile.objects.filter(Q(vtt=name) | Q(srt=name)).exists()
    )
    if kept:
        return
    try:
        default_storage.delete(name)
    except OSError as error:
        logger.warning("%s could not be deleted: %s", name, error)
