"""The emergency closure: three clicks from the form to the first post that is out, and who may do it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from channels_app.models import PracticePost
from channels_app.practice.services import ensure_practice
from libsocial.accounts.models import Unit
from libsocial.hours import selectors as hours
from libsocial.hours.models import Closure
from libsocial.notices.models import Notice
from posts import emergency
from posts.models import Post
from scheduler import engine
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, approved, simple


def first_form(answer: Any) -> dict[str, Any]:
    """What the open form sends when only the reason is chosen: everything else is filled in."""
    form = answer.context["form"]
    said = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    return said | {"units": [unit.pk for unit in said["units"]], "until": said["until"].strftime("%Y-%m-%dT%H:%M")}


def second_form(answer: Any, sent: dict[str, Any]) -> dict[str, Any]:
    words = answer.context["words"]
    return sent | dict(words.initial) | {
        "channel": [channel.pk for channel, chosen in answer.context["channels"] if chosen],
        **{f"on-{one.key}": "hold" if "hold" in one.choices else "keep" for one in answer.context["touched"]},
        "do": "close",
    }  # fmt: skip


def allow(unit: Unit, **rules: bool) -> None:
    Unit.objects.filter(pk=unit.pk).update(**rules)


def closed_by(person: Any, **more: Any) -> Any:
    where = reverse("posts:close_now")
    sent = first_form(person.get(where)) | {"why": "power", "do": "words"} | more
    answer = person.post(where, sent)
    return person.post(where, second_form(answer, sent))


@pytest.mark.parametrize("rule", ["break_glass", "own_approval"])
def test_three_clicks_from_the_form_to_the_first_receipt(
    lib: Library, clock: time_machine.Traveller, rule: str
) -> None:
    practice = ensure_practice(lib.north, by=lib.ada)
    allow(lib.north, **{rule: True})
    planned = approved(lib.alice, lib.ada, lib.north, simple(practice, at="2026-11-24T16:00", text="Story time"))
    assert closed_by(signed_in(lib.sam)).status_code == 302
    for pk, _due in engine.dispatch():
        engine.deliver(pk)
    assert PracticePost.objects.count() == 1
    closure = Closure.objects.get()
    assert (closure.unit, closure.source, closure.state) == (lib.north, "emergency", "in_force")
    assert not hours.calendar_of(lib.north).is_open(timezone.now())
    assert {row.reference.split(":")[1]: row.state for row in Delivery.objects.all()}[str(planned.pk)] == "held"
    assert again(planned).state == "approved"
    later = Post.objects.exclude(state="approved").get()
    assert (later.state, later.current.at) == ("draft", "2026-11-25T09:00")


def test_without_such_a_rule_it_waits_for_a_second_person_who_is_told(
    lib: Library, clock: time_machine.Traveller
) -> None:
    ensure_practice(lib.north, by=lib.ada)
    answer = closed_by(signed_in(lib.sam))
    assert Closure.objects.filter(state="in_force").exists()
    notice = Post.objects.get(state="in_review")
    assert Notice.objects.filter(message="post.submitted", recipient=lib.ada).exists()
    assert not Delivery.objects.exists()
    shown = signed_in(lib.sam).get(answer.headers["Location"]).content.decode()
    assert "Waits for a second person" in shown
    assert notice.title in shown


def test_a_branch_below_a_chosen_one_is_not_closed_twice(lib: Library, clock: time_machine.Traveller) -> None:
    closed_by(signed_in(lib.ada), units=[lib.root.pk, lib.north.pk])
    assert [row.unit for row in Closure.objects.all()] == [lib.root]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"why": ""}, "This field is required"),
        ({"why": "other"}, "Say in a few words why you close"),
        ({"until": "2026-11-24T08:00"}, "This moment has passed"),
        ({"units": []}, "This field is required"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_closed(
    lib: Library, clock: time_machine.Traveller, fields: dict[str, Any], said: str
) -> None:
    person, where = signed_in(lib.sam), reverse("posts:close_now")
    answer = person.post(where, first_form(person.get(where)) | {"why": "power", "do": "words"} | fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Closure.objects.exists()


def test_an_editor_may_not(lib: Library) -> None:
    assert signed_in(lib.erin).get(reverse("posts:close_now")).status_code == 403
    assert signed_in(lib.erin).post(reverse("posts:close_now"), {}).status_code == 403


def test_another_unit_s_closing_is_refused(lib: Library, clock: time_machine.Traveller) -> None:
    person, where = signed_in(lib.olga), reverse("posts:close_now")
    sent = first_form(person.get(where)) | {"why": "power", "units": [lib.north.pk]}
    assert person.post(where, sent).status_code == 422
    assert not Closure.objects.exists()


def test_each_wording_says_no_more_than_was_chosen() -> None:
    words = emergency.write(
        names=["North Branch"], reason="power", until=datetime(2026, 11, 25, 10), language="en", due="extended"
    )
    assert words.short.startswith("North Branch: closed until")
    assert "a power cut" in words.short
    assert words.medium == f"{words.short}\n\n{emergency.DUE['extended']}"
    assert words.long.startswith(words.medium)
    assert "vents" not in words.long
