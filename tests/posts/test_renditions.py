"""Pictures, films and documents as each platform wants them, and the approval that waits for a film."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from channels_app import platforms
from channels_app.capabilities import Capabilities, MediaRules, Shape, VideoRules
from channels_app.models import Channel
from posts import digest, drafting, resolve, selectors
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget
from posts.models import Asset, Rendition
from posts.services import drafts, media, preparing, renditions, review, storage
from posts.workflow import NotPossible
from scheduler.models import Delivery
from tests import reels
from tests.cast import Library, signed_in
from tests.posts.conftest import again, submitted, written
from tests.posts.test_intake import captioned, taken, with_film

JPEG = MediaRules(max_images=1, mime_types=("image/jpeg",))


def drawn(lib: Library, size: tuple[int, int], colour: Any = "teal", mode: str = "RGB", kind: str = "PNG") -> Asset:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return media.upload(by=lib.alice, unit=lib.north, file=reels.sent(out.getvalue(), "a.png"))


def seen(made: Any) -> Image.Image:
    return Image.open(io.BytesIO(storage.get(made.path)))


@pytest.fixture
def practice(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Changes what Practice takes, for a test."""

    def change(**media_rules: Any) -> Capabilities:
        adapter = platforms.get("practice")
        rules = replace(adapter.capabilities.media, **media_rules)
        changed = replace(adapter.capabilities, media=rules)
        monkeypatch.setattr(type(adapter), "capabilities", changed)
        return changed

    return change


# --- pictures -----------------------------------------------------------------------


