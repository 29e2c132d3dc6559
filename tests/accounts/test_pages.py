"""Every page of this area as everybody: who sees it, who is turned away, and that nothing of a colleague leaks."""

from __future__ import annotations

import pytest
from django.urls import reverse

from libsocial.accounts.models import User
from tests.cast import Library, signed_in

# (url name, args, who may see it); everybody else of the cast meets 403 or 404, strangers the sign-in page.
PAGES = [
    ("accounts:people", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
    ("accounts:units", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
    ("accounts:invite", (), {"ada"}),
    ("accounts:settings", (), {"ada"}),
    ("accounts:unit_new", (), {"ada"}),
    ("accounts:profile", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
    ("notices:list", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
    ("notices:bell", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
    ("audit:list", (), {"sam", "ada", "olga", "audit"}),
    ("audit:export", (), {"sam", "ada", "olga", "audit"}),
    ("mfa_index", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
    ("usersessions_list", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
    ("account_email", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
    ("account_logout", (), {"alice", "sam", "ada", "erin", "olga", "audit"}),
]
CAST = ("alice", "sam", "ada", "erin", "olga", "audit")


@pytest.mark.parametrize(("name", "args", "allowed"), PAGES, ids=[page[0] for page in PAGES])
def test_each_page_opens_for_those_who_may_and_for_nobody_else(
    lib: Library, name: str, args: tuple[int, ...], allowed: set[str]
) -> None:
    for who in CAST:
        status = signed_in(getattr(lib, who)).get(reverse(name, args=args)).status_code
        if who not in allowed:
            assert status in (403, 404), f"{who} at {name}: {status}"
        else:
            assert status == 200, f"{who} at {name}: {status}"


@pytest.mark.parametrize("name", [page[0] for page in PAGES if page[0] != "account_logout"])
def test_a_stranger_is_asked_to_sign_in(lib: Library, client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_colleague_of_another_branch_is_not_there(lib: Library) -> None:
    for colleague in (lib.alice, lib.sam):
        url = reverse("accounts:person", args=[colleague.pk])
        assert signed_in(lib.olga).get(url).status_code == 404
        assert signed_in(lib.erin).get(url).status_code == 200
    assert "Alice" not in signed_in(lib.olga).get(reverse("accounts:people")).content.decode()


def test_another_branch_is_not_there(lib: Library) -> None:
    assert signed_in(lib.olga).get(reverse("accounts:unit", args=[lib.north.pk])).status_code == 404
    assert signed_in(lib.sam).get(reverse("accounts:unit", args=[lib.north.pk])).status_code == 403


def test_the_people_page_is_narrowed_by_name_role_and_account(lib: Library) -> None:
    User.objects.filter(pk=lib.erin.pk).update(is_active=False)
    page = signed_in(lib.ada)

    def shown(**asked: str) -> str:
        return page.get(reverse("accounts:people"), asked).content.decode()

    assert "Sam Supervisor" in shown(role="supervisor")
    assert "Alice Author" not in shown(role="supervisor")
    assert "Alice Author" in shown(q="alice@")
    assert "Erin Editor" not in shown()
    assert "Erin Editor" in shown(gone="1")
    assert "Nobody fits" in shown(q="no such name")


def test_a_role_in_a_unit_one_may_not_see_is_not_told(lib: Library) -> None:
    from libsocial.accounts.models import Membership

    Membership.objects.create(user=lib.alice, unit=lib.south, role="admin")
    seen_from_north = signed_in(lib.sam).get(reverse("accounts:person", args=[lib.alice.pk])).content.decode()
    assert "South Branch" not in seen_from_north
    assert "Alice" not in signed_in(lib.sam).get(reverse("accounts:people"), {"role": "admin"}).content.decode()


def test_switching_the_unit_narrows_the_pages_and_refuses_foreign_units_and_addresses(lib: Library) -> None:
    browser = signed_in(lib.ada)
    switch = reverse("accounts:switch_unit")
    answer = browser.post(switch, {"unit": lib.south.pk, "next": reverse("accounts:people")})
    assert answer["Location"] == reverse("accounts:people")
    page = browser.get(reverse("accounts:people")).content.decode()
    assert "Olga Outsider" in page
    assert "Alice Author" not in page
    assert browser.post(switch, {"unit": "", "next": "https://evil.example/"})["Location"] == "/"
    assert browser.post(switch, {"unit": "", "next": "//evil.example/x"})["Location"] == "/"

    other = signed_in(lib.olga)
    other.post(switch, {"unit": lib.north.pk})
    assert other.get(reverse("accounts:people")).wsgi_request.unit is None


def test_somebody_without_a_role_reads_why_there_is_nothing(lib: Library) -> None:
    newcomer = User.objects.create_person("new@library.example", "correct horse battery", name="New Comer")
    browser = signed_in(newcomer)
    answer = browser.get("/design/")
    assert answer.status_code == 403
    assert "You have no role yet" in answer.content.decode()
    assert browser.get(reverse("accounts:profile")).status_code == 200
    # The library's administrators see the newcomer; a branch does not.
    assert signed_in(lib.ada).get(reverse("accounts:person", args=[newcomer.pk])).status_code == 200
    assert signed_in(lib.sam).get(reverse("accounts:person", args=[newcomer.pk])).status_code == 404


def test_a_deactivated_person_is_signed_out_at_once(lib: Library) -> None:
    browser = signed_in(lib.alice)
    assert browser.get(reverse("accounts:profile")).status_code == 200
    User.objects.filter(pk=lib.alice.pk).update(is_active=False)
    assert browser.get(reverse("accounts:profile")).status_code == 302


def test_pages_ask_the_database_few_questions(lib: Library, django_assert_max_num_queries) -> None:
    browser = signed_in(lib.ada)
    for name in ("accounts:people", "accounts:units", "accounts:settings", "notices:list", "audit:list"):
        browser.get(reverse(name))
        with django_assert_max_num_queries(15):
            browser.get(reverse(name))
