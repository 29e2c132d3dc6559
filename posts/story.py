"""How a post came to be what it is: its revisions with their decisions, and its deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels_app.models import Channel
from libsocial.accounts.models import User
from posts import changes, display, drafting, selectors
from posts.changes import Change
from posts.knowledge import Known
from posts.models import Post, Review, Revision
from posts.sheets import Sheet
from posts.workflow import reference_of
from scheduler import holds
from scheduler.selectors import Card, card

MOST = 30  # revisions shown; older ones stay in the database and in the trail


@dataclass(frozen=True)
class Chapter:
    """One revision: what it changed against the one before, and what people decided about it."""

    revision: Revision
    changes: list[Change]
    reviews: Sequence[Review]
    current: bool
    approved: bool


def history(post: Post) -> list[Revision]:
    """The revisions of a post with their targets, newest first; the first one's are at hand with the post."""
    if post.current is not None and post.current.number == 1:
        return [post.current]
    return list(selectors.revisions_of(post)[: MOST + 1])


def chapters(sheet: Sheet, revisions: Sequence[Revision]) -> list[Chapter]:
    """What became of the post from revision to revision, newest first."""
    post = sheet.post
    drafts = [drafting.of_revision(revision) for revision in revisions]
    names = _names(drafts, sheet.known)
    found = []
    for index, revision in enumerate(revisions[:MOST]):
        older = drafts[index + 1] if index + 1 < len(drafts) else None
        found.append(
            Chapter(
                revision=revision,
                changes=changes.between(older, drafts[index], names) if older else [],
                reviews=sheet.known.reviews.get(revision.pk, ()),
                current=revision.pk == post.current_id,
                approved=revision.pk == post.approved_id,
            )
        )
    return found


def _names(drafts: Sequence[drafting.Draft], known: Known) -> dict[int, str]:
    names = {pk: channel.name for pk, channel in known.channels.items()}
    missing = {target.channel for draft in drafts for target in draft.targets} - names.keys()
    return names | (dict(Channel.objects.filter(pk__in=missing).values_list("pk", "name")) if missing else {})


def deliveries(sheet: Sheet, user: User) -> list[Card]:
    """The deliveries of the approved revision as this person sees them, in the order of the channels."""
    post = sheet.post
    if post.approved is None:
        return []
    reference = reference_of(post, post.approved)
    rows = [delivery for delivery in sheet.known.deliveries[post.pk] if delivery.reference == reference]
    standing = holds.standing() if any(delivery.state == "held" for delivery in rows) else []
    return [card(delivery, user, standing) for delivery in rows]


def missed(sheet: Sheet) -> list[Channel]:
    """The channels a post did not reach although it is out on others: a copy can go there."""
    reached = [pane for pane in sheet.panes if pane.delivery and pane.delivery.state == "published"]
    ended = ("failed", "expired", "cancelled")
    return [pane.channel for pane in sheet.panes if reached and pane.delivery and pane.delivery.state in ended]


def since_seen(sheet: Sheet, digest: str) -> list[Change]:
    """What changed between the revision a person had before them and the one that stands now."""
    seen = sheet.post.revisions.filter(digest=digest).exclude(pk=sheet.revision.pk).first() if digest else None
    if seen is None:
        return []
    before = drafting.of_revision(seen)
    return changes.between(before, sheet.draft, _names([before, sheet.draft], sheet.known))


def shown(sheet: Sheet) -> str:
    """The one word for where it stands, as lists use it."""
    return display.shown(sheet.post.state, [pane.delivery.state for pane in sheet.panes if pane.delivery])
