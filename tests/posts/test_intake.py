"""Films, documents, captions and moving pictures on their way into the library."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from channels_app.models import Channel
from libsocial.accounts import policies
from posts import problems
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget
from posts.models import Asset, CaptionFile
from posts.services import media, storage
from tests import reels
from tests.cast import Library, signed_in
from tests.posts.conftest import lend, make_channel, submitted

VTT = reels.VTT


def taken(lib: Library, data: bytes, name: str = "tour.mp4") -> Asset:
    return media.upload(by=lib.alice, unit=lib.north, file=reels.sent(data, name))


def captioned(lib: Library, film: Asset, data: bytes = VTT, language: str = "en") -> CaptionFile:
    return media.add_captions(by=lib.alice, asset=film, file=reels.sent(data, "tour.vtt"), language=language)


def with_film(film: Asset, channel: Channel, **item: Any) -> Draft:
    part = DraftPart("See", (DraftMedia(film.pk, "A walk through the library", **item),))
    return Draft(parts=(part,), targets=(DraftTarget(channel.pk),), zone="Europe/London", language="en")


# --- films ------------------------------------------------------------------------


def test_a_film_is_kept_with_its_facts_and_a_picture_of_it(lib: Library) -> None:
    film = taken(lib, reels.film(seconds=2))
    assert (film.kind, film.mime, film.width, film.height, round(film.seconds)) == ("video", "video/mp4", 320, 240, 2)
    assert film.facts == {"fps": 25, "video": "h264", "audio": "aac", "pixels": "yuv420p"}
    assert default_storage.size(film.path) == film.size
    assert film.poster is not None
    assert (film.poster.kind, film.poster.width, film.poster.height) == ("image", 320, 240)
    assert Image.open(io.BytesIO(storage.get(film.thumb))).format == "WEBP"
    assert not list(Path(conf.WORK_DIR).iterdir())


@pytest.mark.parametrize(("hertz", "told"), [(5, ["rule.A15.film"]), (1, [])])
def test_a_film_that_flashes_is_told_where_it_is_used(lib: Library, hertz: int, told: list[str]) -> None:
    """The whole picture, black and white so many times a second."""
    light = f"geq=lum='if(lt(mod(T*{hertz},1),0.5),16,235)':cb=128:cr=128"
    film = taken(lib, reels.film("-vf", light, seconds=2, sound=False, size="64x48"))
    found = problems.of_draft(with_film(film, make_channel(lib.north)), unit=lib.north)
    assert [one.message for one in found.all if one.message.startswith("rule.A15")] == told


def test_the_same_film_is_kept_once(lib: Library) -> None:
    first, again = taken(lib, reels.film()), taken(lib, reels.film(), "copy.mov")
    assert first.pk == again.pk


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "tour.mp4", "empty"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 50, "tour.mp4", "damaged|not a film"),
        (b"<html><video></html>", "tour.mp4", "not a picture"),
        (b"MZ\x90\x00" * 100, "tour.mov", "not a picture"),
        (VTT, "tour.vtt", "These are captions"),
        (reels.SRT, "tour.srt", "These are captions"),
    ],
)
def test_what_is_no_film_is_said_and_leaves_nothing(lib: Library, data: bytes, name: str, sentence: str) -> None:
    with pytest.raises(media.Refused, match=sentence):
        taken(lib, data, name)
    assert not Asset.objects.exists()
    assert not list(Path(conf.WORK_DIR).glob("*"))


def test_a_film_cut_off_and_sound_alone_leave_nothing(lib: Library) -> None:
    whole = reels.film(seconds=3)
    for data, sentence in ((whole[: len(whole) // 2], "damaged"), (reels.film(picture=False), "no picture")):
        with pytest.raises(media.Refused, match=sentence):
            taken(lib, data)
    assert not Asset.objects.exists()


def test_a_film_is_one_whatever_it_is_called(lib: Library) -> None:
    assert taken(lib, reels.film(), "holiday.jpg").kind == "video"
    assert taken(lib, reels.pdf(), "holiday.mp4").kind == "document"


def test_a_film_has_a_limit_of_its_own_and_is_counted_while_it_is_read(lib: Library, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    assert taken(lib, reels.film()).kind == "video"
    settings.UPLOAD_VIDEO_BYTES = 5000
    file = reels.sent(reels.film(seconds=2))
    file.size = 10
    with pytest.raises(media.Refused, match="film is too large"):
        media.upload(by=lib.alice, unit=lib.north, file=file)


def test_a_stranger_adds_neither_films_nor_captions(lib: Library) -> None:
    film = taken(lib, reels.film())
    with pytest.raises(policies.NotAllowed):
        media.upload(by=lib.olga, unit=lib.north, file=reels.sent(reels.film()))
    with pytest.raises(policies.NotAllowed):
        media.add_captions(by=lib.olga, asset=film, file=reels.sent(VTT), language="en")


def test_a_full_disk_is_said_and_leaves_no_half_film(lib: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage._wrapped.__class__, "_save", full)  # type: ignore[attr-defined]
    with pytest.raises(media.Refused, match="no room"):
        taken(lib, reels.film())
    assert not Asset.objects.exists()


# --- documents and moving pictures --------------------------------------------------


def test_a_document_is_kept_with_its_pages_and_the_first_one_drawn(lib: Library) -> None:
    paper = taken(lib, reels.pdf(3), "Programme.pdf")
    assert (paper.kind, paper.mime, paper.pages, paper.original_name) == (
        "document",
        "application/pdf",
        3,
        "Programme.pdf",
    )
    assert storage.get(paper.path) == reels.pdf(3)
    assert Image.open(io.BytesIO(storage.get(paper.thumb))).height > 600


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (reels.locked_pdf(), "protected"),
        (b"%PDF-1.7\n%rubbish", "damaged"),
        (reels.pdf(1)[:200], "damaged"),
    ],
)
def test_a_document_nobody_could_open_is_refused(lib: Library, data: bytes, sentence: str) -> None:
    with pytest.raises(media.Refused, match=sentence):
        taken(lib, data, "a.pdf")
    assert not Asset.objects.exists()


def test_a_document_over_its_limit_is_refused(lib: Library, settings: Any) -> None:
    settings.UPLOAD_DOCUMENT_BYTES = 300
    with pytest.raises(media.Refused, match="document is too large"):
        taken(lib, reels.pdf(), "a.pdf")


def test_a_moving_picture_keeps_moving(lib: Library) -> None:
    asset = taken(lib, reels.gif(), "dance.gif")
    assert (asset.kind, asset.mime, asset.seconds) == ("image", "image/gif", 0.6)
    assert Image.open(io.BytesIO(storage.get(asset.path))).n_frames == 3  # type: ignore[attr-defined]


def test_a_moving_picture_of_countless_frames_is_refused(lib: Library) -> None:
    with pytest.raises(media.Refused, match="moving picture"):
        taken(lib, reels.gif(frames=7, size=(3000, 3000)), "bomb.gif")


# --- captions -----------------------------------------------------------------------


def test_captions_are_kept_in_both_formats_once(lib: Library) -> None:
    film = taken(lib, reels.film())
    row, again = captioned(lib, film), captioned(lib, film)
    spanish = media.add_captions(by=lib.alice, asset=film, file=reels.sent(reels.SRT, "tour.es.srt"), language="")
    assert row.pk == again.pk
    assert (row.language, spanish.language) == ("en", "es")
    assert storage.get(row.srt).startswith(b"1\n00:00:00,000 --> 00:00:01,500\nWelcome")
    assert len(storage.get(spanish.vtt)) == spanish.vtt_size


def test_captions_nobody_can_follow_are_told_where_their_post_is_written(lib: Library) -> None:
    film, channel = taken(lib, reels.film(seconds=2)), make_channel(lib.north)
    good = captioned(lib, film)
    bad = captioned(lib, film, b"WEBVTT\n\n00:00.000 --> 00:00.400\nGone\n", "es")

    def told(pk: int) -> list[tuple[str, str, str]]:
        found = problems.of_draft(with_film(Asset.objects.get(pk=film.pk), channel, captions=(pk,)), unit=lib.north)
        return [(one.message, one.severity, one.params["at"]) for one in found.all if one.message.startswith("rule.A4")]

    assert told(good.pk) == []
    assert told(bad.pk) == [("rule.A4.quick", "warn", "0:00")]


def test_captions_want_a_film_and_words(lib: Library) -> None:
    film, paper = taken(lib, reels.film()), taken(lib, reels.pdf(), "a.pdf")
    with pytest.raises(media.Refused, match="belong to a film"):
        captioned(lib, paper)
    with pytest.raises(media.Refused, match="no captions"):
        captioned(lib, film, b"nothing")
    assert not CaptionFile.objects.exists()


# --- by the pages -------------------------------------------------------------------


def test_the_script_gets_what_it_shows(lib: Library) -> None:
    alice = signed_in(lib.alice)
    answer = alice.post(reverse("posts:upload"), {"unit": lib.north.pk, "file": reels.sent(reels.film(seconds=2))})
    told = json.loads(answer.content)
    assert answer.status_code == 201
    assert (told["kind"], told["told"], told["captions"]) == ("video", "0:02 · 320 × 240", [])
    words = {"unit": lib.north.pk, "asset": told["id"], "file": reels.sent(VTT, "tour.fr.vtt"), "language": ""}
    added = json.loads(alice.post(reverse("posts:upload_captions"), words).content)
    assert (added["language"], added["label"]) == ("fr", "français")
    bad = alice.post(reverse("posts:upload_captions"), {**words, "file": reels.sent(b"?", "a.vtt")})
    assert (bad.status_code, "no captions" in json.loads(bad.content)["message"]) == (422, True)
    assert signed_in(lib.olga).post(reverse("posts:upload_captions"), words).status_code in {400, 404}


def test_a_film_is_sent_in_parts_when_asked(lib: Library) -> None:
    film = taken(lib, reels.film())
    whole, alice = storage.get(film.path), signed_in(lib.alice)
    address = reverse("posts:asset", args=[film.pk, "full"])
    full = alice.get(address)
    assert (full.status_code, full["Content-Type"], full["Accept-Ranges"]) == (200, "video/mp4", "bytes")
    assert b"".join(full.streaming_content) == whole
    for asked, start, end in (
        ("bytes=0-9", 0, 9),
        ("bytes=100-", 100, len(whole) - 1),
        ("bytes=-50", len(whole) - 50, len(whole) - 1),
    ):
        part = alice.get(address, headers={"Range": asked})
        assert part.status_code == 206
        assert part["Content-Range"] == f"bytes {start}-{end}/{len(whole)}"
        assert b"".join(part.streaming_content) == whole[start : end + 1]
        assert int(part["Content-Length"]) == end - start + 1
    assert alice.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    assert alice.get(address, headers={"Range": "bytes=a-b"}).status_code == 200


def test_a_document_is_handed_over_and_never_shown_on_our_own_address(lib: Library) -> None:
    paper = taken(lib, reels.pdf(), "a.pdf")
    answer = signed_in(lib.alice).get(reverse("posts:asset", args=[paper.pk, "full"]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_whoever_decides_about_a_lent_channel_watches_the_film_with_its_captions(lib: Library) -> None:
    channel = make_channel(lib.south)
    lend(channel, lib.north)
    film = taken(lib, reels.film())
    row, other = captioned(lib, film), captioned(lib, film, reels.SRT, "es")
    post = submitted(lib.alice, lib.north, with_film(film, channel, captions=(row.pk,)))
    olga = signed_in(lib.olga)
    assert olga.get(reverse("posts:post_asset", args=[post.pk, film.pk, "full"])).status_code == 200
    assert olga.get(reverse("posts:post_captions", args=[post.pk, row.pk])).status_code == 200
    assert olga.get(reverse("posts:post_captions", args=[post.pk, other.pk])).status_code == 404
    assert olga.get(reverse("posts:captions", args=[row.pk])).status_code == 404
    page = olga.get(reverse("posts:detail", args=[post.pk])).content.decode()
    assert f"/posts/{post.pk}/captions/{row.pk}/" in page
    assert "A walk through the library" in page


def test_the_library_shows_films_and_documents_and_not_the_pictures_taken_out_of_films(lib: Library) -> None:
    film, paper = taken(lib, reels.film()), taken(lib, reels.pdf(), "a.pdf")
    found = signed_in(lib.alice).get(reverse("posts:picker"), {"unit": lib.north.pk}).content.decode()
    assert found.count("data-asset=") == 2
    assert f"/pictures/{film.pk}/thumb/" in found
    assert f"/pictures/{paper.pk}/thumb/" in found
