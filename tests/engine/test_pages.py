"""The engine's pages, asked as people: what they see, what they may press, what it does."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels_app.models import Channel
from scheduler.models import Delivery, Hold
from tests.cast import Library, signed_in
from tests.engine.farside import FarSide
from tests.engine.story import planned, state, step
from tests.engine.test_journeys import ask_a_person

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HTTP_HX_REQUEST": "true"}


def act(client: Client, delivery: Delivery, name: str, **data: str):
    return client.post(reverse("scheduler:action", args=[delivery.pk, name]), data, follow=True)


@pytest.fixture
def erin_at_work(lib: Library) -> Client:
    return signed_in(lib.erin)


def test_the_page_tells_the_story_and_links_the_post(channel: Channel, far: FarSide, erin_at_work: Client) -> None:
    delivery = planned(channel, title="Story time & songs")
    step()
    page = erin_at_work.get(reverse("scheduler:delivery", args=[delivery.pk])).content.decode()
    assert "Story time &amp; songs" in page
    assert f'href="{far.url}/posts/1"' in page
    assert "Published" in page
    assert "Remove from the platform" in page


@pytest.mark.parametrize(
    ("who", "expected"), [("olga", 404), ("alice", 200), ("sam", 200), ("ada", 200), ("audit", 200)]
)
def test_a_delivery_is_a_page_for_its_unit_only(who: str, expected: int, channel: Channel, lib: Library) -> None:
    delivery = planned(channel)
    client = signed_in(getattr(lib, who))
    assert client.get(reverse("scheduler:delivery", args=[delivery.pk])).status_code == expected


@pytest.mark.parametrize("who", ["alice", "audit"])
def test_buttons_are_not_drawn_for_those_who_may_not_press_them(who: str, channel: Channel, lib: Library) -> None:
    delivery = planned(channel)
    client = signed_in(getattr(lib, who))
    page = client.get(reverse("scheduler:delivery", args=[delivery.pk])).content.decode()
    assert reverse("scheduler:action", args=[delivery.pk, "cancel"]) not in page
    assert client.post(reverse("scheduler:action", args=[delivery.pk, "cancel"])).status_code == 403
    assert state(delivery) == "planned"


def test_a_stranger_is_sent_to_sign_in(channel: Channel, client: Client) -> None:
    delivery = planned(channel)
    for address in (reverse("scheduler:delivery", args=[delivery.pk]), reverse("scheduler:holds")):
        answer = client.get(address)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("account_login"))
    assert client.post(reverse("scheduler:action", args=[delivery.pk, "cancel"])).status_code == 302
    assert state(delivery) == "planned"


def test_cancelling_and_pressing_it_twice(channel: Channel, erin_at_work: Client) -> None:
    delivery = planned(channel, due=timezone.now() + timedelta(hours=1))
    assert "Cancelled." in act(erin_at_work, delivery, "cancel").content.decode()
    assert "moved on meanwhile" in act(erin_at_work, delivery, "cancel").content.decode()
    assert state(delivery) == "cancelled"


def test_it_is_there_with_its_address(channel: Channel, far: FarSide, erin_at_work: Client) -> None:
    delivery = ask_a_person(channel, far)
    page = erin_at_work.get(reverse("scheduler:delivery", args=[delivery.pk])).content.decode()
    assert "https://paper.example/@library" in page, "it says where to look"
    answer = act(erin_at_work, delivery, "say_there", url="not an address")
    assert answer.status_code == 422
    assert 'value="not an address"' in answer.content.decode(), "what was typed is kept"
    assert state(delivery) == "needs_person"
    act(erin_at_work, delivery, "say_there", url="https://paper.example/@library/7")
    assert state(delivery) == "published"
    assert Delivery.objects.get(pk=delivery.pk).remote_url == "https://paper.example/@library/7"


def test_it_is_not_there_so_it_is_sent_again_once(channel: Channel, far: FarSide, erin_at_work: Client) -> None:
    delivery = ask_a_person(channel, far)
    act(erin_at_work, delivery, "say_not_there")
    assert step() == ["published"]
    assert len(far.texts) == 1


def test_removing_from_the_platform(channel: Channel, far: FarSide, erin_at_work: Client) -> None:
    delivery = planned(channel, "one", "two")
    step()
    act(erin_at_work, delivery, "remove")
    assert far.texts == []
    assert state(delivery) == "removed"


def test_one_comes_back_to_where_one_was_and_nowhere_else(channel: Channel, erin_at_work: Client) -> None:
    first, second = planned(channel), planned(channel)
    address = reverse("scheduler:action", args=[first.pk, "cancel"])
    assert erin_at_work.post(address, {"next": "/deliveries/holds/"}).url == "/deliveries/holds/"
    address = reverse("scheduler:action", args=[second.pk, "cancel"])
    assert erin_at_work.post(address, {"next": "https://evil.example/"}).url == f"/deliveries/{second.pk}/"


def test_the_part_asks_for_news_only_while_something_moves(
    channel: Channel, far: FarSide, erin_at_work: Client
) -> None:
    delivery = planned(channel)
    address = reverse("scheduler:delivery", args=[delivery.pk])
    seen = erin_at_work.get(address).context["card"].mark
    assert erin_at_work.get(address, {"seen": seen}, **HTMX).status_code == 204
    step()
    answer = erin_at_work.get(address, {"seen": seen}, **HTMX)
    assert answer.status_code == 286
    assert "Published" in answer.content.decode()


def test_pausing_everything_and_resuming(channel: Channel, far: FarSide, lib: Library) -> None:
    ada, erin = signed_in(lib.ada), signed_in(lib.erin)
    answer = ada.post(reverse("scheduler:hold"), {"what": "all:", "reason": ""})
    assert answer.status_code == 422
    ada.post(reverse("scheduler:hold"), {"what": "all:", "reason": "A storm closed all branches."})
    delivery = planned(channel)
    assert step() == ["held"]
    assert "A storm closed all branches." in erin.get(reverse("scheduler:holds")).content.decode()
    hold = Hold.objects.get()
    assert erin.post(reverse("scheduler:lift", args=[hold.pk])).status_code == 403
    assert "still paused" in act(erin, delivery, "release").content.decode()
    assert "1 post became overdue" in ada.post(reverse("scheduler:lift", args=[hold.pk]), follow=True).content.decode()
    assert step() == [], "nothing leaves without a click"
    erin.post(reverse("scheduler:release"), {"delivery": [delivery.pk]})
    assert step() == ["published"]


def test_resuming_what_somebody_has_just_resumed_is_a_sentence_and_no_error(channel: Channel, lib: Library) -> None:
    hold = Hold.objects.create(scope="all", reason="x")
    ada, address = signed_in(lib.ada), reverse("scheduler:lift", args=[hold.pk])
    ada.post(address)
    assert "Somebody resumed this a moment ago." in ada.post(address, follow=True).content.decode()


def test_who_may_hold_what(channel: Channel, lib: Library) -> None:
    sam = signed_in(lib.sam)
    north = {"what": f"unit:{lib.north.path}", "reason": "Inventory"}
    assert sam.post(reverse("scheduler:hold"), {"what": "all:", "reason": "x"}).status_code == 422
    assert sam.post(reverse("scheduler:hold"), north).status_code == 302
    assert signed_in(lib.olga).post(reverse("scheduler:hold"), north).status_code == 422
    assert signed_in(lib.erin).post(reverse("scheduler:hold"), north).status_code == 422
    assert Hold.objects.count() == 1


def test_a_release_of_another_units_delivery_does_nothing(channel: Channel, lib: Library) -> None:
    Hold.objects.create(scope="all", reason="x")
    delivery = planned(channel)
    step()
    Hold.objects.all().delete()
    signed_in(lib.olga).post(reverse("scheduler:release"), {"delivery": [delivery.pk]})
    assert state(delivery) == "held"


def test_times_are_shown_in_the_readers_zone(channel: Channel, lib: Library) -> None:
    with time_machine.travel("2026-07-01T10:00:00+00:00", tick=False):
        delivery = planned(channel, due=timezone.now() + timedelta(hours=1))
        page = signed_in(lib.erin).get(reverse("scheduler:delivery", args=[delivery.pk])).content.decode()
    assert "2026-07-01T12:00:00+01:00" in page or "2026-07-01T11:00:00+00:00" in page
