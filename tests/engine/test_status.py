"""The status page and the signs of life: a silent clock is not kept quiet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from channels_app.models import Channel
from scheduler import pulse, selectors, tasks
from scheduler.models import Heartbeat
from tests.cast import Library, signed_in
from tests.engine.farside import FarSide
from tests.engine.story import planned, state, step
from tests.engine.test_journeys import ask_a_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ticking(monkeypatch: Any) -> None:
    """Beats are not spared, as if each came ten seconds after the one before."""
    monkeypatch.setattr(pulse, "_EVERY", 0.0)


@pytest.mark.parametrize(
    ("who", "expected"), [("sam", 200), ("ada", 200), ("audit", 200), ("alice", 403), ("erin", 403)]
)
def test_the_page_is_for_those_who_may_see_it(who: str, expected: int, lib: Library) -> None:
    assert signed_in(getattr(lib, who)).get(reverse("status")).status_code == expected


def test_all_is_well(channel: Channel, far: FarSide, lib: Library, ticking: None) -> None:
    tasks.dispatch.apply()
    tasks.heartbeat()
    page = signed_in(lib.ada).get(reverse("status")).content.decode()
    assert "Nothing is late." in page
    assert "We know what became of everything we sent." in page
    assert "Nothing failed and nothing is unclear." in page


def test_a_silent_clock_is_told_to_everybody_on_every_page(channel: Channel, lib: Library, ticking: None) -> None:
    tasks.dispatch()
    tasks.heartbeat()
    assert pulse.read().alive
    client = signed_in(lib.alice)
    assert "are not leaving" not in client.get(reverse("scheduler:holds")).content.decode()
    planned(channel)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        cache.clear()
        assert pulse.read().silent_since is not None
        assert "are not leaving" in client.get(reverse("scheduler:holds")).content.decode()
        page = signed_in(lib.ada).get(reverse("status")).content.decode()
    assert "Nothing is published while it is silent." in page


def test_a_clock_never_heard_of_is_a_problem(lib: Library) -> None:
    assert not pulse.read().alive
    assert "Never heard of." in signed_in(lib.ada).get(reverse("status")).content.decode()


def test_the_queue_tells_its_age(channel: Channel) -> None:
    planned(channel, due=timezone.now() - timedelta(minutes=10))
    queue = selectors.queue()
    assert queue.due == 1
    assert queue.behind >= timedelta(minutes=10)


def test_what_needs_someone_is_listed_with_its_page(channel: Channel, far: FarSide, lib: Library) -> None:
    delivery = ask_a_person(channel, far)
    page = signed_in(lib.ada).get(reverse("status")).content.decode()
    assert reverse("scheduler:delivery", args=[delivery.pk]) in page
    assert "1 post needs a person." in page
    assert state(delivery) == "needs_person"


def test_old_signs_of_life_are_forgotten(lib: Library) -> None:
    Heartbeat.objects.create(name="worker:old", kind="worker", at=timezone.now() - timedelta(days=2))
    tasks.sweep()
    assert not Heartbeat.objects.exists()


def test_beats_are_rows_at_most_every_ten_seconds(lib: Library, monkeypatch: Any) -> None:
    monkeypatch.setattr(pulse, "_last", {})
    for _ in range(5):
        pulse.beat("worker")
    assert Heartbeat.objects.count() == 1
    before = Heartbeat.objects.get().at
    pulse.beat("worker")
    assert Heartbeat.objects.get().at == before


def test_a_held_list_for_one_channel(channel: Channel, far: FarSide, lib: Library) -> None:
    Channel.objects.filter(pk=channel.pk).update(state="paused")
    planned(channel, title="Held one")
    step()
    client = signed_in(lib.erin)
    assert "Held one" in client.get(reverse("scheduler:held"), {"channel": channel.pk}).content.decode()
    assert "Held one" not in client.get(reverse("scheduler:held"), {"channel": channel.pk + 1}).content.decode()
    part = client.get(reverse("scheduler:held"), HTTP_HX_REQUEST="true").content.decode()
    assert "Held one" in part
    assert "<html" not in part


def test_a_channel_knows_what_hangs_on_it(channel: Channel, far: FarSide, lib: Library) -> None:
    planned(channel)
    step()
    planned(channel, due=timezone.now() + timedelta(hours=1))
    work = selectors.work_on([channel.pk])[channel.pk]
    assert (work["waiting"], work["held"], work["last_published_url"]) == (1, 0, f"{far.url}/posts/1")
