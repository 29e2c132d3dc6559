"""What a page says of itself, for the card of a link: Open Graph first, then its title and description.

The page is read through the guarded door, its script is never run, and nothing
of its markup is kept: four plain strings come back.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests
from django.utils.translation import gettext as _

from libsocial.core import http

MAX_PAGE = 2 * 1024 * 1024  # bytes; the head of a page is far smaller
MAX_HEAD = 512 * 1024  # characters that are looked at
SECONDS = 20.0  # somebody waits for it at the composer
MAX_PICTURE = 10 * 1024 * 1024
MAX_TITLE, MAX_DESCRIPTION, MAX_URL = 300, 1000, 2000
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_PAGES = {"text/html", "application/xhtml+xml"}


class NoCard(Exception):
    """Nothing could be read; the text is a sentence for the person who typed the link."""


@dataclass(frozen=True)
class Card:
    """`url` is where the link led in the end; `image_url` '' where the page names no picture."""

    url: str
    title: str
    description: str
    image_url: str


def read(url: str) -> Card:
    """The card of a page. Raises NoCard with a sentence."""
    response = _fetch(url, MAX_PAGE, "text/html,application/xhtml+xml;q=0.9")
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and kind not in _PAGES:
        raise NoCard(_("This link leads to a file, not to a page, so it has no card."))
    return parse(_decoded(response), response.url or url)


def picture(url: str) -> bytes:
    """The bytes of a card's picture, whatever they are: to be cleaned before use. Raises NoCard."""
    return _fetch(url, MAX_PICTURE, "image/*").content


def parse(html: str, url: str) -> Card:
    """The card a page's text describes; pure."""
    head = _Head()
    # Not closed: closing goes over unfinished markup again and again, which hostile pages are made of.
    head.feed(html[:MAX_HEAD])
    found = head.found
    title = found.get("og:title") or found.get("twitter:title") or head.title or urlsplit(url).netloc
    described = found.get("og:description") or found.get("twitter:description") or found.get("description", "")
    image = found.get("og:image:secure_url") or found.get("og:image") or found.get("twitter:image", "")
    return Card(
        url=url,
        title=_plain(title, MAX_TITLE),
        description=_plain(described, MAX_DESCRIPTION),
        image_url=_address(image, head.base or url),
    )


def _fetch(url: str, most: int, accept: str) -> requests.Response:
    try:
        with http.outside(label="link card", max_bytes=most, total=SECONDS) as session:
            response = session.get(url, headers={"Accept": accept})
    except http.TooLarge as error:
        raise NoCard(_("The page of this link is too large to be read.")) from error
    except http.OutsideError as error:
        raise NoCard(str(error)) from error
    except (requests.RequestException, ValueError) as error:
        raise NoCard(_("This link cannot be opened. Look whether it is complete.")) from error
    if response.status_code >= 400:
        raise NoCard(_("The page of this link answered with an error (%(status)s).") % {"status": response.status_code})
    return response


def _decoded(response: requests.Response) -> str:
    """The page's text: by its header, else by what the page says, else UTF-8 with signs for what is broken."""
    body = response.content
    if body.startswith(codecs.BOM_UTF8):
        return body[3:].decode("utf-8", "replace")
    stated = re.search(r"charset=[\"']?([\w.:-]+)", response.headers.get("Content-Type", ""), re.IGNORECASE)
    named = _CHARSET.search(body[:4096])
    for name in (stated and stated[1], named and named[1].decode("ascii")):
        try:
            if name and codecs.lookup(name)._is_text_encoding:
                return body.decode(name, "replace")
        except (LookupError, ValueError):
            continue
    return body.decode("utf-8", "replace")


def _plain(text: str, most: int) -> str:
    return " ".join(text.replace("\x00", "").split())[:most]


def _address(value: str, base: str) -> str:
    """An absolute web address, or ''."""
    try:
        found = urljoin(base, value.strip()) if value.strip() else ""
        parts = urlsplit(found)
    except ValueError:
        return ""
    return found if parts.scheme in {"http", "https"} and parts.netloc and len(found) <= MAX_URL else ""


class _Head(HTMLParser):
    """Collects the meta elements and the title; what stands in a body's text does not matter."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self.title = ""
        self.base = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = (values.get("property") or values.get("name") or "").strip().lower()
            if name and values.get("content", "").strip():
                self.found.setdefault(name, values["content"])
        elif tag == "base" and not self.base:
            self.base = values.get("href", "") if values.get("href", "").startswith(("http://", "https://")) else ""
        # An SVG in the page may hold titles of its own: the first one counts.
        self._in_title = tag == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
