"""Practice keeps the same promises as every platform outside."""

from __future__ import annotations

import pytest
from django.utils import timezone

from channels_app.errors import Rejected
from channels_app.models import PracticeAccount
from channels_app.platforms.base import Account
from channels_app.platforms.practice import Practice
from channels_app.practice import network
from tests.contracts.platform import Contract
from tests.fakes.session import TestSession

pytestmark = pytest.mark.django_db


class FarPractice:
    """The network inside the product, asked as a far side."""

    def __init__(self) -> None:
        self.account, self.token = network.open_account("library", "Town Library")

    def _posts(self):
        return self.account.posts.order_by("id")

    def texts(self) -> list[str]:
        return [post.text for post in self._posts()]

    def alts(self) -> list[str]:
        return [item["alt"] for post in self._posts() for item in post.media]

    def like(self, remote_id: str) -> None:
        self._posts().filter(pk=remote_id).update(likes=1)

    def revoke(self) -> None:
        PracticeAccount.objects.update(token_hash="nobody")

    def opens(self, secret) -> bool:
        return PracticeAccount.objects.get().token_hash == network._hashed(secret["token"])

    def drop_next(self) -> None:
        PracticeAccount.objects.update(mode="drop")


@pytest.fixture
def far():
    return FarPractice()


@pytest.fixture
def session(far):
    account = Account(str(far.account.pk), "Town Library", "@library", "")
    return TestSession(Practice(), account, {"token": far.token})


class TestContract(Contract):
    adapter = Practice()

    def test_a_post_in_the_works_becomes_public(self, far, session):
        PracticeAccount.objects.update(mode="processing")
        content = self.content()
        receipt = self.create(session, content, self.prepare(session, content))
        assert receipt.processing
        far.account.posts.update(public_at=timezone.now())
        assert not self.adapter.follow(session, receipt).processing

    def test_a_post_is_recognised_by_its_address_and_nothing_else_is(self, far, session):
        (receipt,) = self.publish(session, self.content())
        assert self.adapter.recognise(session, f" {receipt.url} ").remote_id == receipt.remote_id
        for other in (
            "https://example.org/",
            "/practice/",
            receipt.url.replace(f"/{receipt.remote_id}/", "/99999/"),
            "no",
        ):
            with pytest.raises(Rejected):
                self.adapter.recognise(session, other)
