"""Packs go out and come in; what comes in is drafts, which go through review like any other."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts import drafting
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart
from posts.models import Asset, Campaign, Post
from posts.packs import reading, writing
from posts.packs.form import Bad, Pack, PackDraft, PackMedia, PackPart
from posts.services import campaigns, drafts, media


@dataclass(frozen=True)
class Files:
    """What of a pack is in the library: assets by their file, ids of captions by theirs."""

    assets: dict[str, Asset] = field(default_factory=dict)
    captions: dict[str, int] = field(default_factory=dict)


def export(*, by: User, campaign: Campaign, licence: str) -> bytes:
    """The campaign as a zip: every living post the person may see. Raises NotAllowed, Refused."""
    policies.require(by, "campaign.manage", campaign.unit)
    posts = Post.objects.visible_to(by).filter(campaign=campaign).exclude(state__in=("archived", "withdrawn"))
    found = list(posts.select_related("current").order_by("planned_at", "pk"))
    pack, paths = writing.pack_of(campaign, found, licence.strip()[:80])
    try:
        made = writing.zipped(pack, paths)
    except OSError as error:
        raise Refused(_("A file of the library is gone, so the pack could not be made.")) from error
    audit.record("campaign.exported", by=by, on=campaign, unit=campaign.unit, data={"name": campaign.name})
    return made


def bring_in(*, by: User, unit: Unit, starts: date, file: IO[bytes], approver: User | None = None) -> Campaign:
    """A campaign with its drafts from a zip. Raises NotAllowed, Bad, Refused; then no campaign and no draft is made."""
    policies.require(by, "campaign.manage", unit)
    pack = reading.read(file).pack
    file.seek(0)
    with reading.opened(file) as archive:
        files = Files({name: _taken(by, unit, archive, name, pack) for name in pack.files()})
        for name, (film, language) in pack.caption_files().items():
            files.captions[name] = _captioned(by, files.assets[film], archive, name, language)
    return begin(by=by, unit=unit, starts=starts, pack=pack, files=files, approver=approver)


def begin(*, by: User, unit: Unit, starts: date, pack: Pack, files: Files, approver: User | None = None) -> Campaign:
    """A campaign with its drafts from a pack whose files are in the library. Raises NotAllowed, Refused."""
    plan = campaigns.Plan(
        name=pack.name,
        starts=starts,
        ends=starts + timedelta(days=pack.days - 1),
        brief=pack.brief,
        goal=pack.goal,
        goal_kind=pack.goal_kind if pack.goal_number else "",
        goal_number=pack.goal_number,
        colour=pack.colour,
        tags=pack.tags,
        advocacy=pack.advocacy,
        approver=approver if pack.advocacy else None,
        licence=pack.licence,
    )
    with transaction.atomic():
        campaign = campaigns.create(by=by, unit=unit, plan=plan)
        for one in pack.drafts:
            draft = draft_of(one, starts, unit, files, campaign)
            drafts.create(by=by, unit=unit, token=uuid.uuid4(), draft=draft)
        data = {"name": campaign.name, "drafts": len(pack.drafts)}
        audit.record("campaign.imported", by=by, on=campaign, unit=unit, data=data)
    return campaign


def draft_of(one: PackDraft, starts: date, unit: Unit, files: Files, campaign: Campaign) -> Draft:
    """A draft of the pack on the calendar of this unit, without channels."""
    at = f"{starts + timedelta(days=one.day):%Y-%m-%d}T{one.clock}" if one.day is not None else ""
    return Draft(
        parts=tuple(_part(part, files) for part in one.parts),
        language=one.language or unit.language,
        content_warning=one.warning,
        at=at,
        zone=unit.zone,
        note=one.note,
        campaign=campaign.pk,
    )


def _part(part: PackPart, files: Files) -> DraftPart:
    shown = tuple(_shown(item, files) for item in part.media)
    card = DraftCard(**part.card) if part.card else None
    return DraftPart(drafting.text_of(part.text), shown, card)


def _shown(item: PackMedia, files: Files) -> DraftMedia:
    captions = tuple(files.captions[words.file] for words in item.captions)
    poster = files.assets[item.poster].pk if item.poster else None
    return DraftMedia(files.assets[item.file].pk, item.alt, item.decorative, captions, poster, item.edits)


def _captioned(by: User, film: Asset, archive: object, name: str, language: str) -> int:
    """The id of the captions of a film that just came in."""
    try:
        file = reading.media_of(archive, name)  # type: ignore[arg-type]
        return media.add_captions(by=by, asset=film, file=file, language=language).pk
    except media.Refused as error:
        raise Bad(f"{name}: {error}") from error


def _taken(by: User, unit: Unit, archive: object, name: str, pack: Pack) -> Asset:
    try:
        asset = media.upload(by=by, unit=unit, file=reading.media_of(archive, name))  # type: ignore[arg-type]
    except media.Refused as error:
        raise Bad(f"{name}: {error}") from error
    credit = pack.credits.get(name, "")
    if credit and not asset.credit:
        Asset.objects.filter(pk=asset.pk, credit="").update(credit=credit)
    return asset
