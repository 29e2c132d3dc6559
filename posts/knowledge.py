"""What many posts need to be judged, read once for all of them: channels, pictures, policies, decisions, deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from django.db.models import F

from channels_app.models import Channel
from channels_app.selectors import usable_among
from libsocial.accounts import policy as accounts_policy
from libsocial.accounts.models import Unit
from libsocial.accounts.policy import Policy
from posts import languages, selectors, tongues
from posts.drafting import Draft
from posts.models import Asset, LanguageReview, Post, Review
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

    @cached_property
    def language_reviews(self) -> dict[int, dict[str, LanguageReview]]:
        """The newest review of each language, by post; asked only where a post has several."""
        several = any(draft.languages for draft in self.drafts)
        return tongues.newest_reviews([post.pk for post in self.posts]) if several and self.posts else {}

    def language_states(self, draft: Draft, post: Post | None) -> dict[str, str]:
        """Where each further language of a draft stands, by its tag."""
        given = self.language_reviews.get(post.pk, {}) if post and draft.languages else {}
        return {
            one.language: languages.state_of(draft, one, tongues.seen(given.get(one.language)))
            for one in draft.languages
        }

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
