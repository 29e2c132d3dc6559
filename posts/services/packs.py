"""Packs go out and come in; what comes in is drafts, which go through review like any other."""

from __future__ import annotations

import uuid
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
from posts.packs.form import Bad, Pack, PackDraft, PackPart
from posts.services import campaigns, drafts, media


def export(*, by: User, campaign: Campaign, licence: str) -> bytes:
    """The campaign as a zip: every living post the person may see. Raises NotAllowed, Refused."""
    policies.require(by, "campaign.manage", campaign.unit)
    posts = Post.objects.visible_to(by).filter(campaign=campaign).exclude(state__in=("archived", "withdrawn"))
    found = list(posts.select_related("current").order_by("planned_at", "pk"))
    pack, assets = writing.pack_of(campaign, found, licence.strip()[:80])
    try:
        made = writing.zipped(pack, assets)
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
        assets = {name: _taken(by, unit, archive, name, pack) for name in pack.files()}
    return begin(by=by, unit=unit, starts=starts, pack=pack, assets=assets, approver=approver)


def begin(
    *, by: User, unit: Unit, starts: date, pack: Pack, assets: dict[str, Asset], approver: User | None = None
) -> Campaign:
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
            draft = draft_of(one, starts, unit, assets, campaign)
            drafts.create(by=by, unit=unit, token=uuid.uuid4(), draft=draft)
        data = {"name": campaign.name, "drafts": len(pack.drafts)}
        audit.record("campaign.imported", by=by, on=campaign, unit=unit, data=data)
    return campaign


def draft_of(one: PackDraft, starts: date, unit: Unit, assets: dict[str, Asset], campaign: Campaign) -> Draft:
    """A draft of the pack on the calendar of this unit, without channels."""
    at = f"{starts + timedelta(days=one.day):%Y-%m-%d}T{one.clock}" if one.day is not None else ""
    return Draft(
        parts=tuple(_part(part, assets) for part in one.parts),
        language=one.language or unit.language,
        content_warning=one.warning,
        at=at,
        zone=unit.zone,
        note=one.note,
        campaign=campaign.pk,
    )


def _part(part: PackPart, assets: dict[str, Asset]) -> DraftPart:
    shown = tuple(DraftMedia(assets[item.file].pk, item.alt, item.decorative) for item in part.media)
    card = DraftCard(**part.card) if part.card else None
    return DraftPart(drafting.text_of(part.text), shown, card)


def _taken(by: User, unit: Unit, archive: object, name: str, pack: Pack) -> Asset:
    try:
        asset = media.upload(by=by, unit=unit, file=reading.media_of(archive, name))  # type: ignore[arg-type]
    except media.Refused as error:
        raise Bad(f"{name}: {error}") from error
    credit = pack.credits.get(name, "")
    if credit and not asset.credit:
        Asset.objects.filter(pk=asset.pk, credit="").update(credit=credit)
    return asset
