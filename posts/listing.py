"""Reading posts for lists and the calendar: few queries, whatever the number of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from posts import display
from posts.models import Post, Target


@dataclass(frozen=True)
class Filters:
    """What the address of a list says; unknown words are ignored, never an error."""

    q: str = ""
    state: str = ""
    unit: int | None = None
    channel: int | None = None
    author: int | None = None
    campaign: int | None = None

    def __bool__(self) -> bool:
        """Is anything asked for at all?"""
        return bool(self.number)

    @property
    def number(self) -> int:
        """How many of them narrow the list."""
        asked = (self.q, self.state, self.unit, self.channel, self.author, self.campaign)
        return sum(bool(one) for one in asked)


@dataclass
class Row:
    """A post as a list shows it."""

    post: Post
    shown: str  # a key of the looks: icon, tone and word
    targets: list[Target] = field(default_factory=list)

    @property
    def channels(self) -> list[Channel]:
        return [target.channel for target in self.targets]

    @property
    def links(self) -> list[tuple[Channel, str]]:
        """Where it can be seen: a published post carries its addresses everywhere."""
        return [
            (target.channel, target.delivery.remote_url)
            for target in self.targets
            if target.delivery and target.delivery.state == "published" and target.delivery.remote_url
        ]


def posts_for(user: User, unit: Unit | None, filters: Filters) -> QuerySet[Post]:
    """The posts of a list, newest change first."""
    posts = narrowed(Post.objects.visible_to(user), unit, filters)
    if filters.state not in STATES and not filters.q:
        posts = posts.exclude(state="archived")
    return posts.order_by("-changed_at", "-pk")


def narrowed(posts: QuerySet[Post], unit: Unit | None, filters: Filters) -> QuerySet[Post]:
    """Those of the posts that a unit and filters leave."""
    if unit is not None and unit.parent_id is not None:
        posts = posts.filter(unit__path__startswith=unit.path)
    if filters.unit:
        posts = posts.filter(unit_id=filters.unit)
    if filters.author:
        posts = posts.filter(author_id=filters.author)
    if filters.campaign:
        posts = posts.filter(campaign_id=filters.campaign)
    if filters.channel:
        posts = posts.filter(pk__in=Target.objects.filter(channel_id=filters.channel).values("revision__post_id"))
    if filters.q:
        posts = posts.filter(_matches(filters.q))
    if filters.state in STATES:
        posts = posts.filter(display.filter_q(filters.state))
    return posts


STATES = frozenset(name for name, _ in display.FILTERS if name)


def _matches(words: str) -> Q:
    query = Q()
    for word in words.split()[:8]:
        query &= Q(title__icontains=word) | Q(current__body__icontains=word) | Q(note__icontains=word)
    return query


def authors(user: User) -> QuerySet[User]:
    """Whoever wrote a post this person may see."""
    return User.objects.filter(Exists(Post.objects.visible_to(user).filter(author=OuterRef("pk"))))


def authors_known(user: User) -> list[tuple[int, str]]:
    """The same for a filter, as (id, name), remembered for a minute."""
    return cache.get_or_set(
        f"posts.authors.{user.pk}", lambda: [(person.pk, str(person)) for person in authors(user)], 60
    )


# What no list shows; the frozen contents of deliveries are by far the most of what a row weighs.
UNSEEN = (
    "variant", "options", "channel__facts", "channel__overrides", "channel__health_params", "channel__recovery_notes",
    "delivery__payload", "delivery__message_params",
)  # fmt: skip


def rows_of(posts: Sequence[Post]) -> list[Row]:
    """The rows of one page of posts: one further query for targets, channels and deliveries together."""
    wanted = {post.approved_id if post.state == "approved" else post.current_id: post for post in posts}
    by_post: dict[int, list[Target]] = defaultdict(list)
    targets = (
        Target.objects.filter(revision_id__in=[pk for pk in wanted if pk])
        .select_related("channel", "delivery")
        .defer(*UNSEEN)
        .order_by("channel__platform", "channel__name")
    )
    for target in targets:
        by_post[wanted[target.revision_id].pk].append(target)
    return [_row(post, by_post[post.pk]) for post in posts]


def _row(post: Post, targets: list[Target]) -> Row:
    states = [target.delivery.state for target in targets if target.delivery]
    return Row(post, display.shown(post.state, states), targets)
