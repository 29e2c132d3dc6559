"""The words of a film edited line by line, and its still picture chosen by time."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from libsocial.core import captions
from posts import cues, drafting
from posts.cues import Line
from posts.drafting import Draft
from posts.models import Asset, CaptionFile
from posts.services import filming, media, storage
from tests import reels
from tests.cast import Library, signed_in
from tests.posts.conftest import again, make_channel, submitted, written
from tests.posts.test_intake import captioned, taken, with_film
from tests.posts.test_library import file_of

pytestmark = pytest.mark.django_db


# --- lines (pure) -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [("1:02.5", 62.5), ("0:01:02,500", 62.5), ("62.5", 62.5), (" 7 ", 7), ("1:00:00", 3600), ("0:00.041", 0.041)],
)
def test_times_are_read_as_people_write_them(typed: str, found: float) -> None:
    assert cues.seconds(typed) == found
    assert cues.seconds(cues.clock(found)) == found


@pytest.mark.parametrize("typed", ["", "soon", "1:2:3:4", "-1", "1.2345", "٣", "1e3", "1:02.5s"])
def test_what_is_no_time_is_none(typed: str) -> None:
    assert cues.seconds(typed) is None


def judged(*lines: Line, length: float = 60) -> list[str]:
    return [line.problem for line in cues.judged(lines, length)[0]]


def test_good_lines_become_cues_in_their_order() -> None:
    lines = [Line("0:03", "0:04", "Later"), Line("0:01", "0:02.5", "First"), Line("0:09", "0:10", " ")]
    told, found = cues.judged(lines, 60)
    assert [line.problem for line in told] == ["", ""]
    assert [(cue.start, cue.end, cue.text) for cue in found] == [(1, 2.5, "First"), (3, 4, "Later")]


def test_every_mistake_names_its_line() -> None:
    told = judged(
        Line("0:01", "0:03", "One"),
        Line("0:02", "0:04", "Two"),
        Line("0:09", "0:08", "Three"),
        Line("later", "0:12", "Four"),
        Line("1:30", "1:31", "Five"),
    )
    assert told[0] == ""
    assert told[1] == "Line 2 begins at 0:02.0, before line 1 has ended at 0:03.0."
    assert told[2].startswith("Line 3 ends before it begins")
    assert told[3].startswith("Line 4: “later” is not a time")
    assert told[4].startswith("Line 5 begins after the film has ended, at 1:00.0")


def test_a_long_line_overlaps_each_that_begins_in_it() -> None:
    told = judged(Line("0:00", "0:10", "Long"), Line("0:01", "0:02", "a"), Line("0:03", "0:04", "b"))
    assert [bool(one) for one in told] == [False, True, True]
    assert "before line 1" in told[2]


def test_lines_are_added_split_and_removed() -> None:
    lines = [Line("0:00", "0:04", "one two three four"), Line("0:05", "0:06", "end")]
    assert cues.changed(lines, "add:1")[1] == Line("0:04.0", "0:06.0")
    first, second, last = cues.changed(lines, "split:1")
    assert (first.text, second.text, last.text) == ("one two", "three four", "end")
    assert first.end == second.start
    assert cues.changed(lines, "remove:2") == lines[:1]
    for nonsense in ("remove:9", "split:2", "save", "", "remove:x:y", "split:0"):
        assert cues.changed(lines, nonsense) == lines


# --- keeping ----------------------------------------------------------------------


def words_of(row: CaptionFile) -> list[str]:
    return [cue.text for cue in filming.cues_of(row)]


def one_line(text: str) -> list[captions.Cue]:
    return [captions.Cue(0, 0.9, text)]


def named(post: Any) -> tuple[int, ...]:
    return drafting.of_revision(again(post).current).parts[0].media[0].captions


def showing(film: Asset, lib: Library, row: CaptionFile) -> Draft:
    return with_film(film, make_channel(lib.north), captions=(row.pk,))


def test_words_are_written_for_a_film_that_has_none(lib: Library) -> None:
    film = taken(lib, reels.film())
    row = filming.write(asset=film, by=lib.alice, language="en", cues=one_line("Welcome"))
    assert (row.asset, row.language, words_of(row)) == (film, "en", ["Welcome"])


def test_drafts_show_the_mended_words_and_the_old_are_gone(lib: Library) -> None:
    film = taken(lib, reels.film())
    old = captioned(lib, film)
    draft = written(lib.alice, lib.north, showing(film, lib, old))
    new = filming.write(asset=film, by=lib.alice, language="en", cues=one_line("Mended"), instead_of=old)
    assert named(draft) == (new.pk,)
    assert list(film.captions.all()) == [new]
    assert not default_storage.exists(old.vtt)


def test_what_waits_for_approval_keeps_the_words_it_has(lib: Library) -> None:
    film = taken(lib, reels.film())
    old = captioned(lib, film)
    waiting = submitted(lib.alice, lib.north, showing(film, lib, old))
    new = filming.write(asset=film, by=lib.alice, language="en", cues=one_line("Mended"), instead_of=old)
    assert named(waiting) == (old.pk,)
    assert set(film.captions.all()) == {old, new}


# --- the still picture ------------------------------------------------------------


def middle_of(asset: Asset) -> tuple[int, ...]:
    image = Image.open(io.BytesIO(storage.get(asset.path))).convert("RGB")
    return image.getpixel((image.width // 2, image.height // 2))


def two_colours() -> bytes:
    """A second of red, then a second of blue."""
    sources = [word for one in ("red", "blue") for word in ("-f", "lavfi", "-i", f"color={one}:s=320x240:d=1:r=25")]
    joined = ["-filter_complex", "[0:v][1:v]concat=n=2:v=1", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    return reels.run(*sources, *joined, name="two.mp4")


def test_the_picture_at_a_moment_stands_for_the_film(lib: Library) -> None:
    film = taken(lib, two_colours())
    before = film.poster
    filming.still_at(asset=film, by=lib.alice, second=1.5)
    film.refresh_from_db()
    red, _green, blue = middle_of(film.poster)
    assert blue > 200 > 60 > red
    assert film.thumb == film.poster.thumb
    filming.still_at(asset=film, by=lib.alice, second=0.2)
    film.refresh_from_db()
    red, _green, blue = middle_of(film.poster)
    assert red > 200 > 60 > blue
    assert not Asset.objects.filter(pk=before.pk).exclude(pk=film.poster_id).exists()
    assert list(Asset.objects.living()) == [film]


def test_a_moment_outside_the_film_is_refused(lib: Library) -> None:
    film = taken(lib, reels.film())
    with pytest.raises(media.Refused, match="long"):
        filming.still_at(asset=film, by=lib.alice, second=90)


def test_a_picture_of_ones_own_stands_for_the_film_and_stays_in_the_library(lib: Library) -> None:
    film = taken(lib, reels.film())
    filming.still_of(asset=film, by=lib.alice, file=file_of("green"))
    film.refresh_from_db()
    assert film.poster.original_name == "new.png"
    assert set(Asset.objects.living()) == {film, film.poster}
    with pytest.raises(media.Refused, match="has to be a picture"):
        filming.still_of(asset=film, by=lib.alice, file=SimpleUploadedFile("a.pdf", reels.pdf()))


def test_a_film_that_waits_for_approval_keeps_its_still_picture(lib: Library) -> None:
    film = taken(lib, reels.film())
    submitted(lib.alice, lib.north, showing(film, lib, captioned(lib, film)))
    with pytest.raises(media.Refused, match="waits for approval"):
        filming.still_at(asset=film, by=lib.alice, second=0.5)


# --- pages ------------------------------------------------------------------------


def said(*lines: tuple[str, str, str], **more: str) -> dict[str, Any]:
    return {
        "language": "en",
        "start": [line[0] for line in lines],
        "end": [line[1] for line in lines],
        "text": [line[2] for line in lines],
    } | more


def test_words_are_edited_on_their_page(lib: Library) -> None:
    film = taken(lib, reels.film())
    row, client = captioned(lib, film), signed_in(lib.alice)
    where = reverse("posts:media_words", args=[film.pk, row.pk])
    assert "Welcome to the library" in client.get(where).content.decode()
    split = client.post(where, said(("0:00", "0:00.8", "Welcome all"), do="split:1")).content.decode()
    assert ">Welcome</textarea>" in split
    answer = client.post(where, said(("0:00", "0:00.8", "Welcome, everybody"), do="save"))
    (kept,) = film.captions.all()
    assert answer.url == reverse("posts:media_words", args=[film.pk, kept.pk])
    assert words_of(kept) == ["Welcome, everybody"]


def test_an_overlap_is_named_and_what_was_typed_is_kept(lib: Library) -> None:
    film = taken(lib, reels.film())
    where = reverse("posts:media_words_new", args=[film.pk])
    answer = signed_in(lib.alice).post(where, said(("0:00", "0:00.5", "One"), ("0:00.4", "0:00.9", "Two"), do="save"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2 begins at 0:00.4, before line 1 has ended" in text
    assert ">Two</textarea>" in text
    nothing = signed_in(lib.alice).post(where, said(("0:00", "0:01", " "), do="save"))
    assert "Write at least one line" in nothing.content.decode()
    assert not film.captions.exists()


def test_a_caption_file_and_a_moment_are_taken_without_script(lib: Library) -> None:
    film, client = taken(lib, reels.film()), signed_in(lib.alice)
    file = SimpleUploadedFile("tour.es.srt", reels.SRT)
    answer = client.post(reverse("posts:media_words_add", args=[film.pk]), {"file": file})
    assert answer.url == reverse("posts:media_words", args=[film.pk, film.captions.get().pk])
    before = film.poster_id
    client.post(reverse("posts:media_still", args=[film.pk]), {"second": "0:00.9"})
    film.refresh_from_db()
    assert film.poster_id != before
    page = client.post(reverse("posts:media_still", args=[film.pk]), {"second": "soon"}, follow=True)
    assert "“soon” is no moment of the film" in page.content.decode()


def test_strangers_edit_nothing(lib: Library) -> None:
    film = taken(lib, reels.film())
    for person in (lib.olga, lib.audit):
        client = signed_in(person)
        assert client.post(reverse("posts:media_words_new", args=[film.pk])).status_code == 404
        assert client.post(reverse("posts:media_still", args=[film.pk]), {"second": "0"}).status_code == 404
