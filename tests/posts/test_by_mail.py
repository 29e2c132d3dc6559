"""A decision from the mail: one link, one person, once. As stories."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from channels_app.models import Channel
from libsocial.notices import mailer
from libsocial.notices.models import Letter
from posts.models import DecisionLink, Review
from posts.services import deciding, drafts, links, review
from tests.cast import Library
from tests.posts.conftest import again, simple, submitted

LATER = "2190-01-10T10:00"


@pytest.fixture
def mailing(settings: object) -> None:
    settings.MAIL_CONFIGURED = True


def tokens() -> dict[str, str]:
    """The word in the link of every mail that went out, by recipient."""
    mailer.send_due()
    return {one.to[0]: re.search(r"/decide/([\w-]+)/", one.body)[1] for one in mail.outbox if "/decide/" in one.body}


def test_the_link_in_a_mail_decides_once_for_its_person(lib: Library, channel: Channel, mailing: None) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    found = tokens()
    assert set(found) == {lib.sam.email, lib.ada.email}
    link = links.find(found[lib.sam.email])
    assert link.person == lib.sam
    assert not Letter.objects.exclude(words="").exists()
    assert deciding.decide(link=link, yes=True) is True
    assert again(post).state == "approved"
    assert Review.objects.get().person == lib.sam
    assert links.find(found[lib.sam.email]) is None
    assert links.find(found[lib.ada.email]) is None


def test_a_link_dies_with_any_change_and_after_three_days(
    lib: Library, channel: Channel, mailing: None, clock: time_machine.Traveller
) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    token = tokens()[lib.sam.email]
    clock.shift(timedelta(hours=71))
    assert links.find(token)
    clock.shift(timedelta(hours=1))
    assert links.find(token) is None
    clock.shift(timedelta(hours=-2))
    drafts.save(post=again(post), by=lib.alice, draft=simple(channel, text="New"), version=again(post).current.version)
    review.submit(post=again(post), by=lib.alice)
    assert links.find(token) is None


def test_a_link_gives_no_right_its_person_lost(lib: Library, channel: Channel, mailing: None) -> None:
    submitted(lib.alice, lib.north, simple(channel, at=LATER))
    token = tokens()[lib.sam.email]
    lib.sam.memberships.all().delete()
    assert links.find(token) is None


def test_a_mail_that_has_not_left_stays_when_it_is_decided(lib: Library, channel: Channel, mailing: None) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert DecisionLink.objects.count() == 2
    review.approve(post=again(post), by=lib.sam, digest=again(post).current.digest)
    mailer.send_due()
    assert not [one for one in mail.outbox if "/decide/" in one.body]
