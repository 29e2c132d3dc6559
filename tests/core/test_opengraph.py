from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from libsocial.core import opengraph
from tests.core.site import Site, running

PAGE = """<!doctype html><html><head><title>Fallback</title>
<meta property="og:title" content="Story &amp; song">
<meta property="og:description" content="Every  Tuesday
 at ten"><meta property="og:image" content="/picture.jpg"></head><body><title>no</title></body></html>"""


@pytest.fixture
def site(db: None, settings) -> Iterator[Site]:
    with running() as server:
        settings.PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
        yield server


def test_a_page_gives_title_description_and_picture(site: Site) -> None:
    site.answers["/event"] = (200, "text/html; charset=utf-8", PAGE.encode())
    card = opengraph.read(site.url + "/event")
    assert card == opengraph.Card(
        site.url + "/event", "Story & song", "Every Tuesday at ten", site.url + "/picture.jpg"
    )


def test_a_redirect_is_followed_and_named(site: Site) -> None:
    site.answers["/old"] = (302, "->/event", b"")
    site.answers["/event"] = (200, "text/html", PAGE.encode())
    assert opengraph.read(site.url + "/old").url == site.url + "/event"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=iso-8859-1", "<title>Bücherei</title>".encode("latin-1")),
        ("text/html", b'<meta charset="windows-1252"><title>' + "Bücherei".encode("cp1252") + b"</title>"),
        ("text/html; charset=nonsense", "<title>Bücherei</title>".encode()),
        ("text/html; charset=base64", "<title>Bücherei</title>".encode()),
        ("text/html", b"\xef\xbb\xbf" + "<title>Bücherei</title>".encode()),
    ],
)
def test_letters_are_read_in_the_pages_own_encoding(site: Site, kind: str, body: bytes) -> None:
    site.answers["/"] = (200, kind, body)
    assert opengraph.read(site.url + "/").title == "Bücherei"


@pytest.mark.parametrize("path", ["/missing", "/file", "/away"])
def test_what_has_no_card_gets_a_sentence(site: Site, path: str) -> None:
    site.answers["/file"] = (200, "application/pdf", b"%PDF")
    site.answers["/away"] = (302, "->http://10.1.2.3/", b"")
    with pytest.raises(opengraph.NoCard, match=r"\w+ \w+"):
        opengraph.read(site.url + path)


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest/meta-data", "http://[::1]/", "file:///etc/passwd", "https://", "x", "http://a b"],
)
@pytest.mark.django_db
def test_places_we_do_not_go_are_refused(url: str) -> None:
    with pytest.raises(opengraph.NoCard):
        opengraph.read(url)


@pytest.mark.parametrize("image", ["javascript:alert(1)", "data:image/png;base64,AA", "http://[", " ", "ftp://a/b.jpg"])
def test_only_web_addresses_name_a_picture(image: str) -> None:
    card = opengraph.parse(f'<meta property="og:image" content="{image}">', "https://l.example/")
    assert card.image_url == ""


def test_a_page_without_anything_is_named_by_its_host() -> None:
    assert opengraph.parse("", "https://l.example/a") == opengraph.Card("https://l.example/a", "l.example", "", "")


@pytest.mark.parametrize("unit", ["<!", "<!--", "<a ", "<title>", "</", "&#x", "<![CDATA["])
def test_hostile_markup_costs_no_time(unit: str) -> None:
    began = time.thread_time()
    opengraph.parse(unit * (600_000 // len(unit)), "https://l.example/")
    assert time.thread_time() - began < 20  # of the processor alone; quadratic work takes minutes
