"""Films on their whole way through the engine: pieces, waiting, lost answers, and one film there in the end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels_app.content import Content, Media, Part
from channels_app.models import Channel, Credential
from scheduler import services
from scheduler.models import Delivery, DeliveryPart
from tests.cast import Library
from tests.engine import story
from tests.fakes import tiktok, youtube
from tests.fakes.server import Failure, running

pytestmark = pytest.mark.django_db(transaction=True)
DATA = b"a film of the library" * 200


@pytest.fixture
def film(settings: Any, tmp_path: Any) -> Media:
    settings.MEDIA_ROOT = tmp_path
    path = default_storage.save("film.mp4", ContentFile(DATA))
    digest = hashlib.sha256(DATA).hexdigest()
    return Media(path, digest, "video/mp4", 1920, 1080, len(DATA), seconds=12.0)


@pytest.fixture
def yt(settings: Any) -> Iterator[youtube.FakeYouTube]:
    with running(youtube.FakeYouTube()) as far:
        hosts = {"API": "/youtube/v3", "UPLOAD": "/upload/youtube/v3", "REPORTS": "/v2", "TOKENS": ""}
        settings.PLATFORM_HOSTS = {f"YOUTUBE_{name}": far.url + path for name, path in hosts.items()}
        settings.PLATFORM_APPS = {f"YOUTUBE_{name}".upper(): value for name, value in youtube.APP.items()}
        yield far


@pytest.fixture
def tt(settings: Any) -> Iterator[tiktok.FakeTikTok]:
    with running(tiktok.FakeTikTok()) as far:
        settings.PLATFORM_HOSTS = {"TIKTOK_API": far.url, "TIKTOK_UPLOAD": far.url}
        settings.PLATFORM_APPS = {f"TIKTOK_{name}".upper(): value for name, value in tiktok.APP.items()}
        yield far


def connected(lib: Library, platform: str, remote_id: str, secret: dict[str, Any]) -> Channel:
    channel = Channel.objects.create(
        unit=lib.north,
        platform=platform,
        name="Town Library",
        handle="@townlibrary",
        remote_id=remote_id,
        url="https://video.example/@townlibrary",
    )
    Credential.objects.create(channel=channel, secret=secret)
    return channel


def planned(channel: Channel, film: Media, comment: str = "", **options: Any) -> Delivery:
    parts = [Part(text="Story time", media=(film,))]
    if comment:
        parts.append(Part(text=comment, role="comment"))
    due = timezone.now()
    return services.plan(
        channel=channel,
        unit=channel.unit,
        content=Content(tuple(parts), language="en", options=options),
        due_at=due,
        not_after=due + timedelta(days=1),
        reference="film:1",
        title="Story time",
        by=None,
    )


def pass_time(delivery: Delivery, *, most: int = 40) -> str:
    """Steps and looks, each at the next moment the engine wants one, until nothing moves any more."""
    now = timezone.now()
    for _ in range(most):
        row = story.fresh(delivery)
        if row.state in ("published", "refused", "needs_person", "held", "expired"):
            break
        now = max(now, row.next_at or now) + timedelta(seconds=1)
        with time_machine.travel(now):
            story.step()
            story.look()
    return story.state(delivery)


def test_a_film_reaches_youtube_with_its_first_comment(lib: Library, yt: youtube.FakeYouTube, film: Media) -> None:
    yt.processing = 3
    channel = connected(lib, "youtube", youtube.ME, yt.secret())
    delivery = planned(channel, film, "The next one is on Friday", title="Story time", made_for_kids="no")
    assert pass_time(delivery) == "published"
    (found,) = yt.films.values()
    assert yt.data[found["id"]] == DATA
    assert found["status"]["privacyStatus"] == "public"
    assert yt.words_below(found["id"]) == ["The next one is on Friday"]
    assert story.fresh(delivery).attempts_made > 1  # it came back while YouTube was at work


@pytest.mark.parametrize(
    ("method", "pattern"),
    [
        ("POST", "upload/youtube/v3/videos"),
        ("PUT", "upload/youtube/v3/videos"),
        ("PUT", "^/youtube/v3/videos"),
        ("POST", "commentThreads"),
    ],
)
@pytest.mark.parametrize("stored", [True, False])
def test_whichever_answer_is_lost_there_is_one_public_film_and_one_comment(
    lib: Library, yt: youtube.FakeYouTube, film: Media, method: str, pattern: str, stored: bool
) -> None:
    channel = connected(lib, "youtube", youtube.ME, yt.secret())
    delivery = planned(channel, film, "More on Friday", title="Story time", made_for_kids="no")
    yt.fail(Failure(cut=True, store=stored), method=method, pattern=pattern)
    assert pass_time(delivery) == "published"
    assert yt.failures == []
    assert yt.texts() == ["Story time"]
    assert len(yt.films) == 1
    assert [one["snippet"]["topLevelComment"]["snippet"]["textOriginal"] for one in yt.threads] == ["More on Friday"]


def test_a_day_without_quota_is_waited_out(lib: Library, yt: youtube.FakeYouTube, film: Media) -> None:
    delivery = planned(connected(lib, "youtube", youtube.ME, yt.secret()), film, title="Story time", made_for_kids="no")
    yt.fail(Failure(youtube.refusal(403, "quotaExceeded")), method="POST", pattern="upload/youtube/v3/videos")
    story.step()
    assert timedelta() < story.fresh(delivery).next_at - timezone.now() <= timedelta(hours=25)
    assert yt.films == {}
    assert pass_time(delivery) == "published"
    assert yt.texts() == ["Story time"]


@pytest.mark.parametrize("lost", ["", "init", "piece", "piece stored"])
@pytest.mark.parametrize("mode", ["inbox", "direct"])
def test_a_film_reaches_tiktok_once(lib: Library, tt: tiktok.FakeTikTok, film: Media, mode: str, lost: str) -> None:
    channel = connected(lib, "tiktok", tiktok.ME, tt.secret())
    options = {"mode": "direct", "privacy": "PUBLIC_TO_EVERYONE", "consent": True} if mode == "direct" else {}
    delivery = planned(channel, film, **options)
    if lost == "init":
        tt.fail(Failure(cut=True, store=True), method="POST", pattern="video/init")
    elif lost:
        tt.fail(Failure(cut=True, store=lost == "piece stored"))
    assert pass_time(delivery) == "published"
    assert tt.failures == []
    assert len(tt.posts) + len(tt.drafts) == 1
    (part,) = DeliveryPart.objects.filter(delivery=delivery)
    if mode == "direct":
        assert part.remote_id in tt.posts
        assert part.remote_url.endswith(f"/video/{part.remote_id}")
    else:
        assert part.receipt["data"]["state"] == "inbox"
        assert "TikTok app" in part.receipt["data"]["to_do"]


def test_a_film_tiktok_fails_on_later_is_told(lib: Library, tt: tiktok.FakeTikTok, film: Media) -> None:
    tt.failure = "duration_check_failed"
    delivery = planned(connected(lib, "tiktok", tiktok.ME, tt.secret()), film)
    assert pass_time(delivery) == "failed"
    assert "too short or too long" in story.fresh(delivery).message_params["reason"]


def test_an_address_of_an_upload_is_not_kept_once_the_film_is_there(
    lib: Library, yt: youtube.FakeYouTube, film: Media
) -> None:
    delivery = planned(connected(lib, "youtube", youtube.ME, yt.secret()), film, title="Story time", made_for_kids="no")
    pass_time(delivery)
    assert "upload_id" not in str(DeliveryPart.objects.get(delivery=delivery).prepared)
