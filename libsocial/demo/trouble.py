"""What did not go smoothly: one post in every state that is neither planned nor simply published."""

from __future__ import annotations

from datetime import timedelta

from channels_app.models import PracticeAccount
from channels_app.practice.services import set_mode
from libsocial.core import own
from libsocial.demo.story import Story
from libsocial.demo.words import Words
from posts.models import Post
from posts.services import drafts, review
from scheduler import holds, services, settling
from scheduler.models import Delivery
from scheduler.verdicts import Verdict

# So long the demo leaves the unclear one unclear; then the engine asks Practice, and finds it.
STAYS_UNCLEAR = timedelta(minutes=30)


class Trouble:
    """Everything is brought about the way it comes about: Practice fails as it is told to."""

    def __init__(self, story: Story) -> None:
        self.story, self.house = story, story.house

    def tell(self) -> None:
        self._changes_requested()
        self._withdrawn()
        self._archived()
        self._partly()
        self._removed()
        self._expired()
        self._failed()
        self._waiting()
        self._unclear()
        self._needs_person()
        self._held()
        self._lost()

    # --- the editorial side -------------------------------------------------
    def _changes_requested(self) -> None:
        text = "Free coffee for everybody on Friday!!! Come all!!!"
        post = self.story.written(Words("central", ("central",), text), at=self.story.at(4))
        review.submit(post=post, by=post.author)
        post.refresh_from_db()
        reason = "Nice idea. Please say where and until when, and check with the café first."
        review.request_changes(post=post, by=self.house.sam, digest=post.current.digest, reason=reason)

    def _withdrawn(self) -> None:
        text = "The concert on Sunday starts at 16:00. (Cancelled by the choir, so this stays with us.)"
        post = self.story.approved(self.story.written(Words("riverside", ("riverside",), text), at=self.story.at(3)))
        review.withdraw(post=post, by=post.author)

    def _archived(self) -> None:
        post = self.story.written(Words("hill", ("hill",), "Old idea: a reading corner for dogs and their people."))
        drafts.archive(post=post, by=post.author)

    # --- the way out --------------------------------------------------------
    def _ready(self, unit: str, text: str, *channels: str) -> Post:
        return self.story.approved(self.story.written(Words(unit, channels or (unit,), text)))

    def _partly(self) -> None:
        """Out on its own channel, planned for the day after tomorrow on the library's."""
        said = Words(
            "riverside", ("riverside", "library"), "Chess for everybody, every Wednesday at 17:00. Boards are here."
        )
        self.story.send(self.story.approved(self.story.written(said, later=self.story.at(2))))

    def _removed(self) -> None:
        post = self._ready("riverside", "The book sale starts at nine. (The wrong day: taken down again.)")
        for delivery in self.story.send(post):
            delivery.refresh_from_db()
            services.remove(delivery=delivery, by=self.house.sam)

    def _expired(self) -> None:
        """As if the machine had stood still over the weekend."""
        post = self._ready("riverside", "Only today: the archive is open until 20:00.")
        now = self.story.now
        for delivery in _deliveries(post):
            due, last = now - timedelta(hours=20), now - timedelta(hours=8)
            Delivery.objects.filter(pk=delivery.pk).update(due_at=due, not_after=last, next_at=due)
        self.story.send(post)

    def _failed(self) -> None:
        post = self._ready("hill", "The heating is being repaired today. Bring a jumper, we bring blankets and soup.")
        self._practice("hill", "reject")
        self.story.send(post)

    def _waiting(self) -> None:
        post = self._ready("riverside", "New in the map room: the river, drawn in 1874, three metres long.")
        self._practice("riverside", "rate_limit")
        self.story.send(post)
        # The next post of the demo shall not wait for the same limit.
        PracticeAccount.objects.filter(pk=self.house.channels["riverside"].remote_id).update(limited_until=None)

    def _unclear(self) -> None:
        post = self._ready("central", "Quiet hour from 14:00: no announcements, softer light, no questions asked.")
        self._practice("central", "drop")
        self.story.send(post)
        for delivery in _deliveries(post):
            Delivery.objects.filter(pk=delivery.pk).update(next_at=self.story.now + STAYS_UNCLEAR)

    def _needs_person(self) -> None:
        """The line was cut, and the platform gave no answer for hours."""
        post = self._ready("hill", "Storytelling by the stove on Friday at 17:00, with apples.")
        self._practice("hill", "drop")
        self.story.send(post)
        for delivery in _deliveries(post):
            told = {"look_at": own.kept(delivery.channel.url)}
            settling.settle(delivery, Verdict("ask", "delivery.needs_person", told))

    def _held(self) -> None:
        post = self._ready("hill", "Free soup on Thursday, from noon, for whoever is hungry.")
        reason = "The hall is closed after the storm. Please nothing in public until we know more."
        holds.place(by=self.house.ada, scope="unit", key=self.house.hill.path, reason=reason)
        self.story.send(post)

    def _lost(self) -> None:
        """The Bookmobile's channel lost its permission; what was due there waits."""
        post = self._ready("mobile", "The Bookmobile stops at the market square on Monday, 9:00 to 11:00.")
        self._practice("mobile", "unauthorized")
        self.story.send(post)

    def _practice(self, channel: str, mode: str) -> None:
        set_mode(by=self.house.ada, channel=self.house.channels[channel], mode=mode)


def _deliveries(post: Post) -> list[Delivery]:
    return list(Delivery.objects.filter(reference__startswith=f"post:{post.pk}:").select_related("channel", "unit"))