def test_a_shape_that_is_not_taken_gets_a_border_and_nothing_is_cut(lib: Library) -> None:
    wide = drawn(lib, (900, 300))
    made = renditions.make(wide, replace(JPEG, ratio=(0.8, 1.91)))
    assert 1.9 <= made.width / made.height <= 1.92
    assert made.width == 900
    image = seen(made).convert("RGB")
    assert image.getpixel((450, 2)) == image.getpixel((450, made.height // 2))  # the colour of the edge


def test_a_tall_picture_is_bordered_to_the_narrowest_shape_within_the_sides(lib: Library) -> None:
    made = renditions.make(drawn(lib, (200, 1000)), replace(JPEG, ratio=(0.8, 1.91), max_side=500))
    assert abs(made.width / made.height - 0.8) < 0.01
    assert max(made.width, made.height) <= 500


def test_a_shape_that_is_taken_stays_byte_for_byte(lib: Library) -> None:
    asset = drawn(lib, (400, 400), kind="JPEG")
    assert renditions.make(asset, replace(JPEG, ratio=(0.8, 1.91))).sha256 == asset.sha256


def test_transparency_becomes_white_where_only_jpeg_is_taken(lib: Library) -> None:
    made = renditions.make(drawn(lib, (60, 40), (255, 0, 0, 0), "RGBA"), JPEG)
    assert (made.mime, seen(made).getpixel((5, 5))) == ("image/jpeg", (255, 255, 255))


def test_a_moving_picture_moves_where_it_may_and_stands_still_elsewhere(lib: Library) -> None:
    dance = taken(lib, reels.gif(), "dance.gif")
    moving, still = renditions.make(dance, replace(JPEG, animated=True)), renditions.make(dance, JPEG)
    assert (moving.sha256, moving.seconds) == (dance.sha256, 0.6)
    assert (still.mime, still.seconds) == ("image/jpeg", 0)
    small = renditions.make(dance, replace(JPEG, animated=True, max_side=20))
    assert (small.mime, small.width, small.seconds, seen(small).n_frames) == ("image/gif", 20, 0.6, 3)


def test_every_rule_that_shapes_the_bytes_has_a_key_of_its_own() -> None:
    variants = [
        JPEG,
        replace(JPEG, ratio=(1, 1)),
        replace(JPEG, ratio=(0.8, 1.91)),
        replace(JPEG, animated=True),
        replace(JPEG, max_side=100),
        replace(JPEG, max_bytes=1000),
        replace(JPEG, max_pixels=1000),
    ]
    assert len({renditions.rules_key(rules) for rules in variants}) == len(variants)
    films = [VideoRules(), VideoRules(max_side=720), VideoRules(max_fps=30), VideoRules(max_bytes=10)]
    assert len({renditions.film_key(rules) for rules in films}) == len(films)


def test_a_photograph_of_five_megabytes_lying_on_its_side(lib: Library, practice: Any, channel: Channel) -> None:
    """As a phone sends it: turned by EXIF, with its place, larger than the platform takes."""
    noise = Image.effect_noise((4000, 3000), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Phone"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=82, exif=exif)
    assert len(out.getvalue()) > 5_000_000
    asset = media.upload(by=lib.alice, unit=lib.north, file=reels.sent(out.getvalue(), "IMG_1.jpg"))
    made = renditions.make(asset, replace(JPEG, max_bytes=900_000, max_side=1080, ratio=(0.8, 1.91)))
    image = seen(made)
    assert (asset.width, asset.height) == (3000, 4000)
    assert made.size <= 900_000
    assert abs(image.width / image.height - 0.8) < 0.01
    assert not image.getexif()
    assert not image.info.get("icc_profile")


# --- documents, captions, posters -----------------------------------------------------


def test_a_document_goes_out_as_it_is_with_its_name(lib: Library, channel: Channel) -> None:
    paper = taken(lib, reels.pdf(2), "Programme.pdf")
    draft = Draft(parts=(DraftPart("Read", (DraftMedia(paper.pk),)),), targets=(DraftTarget(channel.pk),))
    post = submitted(lib.alice, lib.north, draft)
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    shown = Delivery.objects.get().payload["parts"][0]["media"][0]
    assert (shown["sha256"], shown["name"], shown["pages"]) == (paper.sha256, "Programme.pdf", 2)


@pytest.mark.parametrize(("formats", "sent"), [(("vtt",), "vtt"), (("srt",), "srt"), (("srt", "vtt"), "vtt"), ((), "")])
def test_captions_go_out_in_the_format_that_is_taken(
    lib: Library, channel: Channel, practice: Any, formats: tuple[str, ...], sent: str
) -> None:
    film = taken(lib, reels.film())
    row = captioned(lib, film)
    captioned(lib, film, reels.SRT, "es")
    can = practice(video=VideoRules(captions=formats))
    draft = with_film(film, channel, captions=(row.pk,))
    made = renditions.for_target(draft, draft.targets[0], can, selectors.assets_of(draft))
    (shown,) = resolve.content_for(draft, draft.targets[0], made).parts[0].media
    assert [(one.format, one.language) for one in shown.captions] == ([(sent, "en")] if sent else [])
    if sent:
        assert default_storage.size(shown.captions[0].path) == shown.captions[0].size


def test_the_picture_of_a_film_is_its_own_or_the_chosen_one_where_one_is_taken(
    lib: Library, channel: Channel, practice: Any
) -> None:
    film, chosen = taken(lib, reels.film()), drawn(lib, (300, 200))
    for rules, poster, expected in (
        (VideoRules(poster=True), None, film.poster.sha256 if film.poster else ""),
        (VideoRules(poster=True), chosen.pk, chosen.sha256),
        (VideoRules(), chosen.pk, None),
    ):
        can = practice(video=rules)
        draft = with_film(film, channel, poster=poster)
        made = renditions.for_target(draft, draft.targets[0], can, selectors.assets_of(draft))
        (shown,) = resolve.content_for(draft, draft.targets[0], made).parts[0].media
        assert (shown.poster.sha256 if shown.poster else None) == expected


# --- what an approval is bound to -------------------------------------------------------


def test_the_digest_changes_with_captions_and_poster_and_with_nothing_else(lib: Library, channel: Channel) -> None:
    film, chosen = taken(lib, reels.film()), drawn(lib, (300, 200))
    row, other = captioned(lib, film), captioned(lib, film, reels.SRT, "es")
    found = {
        digest.of_draft(draft, selectors.assets_of(draft))
        for draft in (
            with_film(film, channel),
            with_film(film, channel, captions=(row.pk,)),
            with_film(film, channel, captions=(other.pk,)),
            with_film(film, channel, captions=(row.pk, other.pk)),
            with_film(film, channel, poster=chosen.pk),
        )
    }
    assert len(found) == 5
    same = with_film(film, channel, captions=(row.pk,))
    before = digest.of_draft(same, selectors.assets_of(same))
    captioned(lib, film, b"WEBVTT\n\n00:00.000 --> 00:01.000\nLater words\n", "fr")
    assert digest.of_draft(same, selectors.assets_of(same)) == before


def test_taking_captions_away_after_approval_needs_a_new_approval(lib: Library, channel: Channel) -> None:
    film = taken(lib, reels.film())
    row = captioned(lib, film)
    post = submitted(lib.alice, lib.north, with_film(film, channel, captions=(row.pk,)))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert Delivery.objects.get().payload["parts"][0]["media"][0]["captions"][0]["language"] == "en"
    bare = drafting.of_revision(again(post).current)
    drafts.save(
        post=post,
        by=lib.alice,
        draft=replace(bare, parts=with_film(film, channel).parts),
        version=again(post).current.version,
    )
    assert again(post).state == "draft"
    assert Delivery.objects.get().state == "cancelled"


def test_a_draft_without_captions_reads_as_before() -> None:
    item = DraftMedia(7, "words")
    assert item.to_json() == {"asset": 7, "alt": "words", "decorative": False}
    full = DraftMedia(7, "words", captions=(1, 2), poster=9)
    (read,) = Draft.from_json({"parts": [{"text": "", "media": [full.to_json()]}]}).parts[0].media
    assert read == full


@pytest.mark.parametrize("captions", ["x", 7, None, [None, "a", -1, True, 2**70], {"a": 1}])
def test_captions_of_any_shape_are_read_without_harm(captions: Any) -> None:
    data = {"parts": [{"media": [{"asset": 1, "captions": captions, "poster": captions}]}]}
    (item,) = Draft.from_json(data).parts[0].media
    assert item.captions == ()
    assert item.poster in (None, 7)


# --- films are made before anybody waits --------------------------------------------------


@pytest.fixture
def narrow(practice: Any) -> Capabilities:
    """A platform that takes small films only."""
    return practice(video=VideoRules(max_side=160, max_fps=10, captions=("vtt",)))


def test_a_film_that_fits_is_not_made_anew(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, with_film(taken(lib, reels.film()), channel))
    assert not Rendition.objects.exists()
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest)


def test_approving_waits_for_the_film_and_then_sends_what_was_made(
    lib: Library, channel: Channel, narrow: Capabilities
) -> None:
    film = taken(lib, reels.film())
    post = submitted(lib.alice, lib.north, with_film(film, channel))
    assert Rendition.objects.filter(ready=False).count() == 1
    with pytest.raises(NotPossible, match="still being prepared"):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert not Delivery.objects.exists()
    page = signed_in(lib.sam).get(reverse("posts:detail", args=[post.pk])).content.decode()
    assert "is being prepared for Practice North" in page
    assert preparing.prepare_next()
    assert preparing.prepare_next() is None
    made = Rendition.objects.get()
    assert (made.ready, made.mime, max(made.width, made.height)) == (True, "video/mp4", 160)
    ready = signed_in(lib.sam).get(reverse("posts:prepared", args=[post.pk])).content.decode()
    assert "The film is ready" in ready
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest)
    shown = Delivery.objects.get().payload["parts"][0]["media"][0]
    assert (shown["sha256"], shown["size"]) == (made.sha256, default_storage.size(made.path))


def test_the_same_film_is_made_once_for_channels_with_the_same_rules(
    lib: Library, channel: Channel, second: Channel, narrow: Capabilities
) -> None:
    film = taken(lib, reels.film())
    draft = replace(with_film(film, channel), targets=(DraftTarget(channel.pk), DraftTarget(second.pk)))
    submitted(lib.alice, lib.north, draft)
    assert Rendition.objects.count() == 1


def test_an_option_that_changes_the_shape_changes_the_film(
    lib: Library, channel: Channel, narrow: Capabilities, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = platforms.get("practice")
    smaller = replace(narrow.media, video=VideoRules(max_side=120))
    shaped = replace(narrow, shapes=(Shape("replies", "nobody", {"media": smaller}),))
    monkeypatch.setattr(type(adapter), "capabilities", shaped)
    draft = with_film(taken(lib, reels.film()), channel)
    submitted(lib.alice, lib.north, replace(draft, targets=(DraftTarget(channel.pk, options={"replies": "nobody"}),)))
    assert Rendition.objects.get().wanted["max_side"] == 120


def test_only_one_film_is_made_at_a_time_and_a_dead_worker_is_replaced(
    lib: Library, channel: Channel, narrow: Capabilities
) -> None:
    submitted(lib.alice, lib.north, with_film(taken(lib, reels.film()), channel))
    Rendition.objects.update(lease=timezone.now() + timedelta(minutes=1), tries=1)
    assert preparing.prepare_next() is None
    Rendition.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert preparing.prepare_next()
    assert Rendition.objects.get().ready


def test_a_worker_that_was_taken_over_keeps_nothing(
    lib: Library, channel: Channel, narrow: Capabilities, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(lib.alice, lib.north, with_film(taken(lib, reels.film(seconds=2)), channel))
    monkeypatch.setattr(preparing, "EVERY", 0)
    real = preparing._teller

    def stolen(rendition: Rendition) -> Any:
        tell = real(rendition)
        Rendition.objects.update(lease=timezone.now() + timedelta(hours=1))
        return tell

    monkeypatch.setattr(preparing, "_teller", stolen)
    preparing.prepare_next()
    assert not Rendition.objects.get().ready


def test_a_film_that_cannot_be_made_is_said_where_it_is_decided(lib: Library, channel: Channel, practice: Any) -> None:
    practice(video=VideoRules(max_bytes=4000))
    post = submitted(lib.alice, lib.north, with_film(taken(lib, reels.film()), channel))
    preparing.prepare_next()
    with pytest.raises(NotPossible, match="cannot be made to fit"):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)
    page = signed_in(lib.sam).get(reverse("posts:review")).content.decode()
    assert "cannot be made to fit" in page


def test_a_film_missing_from_the_disk_is_said(lib: Library, channel: Channel, narrow: Capabilities) -> None:
    film = taken(lib, reels.film())
    post = submitted(lib.alice, lib.north, with_film(film, channel))
    default_storage.delete(film.path)
    preparing.prepare_next()
    with pytest.raises(NotPossible, match="missing from the media folder"):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)


def test_a_machine_that_fails_is_tried_again_and_then_no_more(
    lib: Library, channel: Channel, narrow: Capabilities, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(lib.alice, lib.north, with_film(taken(lib, reels.film()), channel))

    def full(*_args: object) -> tuple[str, str]:
        raise storage.NoRoom("full")

    monkeypatch.setattr(preparing.storage, "put_file", full)
    for _try in range(preparing.MOST_TRIES):
        assert preparing.prepare_next()
        Rendition.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert preparing.prepare_next() is None
    assert Rendition.objects.get().trouble


def test_what_killed_processes_left_is_thrown_away(settings: Any, tmp_path: Any) -> None:
    import os

    settings.WORK_DIR = tmp_path
    old, new = tmp_path / "old.upload", tmp_path / "new"
    old.write_bytes(b"x")
    new.mkdir()
    os.utime(old, (1, 1))
    preparing.tidy()
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_poster_that_is_not_in_the_library_is_refused(lib: Library, channel: Channel) -> None:
    film = taken(lib, reels.film())
    with pytest.raises(drafting.Invalid):
        written(lib.alice, lib.north, with_film(film, channel, poster=999_999))


def test_a_film_without_a_description_does_not_pass_where_the_policy_blocks(lib: Library, channel: Channel) -> None:
    film = taken(lib, reels.film())
    bare = Draft(parts=(DraftPart("See", (DraftMedia(film.pk),)),), targets=(DraftTarget(channel.pk),))
    with pytest.raises(review.problems.Blocked) as caught:
        submitted(lib.alice, lib.north, bare)
    found = caught.value.report.all
    assert [problem.message for problem in found if problem.severity == "block"] == ["check.film_undescribed"]
    marked = replace(bare, parts=(DraftPart("See", (DraftMedia(film.pk, decorative=True),)),))
    assert submitted(lib.alice, lib.north, marked).state == "in_review"
