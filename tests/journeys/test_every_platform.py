"""One post, written once in the composer, to every platform at once: what each gets, and what is explained before."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from channels_app import fixes
from channels_app.models import AppKeys, Credential
from channels_app.platforms import ALL
from channels_app.selectors import capabilities_of
from posts import problems
from posts.models import Asset, Post
from scheduler import engine
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.fakes.pinterest import BOARD
from tests.journeys.everywhere import FAR_SIDES, There, channels_on_all
from tests.pages import world

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SENTENCE = "The library is open late on Thursdays, and everybody is welcome to read, to listen and to stay. "
WORDS = (SENTENCE * 23).strip()  # 414 words
SHORT = "Open late on Thursdays, and everybody is welcome."
ALT = "Two children read on a red sofa"
OWN_SIDE = {"practice", "feed"}  # platforms inside the product, told of in their own tests


@pytest.fixture
def there(lib: Library, settings: Any) -> Iterator[dict[str, There]]:
    with channels_on_all(lib.north, settings) as found:
        yield found


def photograph() -> SimpleUploadedFile:
    """About 5 MB, lying on its side by its EXIF, with a place in it."""
    noise = Image.effect_noise((2950, 2200), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=92, exif=exif)
    assert 4_000_000 < out.tell() < 6_500_000
    return SimpleUploadedFile("IMG_0001.JPG", out.getvalue(), "image/jpeg")


def form(lib: Library, there: dict[str, There], asset: int, **more: Any) -> dict[str, Any]:
    """What the composer's page sends."""
    return {
        "token": str(uuid.uuid4()),
        "version": "0",
        "unit": str(lib.north.pk),
        "base-0-text": WORDS,
        "base-0-media": [str(asset)],
        f"base-0-alt-{asset}": ALT,
        "channel": [str(one.channel.pk) for one in there.values()],
        "when": "asap",
        "language": "en",
        **more,
    }


def save(browser: Client, data: dict[str, Any]) -> dict[str, Any]:
    answer = browser.post(reverse("posts:autosave"), data)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def blocked(post: Post, there: dict[str, There]) -> dict[str, set[str]]:
    """What stands between the post and each platform, by message."""
    found = problems.of(post.current).channels
    return {
        key: {problem.message for problem in found[one.channel.pk] if problem.severity == "block"}
        for key, one in there.items()
        if one.channel.pk in found
    }


def test_every_platform_with_a_far_side_takes_part() -> None:
    assert set(FAR_SIDES) | OWN_SIDE == {one.key for one in ALL}


def test_what_a_platform_will_not_take_is_explained_before_anybody_approves(
    lib: Library, there: dict[str, There]
) -> None:
    alice = signed_in(lib.alice)
    asset = uploaded(alice, lib)
    save(alice, form(lib, there, asset.pk))
    post = Post.objects.get()
    found = blocked(post, there)
    for key in ("x", "bluesky", "mastodon", "threads", "telegram", "pinterest", "google_business", "discord"):
        assert "check.too_long" in found[key], key
    assert "check.film_required" in found["youtube"] or "check.no_pictures" in found["youtube"]
    assert found["wordpress"] == found["linkedin"] == found["facebook"] == set()
    answer = alice.post(reverse("posts:act", args=[post.pk, "submit"]), follow=True)
    post.refresh_from_db()
    assert post.state == "draft", "nothing that would be refused gets as far as the supervisor"
    assert "too long" in answer.content.decode()
    assert all(not one.far.texts() for one in there.values())


def test_an_installation_nobody_can_reach_says_which_platforms_want_to_fetch_the_picture(
    lib: Library, there: dict[str, There], settings: Any
) -> None:
    settings.OUTLET_ANYWHERE = False
    alice = signed_in(lib.alice)
    save(alice, form(lib, there, uploaded(alice, lib).pk))
    found = blocked(Post.objects.get(), there)
    wanting = {key for key, messages in found.items() if "post.out_of_reach" in messages}
    assert wanting == {"instagram", "threads", "google_business", "tiktok"}


