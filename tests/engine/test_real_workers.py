"""The whole machinery as it runs in production: Redis, two workers, two clocks; the broker loses everything twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from channels_app.models import Channel, Credential, PracticePost
from channels_app.practice import network
from scheduler.models import Attempt, Delivery
from tests.cast import Library
from tests.engine.story import planned
from tests.servers.waiting import wait_for

# What is waited for comes or does not come; how long a busy machine takes for it proves nothing.
LONG = 240.0  # seconds
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(900),
]
ROOT = Path(__file__).resolve().parents[2]
WORKER = ["worker", "-Q", "publish,default,inbox", "-c", "2", "--without-gossip", "--without-mingle", "-l", "WARNING"]
BEAT = ["beat", "--pidfile=", "-l", "WARNING"]


@contextmanager
def celery(log: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery process of the product on the database of this test."""
    url = f"postgres://{connection.settings_dict['USER']}:{connection.settings_dict['PASSWORD']}@"
    url += f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}/{connection.settings_dict['NAME']}"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "libsocial.settings", "LIBSOCIAL_DATABASE_URL": url}
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "libsocial", *command], cwd=ROOT, env=env, stdout=out, stderr=out
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def practice(lib: Library) -> Channel:
    account, token = network.open_account("library", "Library")
    channel = Channel.objects.create(unit=lib.north, platform="practice", name="Practice", remote_id=str(account.pk))
    Credential.objects.create(channel=channel, secret={"token": token})
    return channel


@pytest.fixture
def machinery(practice: Channel, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers and two clocks, up and heard of."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    with ExitStack() as stack:
        commands = [[*WORKER, "-n", f"w{number}@%h"] for number in range(2)] + [BEAT, BEAT]
        started = [
            stack.enter_context(celery(tmp_path / f"{number}.log", *command)) for number, command in enumerate(commands)
        ]
        probe = planned(practice, "probe")
        wait_for(lambda: all_out([probe]), what="workers are up", seconds=LONG)
        yield started
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


def all_out(deliveries: list[Delivery]) -> bool:
    return not Delivery.objects.filter(pk__in=[row.pk for row in deliveries]).exclude(state="published").exists()


def test_a_flushed_broker_and_doubled_clocks_lose_nothing_and_double_nothing(practice: Channel, machinery: Any) -> None:
    broker, start = redis.Redis.from_url(settings.REDIS_URL), timezone.now() + timedelta(seconds=1)
    deliveries = [planned(practice, f"post {n}", due=start + timedelta(seconds=n / 5)) for n in range(30)]
    for part in (10, 20):
        wait_for(lambda part=part: all_out(deliveries[:part]), what=f"the first {part}", seconds=LONG)
        broker.flushdb()
    wait_for(lambda: all_out(deliveries), what="all", seconds=LONG)
    assert PracticePost.objects.filter(text__startswith="post ").count() == 30
    assert Attempt.objects.filter(delivery__in=deliveries).count() == 30, "nobody even tried twice"


def test_a_worker_killed_in_the_middle_of_many_costs_only_time(practice: Channel, machinery: Any) -> None:
    due = timezone.now()
    deliveries = [planned(practice, f"post {number}", due=due) for number in range(40)]
    wait_for(lambda: all_out(deliveries[:3]), what="the first three", seconds=LONG)
    machinery[0].kill()
    wait_for(
        lambda: Delivery.objects.filter(reference="story:1", state="published").count() >= 37,
        what="all but what the dead one held",
        seconds=LONG,
    )
    # What the dead one had in hand comes home after its lease; here the lease is shortened instead of waited for.
    Delivery.objects.filter(state="sending").update(next_at=timezone.now())
    Delivery.objects.filter(state="unclear").update(next_at=timezone.now())
    wait_for(lambda: all_out(deliveries), what="all", seconds=LONG)
    assert PracticePost.objects.filter(text__startswith="post ").count() == 40
    assert Attempt.objects.filter(delivery__in=deliveries, outcome="publish").count() <= 40
