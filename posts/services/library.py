"""What is said about files of the library, and where they lie: words, rights, folders, tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts import drafting
from posts.edits import Edits
from posts.models import Asset, Folder
from posts.services.media import Refused

MOST_TAGS = 30
TAG_LENGTH = 40
# What a person may say about a file on its page.
WORDS = (
    "original_name", "alt", "decorative", "alt_language", "credit", "licence", "rights", "source", "shows_people",
    "consent", "valid_until",
)  # fmt: skip


def describe_fully(*, asset: Asset, by: User, values: dict[str, Any], tags: str, folder: Folder | None) -> Asset:
    """Keeps what its page says about a file; the values are those of the form, checked. Raises NotAllowed."""
    policies.require(by, "post.write", asset.unit)
    _require_same_unit(asset, folder)
    with transaction.atomic():
        asset = Asset.objects.select_for_update(of=("self",)).select_related("unit").get(pk=asset.pk)
        wanted = {name: values[name] for name in WORDS} | {"tags": packed(tags), "folder_id": folder and folder.pk}
        changed = sorted(name for name, value in wanted.items() if getattr(asset, name) != value)
        before = asset.alt
        for name in changed:
            setattr(asset, name, wanted[name])
        if changed:
            asset.save(update_fields=[name.removesuffix("_id") for name in changed])
        if "alt" in changed:
            data = {"before": before, "after": asset.alt}
            audit.record("asset.described", by=by, on=asset, unit=asset.unit, data=data)
        if set(changed) - {"alt"}:
            data = {"name": asset.original_name, "fields": changed, "valid_until": str(asset.valid_until or "")}
            audit.record("asset.catalogued", by=by, on=asset, unit=asset.unit, data=data)
    return asset


def packed(tags: str) -> str:
    """ ",garden,story time," from what was typed with commas or on lines. Raises Refused with a sentence."""
    typed = drafting.text_of(tags).replace("\n", ",").replace(";", ",").split(",")
    found = list(dict.fromkeys(" ".join(tag.casefold().lstrip("#").split()) for tag in typed))
    found = [tag for tag in found if tag]
    if any(len(tag) > TAG_LENGTH for tag in found):
        raise Refused(_("A tag is too long: at most %(n)s characters. Put a comma between tags.") % {"n": TAG_LENGTH})
    if len(found) > MOST_TAGS:
        raise Refused(_("There are too many tags: at most %(n)s. Take some out.") % {"n": MOST_TAGS})
    return f",{','.join(found)}," if found else ""


def tag(*, assets: Sequence[Asset], by: User, tags: str) -> int:
    """Adds tags to many files; returns how many changed. Raises NotAllowed, Refused."""
    wanted = packed(tags)
    if not wanted:
        raise Refused(_("Type the tag to add."))
    _require_all(assets, by, "post.write")
    changed = 0
    with transaction.atomic():
        for asset in _locked(assets):
            now = packed(asset.tags + wanted)
            if now == asset.tags:
                continue
            asset.tags = now
            asset.save(update_fields=["tags"])
            data = {"name": asset.original_name, "tags": ", ".join(wanted.strip(",").split(","))}
            audit.record("asset.tagged", by=by, on=asset, unit=asset.unit, data=data)
            changed += 1
    return changed


def move(*, assets: Sequence[Asset], by: User, folder: Folder | None) -> int:
    """Puts files into a folder of their unit, or into none; returns how many. Raises NotAllowed, Refused."""
    _require_all(assets, by, "post.write")
    moved = 0
    with transaction.atomic():
        for asset in _locked(assets):
            _require_same_unit(asset, folder)
            if asset.folder_id == (folder.pk if folder else None):
                continue
            asset.folder = folder
            asset.save(update_fields=["folder"])
            data = {"name": asset.original_name, "folder": folder.name if folder else ""}
            audit.record("asset.moved" if folder else "asset.unfiled", by=by, on=asset, unit=asset.unit, data=data)
            moved += 1
    return moved


def _locked(assets: Iterable[Asset]) -> list[Asset]:
    rows = Asset.objects.select_for_update(of=("self",)).select_related("unit")
    return list(rows.filter(pk__in=[asset.pk for asset in assets]).order_by("pk"))


def _require_all(assets: Iterable[Asset], by: User, ability: str) -> None:
    for asset in assets:
        policies.require(by, ability, asset.unit)


def _require_same_unit(asset: Asset, folder: Folder | None) -> None:
    if folder is not None and folder.unit_id != asset.unit_id:
        raise Refused(
            _("The folder “%(folder)s” belongs to another unit than “%(name)s”. Choose a folder of its own unit.")
            % {"folder": folder.name, "name": asset.original_name}
        )


# --- folders ----------------------------------------------------------------


def make_folder(*, unit: Unit, by: User, name: str) -> Folder:
    """A new folder; the one there was when the name exists. Raises NotAllowed, Refused."""
    policies.require(by, "post.write", unit)
    name = _folder_name(name)
    with transaction.atomic():
        folder, made = Folder.objects.get_or_create(unit=unit, name=name)
        if made:
            audit.record("folder.made", by=by, on=folder, unit=unit, data={"name": name})
    return folder


def rename_folder(*, folder: Folder, by: User, name: str) -> Folder:
    """Another name. Raises NotAllowed, Refused."""
    policies.require(by, "media.manage", folder.unit)
    name = _folder_name(name)
    if Folder.objects.filter(unit=folder.unit, name=name).exclude(pk=folder.pk).exists():
        raise Refused(_("There is a folder “%(name)s” already. Choose another name.") % {"name": name})
    with transaction.atomic():
        before, folder.name = folder.name, name
        folder.save(update_fields=["name"])
        audit.record("folder.renamed", by=by, on=folder, unit=folder.unit, data={"before": before, "name": name})
    return folder


def remove_folder(*, folder: Folder, by: User) -> None:
    """The folder goes, its files stay. Raises NotAllowed."""
    policies.require(by, "media.manage", folder.unit)
    with transaction.atomic():
        audit.record("folder.removed", by=by, on=folder, unit=folder.unit, data={"name": folder.name})
        folder.delete()


def _folder_name(typed: str) -> str:
    name = " ".join(drafting.text_of(typed).split())
    if not name:
        raise Refused(_("The folder needs a name."))
    if len(name) > 80:
        raise Refused(_("The name of the folder is too long: at most 80 characters."))
    return name


# --- cutting ----------------------------------------------------------------


def shape(*, asset: Asset, by: User, edits: Edits | None) -> Asset:
    """How the picture is turned and cut in every post it is added to from now on. Raises NotAllowed, Refused."""
    policies.require(by, "post.write", asset.unit)
    if asset.kind != "image":
        raise Refused(_("Only pictures can be cut."))
    wanted = edits.to_json() if edits else {}
    if asset.edits != wanted:
        with transaction.atomic():
            asset.edits = wanted
            asset.save(update_fields=["edits"])
            audit.record("asset.shaped", by=by, on=asset, unit=asset.unit, data={"name": asset.original_name})
    return asset
