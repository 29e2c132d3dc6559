"""Films of every kind and condition: what is kept of them, what is refused, and what comes out for a platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from libsocial.core import films
from tests import reels


def kept(data: bytes, folder: Path) -> films.Film:
    source = folder / "arrived"
    source.write_bytes(data)
    return films.clean(source, folder)


def test_an_ordinary_film_is_known_by_its_facts(tmp_path: Path) -> None:
    film = kept(reels.film(seconds=2), tmp_path)
    facts = film.facts
    assert (film.mime, facts.width, facts.height, round(facts.seconds), facts.fps) == ("video/mp4", 320, 240, 2, 25)
    assert (facts.video, facts.audio, facts.has_sound) == ("h264", "aac", True)
    assert films.is_plain(facts)


def test_place_device_and_dates_do_not_stay_and_the_bytes_are_the_same_each_time(tmp_path: Path) -> None:
    told = reels.film(
        *("-movflags", "use_metadata_tags", "-metadata", "location=+51.5-000.1/", "-metadata", "make=Phone 12"),
        *("-metadata", "creation_time=2026-11-24T10:00:00Z", "-metadata", "title=Kim at home"),
    )
    assert b"Phone 12" in told
    first = kept(told, tmp_path).path.read_bytes()
    second = kept(told, tmp_path).path.read_bytes()
    assert first == second
    for word in (b"Phone 12", b"51.5", b"Kim at home", b"Lavf"):
        assert word not in first


def test_a_phone_held_upright_is_upright(tmp_path: Path) -> None:
    turned = reels.remade(reels.film(), "-display_rotation", "90", name="turned.mov")
    film = kept(turned, tmp_path)
    assert (film.facts.width, film.facts.height) == (240, 320)
    shot = films.poster(film.path, film.facts, tmp_path)
    made = films.fit(film.path, film.facts, tmp_path / "o.mp4", max_bytes=10**7, max_side=200, max_fps=30, limit=60)
    assert shot.startswith(b"\xff\xd8")
    assert (made.width, made.height) == (150, 200)


@pytest.mark.parametrize(
    ("name", "video", "audio", "mime"),
    [
        ("a.webm", "libvpx", "libvorbis", "video/webm"),
        ("a.mkv", "libx264", "libmp3lame", "video/mp4"),
        ("a.mov", "libx264", "pcm_s16le", "video/mp4"),
        ("a.avi", "mpeg4", "libmp3lame", "video/mp4"),
        ("a.mpg", "mpeg2video", "mp2", "video/x-matroska"),
    ],
)
def test_films_of_other_programs_are_taken(tmp_path: Path, name: str, video: str, audio: str, mime: str) -> None:
    film = kept(reels.film(name=name, video=video, audio=audio), tmp_path)
    assert film.mime == mime
    assert film.facts.has_sound
    assert abs(film.facts.seconds - 1) < 0.3
    made = films.fit(film.path, film.facts, tmp_path / "o.mp4", max_bytes=10**7, max_side=4000, max_fps=60, limit=60)
    assert films.is_plain(made)


def test_a_silent_film_stays_silent(tmp_path: Path) -> None:
    film = kept(reels.film(sound=False), tmp_path)
    assert not film.facts.has_sound
    made = films.fit(film.path, film.facts, tmp_path / "o.mp4", max_bytes=10**7, max_side=160, max_fps=60, limit=60)
    assert (made.audio, made.width) == ("", 160)


def test_sound_alone_is_told_from_a_film(tmp_path: Path) -> None:
    for name, audio in (("a.mp4", "aac"), ("a.mp3", "libmp3lame"), ("a.wav", "pcm_s16le")):
        with pytest.raises(films.NotAFilm, match="no picture"):
            kept(reels.film(name=name, audio=audio, picture=False), tmp_path)


def test_a_film_cut_short_is_damaged_wherever_its_index_stands(tmp_path: Path) -> None:
    whole = reels.film(seconds=4, size="640x480")
    indexed_first = reels.remade(whole, after=("-movflags", "+faststart"))
    for data in (whole, indexed_first):
        for share in (0.3, 0.6, 0.9):
            with pytest.raises(films.NotAFilm, match="damaged"):
                kept(data[: int(len(data) * share)], tmp_path)


def test_ten_hours_are_refused_by_what_is_said_before_anything_is_read(tmp_path: Path) -> None:
    long = reels.film("-vf", "setpts=N*19000/TB", "-fps_mode", "passthrough", seconds=3, rate=1, sound=False)
    assert len(long) < 100_000
    with pytest.raises(films.NotAFilm, match="4 hours"):
        kept(long, tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"<smil><video src='http://127.0.0.1/'/></smil>",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 500,
        b"\x1aE\xdf\xa3" + b"\xff" * 2000,
        b"RIFF\xff\xff\xff\xffAVI LIST" + b"\x00" * 200,
    ],
)
def test_lists_of_other_files_and_rubbish_are_no_films(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(films.NotAFilm):
        kept(data, tmp_path)


def test_more_pixels_than_any_screen_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(films.NotAFilm, match="measures too much"):
        kept(reels.film(seconds=0.1, size="8400x64", sound=False), tmp_path)


def test_a_film_is_made_light_small_and_calm_enough(tmp_path: Path) -> None:
    film = kept(reels.film(seconds=4, size="1280x720", rate=50), tmp_path)
    heard: list[float] = []
    made = films.fit(
        film.path,
        film.facts,
        tmp_path / "o.mp4",
        max_bytes=200_000,
        max_side=640,
        max_fps=25,
        limit=60,
        told=heard.append,
    )
    assert (tmp_path / "o.mp4").stat().st_size <= 200_000
    assert max(made.width, made.height) <= 640
    assert made.fps <= 25.1
    assert heard[-1] == 1.0
    assert all(0 <= share <= 1 for share in heard)
    assert (tmp_path / "o.mp4").read_bytes().find(b"moov") < (tmp_path / "o.mp4").read_bytes().find(b"mdat")


def test_what_cannot_be_light_enough_is_said(tmp_path: Path) -> None:
    film = kept(reels.film(seconds=10), tmp_path)
    with pytest.raises(films.CannotFit):
        films.fit(film.path, film.facts, tmp_path / "o.mp4", max_bytes=20_000, max_side=640, max_fps=25, limit=60)


def test_work_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    film = kept(reels.film(seconds=10, size="1280x720"), tmp_path)
    with pytest.raises(films.CannotFit, match="too long"):
        films.fit(film.path, film.facts, tmp_path / "o.mp4", max_bytes=10**8, max_side=1280, max_fps=25, limit=0.05)


def test_whoever_listens_may_stop_the_work(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop(_share: float) -> None:
        raise Enough

    film = kept(reels.film(seconds=2), tmp_path)
    with pytest.raises(Enough):
        films.fit(
            film.path, film.facts, tmp_path / "o.mp4", max_bytes=10**8, max_side=640, max_fps=25, limit=60, told=stop
        )


def test_without_ffmpeg_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nowhere/ffmpeg")
    monkeypatch.setattr(films, "_ffmpeg", films._ffmpeg.__wrapped__)
    with pytest.raises(films.Unavailable):
        kept(b"\x00\x00\x00\x18ftypmp42", tmp_path)
