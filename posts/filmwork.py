"""How far the films of a post are: what the post page and the review queue show while somebody waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from channels_app.models import Channel
from channels_app.selectors import capabilities_of
from posts import resolve
from posts.drafting import Draft
from posts.models import Asset, Rendition
from posts.services import renditions


@dataclass(frozen=True)
class Work:
    """One film for one channel. `done` in per cent; `trouble` says why it cannot be made."""

    film: str
    channel: str
    done: int
    trouble: str = ""


def of(draft: Draft, channels: Mapping[int, Channel], assets: Mapping[int, Asset]) -> list[Work]:
    """The films that are not there yet as their channels want them; one question when the draft has films at all."""
    wanted = list(_wanted(draft, channels, assets))
    if not wanted:
        return []
    rows = {
        (row.asset_id, row.rules): row
        for row in Rendition.objects.filter(asset__in={asset.pk for _name, asset, _key in wanted})
    }
    found = [(name, asset, rows.get((asset.pk, key))) for name, asset, key in wanted]
    return [
        Work(asset.original_name, name, int(row.done * 100) if row else 0, row.trouble if row else "")
        for name, asset, row in found
        if row is None or not row.ready
    ]


def _wanted(
    draft: Draft, channels: Mapping[int, Channel], assets: Mapping[int, Asset]
) -> Iterable[tuple[str, Asset, str]]:
    """(channel, film, key of its rules) for every film that does not go out as it is."""
    films = {pk for pk, asset in assets.items() if asset.kind == "video"}
    for target in draft.targets if films else ():
        channel = channels.get(target.channel)
        rules = capabilities_of(channel).shaped(target.options).media.video if channel else None
        shown = {item.asset for part in draft.parts_for(target) for item in part.media} & films
        for pk in sorted(shown) if rules else ():
            if not resolve.film_fits(assets[pk], rules):
                yield channel.name, assets[pk], renditions.film_key(rules)