def test_one_post_reaches_every_platform_as_its_page_allows(
    lib: Library, there: dict[str, There], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "asked.jsonl"
    monkeypatch.setenv("LIBSOCIAL_TEST_CONTRACT_LOG", str(log))
    alice = signed_in(lib.alice)
    asset = uploaded(alice, lib)
    whole = {key: one for key, one in there.items() if key != "youtube"}  # wants a film: left out
    own = {name: value for key, one in whole.items() for name, value in shaped(key, one, asset).items()}
    save(alice, form(lib, whole, asset.pk, **own))
    post = Post.objects.get()
    assert {key: found for key, found in blocked(post, whole).items() if found} == {}
    alice.post(reverse("posts:act", args=[post.pk, "submit"]))
    digest = world.again(post).current.digest
    answer = signed_in(lib.sam).post(reverse("posts:act", args=[post.pk, "approve"]), {"digest": digest})
    assert answer.status_code == 302
    sent()
    states = {one.channel.platform: one.state for one in Delivery.objects.select_related("channel")}
    assert states == dict.fromkeys(whole, "published"), {
        one.channel.platform: (one.message, one.message_params)
        for one in Delivery.objects.select_related("channel")
        if one.state != "published"
    }
    for key, one in whole.items():
        texts = one.far.texts()
        assert len(texts) == (1 if key not in THREADED else len(texts)), key
        together = re.sub(r"\s+", " ", " ".join(texts))
        assert (WORDS if key in WHOLE else SHORT) in together or key in THREADED, (key, together[:200])
        if capabilities_of(one.channel).alt_text.field:
            assert [alt for alt in one.far.alts() if alt] == [ALT], key
        if key in THREADED:
            assert together == WORDS, f"{key}: every word, over several parts"
    for one in Delivery.objects.select_related("channel"):
        (first, *_rest) = one.payload["parts"]
        (picture,) = first["media"]
        assert picture["width"] < picture["height"], "upright"
        assert "exif" not in Image.open(stored(picture["path"])).info
    assert_log_is_whole_and_silent(log.read_text(encoding="utf-8"), whole)


def assert_log_is_whole_and_silent(log: str, whole: dict[str, There]) -> None:
    """Every platform was asked something, each request stands on a line, and no key stands anywhere."""
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["platform"] for line in lines} == set(whole)
    assert all(set(line) == {"platform", "method", "path", "query", "headers", "body"} for line in lines)
    secrets = [row.secret for row in Credential.objects.all()] + [row.secret for row in AppKeys.objects.all()]
    held = {str(value) for secret in secrets for name, value in secret.items() if "secret" in name or "token" in name}
    assert len(held) > 12
    assert not [value for value in held if len(value) > 12 and value in log]


THREADED = {"x", "bluesky", "mastodon", "threads"}
WHOLE = {"wordpress", "linkedin", "facebook"}


CHOICES = {"pinterest": {"board": BOARD}, "tiktok": {"mode": "direct", "privacy": "PUBLIC_TO_EVERYONE"}}


def shaped(key: str, one: There, asset: Asset) -> dict[str, Any]:
    """What Alice does in the composer for this platform: a thread, fewer words, or a choice it wants."""
    scope, fields = f"v{one.channel.pk}", {}
    if key in THREADED:
        fields = threaded(scope, one, asset)
    elif key not in WHOLE:
        fields = {f"{scope}-own": "1", f"{scope}-0-text": SHORT, f"{scope}-0-media": [str(asset.pk)],
                  f"{scope}-0-alt-{asset.pk}": ALT}  # fmt: skip
    fields |= {f"{scope}-option-{name}": value for name, value in CHOICES.get(key, {}).items()}
    if key == "tiktok":  # not as a draft for its app: an audited application may post
        fields |= {f"{scope}-flags": ["consent"], f"{scope}-flag-consent": "1"}
    return fields


def threaded(scope: str, one: There, asset: Asset) -> dict[str, Any]:
    """As the button "Make it a thread here" splits it."""
    parts = fixes.split_text(WORDS, capabilities_of(one.channel).text)
    fields: dict[str, Any] = {f"{scope}-own": "1"}
    fields |= {f"{scope}-{number}-text": text for number, text in enumerate(parts)}
    return fields | {f"{scope}-0-media": [str(asset.pk)], f"{scope}-0-alt-{asset.pk}": ALT}


def uploaded(client: Client, lib: Library) -> Asset:
    answer = client.post(reverse("posts:upload"), {"unit": lib.north.pk, "file": photograph()})
    assert answer.status_code == 201, answer.content
    return Asset.objects.get()


def sent() -> None:
    """What dispatcher, workers and sweep do, stepped by hand until nothing is under way."""

    now = timezone.now()
    for minute in range(40):
        with time_machine.travel(now + timedelta(minutes=minute), tick=True):
            for pk, _due in engine.dispatch():
                engine.deliver(pk)
            engine.sweep()
            do = {"unclear": engine.reconcile, "processing": engine.follow}
            for pk, kind, _ in engine.watch():
                do[kind](pk)
        if not Delivery.objects.exclude(state__in=("published", "failed", "expired", "held", "needs_person")).exists():
            return


def stored(path: str) -> io.BytesIO:
    with default_storage.open(path) as file:
        return io.BytesIO(file.read())
