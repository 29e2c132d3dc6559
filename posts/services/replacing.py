"""A better file in the place of another: it takes over the words, and the drafts; what was sent keeps the old bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from posts import drafting, library
from posts.drafting import Draft, DraftPart
from posts.models import Asset, AssetUse, Post
from posts.services import binning, drafts, media
from posts.services.media import Readable, Refused
from posts.workflow import NotPossible

WRITTEN = ("draft", "changes_requested")  # states in which a post is still being written
_TAKEN = (
    "alt", "decorative", "alt_language", "credit", "licence", "rights", "source", "shows_people", "consent",
    "valid_until", "tags", "folder", "edits",
)  # fmt: skip


@dataclass(frozen=True)
class Replaced:
    """The new file; `drafts` that show it now, `left` posts that keep the old one."""

    asset: Asset
    drafts: int
    left: int


def replace_file(*, asset: Asset, by: User, file: Readable) -> Replaced:
    """Raises NotAllowed, Refused (also for a file of another kind, or one the library has already)."""
    require_may(asset=asset, by=by)
    known = set(Asset.objects.filter(unit=asset.unit).values_list("pk", flat=True))
    new = media.upload(by=by, unit=asset.unit, file=file)
    if new.pk == asset.pk:
        raise Refused(_("This is the same file. Choose the new one."))
    if new.pk in known:
        raise Refused(_("This file is in the library already, as “%(name)s”.") % {"name": new.original_name or new.pk})
    if new.kind != asset.kind:
        binning.throw(assets=[new], by=by)  # it was taken in on the way; the bin deletes it with its bytes
        raise Refused(_("The new file is of another kind. Choose a picture for a picture, a film for a film."))
    return put_in_place(asset=asset, new=new, by=by)


def require_may(*, asset: Asset, by: User) -> None:
    """Raises NotAllowed, or Refused where there is nothing to replace any more."""
    if not library.may_throw(asset, by):
        raise policies.NotAllowed("media.manage")
    if asset.replaced_by_id or asset.binned_at:
        raise Refused(_("This file is not in the library any more. Nothing was changed."))


def put_in_place(*, asset: Asset, new: Asset, by: User) -> Replaced:
    """The new file, already in the library, takes over the words of the old one and its place in drafts."""
    with transaction.atomic():
        for name in _TAKEN:
            setattr(new, name, getattr(asset, name))
        if (new.width, new.height) != (asset.width, asset.height):
            new.edits = {}  # the old cut means nothing in another shape
        new.save()
        asset.replaced_by = new
        asset.save(update_fields=["replaced_by"])
        changed, left = _into_drafts(asset, new, by)
        data = {"name": asset.original_name, "new": new.original_name, "drafts": changed, "left": left}
        audit.record("asset.replaced", by=by, on=new, unit=new.unit, data=data)
    return Replaced(new, changed, left)


def _into_drafts(asset: Asset, new: Asset, by: User) -> tuple[int, int]:
    """Posts still being written show the new file; the number of those, and of all others."""
    named = AssetUse.objects.filter(asset=asset)
    posts = Post.objects.filter(current__in=named.values("revision_id")).select_related("current", "unit", "author")
    changed = 0
    for post in posts.filter(state__in=WRITTEN):
        draft = drafting.of_revision(post.current, note=post.note)
        try:
            with transaction.atomic():
                drafts.save(post=post, by=by, draft=swapped(draft, asset, new), version=post.current.version)
        except (policies.NotAllowed, NotPossible, drafting.Invalid, drafts.Conflict):
            continue
        changed += 1
    every = Post.objects.filter(pk__in=AssetUse.objects.filter(asset=asset).values("revision__post_id"))
    return changed, every.exclude(current__uses__asset=new).count()


def swapped(draft: Draft, old: Asset, new: Asset) -> Draft:
    """The draft with another file wherever it named this one. Captions of the old film do not fit the new one."""
    same_shape = (old.width, old.height) == (new.width, new.height)

    def part(one: DraftPart) -> DraftPart:
        shown = tuple(
            replace(item, asset=new.pk, captions=(), edits=item.edits if same_shape else None)
            if item.asset == old.pk
            else replace(item, poster=new.pk if item.poster == old.pk else item.poster)
            for item in one.media
        )
        card = one.card
        if card and card.thumb == old.pk:
            card = replace(card, thumb=new.pk)
        return replace(one, media=shown, card=card)

    return mapped(draft, part)


def mapped(draft: Draft, change: Callable[[DraftPart], DraftPart]) -> Draft:
    """The draft with every part changed, those of channels too."""
    targets = tuple(
        replace(target, variant=replace(target.variant, parts=tuple(map(change, target.variant.parts))))
        if target.variant
        else target
        for target in draft.targets
    )
    return replace(draft, parts=tuple(map(change, draft.parts)), targets=targets)
