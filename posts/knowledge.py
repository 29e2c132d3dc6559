"""What many posts need to be judged, read once for all of them: channels, pictures, policies, decisions, deliveries."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from channels_app import measure
from channels_app.models import Channel
from channels_app.selectors import usable_among
from libsocial.accounts import policy as accounts_policy
from libsocial.accounts.models import Membership, Unit
from libsocial.accounts.policy import Policy
from libsocial.hours import selectors as hours
from libsocial.hours.reckoning import Hours
from libsocial.links import codes
from libsocial.links.models import Link
from posts import checks, kit, languages, schedule, selectors, tongues
from posts.checks import Contacts, Context, Finding, Said
from posts.drafting import Draft
from posts.models import Asset, CheckOverride, Contact, Embargo, LanguageReview, LinkCheck, Post, Review, Step
from posts.planning import Ban
from scheduler.models import Delivery
from scheduler.selectors import deliveries_for


@dataclass
class Asked:
    """A step of a unit, or the reviewers of a channel, with the names of its people by id (those still here)."""

    pk: int
    unit_id: int
    channel_id: int | None
    name: str
    kind: str
    number: int
    role: str
    unit: Unit
    named: bool = False  # it names people, be they here or gone
    people: dict[int, str] = field(default_factory=dict)


EMBARGOES = "posts.embargoes"
REMEMBERED = 10  # seconds


def forget_embargoes() -> None:
    """One was placed or lifted: every page knows at once, and again when that is committed."""
    cache.delete(EMBARGOES)
    transaction.on_commit(lambda: cache.delete(EMBARGOES))


class Known:
    """Answers about these posts and drafts; each question to the database is asked once, whatever their number.

    `channels` are those the caller has read already, with their units.
    """

    def __init__(self, posts: Sequence[Post], drafts: Iterable[Draft], channels: Iterable[Channel] = ()) -> None:
        self.posts, self.drafts = posts, list(drafts)
        self._read = {channel.pk: channel for channel in channels}
        self._usable: dict[int, set[int]] = {}
        self._calendars: dict[int, Hours] = {}
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

    def hours(self, unit: Unit) -> Hours:
        """When the unit is open, quiet or closed."""
        if unit.pk not in self._calendars:
            asking = {post.unit_id: post.unit for post in self.posts} | {unit.pk: unit}
            self._calendars |= hours.of_many(asking.values())
        return self._calendars[unit.pk]

    @cached_property
    def _embargoes(self) -> list[tuple[int, Ban]]:
        """Remembered for some seconds: pages ask often, and there are few. What leaves asks the rows themselves."""
        known = cache.get(EMBARGOES)
        if known is None:
            known = [(row.unit_id, row.ban()) for row in Embargo.objects.standing(timezone.now())]
            cache.set(EMBARGOES, known, REMEMBERED)
        return known

    def embargoes(self, unit: Unit) -> list[Ban]:
        """What may not be said in this unit yet."""
        above = hours.chain(unit)
        return [ban for unit_id, ban in self._embargoes if unit_id in above]

    @cached_property
    def _banned(self) -> dict[int, dict[str, str]]:
        return kit.banned_in(post.unit for post in self.posts)

    def banned(self, unit: Unit) -> dict[str, str]:
        """Reasons against hashtags in this unit, by the folded tag."""
        if unit.pk not in self._banned:
            self._banned.update(kit.banned_in([unit]))
        return self._banned[unit.pk]

    @cached_property
    def reviews(self) -> dict[int, list[Review]]:
        """Every decision about these posts by revision, the oldest first; `number` is the revision's."""
        found: dict[int, list[Review]] = defaultdict(list)
        judged = [post.pk for post in self.posts if getattr(post, "was_judged", True)]
        rows = Review.objects.filter(revision__post__in=judged) if judged else Review.objects.none()
        for review in rows.select_related("person", "guest", "unit", "instead_of").annotate(
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

    # --- who is asked -------------------------------------------------------
    @cached_property
    def _asked(self) -> list[Asked]:
        """Every step of these units and those above, and the reviewers of these channels: one question."""
        above = {int(part) for unit in self.units.values() for part in unit.path.strip("/").split("/") if part}
        wanted = Q(channel=None, unit_id__in=above) | Q(channel_id__in=self.channels)
        rows = Step.objects.filter(wanted).order_by("order", "pk", "people__name").select_related(None)
        columns = ("pk", "unit_id", "channel_id", "name", "kind", "number", "role")
        found: dict[int, Asked] = {}
        for row in rows.values(*columns, "people__pk", "people__name", "people__is_active"):
            pk, name, here = row.pop("people__pk"), row.pop("people__name"), row.pop("people__is_active")
            channel = self.channels.get(row["channel_id"] or 0)
            asked = found.setdefault(row["pk"], Asked(**row, unit=channel.unit if channel else None))
            asked.named |= pk is not None
            asked.people |= {pk: name} if here else {}
        return list(found.values())

    def steps(self, unit: Unit) -> list[Asked]:
        """The steps that hold in this unit: its own, else those of the nearest unit above that has some."""
        for above in reversed([int(part) for part in unit.path.strip("/").split("/") if part]):
            if steps := [asked for asked in self._asked if asked.channel_id is None and asked.unit_id == above]:
                return steps
        return []

    def asked_by(self, post: Post) -> list[Asked]:
        """The channels of the current revision that have reviewers of their own."""
        chosen = {target.channel_id for target in post.current.targets.all()}
        return [asked for asked in self._asked if asked.channel_id in chosen]

    def people_of(self, asked: Asked, unit: Unit) -> dict[int, str] | None:
        """Names by id of those a step asks; None when it asks everybody with the right."""
        if asked.named:
            return asked.people
        if not asked.role:
            return None
        above = [int(part) for part in unit.path.strip("/").split("/") if part]
        held = Membership.objects.filter(role=asked.role, unit_id__in=above, user__is_active=True)
        return dict(held.order_by("user__name").values_list("user_id", "user__name"))

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
    def short_links(self) -> dict[tuple[int, str], str]:
        """The short links of the long addresses of these drafts, by unit and address; asked where there are any."""
        urls = set().union(*(links_of(draft) for draft in self.drafts))
        wanted = {url for url in urls if len(url) > LONG and codes.read(url) is None}
        rows = Link.objects.filter(target__in=wanted, state="active", expires_at=None) if wanted else ()
        return {(row.unit_id, row.target): row.address for row in rows}

    @cached_property
    def neighbours(self) -> list[Delivery]:
        """What is planned or out on the channels of these drafts, and of the units of these posts, around their times;
        the newest first."""
        channels = {target.channel for draft in self.drafts for target in draft.targets}
        moments = [schedule.moment_for(draft, target) for draft in self.drafts for target in draft.targets]
        times = [moment.utc if moment else timezone.now() for moment in moments]
        if not channels:
            return []
        rows = Delivery.objects.filter(
            Q(channel__in=channels) | Q(unit__in={post.unit_id for post in self.posts}),
            due_at__gt=min(times) - AROUND,
            due_at__lt=max(times) + AROUND,
        )
        found = rows.exclude(state__in=NEVER_OUT).select_related("unit", "channel__unit").order_by("-due_at")
        return list(found[:MOST_NEIGHBOURS])

    def zone_of(self, channel: Channel) -> str:
        """The zone times on this channel are told in: that of the first draft that goes there."""
        zones = (draft.zone for draft in self.drafts if draft.target(channel.pk))
        return next(zones, channel.unit.zone)


AROUND = timedelta(days=30)
LONG = 60  # characters of an address that stands in a text as it is
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
