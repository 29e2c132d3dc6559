"""Caption files in whatever form they come, and in the two forms they leave."""

from __future__ import annotations

import pytest

from libsocial.core import captions
from tests.reels import SRT


def test_both_forms_say_the_same() -> None:
    found = captions.read(SRT)
    assert found.vtt == b"WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nBienvenidos\n"
    assert found.srt == b"1\n00:00:00,000 --> 00:00:01,500\nBienvenidos\n"
    assert (found.cues, found.seconds) == (1, 1.5)
    assert captions.read(found.vtt) == found == captions.read(found.srt)


@pytest.mark.parametrize(
    ("encoded", "words"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\nCafé\n".encode("cp1252"), "Café"),
        ("1\n00:00:01,000 --> 00:00:02,000\nŽluťoučký\n".encode("utf-16"), "Žluťoučký"),
        ("\ufeffWEBVTT\n\n00:01.000 --> 00:02.000\n图书馆\n".encode(), "图书馆"),
        (b"WEBVTT - title\r\n\r\n1\r\n00:01.000 --> 00:02.000 align:start\r\n<v Bob>Hi</v>\r\n", "Hi"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n<font color=red>Hi</font> {\\an8}<i>you</i>\n", "Hi <i>you</i>"),
        (b"WEBVTT\n\nNOTE by Kim\n\n00:01.000 --> 00:02.000\nHi\n\nNOTE room 5\n", "Hi"),
    ],
)
def test_words_and_times_stay_and_everything_else_goes(encoded: bytes, words: str) -> None:
    text = captions.read(encoded).vtt.decode()
    assert text == f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n{words}\n"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no captions"),
        (b"Dear Sir", "no captions"),
        (b"WEBVTT\n", "no captions"),
        (b"WEBVTT\n\n00:05.000 --> 00:01.000\nBackwards\n", "ends before it begins"),
        (b"WEBVTT\n\n00:0x.000 --> 00:01.000\nWrong\n", "a time in them"),
        (bytes(range(256)) * 50, "captions"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nx\n" + b"y" * captions.MOST_BYTES, "too large"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, sentence: str) -> None:
    with pytest.raises(captions.NotCaptions, match=sentence):
        captions.read(data)


@pytest.mark.parametrize(
    ("name", "language"), [("tour.es.vtt", "es"), ("tour_pt-BR.srt", "pt-BR"), ("tour.vtt", ""), ("a.b.c.txt", "")]
)
def test_a_name_may_tell_the_language(name: str, language: str) -> None:
    assert captions.language_in(name) == language


@pytest.mark.parametrize(
    ("cues", "faults"),
    [
        ("00:01.000 --> 00:03.000\nHi\n\n00:02.000 --> 00:04.000\nyou\n", {"overlap": 2}),
        ("00:01.000 --> 00:03.000\nHi\n\n00:02.960 --> 00:04.000\nyou\n", {}),
        ("00:01.000 --> 00:03.000\nOne says\n\n00:01.000 --> 00:03.000\nand another\n", {}),
        ("00:01.000 --> 00:01.600\nHi\n", {"quick": 1}),
        ("00:01.000 --> 00:02.000\nHi\n", {}),
        ("00:01.000 --> 00:04.000\none\ntwo\nthree\n", {"tall": 1}),
        ("00:01.000 --> 00:04.000\none\ntwo\n", {}),
        (f"00:01.000 --> 00:04.000\n{'x' * 43}\n", {"wide": 1}),
        (f"00:01.000 --> 00:04.000\n<i>{'x' * 42}</i>\n", {}),
        ("00:20.500 --> 00:24.000\nHi\n", {"late": 20.5}),
        ("00:20.000 --> 00:24.000\nHi\n", {}),
    ],
)
def test_what_nobody_can_follow_is_found_where_it_begins(cues: str, faults: dict[str, float]) -> None:
    assert captions.read(f"WEBVTT\n\n{cues}".encode()).faults == faults
