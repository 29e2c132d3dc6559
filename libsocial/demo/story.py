"""A month in the library: what was published, what is planned, what waits, and the figures."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from analytics import collect, rollup
from analytics.models import Watch
from channels_app.models import FeedItem, PracticeAccount, PracticePost
from channels_app.platforms.base import Figures
from libsocial.accounts.models import Unit, User
from libsocial.audit.models import Entry
from libsocial.core import localtime
from libsocial.demo import pictures, words
from libsocial.demo.cast import House
from libsocial.demo.visitors import Visitors
from libsocial.demo.words import Words
from libsocial.notices.models import Notice
from posts.drafting import Draft
from posts.models import Post, Review, Revision
from posts.services import drafts, evergreens, media, review, slotting
from posts.services.evergreens import Terms
from scheduler import engine
from scheduler.models import Attempt, Delivery, DeliveryPart

HOURS = (9, 10, 12, 15, 17)


class Story:
    """Tells the month. `chance` is seeded: every demo is the same library."""

    def __init__(self, house: House) -> None:
        self.house, self.chance, self.now = house, random.Random(17), timezone.now()  # noqa: S311
        self.visitors = Visitors(self.chance, self.now)

    def tell(self) -> None:
        """Everything, in an order that keeps the lists lively."""
        count = len(words.PAST)
        for number, said in enumerate(words.PAST):
            self._publish(said, days_ago=29 - 28 * number / count)
        self._followers()
        for number, said in enumerate(words.PLANNED):
            self.approved(self.written(said, at=self.at(number * 2 + 1)))
        for number, said in enumerate(words.WAITING):
            review.submit(post=self.written(said, at=self.at(number + 2)), by=self.author(said))
        for said in words.DRAFTS:
            self.written(said)
        self._evergreens()

    def end(self) -> None:
        """What is older than two days was seen; the rest waits in everybody's notices."""
        old = Notice.objects.filter(seen_at=None, created_at__lt=self.now - timedelta(days=2))
        old.update(seen_at=self.now - timedelta(days=1))

    # --- writing ------------------------------------------------------------
    def author(self, said: Words) -> User:
        return {
            "central": self.house.alice,
            "riverside": self.house.erin,
            "hill": self.house.noor,
            "mobile": self.house.ada,
        }[said.unit]

    def written(self, said: Words, at: str = "", later: str = "") -> Post:
        """A draft of these words; `later` is the time of every channel but the first."""
        house, author = self.house, self.author(said)
        unit = getattr(house, said.unit)
        first = {"text": said.text, "media": self._pictures(said, author, unit), "card": _card(said)}
        draft = Draft.from_json(
            {
                "parts": [first, *({"text": text} for text in said.more)],
                "language": said.language,
                "content_warning": said.warning,
                "at": at,
                "zone": unit.zone,
                "targets": [
                    {"channel": house.channels[name].pk, "at": later if number else ""}
                    for number, name in enumerate(said.channels)
                ],
            }
        )
        return drafts.create(by=author, unit=unit, token=uuid.uuid4(), draft=draft)

    def _pictures(self, said: Words, author: User, unit: Unit) -> list[dict[str, Any]]:
        if not said.picture:
            return []
        alt = pictures.describe(said.picture)
        asset = media.upload(by=author, unit=unit, file=pictures.poster(said.picture))
        media.describe(asset=asset, by=author, alt=alt)
        return [{"asset": asset.pk, "alt": alt}]

    def at(self, days: int) -> str:
        wall = localtime.wall_of(self.now + timedelta(days=days), self.house.root.zone)
        return wall.replace(hour=HOURS[days % len(HOURS)], minute=30 * (days % 2)).strftime("%Y-%m-%dT%H:%M")

    def approved(self, post: Post) -> Post:
        """Sent and approved by whoever may: the supervisor, and the owner of a lent channel."""
        if post.state == "draft":
            review.submit(post=post, by=post.author)
        for person in (self.house.sam, self.house.ada):
            post.refresh_from_db()
            if post.state == "in_review":
                review.approve(post=post, by=person, digest=post.current.digest)
        post.refresh_from_db()
        return post

    # --- what went out ------------------------------------------------------
    def _publish(self, said: Words, *, days_ago: float) -> None:
        before = Entry.objects.latest("pk").pk
        post = self.approved(self.written(said))
        self.send(post)
        when = (self.now - timedelta(days=days_ago)).replace(hour=self.chance.choice(HOURS), minute=0, second=0)
        when = min(when, self.now - timedelta(hours=3))
        self._move_back(post, when)
        entries = Entry.objects.filter(pk__gt=before)
        entries.filter(subject_type="posts.post").update(at=when - timedelta(hours=1))
        entries.exclude(subject_type="posts.post").update(at=when)
        Notice.objects.filter(subject_type="posts.post", subject_id=str(post.pk)).update(created_at=when)

    def send(self, post: Post) -> list[Delivery]:
        found = list(Delivery.objects.filter(reference__startswith=f"post:{post.pk}:"))
        for delivery in found:
            engine.deliver(delivery.pk, worker="demo")
        return found

    def _move_back(self, post: Post, when: datetime) -> None:
        """The only thing the services cannot do: it went out then, not now."""
        before = when - timedelta(hours=5)
        Post.objects.filter(pk=post.pk).update(planned_at=when, changed_at=when, created_at=before)
        Revision.objects.filter(post=post).update(created_at=before, changed_at=before, submitted_at=before)
        Review.objects.filter(revision__post=post).update(at=when - timedelta(hours=1))
        for delivery in Delivery.objects.filter(reference__startswith=f"post:{post.pk}:").select_related(
            "channel__unit"
        ):
            Delivery.objects.filter(pk=delivery.pk).update(
                due_at=when, settled_at=when, created_at=when - timedelta(hours=2)
            )
            Attempt.objects.filter(delivery=delivery).update(
                started_at=when, creating_since=when, finished_at=when + timedelta(milliseconds=300)
            )
            parts = DeliveryPart.objects.filter(delivery=delivery)
            parts.update(published_at=when)
            ids = [part.remote_id for part in parts]
            if delivery.channel.platform == "feed":  # nobody who reads it is counted
                FeedItem.objects.filter(uuid__in=ids).update(published_at=when, changed_at=when)
                continue
            PracticePost.objects.filter(pk__in=ids).update(created_at=when, public_at=when)
            self.visitors.answer(ids[0])
            delivery.settled_at = when
            self._figures(delivery, when)

    def _figures(self, delivery: Delivery, when: datetime) -> None:
        """Figures as they grew, one reading a day; Practice shows the last of them."""
        reach = self.chance.randint(60, 420)
        final = {"views": reach, "likes": reach // self.chance.randint(7, 16), "shares": reach // 45}
        first = delivery.parts.all()[0].remote_id
        answers = PracticePost.objects.filter(reply_to=first).exclude(author_name="")
        rollup.count_post(delivery)
        shown = dict.fromkeys(final, 0)
        for age in range(9):
            if (at := when + timedelta(days=age, hours=2)) >= self.now:
                break
            shown = {name: round(value * (1 - 0.45 ** (age + 1))) for name, value in final.items()}
            replies = answers.filter(public_at__lte=at).count()
            rollup.record_post(delivery, [Figures(shown | {"replies": replies})], at)
        PracticePost.objects.filter(pk=first).update(**shown)
        Watch.objects.get_or_create(channel=delivery.channel, delivery=delivery, defaults={"next_at": self.now})

    def _evergreens(self) -> None:
        """Posting times of the main library, and what stays true there: one post is rested, one rests."""
        unit, channel = self.house.central, self.house.channels["central"]
        slotting.add_usual(by=self.house.ada, channel=channel, unit=unit)
        for first_words, gap in words.EVERGREEN:
            post = Post.objects.get(title__startswith=first_words)
            evergreens.put_in(by=post.author, post=post, terms=Terms([channel.pk], gap_days=gap))

    def _followers(self) -> None:
        counted = [channel for channel in self.house.channels.values() if channel.platform == "practice"]
        for number, channel in enumerate(counted):
            level = 180 + 240 * number
            for days in range(30, -1, -1):
                level += self.chance.choice((0, 0, 1, 1, 2, 3, -1))
                rollup.record_account(channel, Figures({"followers": level}), self.now - timedelta(days=days))
            PracticeAccount.objects.filter(pk=int(channel.remote_id)).update(followers=level)
        collect.begin_watching()


def _card(said: Words) -> dict[str, Any] | None:
    """The card as somebody would have taken it from the page; nothing is fetched."""
    return dict(zip(("url", "title", "description"), said.card, strict=True)) if said.card else None
