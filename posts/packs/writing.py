"""A campaign of ours as a pack: without accounts, people, dates, and addresses only this installation knows."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from libsocial.links import codes
from libsocial.links import selectors as links
from posts import drafting, selectors
from posts.drafting import Draft, DraftMedia, DraftPart
from posts.models import Asset, Campaign, CaptionFile, Post
from posts.packs import form
from posts.packs.form import Pack, PackCaptions, PackDraft, PackMedia, PackPart
from posts.services import storage

_LINKS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class Names:
    """What the files of a pack are called, by the ids of our rows."""

    assets: Mapping[int, str]
    captions: Mapping[int, PackCaptions]


def pack_of(campaign: Campaign, posts: list[Post], licence: str) -> tuple[Pack, dict[str, str]]:
    """The pack, and where the bytes of each of its files lie in the media storage."""
    drafts = [drafting.of_revision(post.current, note=post.note) for post in posts if post.current]
    shown = [item for draft in drafts for part in draft.parts for item in part.media]
    assets = selectors.assets_by_id({pk for item in shown for pk in (item.asset, item.poster) if pk is not None})
    words = CaptionFile.objects.filter(asset__in=assets).in_bulk({pk for item in shown for pk in item.captions})
    names = Names(_asset_names(assets), {pk: PackCaptions(f"media/words-{pk}.vtt", words[pk].language) for pk in words})
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
        credits={names.assets[pk]: asset.credit for pk, asset in assets.items()},
    )
    paths = {names.assets[pk]: asset.path for pk, asset in assets.items()}
    return pack, paths | {names.captions[pk].file: row.vtt for pk, row in words.items()}


def zipped(pack: Pack, paths: Mapping[str, str]) -> bytes:
    """The file as it travels. Raises OSError when a file of the library is gone."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        words = json.dumps(form.to_json(pack), ensure_ascii=False, indent=2)
        archive.writestr("pack.json", words, zipfile.ZIP_DEFLATED)
        if pack.licence:
            archive.writestr("LICENCE.txt", f"{pack.name}\n{pack.licence}\n")
        for name in (*pack.files(), *pack.caption_files()):
            archive.writestr(name, storage.get(paths[name]))
    return made.getvalue()


def _asset_names(assets: Mapping[int, Asset]) -> dict[int, str]:
    return {pk: f"media/{number:03}{_ending(assets[pk])}" for number, pk in enumerate(sorted(assets), 1)}


def _ending(asset: Asset) -> str:
    return "." + (asset.path.rpartition(".")[2] or "bin")


def _draft(draft: Draft, starts: date, names: Names) -> PackDraft:
    at = datetime.fromisoformat(draft.at) if draft.at else None
    return PackDraft(
        parts=tuple(_part(part, names) for part in draft.parts),
        day=max(0, (at.date() - starts).days) if at else None,
        clock=f"{at:%H:%M}" if at else "",
        language=draft.language,
        warning=draft.content_warning,
    )


def _part(part: DraftPart, names: Names) -> PackPart:
    card = part.card
    told = {"url": _travels(card.url), "title": card.title, "description": card.description} if card else None
    media = tuple(_media(item, names) for item in part.media if item.asset in names.assets)
    return PackPart(_travels(part.text), media, told)


def _media(item: DraftMedia, names: Names) -> PackMedia:
    captions = tuple(names.captions[pk] for pk in item.captions if pk in names.captions)
    poster = names.assets.get(item.poster, "") if item.poster is not None else ""
    return PackMedia(names.assets[item.asset], item.alt, item.decorative, captions, poster, item.edits)


def _travels(text: str) -> str:
    """Short links of ours as the pages they lead to: another library has links of its own."""
    if "/s/" not in text:
        return text
    return _LINKS.sub(lambda found: _target(found[0]), codes.bare(text))


def _target(url: str) -> str:
    address = url.rstrip(".,;:!?)")
    return links.target_of(address) + url[len(address) :]
