"""A form sent twice is done once, and the second gets the answer of the first."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from libsocial.core import once
from libsocial.links.models import Link
from tests.cast import Library


@pytest.fixture
def alice(lib: Library) -> Client:
    """A browser that keeps its cookies and proves which page a form was on."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(lib.alice)
    return client


def form_of(client: Client, **more: Any) -> dict[str, Any]:
    token = client.get(reverse("links:new")).context["csrf_token"]
    return {"csrfmiddlewaretoken": str(token), "target": "https://library.example/a", "title": "A", **more}


def sent(client: Client, form: dict[str, Any], **headers: str) -> Any:
    return client.post(reverse("links:new"), form, headers=headers)


@pytest.mark.django_db
def test_the_second_press_gets_the_answer_of_the_first(alice: Client, lib: Library) -> None:
    form = form_of(alice, unit=lib.north.pk)
    first, second = sent(alice, form), sent(alice, form)
    assert Link.objects.count() == 1
    assert (
        (second.status_code, second["Location"]) == (first.status_code, first["Location"]) == (302, second["Location"])
    )
    assert "messages" in second.cookies or "messages" in alice.cookies


@pytest.mark.django_db
def test_another_page_or_other_words_are_another_form(alice: Client, lib: Library) -> None:
    form = form_of(alice, unit=lib.north.pk)
    sent(alice, form)
    sent(alice, form | {"title": "B", "target": "https://library.example/b"})
    sent(alice, form_of(alice, unit=lib.north.pk))
    assert Link.objects.count() == 3


@pytest.mark.django_db
def test_later_it_is_meant(alice: Client, lib: Library) -> None:
    form = form_of(alice, unit=lib.north.pk)
    sent(alice, form)
    cache.clear()
    sent(alice, form)
    assert Link.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_form_is_judged_again(alice: Client, lib: Library) -> None:
    form = form_of(alice, unit=lib.north.pk, target="nonsense")
    assert [sent(alice, form).status_code for _press in range(2)] == [422, 422]


@pytest.mark.django_db
def test_what_a_script_asks_for_is_left_to_it(alice: Client, lib: Library) -> None:
    form = form_of(alice, unit=lib.north.pk)
    for _press in range(2):
        sent(alice, form, x_requested_with="fetch")
    assert Link.objects.count() == 2


@pytest.mark.django_db
def test_the_answer_is_for_the_same_browser_only(alice: Client, lib: Library) -> None:
    form = form_of(alice, unit=lib.north.pk)
    sent(alice, form)
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies["csrftoken"] = alice.cookies["csrftoken"].value
    assert reverse("account_login") in sent(stranger, form)["Location"]


@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_time_make_one(alice: Client, lib: Library) -> None:
    form = form_of(alice, unit=lib.north.pk)
    answers: list[Any] = []

    def press() -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.cookies.update(alice.cookies)
        answers.append(sent(browser, form)["Location"])

    presses = [threading.Thread(target=press) for _press in range(4)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert Link.objects.count() == 1
    assert len(set(answers)) == 1 and len(answers) == 4


@pytest.mark.django_db
def test_who_waits_in_vain_is_told_so(alice: Client, lib: Library, monkeypatch: Any) -> None:
    form = form_of(alice, unit=lib.north.pk)
    sent(alice, form)
    monkeypatch.setattr(once, "PATIENCE", 0.0)
    answer = sent(alice, form)
    assert (answer.status_code, Link.objects.count()) == (409, 1)
    assert "still being done" in answer.content.decode()
