"""The living page, the error pages and the theme."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from libsocial.shell import views
from tests.cast import Library, signed_in

pytestmark = pytest.mark.django_db


def test_the_living_page_draws_every_part(lib: Library) -> None:
    page = signed_in(lib.ada).get("/design/")
    assert page.status_code == 200
    assert b"Approved. It goes out on Tuesday" in page.content
    assert b"<c-" not in page.content, "a component was left undrawn"
    assert b"{%" not in page.content and b"{{" not in page.content


def test_the_living_page_is_not_there_for_strangers(lib: Library) -> None:
    assert Client().get("/design/").status_code == 404


def test_an_address_without_a_page_says_so_in_words(lib: Library) -> None:
    for client in (Client(), signed_in(lib.alice)):
        page = client.get("/nothing-here/")
        assert page.status_code == 404
        assert b"There is nothing at this address" in page.content


@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (views.bad_request, 400, b"could not be understood"),
        (views.permission_denied, 403, b"You may not do this here"),
        (views.csrf_failure, 403, b"Please send the form once more"),
    ],
)
def test_error_pages_say_what_happened(view: object, status: int, words: bytes) -> None:
    page = view(RequestFactory().get("/"))
    assert page.status_code == status
    assert words in page.content


def test_the_last_error_page_needs_no_database(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):
        page = views.server_error(RequestFactory().get("/"))
    assert page.status_code == 500
    assert b"This is our fault, not yours" in page.content


def test_a_chosen_theme_stays_with_the_person(lib: Library) -> None:
    client = signed_in(lib.alice)
    answer = client.post("/theme/", {"theme": "dark", "next": "/design/"})
    assert (answer.status_code, answer.url) == (302, "/design/")
    assert b'data-theme="dark"' in client.get("/design/").content
    lib.alice.refresh_from_db()
    assert lib.alice.theme == "dark"


def test_a_theme_nobody_offers_and_a_foreign_address_are_not_followed(lib: Library) -> None:
    client = signed_in(lib.alice)
    answer = client.post("/theme/", {"theme": "<b>", "next": "https://elsewhere.example/"})
    assert answer.url == "/"
    lib.alice.refresh_from_db()
    assert lib.alice.theme == "auto"


def test_a_stranger_keeps_the_theme_in_a_cookie(lib: Library) -> None:
    client = Client()
    client.post("/theme/", {"theme": "dark"})
    assert b'data-theme="dark"' in client.get("/nothing-here/").content
