"""The words of short links, and what may stand behind them."""

from __future__ import annotations

from typing import Any

import pytest

from libsocial.links import codes, targets, visits
from libsocial.links.targets import Rules


@pytest.fixture(autouse=True)
def _bases(settings: Any) -> None:
    settings.LINK_URLS, settings.BASE_URL = ["https://go.library.example"], "https://social.library.example"


@pytest.mark.parametrize(
    "code", ["seed-library", "summer-2026", "abc", "10", "x" * 41, "", "Ab", "a_b", "-abc", "a--b"]
)
def test_a_word_is_taken_or_its_objection_is_a_sentence(code: str) -> None:
    good = code in {"seed-library", "summer-2026", "abc"}
    assert (codes.objection(code) == "") is good
    assert good or codes.objection(code).endswith(".")


@pytest.mark.parametrize("code", ["b00k", "1ibrary", "reading2026", "сard", "lïbrary"])
def test_confusing_letters_are_refused(code: str) -> None:
    assert codes.objection(code)


def test_made_codes_are_never_refused() -> None:
    made = {codes.new() for _n in range(200)}
    assert len(made) == 200
    assert not [code for code in made if codes.objection(code)]


def test_each_channel_says_its_own_number_and_the_way_back_drops_it() -> None:
    text = "Come! https://go.library.example/s/seeds, then https://social.library.example/s/Tea.poster and seeds."
    said = codes.placed(text, 12)
    assert said == (
        "Come! https://go.library.example/s/seeds.12, then https://social.library.example/s/Tea.poster and seeds."
    )
    assert codes.placed(said, 12) == said
    assert codes.placed(said, 7) == said.replace(".12", ".7")
    assert codes.bare(said) == text


@pytest.mark.parametrize(
    "text",
    [
        "https://elsewhere.example/s/seeds",
        "https://go.library.example.evil.example/s/seeds",
        "https://go.library.example/shop/seeds",
        "https://go.library.example/s/seeds/more",
    ],
)
def test_links_of_others_stay_as_they_are(text: str) -> None:
    assert codes.placed(text, 12) == text


def test_a_sentence_may_end_after_a_link() -> None:
    assert codes.placed("See https://go.library.example/s/seeds.", 3) == "See https://go.library.example/s/seeds.3."


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//library.example",
        "ftp://library.example",
        "https://",
        "https://localhost/x",
        "http://127.0.0.1/",
        "http://10.1.2.3/",
        "http://[::1]/",
        "http://[::ffff:192.168.1.1]/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://router.lan/",
        "https://user:secret@library.example/",
        "https://library.example/a b",
        "https://go.library.example/s/seeds",
        "https://social.library.example/s/seeds.12",
        "https://library.example/" + "x" * 2000,
        "",
    ],
)
def test_where_no_link_may_lead(url: str) -> None:
    assert targets.objection(url, Rules()).endswith(".")


def test_a_unit_may_keep_links_to_its_own_hosts() -> None:
    rules = Rules(only=("library.example",))
    assert targets.objection("https://www.library.example/x", rules) == ""
    assert "library.example" in targets.objection("https://notlibrary.example/x", rules)


WORDS = {"platform": "mastodon", "campaign": "Card month", "post": "12", "account": "north"}


def test_campaign_words_join_the_query_of_the_page() -> None:
    made = targets.tagged("https://library.example/x?a=1#top", Rules(), WORDS)
    assert made == (
        "https://library.example/x?a=1&utm_source=mastodon&utm_medium=social"
        "&utm_campaign=Card%20month&utm_content=12-north#top"
    )


def test_what_is_not_known_leaves_no_hole() -> None:
    made = targets.tagged("https://library.example/x", Rules(), {"account": "north"})
    assert made == "https://library.example/x?utm_medium=social&utm_content=north"


@pytest.mark.parametrize(
    "url",
    [
        "https://catalogue.library.example/record/5",
        "https://library.example/opac;jsessionid=12?x=1",
        "https://library.example/opac?sid=12",
        "https://library.example/?utm_source=leaflet",
        "https://files.example/a?X-Amz-Signature=1",
    ],
)
def test_where_nothing_may_be_added(url: str) -> None:
    assert targets.tagged(url, Rules(plain=("catalogue.library.example",)), WORDS) == url


@pytest.mark.parametrize(
    ("method", "headers", "robot"),
    [
        ("GET", {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}, False),
        ("GET", {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Mobile/15E148 Safari/604.1"}, False),
        ("HEAD", {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}, True),
        ("GET", {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "Sec-Purpose": "prefetch"}, True),
        ("GET", {"User-Agent": "facebookexternalhit/1.1"}, True),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, True),
        ("GET", {"User-Agent": "Mastodon/4.5 (http.rb/5.3; +https://m.example/)"}, True),
        ("GET", {}, True),
    ],
)
def test_robots_are_told_from_people(method: str, headers: dict[str, str], robot: bool) -> None:
    assert visits.is_robot(method, headers) is robot


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("https://www.library.example/private?name=x", "library.example"),
        ("android-app://com.example", "com.example"),
        ("", ""),
        ("http://[broken", ""),
        ("x" * 300, ""),
    ],
)
def test_only_the_host_of_a_referrer_is_kept(value: str, host: str) -> None:
    assert visits.referrer(value) == host
