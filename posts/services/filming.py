"""What is done to a film of the library: the words spoken in it are edited, and its still picture is chosen."""

from __future__ import annotations

from dataclasses import replace

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.core import captions, films, images
from libsocial.core.captions import Cue
from posts import drafting, sniffing
from posts.drafting import Draft, DraftPart
from posts.models import Asset, AssetUse, CaptionFile, Post, Revision
from posts.services import binning, drafts, media, replacing, storage
from posts.services.media import Refused
from posts.workflow import NotPossible


def cues_of(row: CaptionFile) -> list[Cue]:
    """The words of a caption file with their times. Raises Refused when the file is gone."""
    try:
        return captions.cues_in(storage.get(row.vtt))
    except (OSError, captions.NotCaptions) as error:
        raise Refused(_("These captions are not in the storage any more. Add them again.")) from error


def write(
    *, asset: Asset, by: User, language: str, cues: list[Cue], instead_of: CaptionFile | None = None
) -> CaptionFile:
    """Keeps the words as a caption file; posts still being written that show the old ones show these.

    What was sent keeps the words it was approved with. Raises NotAllowed, Refused.
    """
    file = ContentFile(captions.written(cues), name="captions.vtt")
    row = media.add_captions(by=by, asset=asset, file=file, language=language)
    if instead_of is not None and instead_of.pk != row.pk:
        _into_drafts(asset, instead_of, row, by)
        _let_go(asset, instead_of)
    return row


def _into_drafts(asset: Asset, old: CaptionFile, new: CaptionFile, by: User) -> None:
    named = AssetUse.objects.filter(asset=asset).values("revision_id")
    posts = Post.objects.filter(current__in=named, state__in=replacing.WRITTEN)
    for post in posts.select_related("current", "unit", "author"):
        draft = drafting.of_revision(post.current, note=post.note)
        if old.pk not in draft.caption_ids():
            continue
        try:
            with transaction.atomic():
                drafts.save(post=post, by=by, draft=_swapped(draft, old, new), version=post.current.version)
        except (policies.NotAllowed, NotPossible, drafting.Invalid, drafts.Conflict):
            continue  # it keeps the words it has


def _swapped(draft: Draft, old: CaptionFile, new: CaptionFile) -> Draft:
    def part(one: DraftPart) -> DraftPart:
        shown = tuple(
            replace(item, captions=tuple(dict.fromkeys(new.pk if pk == old.pk else pk for pk in item.captions)))
            for item in one.media
        )
        return replace(one, media=shown)

    return replacing.mapped(draft, part)


def _let_go(asset: Asset, row: CaptionFile) -> None:
    """Words no post names any more need not stand beside the new ones."""
    revisions = Revision.objects.filter(uses__asset=asset).prefetch_related("targets")
    if any(row.pk in drafting.of_revision(one).caption_ids() for one in revisions):
        return
    names = {row.vtt, row.srt}
    row.delete()
    for name in sorted(names):
        binning.delete_file(name)


# --- the still picture --------------------------------------------------------


def still_at(*, asset: Asset, by: User, second: float) -> Asset:
    """The picture of the film at this second stands for it until it plays. Raises NotAllowed, Refused."""
    _require_may_change(asset, by)
    if not 0 <= second <= asset.seconds:
        said = _("The film has no picture at %(second)s s: it is %(length)s s long.")
        raise Refused(said % {"second": f"{second:g}", "length": f"{asset.seconds:.1f}"})
    try:
        with storage.as_file(asset.path) as path, storage.workroom() as folder:
            picture = images.clean(films.poster(path, films.look(path), folder, at=second))
    except (OSError, films.NotAFilm, images.NotAPicture) as error:
        raise Refused(_("No picture can be taken at this moment of the film. Choose another one.")) from error
    except films.Unavailable as error:
        raise Refused(_("This server cannot read films: ffmpeg is missing. Tell the person who runs it.")) from error
    return _set(asset, by, media.keep(by=by, unit=asset.unit, picture=picture, name=""))


def still_of(*, asset: Asset, by: User, file: UploadedFile) -> Asset:
    """A picture of one's own stands for the film. Raises NotAllowed, Refused."""
    _require_may_change(asset, by)
    head = file.read(sniffing.ENOUGH)
    if sniffing.kind_of(head) != "image":
        raise Refused(_("The still picture of a film has to be a picture."))
    file.seek(0)
    return _set(asset, by, media.upload(by=by, unit=asset.unit, file=file))


def _require_may_change(asset: Asset, by: User) -> None:
    policies.require(by, "post.write", asset.unit)
    if asset.kind != "video":
        raise Refused(_("Only films have a still picture."))
    planned = binning.planned_with(asset)
    if planned:  # the still picture is part of what was approved
        said = _("“%(title)s” waits for approval or is going out with this film. Choose its still picture afterwards.")
        raise Refused(said % {"title": planned[0].title or _("Untitled post")})


def _set(asset: Asset, by: User, still: Asset) -> Asset:
    before = asset.poster_id
    with transaction.atomic():
        asset.poster, asset.thumb = still, still.thumb
        asset.save(update_fields=["poster", "thumb"])
        audit.record("asset.still_chosen", by=by, on=asset, unit=asset.unit, data={"name": asset.original_name})
    if before and before != still.pk:
        binning.forget_still(before)
    return asset
