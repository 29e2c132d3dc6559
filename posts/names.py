"""Mentions: `@[Friends of the Library]` in a text is the right handle on each channel.

The handles are written down with the draft when it is saved and when it is sent for approval (`bound`), so that an
approval covers the very words that go out, whatever becomes of the address book later. `said` puts them in. Pure but
for `bound`, which asks the database only where a text mentions somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from channels_app.models import Channel
from libsocial.accounts.models import Unit
from posts.drafting import MENTION, Draft
from posts.fields import texts_of
from posts.models import NamedAccount
from posts.models.kit import above


def mentioned(texts: Iterable[str]) -> list[str]:
    """The names these texts mention, each once."""
    return list(dict.fromkeys(name.strip() for text in texts for name in MENTION.findall(text)))


def said(text: str, handles: Mapping[str, Mapping[str, str]], channel: int) -> str:
    """The text as a channel says it: the handle, or the plain name where there is none."""
    if "@[" not in text:
        return text
    key = str(channel)
    return MENTION.sub(lambda match: handles.get(match.group(1).strip(), {}).get(key) or match.group(1).strip(), text)


def bound(draft: Draft, unit: Unit) -> Draft:
    """The draft with the handles of everybody it mentions, for each of its channels, as the address book has them."""
    wanted = mentioned([*texts_of(draft), *comments_of(draft)])
    if not wanted:
        return replace(draft, mentions={}) if draft.mentions else draft
    book = book_of(unit)
    ids = [target.channel for target in draft.targets]
    platforms = dict(Channel.objects.filter(pk__in=ids).values_list("pk", "platform"))
    found = {name: _for_channels(book.get(name.casefold(), {}), platforms) for name in wanted}
    return replace(draft, mentions={name: handles for name, handles in found.items() if name.casefold() in book})


def kept(draft: Draft) -> Draft:
    """The draft whose mentions stay as they were typed: for what is written back into it."""
    channels = [str(target.channel) for target in draft.targets]
    typed = mentioned([*texts_of(draft), *comments_of(draft)])
    return replace(draft, mentions={name: dict.fromkeys(channels, f"@[{name}]") for name in typed})


def _for_channels(handles: Mapping[str, str], platforms: Mapping[int, str]) -> dict[str, str]:
    return {str(pk): handles[platform] for pk, platform in sorted(platforms.items()) if handles.get(platform)}


def comments_of(draft: Draft) -> list[str]:
    return [str(target.options.get("first_comment", "")) for target in draft.targets]


def unknown(draft: Draft) -> list[str]:
    """Those it mentions who are not in the address book."""
    wanted = mentioned([*texts_of(draft), *comments_of(draft)])
    return [name for name in wanted if name not in draft.mentions]


def book_of(unit: Unit) -> dict[str, dict[str, str]]:
    """Handles by folded name: what the nearest unit says wins."""
    rows = NamedAccount.objects.filter(unit_id__in=above(unit.path), archived_at=None).select_related("unit")
    return {row.name.casefold(): row.handles for row in sorted(rows, key=lambda row: len(row.unit.path))}
