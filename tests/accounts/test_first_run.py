"""The first visitor: the code, the lock on everything else, one library whatever happens."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from django.utils.translation import gettext

from libsocial.accounts import firstrun, policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Membership, Unit, User
from libsocial.accounts.services import house
from libsocial.audit.models import Entry
from tests.cast import Library

pytestmark = pytest.mark.django_db

ANSWERS = {
    "library": "Town Library",
    "zone": "Europe/Madrid",
    "language": "es",
    "name": "Ada Administrator",
    "email": "Ada@Library.example",
    "password": "correct horse battery",
}
DOOR = "/first-run/"
OPEN = ("/health/", "/static/", "/app/")


def addresses() -> list[str]:
    """Every address of the product, with something plausible for its parameters."""
    found: list[str] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for entry in patterns:
            route = prefix + str(entry.pattern).lstrip("^").rstrip("$").rstrip("\\Z")
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, route)
            elif isinstance(entry, URLPattern):
                found.append("/" + _filled(route))

    walk(get_resolver().url_patterns, "")
    return sorted(set(found))


def _filled(route: str) -> str:
    import re

    route = re.sub(r"\(\?P<[^>]+>[^)]*\)", "1", route)
    return re.sub(r"<[^>]+>", "1", route)


def test_before_the_first_run_every_address_leads_to_it(client: Client, data_dir: Path) -> None:
    reached = [
        path
        for path in addresses()
        if path != DOOR
        and not path.startswith(("/health/", "/static/", "/app/"))
        and client.get(path)["Location"] != DOOR
    ]
    assert len(addresses()) > 60
    assert reached == []


def test_before_the_first_run_posting_elsewhere_changes_nothing(client: Client, data_dir: Path) -> None:
    for path in ("/account/signup/", "/account/login/", "/settings/library/"):
        assert client.post(path, ANSWERS)["Location"] == DOOR
    assert not User.objects.exists()


def test_the_static_files_and_the_health_page_stay_reachable(client: Client, data_dir: Path) -> None:
    assert client.get("/health/live").status_code == 200
    assert "Location" not in client.get("/static/css/base.css").headers


def test_the_first_visitor_opens_the_library_and_is_signed_in(client: Client, code: str) -> None:
    answer = client.post(DOOR, {**ANSWERS, "code": code.upper().replace("-", " ")})
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == "/"
    root, ada = Unit.objects.get(), User.objects.get()
    assert (root.name, root.zone, root.language, root.path) == ("Town Library", "Europe/Madrid", "es", f"/{root.pk}/")
    spoken = "es" if "es" in dict(settings.LANGUAGES) else ""  # pages follow only where a catalogue exists
    assert (ada.email, ada.language, ada.is_superuser) == ("ada@library.example", spoken, False)
    assert policies.can(ada, "settings.manage", root)
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert Entry.objects.filter(action="library.opened", actor=ada).exists()
    assert ada.emailaddress_set.get().verified


def test_the_first_visitor_lands_on_the_first_steps(client: Client, code: str) -> None:
    page = client.post(DOOR, {**ANSWERS, "code": code}, follow=True).content.decode()
    with translation.override(ANSWERS["language"]):  # the pages speak as the library does
        steps = [gettext(name) for name in ("Practice channel ready", "Invite a colleague", "Connect a channel")]
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    for url in ("/people/invite/", "/channels/connect/", "/posts/new/"):
        assert f'href="{url}"' in page


def test_what_other_apps_add_is_made_with_the_library(client: Client, code: str, monkeypatch: Any) -> None:
    made: list[str] = []
    monkeypatch.setattr(firstrun, "followers", [lambda root, person: made.append(f"{root} for {person}")])
    client.post(DOOR, {**ANSWERS, "code": code})
    assert made == ["Town Library for Ada Administrator"]


def test_when_something_fails_nothing_at_all_was_made(data_dir: Path, monkeypatch: Any) -> None:
    def broken(root: Unit, person: User) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(firstrun, "followers", [broken])
    with pytest.raises(RuntimeError):
        house.open_library(**ANSWERS)
    assert firstrun.is_needed()
    assert not Unit.objects.exists()
    assert not User.objects.exists()


def test_a_wrong_code_changes_nothing_and_keeps_what_was_typed(client: Client, code: str) -> None:
    answer = client.post(DOOR, {**ANSWERS, "code": "abcd-efgh-jkmn"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not the code" in page
    assert 'value="Town Library"' in page
    assert "correct horse battery" not in page
    assert not User.objects.exists()


@pytest.mark.parametrize("typed", ["", " ", "x", "🙂" * 10, "a" * 10_000, "-", "\x00"])
def test_nonsense_is_not_the_code(client: Client, code: str, typed: str) -> None:
    assert client.post(DOOR, {**ANSWERS, "code": typed}).status_code == 422
    assert not User.objects.exists()


def test_after_ten_wrong_codes_even_the_right_one_waits(client: Client, code: str) -> None:
    for _try in range(firstrun.TRIES):
        client.post(DOOR, {**ANSWERS, "code": "wrong"})
    answer = client.post(DOOR, {**ANSWERS, "code": code})
    assert "Too many wrong codes" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("zone", "Mars/Olympus", "This is not a time zone"),
        ("zone", "../../etc/passwd", "This is not a time zone"),
        ("language", "tlh", "Select a valid choice"),
        ("email", "not an address", "valid email"),
        ("password", "short", "too short"),
        ("password", "password1234", "too common"),
        ("password", "ada@library.example", "too similar"),
        ("name", "", "required"),
        ("library", "", "required"),
        ("library", "x" * 121, "at most 120"),
        ("library", "a\x00b", "Null characters"),
    ],
)
def test_a_wrong_answer_is_named_beside_its_field(
    client: Client, code: str, field: str, value: str, sentence: str
) -> None:
    answer = client.post(DOOR, {**ANSWERS, "code": code, field: value})
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])
    assert not User.objects.exists()


def test_a_zone_is_understood_however_it_is_written(client: Client, code: str) -> None:
    client.post(DOOR, {**ANSWERS, "code": code, "zone": "america/new york"})
    assert Unit.objects.get().zone == "America/New_York"


def test_afterwards_the_page_is_over_and_the_code_is_gone(client: Client, code: str, data_dir: Path) -> None:
    client.post(DOOR, {**ANSWERS, "code": code})
    assert not (data_dir / "keys" / "first-run.code").exists()
    stranger = Client()
    assert stranger.get(DOOR)["Location"] == "/"
    assert stranger.post(DOOR, {**ANSWERS, "code": code, "email": "mallory@example.org"})["Location"] == "/"
    assert User.objects.count() == 1


def test_a_second_opening_is_refused_in_words(lib: Library, data_dir: Path) -> None:
    with pytest.raises(Refused, match="set up already"):
        house.open_library(**ANSWERS)
    assert Unit.objects.filter(parent=None).count() == 1


def test_a_library_whose_administrators_are_gone_can_be_taken_over_with_the_code(lib: Library, code: str) -> None:
    Membership.objects.filter(role="admin").delete()
    client = Client()
    assert client.get("/people/")["Location"] == DOOR
    assert client.post(DOOR, {**ANSWERS, "code": code, "email": "new@library.example"}).status_code == 302
    assert Unit.objects.filter(parent=None).count() == 1
    assert policies.can(User.objects.get(email="new@library.example"), "people.manage", lib.north)


def test_the_code_is_the_same_for_every_process_and_readable_by_its_owner_only(data_dir: Path) -> None:
    codes: list[str] = []
    threads = [threading.Thread(target=lambda: codes.append(firstrun.current_code())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    path = data_dir / "keys" / "first-run.code"
    assert len(set(codes)) == 1
    assert len(codes[0].replace("-", "")) == 12
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["first-run.code"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.bothdbs
def test_two_first_visitors_at_once_open_one_library(data_dir: Path) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def visit(number: int) -> None:
        start.wait()
        try:
            house.open_library(**{**ANSWERS, "email": f"ada{number}@library.example"})
            outcomes.append("opened")
        except Refused as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted(["opened", str(firstrun.ALREADY_OPEN)])
    assert (Unit.objects.count(), User.objects.count()) == (1, 1)
