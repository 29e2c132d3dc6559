"""Those who read Practice: they answer, some of them in other words than expected."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from channels_app.models import PracticePost
from channels_app.practice import network

REMARKS = (
    ("Mrs Pell", "Wonderful, we will be there with all three."),
    ("Tom from the corner shop", "Is there a ramp at the side entrance?"),
    ("Ines", "Thank you! My mother asked me just yesterday."),
    ("A regular", "Can I come without a card?"),
    ("Yusuf", "The tea on the second floor is very good."),
    ("Grace", "Please do this again in the evening for those who work."),
)


class Visitors:
    """They answer under every third post, hours after it appeared."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self.chance, self.now, self.seen = chance, now, 0

    def answer(self, pk: str) -> None:
        """Somebody comes by this post; every third one gets an answer or two."""
        self.seen += 1
        post = PracticePost.objects.get(pk=pk)
        if self.seen % 3 == 1:
            for author, text in self.chance.sample(REMARKS, self.chance.choice((1, 1, 2))):
                self._write(post, author, text)

    def _write(self, post: PracticePost, author: str, text: str) -> None:
        answer = network.reply(post, author=author, text=text)
        at = min(post.public_at + timedelta(minutes=self.chance.randint(20, 110)), self.now - timedelta(minutes=20))
        PracticePost.objects.filter(pk=answer.pk).update(created_at=at, public_at=at)
