"""The base templates: whole documents, with one main part, unique ids and a name for everything."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines

from tests import browser
from tests.cast import Library

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Document(HTMLParser):
    """Ids and tags of a page, and whether every element that was opened was closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        names = [name for name, _ in attrs]
        self.wrong += [f"{tag} has {name} twice" for name, times in Counter(names).items() if times > 1]
        self.ids.update(value for name, value in attrs if name == "id" and value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes something else, line {self.getpos()[0]}")


def drawn(base: str, rf: Any, user: Any) -> str:
    request = rf.get("/")
    request.user = user
    request.htmx = False
    request.resolver_match = None
    source = (
        f'{{% extends "{base}" %}}{{% block title %}}T{{% endblock %}}{{% block content %}}<h1>H</h1>{{% endblock %}}'
    )
    return engines["django"].from_string(source).render({}, request)


@pytest.mark.django_db
@pytest.mark.urls("tests.design.places")
@pytest.mark.parametrize("base", ["base.html", "base_app.html", "base_public.html", "base_bare.html"])
def test_a_base_is_a_whole_document(base: str, rf: Any, lib: Library) -> None:
    for user in (lib.ada, AnonymousUser()):
        html = drawn(base, rf, user)
        document = Document(html)
        assert not document.wrong
        assert not document.open
        assert [name for name, times in document.ids.items() if times > 1] == []
        assert document.tags["main"] == 1
        assert re.search(r'<html lang="en" dir="ltr" data-theme="auto"', html)
        assert "<title>T · Town Library</title>" in html


@pytest.mark.django_db
def test_the_living_page_is_well_formed(client: Any, lib: Library) -> None:
    client.force_login(lib.ada)
    document = Document(client.get("/design/").content.decode())
    assert not document.wrong
    assert [name for name, times in document.ids.items() if times > 1] == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_error_page_is_accessible(page: Any, live_server: Any, lib: Library, theme: str) -> None:
    getattr(browser, theme)(page)
    for size in browser.SIZES.values():
        page.set_viewport_size(size)
        page.goto(live_server.url + "/nothing-here/")
        browser.axe(page)
        browser.no_sideways_scroll(page)
