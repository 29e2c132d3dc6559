"""Posts, channels and pictures as screens and services read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Cast, Coalesce
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.models import Channel
from channels_app.selectors import usable_by
from libsocial.accounts import policies
from libsocial.accounts.models import Membership, Unit, User
from libsocial.accounts.policies import subtree_q
from libsocial.audit.subjects import Subject
from posts.checks.base import CardPattern, Contacts
from posts.drafting import Draft
from posts.models import Asset, Comment, Contact, Post, Review, Revision, Seen, Step, Target
from posts.schedule import GRACE

WITH_POST = (
    "unit",
    "author",
    "campaign__approver",
    "current__changed_by",
    "current__submitted_by",
    "approved__changed_by",
)


def with_targets(posts: QuerySet[Post]) -> QuerySet[Post]:
    """The posts with everything a page shows of them: two queries, whatever their number."""
    targets = Target.objects.select_related("channel__unit", "delivery")
    return posts.select_related(*WITH_POST).prefetch_related(Prefetch("current__targets", targets))


def with_seen(posts: QuerySet[Post], person: User) -> QuerySet[Post]:
    """`was_seen`: has this person had what stands now before their eyes? `waiting_remarks`: how many of colleagues'
    remarks wait for an answer."""
    same = Seen.objects.filter(person=person, post=OuterRef("pk"), digest=OuterRef("current__digest"))
    open_ones = Comment.objects.filter(post=OuterRef("pk"), parent=None, resolved_at=None).order_by()
    counted = open_ones.values("post").annotate(number=Count("pk")).values("number")
    return posts.annotate(was_seen=Exists(same), waiting_remarks=Coalesce(Subquery(counted), 0))


def get_post(user: User, pk: int, **more: Any) -> Post:
    """The post with what every page needs of it, and `more` annotations; Http404 when the person may not know of it."""
    found = with_targets(Post.objects.visible_to(user)).select_related("evergreen")
    post = with_seen(found, user).annotate(**more).filter(pk=pk).first()
    if post is None:
        raise Http404
    return post


def get_to_read(user: User, pk: int) -> Post:
    """The same for a page that changes nothing: `was_judged` spares a new draft the question who decided about it."""
    return get_post(user, pk, was_judged=Exists(Review.objects.filter(revision__post=OuterRef("pk"))))


def subjects(ids: set[str]) -> dict[str, Subject]:
    """Posts as the trail names them."""
    rows = Post.objects.filter(pk__in=[int(pk) for pk in ids if pk.isdigit()]).values_list("pk", "title")
    untitled = _("Untitled post")
    return {str(pk): Subject(title or untitled, reverse("posts:detail", args=[pk])) for pk, title in rows}


def subjects_called(words: str) -> QuerySet[Any]:
    """The ids of posts whose first words have all of these, as the trail keeps them."""
    posts = Post.objects.all()
    for word in words.split()[:8]:
        posts = posts.filter(title__icontains=word)
    return posts.annotate(text_id=Cast("pk", CharField())).values("text_id")


def waiting_for(user: User, unit: Unit | None) -> QuerySet[Post]:
    """Posts in review that this person may decide about: of their units, or asking for a channel of theirs."""
    lent = Target.objects.filter(
        subtree_q(user, "post.approve", "channel__unit__"), revision=F("revision__post__current")
    )
    asked = subtree_q(user, "post.approve", "unit__") | Q(pk__in=lent.values("revision__post_id"))
    posts = Post.objects.filter(asked, state="in_review")
    if unit is not None:
        here = lent.filter(channel__unit__path__startswith=unit.path)
        posts = posts.filter(Q(unit__path__startswith=unit.path) | Q(pk__in=here.values("revision__post_id")))
    # What goes out as soon as it is approved is due now.
    return with_targets(posts.order_by(F("planned_at").asc(nulls_first=True), "pk"))


@dataclass
class Waiting:
    """A post of the queue before it is opened: when it is due, and the channels it goes to, by name."""

    pk: int
    at: datetime | None
    channels: dict[int, str]


_IN_BRIEF = ("pk", "planned_at", "current__targets__channel", "current__targets__channel__name")


def waiting_in_brief(user: User, unit: Unit | None) -> list[Waiting]:
    """All that waits for this person, in the order of the queue; sorted here, because for an order the database
    would go through the posts of all times."""
    rows = waiting_for(user, unit).select_related(None).prefetch_related(None).order_by()
    found: dict[int, Waiting] = {}
    for pk, at, channel, name in rows.values_list(*_IN_BRIEF):
        one = found.setdefault(pk, Waiting(pk, at, {}))
        one.channels |= {channel: name} if channel else {}
    return sorted(found.values(), key=lambda one: (one.at is not None, one.at or timezone.now(), one.pk))


def to_judge(ids: Sequence[int], user: User) -> list[Post]:
    """These posts with everything the queue shows of them, in this order."""
    found = with_seen(with_targets(Post.objects.filter(pk__in=ids)), user)
    place = {pk: number for number, pk in enumerate(ids)}
    return sorted(found, key=lambda post: place[post.pk])


def is_only_approver(user: User, unit: Unit) -> bool:
    """Does this person work where nobody else could approve? Then the page says what to do about it."""
    return not policies.people_who("post.approve", unit).exclude(pk=user.pk).exists()


def approvers(unit: Unit) -> QuerySet[User]:
    """Who may approve here by a role of their own, in the order of their names."""
    roles = policies.ABILITIES["post.approve"]
    above = [int(part) for part in unit.path.strip("/").split("/") if part]
    held = Membership.objects.filter(unit_id__in=above, role__in=roles)
    return User.objects.filter(pk__in=held.values("user_id"), is_active=True).order_by("name", "pk")


def own_steps(unit: Unit) -> QuerySet[Step]:
    return unit.steps.filter(channel=None).prefetch_related("people").order_by("order")


def steps_above(unit: Unit) -> list[Step]:
    """The steps this unit follows while it has none of its own."""
    above = [int(part) for part in unit.path.strip("/").split("/") if part and int(part) != unit.pk]
    rows = Step.objects.filter(unit_id__in=above, channel=None).select_related("unit").prefetch_related("people")
    found = sorted(rows, key=lambda step: (-len(step.unit.path), step.order))
    return [step for step in found if step.unit_id == found[0].unit_id]


def expired_for(user: User, unit: Unit | None) -> QuerySet[Post]:
    """Posts whose time passed before anybody decided, of everything this person may see."""
    late = timezone.now() - GRACE
    posts = Post.objects.visible_to(user).filter(state="in_review", planned_at__lte=late)
    if unit is not None:
        posts = posts.filter(unit__path__startswith=unit.path)
    return posts.order_by("-planned_at", "pk")


def usable_channels(unit: Unit) -> QuerySet[Channel]:
    """The living channels a post of this unit may go to: its own and those lent to it."""
    return usable_by(unit)


def offered_channels(unit: Unit) -> list[Channel]:
    """The same, with the units that answer for them."""
    return list(usable_channels(unit).select_related("unit"))


def assets_of(draft: Draft) -> dict[int, Asset]:
    """Pictures, films and documents a draft names, by id; a missing one is missing here too."""
    return assets_by_id(draft.asset_ids())


def assets_by_id(ids: Collection[int]) -> dict[int, Asset]:
    """Assets with what is shown of them; only films cost a second question, for their captions."""
    found = Asset.objects.select_related("poster").in_bulk(ids) if ids else {}
    films = [asset for asset in found.values() if asset.kind == "video"]
    prefetch_related_objects(films, "captions")
    return found


def usable_assets(user: User, unit: Unit, ids: Iterable[int]) -> set[int]:
    """Those of these pictures the person may use in a post of this unit."""
    own = Q(unit=unit) | Q(pk__in=Asset.objects.visible_to(user).values("pk"))
    return set(Asset.objects.filter(own, pk__in=list(ids)).values_list("pk", flat=True))


def revisions_of(post: Post) -> QuerySet[Revision]:
    return post.revisions.select_related("changed_by", "submitted_by").prefetch_related("targets")


def contacts_of(rows: Iterable[Contact]) -> Contacts:
    """Rows as the checks take them."""
    by_kind: dict[str, list[str]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.value)
    return Contacts(
        phones=frozenset(by_kind.get("phone", ())),
        emails=frozenset(by_kind.get("email", ())),
        domains=frozenset(by_kind.get("domain", ())),
        hosts=frozenset(by_kind.get("host", ())),
        names=frozenset(by_kind.get("name", ())),
        cards=tuple(card_pattern(value) for value in by_kind.get("card", ())),
    )


def card_pattern(value: str) -> CardPattern:
    """'21234|14|luhn' as a pattern."""
    prefix, length, check = value.split("|")
    return CardPattern(prefix, int(length), check == "luhn")
