"""What many posts need to be judged, read once for all of them: channels, pictures, policies, decisions, deliveries."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cached_property

from django.db.models import F
from django.utils import timezone

from channels_app import measure
from channels_app.models import Channel
from channels_app.selectors import usable_among
from libsocial.accounts import policy as accounts_policy
from libsocial.accounts.models import Unit
from libsocial.accounts.policy import Policy
from posts import checks, schedule, selectors
from posts.checks import Contacts, Context, Finding, Said
from posts.drafting import Draft
from posts.models import Asset, CheckOverride, Contact, LinkCheck, Post, Review
from scheduler.models import Delivery
from scheduler.selectors import deliveries_for


class Known:
    """Answers about these posts and drafts; each question to the database is asked once, whatever their number.

    `channels` are those the caller has read already, with their units.
    """

    def __init__(self, posts: Sequence[Post], drafts: Iterable[Draft], channels: Iterable[Channel] = ()) -> None:
        self.posts, self.drafts = posts, list(drafts)
        self._read = {channel.pk: channel for channel in channels}
        self._usable: dict[int, set[int]] = {}
        self._exceptions: dict[int, dict[str, CheckOverride]] = {}
        self._checked: dict[tuple[object, ...], list[Finding]] = {}

    @cached_property
    def channels(self) -> dict[int, Channel]:
        ids = {target.channel for draft in self.drafts for target in draft.targets}
        missing = ids - self._read.keys()
        return self._read | (Channel.objects.select_related("unit").in_bulk(missing) if missing else {})

    @cached_property
    def assets(self) -> dict[int, Asset]:
        ids: set[int] = set().union(*(draft.asset_ids() for draft in self.drafts))
        return selectors.assets_by_id(ids)

    @cached_property
    def units(self) -> dict[int, Unit]:
        """The posts' own units, and those that own a channel."""
        owners = [channel.unit for channel in self.channels.values()]
        return {unit.pk: unit for unit in [post.unit for post in self.posts] + owners}

    def usable(self, unit: Unit) -> set[int]:
        """Ids of those of the channels that a unit may use now."""
        if unit.pk not in self._usable:
            asking = self.units | {unit.pk: unit}
            self._usable = {pk: set() for pk in asking}
            for pk, channel in usable_among(self.channels.values(), asking.values()):
                self._usable[pk].add(channel)
        return self._usable[unit.pk]

    @cached_property
    def _policies(self) -> dict[int, Policy]:
        return accounts_policy.of_many(self.units.values())

    def policy(self, unit: Unit) -> Policy:
        if unit.pk not in self._policies:
            self._policies[unit.pk] = accounts_policy.of(unit)
        return self._policies[unit.pk]

    @cached_property
    def reviews(self) -> dict[int, list[Review]]:
        """Every decision about these posts by revision, the oldest first; `number` is the revision's."""
        found: dict[int, list[Review]] = defaultdict(list)
        rows = Review.objects.filter(revision__post__in=[post.pk for post in self.posts])
        for review in rows.select_related("person", "unit").annotate(
            number=F("revision__number"), post_id=F("revision__post")
        ):
            found[review.revision_id].append(review)
        return found

    def approvals(self, post: Post) -> list[Review]:
        """Each yes to the current revision."""
        given = self.reviews.get(post.current_id or 0, [])
        return [review for review in given if review.decision == "approved"]

    def owners(self, post: Post) -> list[Unit]:
        """The units other than the post's own whose channels the current revision names."""
        units = {
            self.channels[target.channel_id].unit_id: self.channels[target.channel_id].unit
            for target in post.current.targets.all()
            if target.channel_id in self.channels
        }
        return [unit for pk, unit in sorted(units.items()) if pk != post.unit_id]

    @cached_property
    def deliveries(self) -> dict[int, list[Delivery]]:
        """Every delivery of every revision, by post. Only what somebody said yes to was ever planned."""
        found: dict[int, list[Delivery]] = defaultdict(list)
        references = {
            f"post:{review.post_id}:{review.number}": review.post_id
            for given in self.reviews.values()
            for review in given
            if review.decision == "approved"
        }
        for delivery in deliveries_for(references) if references else ():
            found[references[delivery.reference]].append(delivery)
        return found

    # --- what the checks ask -----------------------------------------------------
    def checked(self, said: Said, context: Context) -> list[Finding]:
        """What the rules find; the same words on several channels are read once."""
        key = (said, context.when, context.today, tuple(sorted(context.levels.items())))
        if key not in self._checked:
            self._checked[key] = checks.run(said, context)
        return self._checked[key]

    @cached_property
    def _contacts(self) -> list[Contact]:
        return list(Contact.objects.select_related("unit"))

    @cached_property
    def contacts(self) -> Contacts:
        """Whom texts may name, of all units."""
        return selectors.contacts_of(self._contacts)

    def access_text(self, unit: Unit) -> str:
        """The sentence on access of this unit, or of the nearest one above that has one."""
        rows = [row for row in self._contacts if row.kind == "access" and unit.path.startswith(row.unit.path)]
        return max(rows, key=lambda row: len(row.unit.path)).value if rows else ""

    def exceptions(self, post: Post) -> dict[str, CheckOverride]:
        """The exceptions of a post by what they are bound to."""
        if post.pk not in self._exceptions:
            asked = {post.pk, *(one.pk for one in self.posts)}
            self._exceptions |= {pk: {} for pk in asked}
            rows = CheckOverride.objects.filter(post__in=asked).select_related("asked_by", "accepted_by")
            for row in rows:
                self._exceptions[row.post_id][row.fingerprint] = row
        return self._exceptions[post.pk]

    @cached_property
    def looked_at(self) -> dict[str, LinkCheck]:
        """The links of these drafts that were looked at, by the hash of their address."""
        urls = set().union(*(links_of(draft) for draft in self.drafts))
        rows = LinkCheck.objects.filter(url_hash__in=map(hash_of, urls)).exclude(outcome="") if urls else ()
        return {row.url_hash: row for row in rows}

    @cached_property
    def neighbours(self) -> list[Delivery]:
        """What is planned or out on the channels of these drafts around their times, the newest first."""
        channels = {target.channel for draft in self.drafts for target in draft.targets}
        moments = [schedule.moment_for(draft, target) for draft in self.drafts for target in draft.targets]
        times = [moment.utc if moment else timezone.now() for moment in moments]
        if not channels:
            return []
        around = (min(times) - AROUND, max(times) + AROUND)
        rows = Delivery.objects.filter(channel__in=channels, due_at__gt=around[0], due_at__lt=around[1])
        return list(rows.exclude(state__in=NEVER_OUT).select_related("unit").order_by("-due_at")[:MOST_NEIGHBOURS])

    def zone_of(self, channel: Channel) -> str:
        """The zone times on this channel are told in: that of the first draft that goes there."""
        zones = (draft.zone for draft in self.drafts if draft.target(channel.pk))
        return next(zones, channel.unit.zone)


AROUND = timedelta(days=30)
NEVER_OUT = ("cancelled", "expired", "failed", "removed")
MOST_NEIGHBOURS = 500


def hash_of(url: str) -> str:
    """What an address is found by."""
    return hashlib.sha256(url.encode()).hexdigest()


def links_of(draft: Draft) -> set[str]:
    """Every address a draft names, in texts, first comments and cards."""
    parts = [part for target in draft.targets for part in draft.parts_for(target)] + list(draft.parts)
    texts = {part.text for part in parts} | {str(target.options.get("first_comment", "")) for target in draft.targets}
    found = {span.value for text in texts if "://" in text for span in measure.links(text)}
    return found | {part.card.url for part in parts if part.card}
