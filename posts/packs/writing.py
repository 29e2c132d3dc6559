"""A campaign of ours as a pack: without accounts, people, dates, and addresses only this installation knows."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime

from libsocial.links import codes
from libsocial.links import selectors as links
from posts import drafting, selectors
from posts.drafting import Draft, DraftMedia, DraftPart
from posts.models import Asset, Campaign, Post
from posts.packs import form
from posts.packs.form import Pack, PackDraft, PackMedia, PackPart
from posts.services import storage

_LINKS = re.compile(r"https?://[^\s<>\"]+")


def pack_of(campaign: Campaign, posts: list[Post], licence: str) -> tuple[Pack, dict[str, Asset]]:
    """The pack, and the asset behind each of its files."""
    drafts = [drafting.of_revision(post.current, note=post.note) for post in posts if post.current]
    assets = selectors.assets_by_id({pk for draft in drafts for pk in _shown(draft)})
    names = {pk: f"media/{number:03}{_ending(assets[pk])}" for number, pk in enumerate(sorted(assets), 1)}
    pack = Pack(
        name=campaign.name,
        days=campaign.days,
        drafts=tuple(_draft(draft, campaign.starts, names) for draft in drafts),
        brief=campaign.brief,
        goal=campaign.goal,
        goal_kind=campaign.goal_kind,
        goal_number=campaign.goal_number,
        colour=campaign.colour,
        tags=campaign.tags,
        advocacy=campaign.advocacy,
        licence=licence,
        credits={names[pk]: asset.credit for pk, asset in assets.items()},
    )
    return pack, {names[pk]: asset for pk, asset in assets.items()}


def zipped(pack: Pack, assets: Mapping[str, Asset]) -> bytes:
    """The file as it travels. Raises OSError when a file of the library is gone."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        words = json.dumps(form.to_json(pack), ensure_ascii=False, indent=2)
        archive.writestr("pack.json", words, zipfile.ZIP_DEFLATED)
        if pack.licence:
            archive.writestr("LICENCE.txt", f"{pack.name}\n{pack.licence}\n")
        for name in pack.files():
            archive.writestr(name, storage.get(assets[name].path))
    return made.getvalue()


def _shown(draft: Draft) -> set[int]:
    return {item.asset for part in draft.parts for item in part.media}


def _ending(asset: Asset) -> str:
    return "." + (asset.path.rpartition(".")[2] or "bin")


def _draft(draft: Draft, starts: date, names: Mapping[int, str]) -> PackDraft:
    at = datetime.fromisoformat(draft.at) if draft.at else None
    return PackDraft(
        parts=tuple(_part(part, names) for part in draft.parts),
        day=max(0, (at.date() - starts).days) if at else None,
        clock=f"{at:%H:%M}" if at else "",
        language=draft.language,
        warning=draft.content_warning,
    )


def _part(part: DraftPart, names: Mapping[int, str]) -> PackPart:
    card = part.card
    told = {"url": _travels(card.url), "title": card.title, "description": card.description} if card else None
    media = tuple(_media(item, names) for item in part.media if item.asset in names)
    return PackPart(_travels(part.text), media, told)


def _media(item: DraftMedia, names: Mapping[int, str]) -> PackMedia:
    return PackMedia(names[item.asset], item.alt, item.decorative)


def _travels(text: str) -> str:
    """Short links of ours as the pages they lead to: another library has links of its own."""
    if "/s/" not in text:
        return text
    return _LINKS.sub(lambda found: _target(found[0]), codes.bare(text))


def _target(url: str) -> str:
    address = url.rstrip(".,;:!?)")
    return links.target_of(address) + url[len(address) :]
