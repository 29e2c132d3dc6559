"""Measuring pages with many posts: what the server needs for those people open all day, and how often it asks.

Runs on the scratch database `manage.py bench` makes. Posts are written in bulk, shaped as the services shape them.
"""

from __future__ import annotations

import gzip
import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from channels_app.models import Channel
from libsocial.accounts.models import Membership, Role, Unit, User
from posts import checks
from posts.models import Post, Revision, Target
from scheduler import pulse
from scheduler.models import Heartbeat

SPREAD = 730  # days over which the posts lie, half of them past
BATCH = 2000
STATES = ("draft", "in_review", "changes_requested", "withdrawn") + ("draft",) * 6
IN_REVIEW = 200  # a queue longer than that is nobody's day
PAGES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("calendar month", "posts:calendar", {"view": "month"}),
    ("calendar week", "posts:calendar", {"view": "week"}),
    ("calendar day", "posts:calendar", {"view": "day"}),
    ("calendar list", "posts:calendar", {"view": "list"}),
    ("posts", "posts:list", {}),
    ("review queue", "posts:review", {}),
)


@dataclass(frozen=True)
class PageTime:
    """What one page costs: milliseconds on the server, those of them this process worked (on a busy machine the rest
    is waiting for others), statements, and bytes sent, compressed."""

    name: str
    p50: float
    p95: float
    worked: float
    queries: int
    sent: int
    posts: int


def pages(count: int, rounds: int = 20) -> list[PageTime]:
    """The times of the main pages with so many posts in the library."""
    person = fill(count)
    client = Client()
    client.force_login(person)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # the real one wants a build first
    with override_settings(ALLOWED_HOSTS=["testserver"], STORAGES=settings.STORAGES | {"staticfiles": plain}):
        return [_measure(client, name, reverse(url), query, rounds, count) for name, url, query in PAGES]


def _measure(client: Client, name: str, where: str, query: dict[str, str], rounds: int, count: int) -> PageTime:
    _ask(client, where, query)
    times, worked = [], []
    for _round in range(rounds):
        began, busy = time.perf_counter(), time.process_time()
        _ask(client, where, query)
        times.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    with CaptureQueriesContext(connection) as asked:
        sent = len(gzip.compress(_ask(client, where, query), 6))
    late = sorted(times)[max(0, round(len(times) * 0.95) - 1)]
    p50, busy = round(statistics.median(times), 1), round(statistics.median(worked), 1)
    return PageTime(name, p50, round(late, 1), busy, len(asked), sent, count)


def _ask(client: Client, where: str, query: dict[str, str]) -> bytes:
    answer = client.get(where, query)
    if answer.status_code != 200:
        raise RuntimeError(f"{where} answered {answer.status_code}")
    return answer.content


# --- checks -------------------------------------------------------------------

COPY = (
    "Our poets read on Thursday at 7 pm, call +44 20 7946 0958 or see https://library.example/a. Bring a book you "
    "love; there is tea, cake and music. Sign up today #librarycardsignupmonth!\n"
)
# What a rule that looks ahead without end would be lost in.
HOSTILE = (
    "1",
    "x",
    "#",
    "(",
    "1234 5678 ",
    "a@",
    "a.b-c",
    "a-",
    "PLEASE NOTE ",
    "Anna Smith ",
    "https://x.example/ #a ",
    "━ ",
    "😀",
)


def checking(letters: int = 60_000) -> tuple[float, float]:
    """Seconds the checks take over so many characters of ordinary copy, and over the worst anybody could type."""
    return _checked(COPY, letters), max(_checked(piece, letters) for piece in HOSTILE)


def _checked(piece: str, letters: int) -> float:
    text = (piece * (letters // len(piece) + 1))[:letters]
    said = checks.Said((checks.Piece("text", 0, text),), language="en")
    now = timezone.now()
    times = []
    for _round in range(3):  # the quickest: what else the machine does at that moment is left out
        began = time.perf_counter()
        checks.run(said, checks.Context(region="GB", today=now, when=now + timedelta(days=3)))
        times.append(time.perf_counter() - began)
    return round(min(times), 3)


# --- filling ------------------------------------------------------------------


def fill(count: int) -> User:
    """A library of ten branches with so many posts; the person who supervises all of it."""
    root = Unit.objects.filter(parent=None).first() or Unit.objects.plant(name="Bench", zone="UTC", language="en")
    units = [Unit.objects.plant(name=f"Branch {number}", parent=root) for number in range(10)]
    person = get_user_model().objects.create_person("pages@bench.example", None, name="Pat Pages")
    Membership.objects.create(user=person, unit=root, role=Role.SUPERVISOR)
    channels = [
        Channel.objects.create(unit=unit, platform="practice", name=f"{unit} {n}", remote_id=uuid.uuid4().hex)
        for unit in units
        for n in range(2)
    ]
    for kind in pulse.KINDS:  # as in life: the clock runs
        Heartbeat.objects.create(name=kind, kind=kind, at=timezone.now() + timedelta(hours=1))
    for start in range(0, count, BATCH):
        _batch(range(start, min(count, start + BATCH)), count, person, channels)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return person


def _batch(numbers: range, count: int, person: User, channels: Sequence[Channel]) -> None:
    begin = timezone.now().replace(second=0, microsecond=0) - timedelta(days=SPREAD / 2)
    posts = [_post(n, begin + timedelta(days=SPREAD * n / count), person, channels, count) for n in numbers]
    Post.objects.bulk_create(posts)
    revisions = [_revision(post, person) for post in posts]
    Revision.objects.bulk_create(revisions)
    for post, revision in zip(posts, revisions, strict=True):
        post.current = revision
    Post.objects.bulk_update(posts, ["current"], batch_size=500)
    targets = [
        Target(revision=revision, channel=channels[(n * 2 + k) % len(channels)])
        for n, revision in zip(numbers, revisions, strict=True)
        for k in range(2)
    ]
    Target.objects.bulk_create(targets)


def _post(number: int, at: Any, person: User, channels: Sequence[Channel], count: int) -> Post:
    state = STATES[number % len(STATES)]
    if state == "in_review" and number < count - IN_REVIEW * len(STATES):
        state = "draft"
    return Post(
        unit=channels[(number * 2) % len(channels)].unit,
        state=state,
        title=f"Post number {number} about what is on at the library this week",
        author=person,
        planned_at=at.replace(hour=8 + number % 12, second=0),  # as libraries post: by day
        token=uuid.uuid4(),
    )


def _revision(post: Post, person: User) -> Revision:
    body = {
        "parts": [{"text": post.title, "media": [], "card": None}],
        "language": "en",
        "content_warning": "",
    }
    at = post.planned_at.strftime("%Y-%m-%dT%H:%M") if post.planned_at else ""
    return Revision(post=post, number=1, body=body, at=at, zone="UTC", changed_by=person)
