"""What many posts need to be judged, read once for all of them: channels, pictures, policies, approvals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from channels_app.models import Channel
from libsocial.accounts import policy as accounts_policy
from libsocial.accounts.models import Unit
from libsocial.accounts.policy import Policy
from posts import selectors
from posts.drafting import Draft
from posts.models import Asset, Post, Review
from scheduler.models import Delivery


class Known:
    """Answers about these posts and drafts; each question to the database is asked once, whatever their number."""

    def __init__(self, posts: Sequence[Post], drafts: Iterable[Draft]) -> None:
        self.posts, self.drafts = posts, list(drafts)
        self._usable: dict[int, set[int]] = {}
        self._policies: dict[int, Policy] = {}

    @cached_property
    def channels(self) -> dict[int, Channel]:
        ids = {target.channel for draft in self.drafts for target in draft.targets}
        return Channel.objects.select_related("unit").in_bulk(ids)

    @cached_property
    def assets(self) -> dict[int, Asset]:
        ids: set[int] = set().union(*(draft.asset_ids() for draft in self.drafts))
        return Asset.objects.in_bulk(ids)

    def usable(self, unit: Unit) -> set[int]:
        """Ids of the channels a unit may use now."""
        if unit.pk not in self._usable:
            self._usable[unit.pk] = set(selectors.usable_channels(unit).values_list("pk", flat=True))
        return self._usable[unit.pk]

    def policy(self, unit: Unit) -> Policy:
        if unit.pk not in self._policies:
            self._policies[unit.pk] = accounts_policy.of(unit)
        return self._policies[unit.pk]

    @cached_property
    def approvals(self) -> dict[int, list[tuple[int, int]]]:
        """(person, unit) of each approval, by the current revision it is for."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        ids = [post.current_id for post in self.posts if post.current_id]
        rows = Review.objects.filter(revision_id__in=ids, decision="approved")
        for revision, person, unit in rows.values_list("revision_id", "person_id", "unit_id"):
            found[revision].append((person, unit))
        return found

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
        """Every delivery of every revision, with its parts, by post."""
        found: dict[int, list[Delivery]] = defaultdict(list)
        references = {
            f"post:{post.pk}:{number}": post.pk
            for post in self.posts
            for number in range(1, (post.current.number if post.current else 0) + 1)
        }
        rows = Delivery.objects.filter(reference__in=references).select_related("channel").prefetch_related("parts")
        for delivery in rows:
            found[references[delivery.reference]].append(delivery)
        return found
