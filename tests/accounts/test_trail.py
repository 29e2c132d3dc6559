"""The trail: every act has a sentence, everybody reads what they may, and a spreadsheet calculates nothing."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import string
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from libsocial.accounts.models import Unit, User
from libsocial.accounts.services import people, units
from libsocial.audit import selectors, services
from libsocial.audit.models import Entry
from libsocial.audit.sentences import SENTENCES
from libsocial.core import sheets
from tests.cast import Library, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]


def recorded_actions() -> dict[str, str]:
    """Every literal first argument of a call named record or _record or _note, and where it stands."""
    found = {}
    for top in ("libsocial", "channels_app", "scheduler", "posts", "analytics"):
        for path in (Path(settings.BASE_DIR) / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _is_record(node):
                    for literal in _literals([*node.args, *(word.value for word in node.keywords)]):
                        if (
                            "." in literal
                            and " " not in literal
                            and literal.replace(".", "").replace("_", "").isalpha()
                        ):
                            found[literal] = f"{path.name}:{node.lineno}"
    return found


def _is_record(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"record", "_record", "_note"}


def _literals(arguments: list[ast.expr]) -> list[str]:
    return [part.value for part in arguments if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def test_every_act_that_is_recorded_anywhere_has_a_sentence() -> None:
    actions = recorded_actions()
    assert len(actions) > 20
    assert {action: where for action, where in actions.items() if action not in SENTENCES} == {}


def test_an_action_without_a_sentence_cannot_be_recorded(lib: Library) -> None:
    with pytest.raises(KeyError):
        services.record("post.eaten", by=lib.ada, on=lib.north)


@pytest.mark.parametrize("action", sorted(SENTENCES))
def test_a_sentence_reads_well_even_when_its_data_is_gone(action: str) -> None:
    text = selectors.sentence(Entry(action=action, actor_name="Ada", data={}))
    assert "{" not in text
    assert list(string.Formatter().parse(str(SENTENCES[action])))


def test_an_entry_is_never_changed_or_deleted(lib: Library) -> None:
    entry = services.record("unit.archived", by=lib.ada, on=lib.north, unit=lib.north, data={"name": "North"})
    for act in (entry.save, entry.delete):
        with pytest.raises(ValueError, match="never"):
            act()


def test_a_name_stays_as_it_was_then(lib: Library) -> None:
    units.change(by=lib.ada, unit=lib.north, name="Upper Branch")
    people.change_profile(person=lib.ada, name="Ada Renamed")
    entry = Entry.objects.get(action="unit.changed")
    assert selectors.sentence(entry) == "Ada Administrator changed the unit Upper Branch."
    assert selectors.line(entry).changes == [("name", "North Branch", "Upper Branch")]


@pytest.fixture
def story(lib: Library) -> Library:
    units.change(by=lib.ada, unit=lib.north, approvals_needed=2)
    units.change(by=lib.ada, unit=lib.south, approvals_needed=3)
    units.change(by=lib.ada, unit=lib.root, name="City Library")
    return lib


def test_what_belongs_to_no_unit_is_read_by_those_of_the_whole_library(lib: Library) -> None:
    services.record("unit.archived", by=None, on=lib.north, data={"name": "Somewhere"})
    assert "LibSocial archived the unit Somewhere" in read(lib.audit)
    assert "Somewhere" not in read(lib.sam)


def read(reader: User, **asked: Any) -> str:
    return signed_in(reader).get(reverse("audit:list"), asked).content.decode()


def test_everybody_reads_the_trail_of_their_own_units(story: Library) -> None:
    sams, olgas, auditors = read(story.sam), read(story.olga), read(story.audit)
    assert "rules of North" in sams
    assert "rules of South" not in sams
    assert "City Library" not in sams.split("<main")[1]
    assert "rules of South" in olgas
    assert "rules of North" not in olgas
    assert "rules of North" in auditors
    assert "rules of South" in auditors


def test_the_trail_is_narrowed_by_person_act_day_and_subject(story: Library) -> None:
    Entry.objects.filter(action="unit.changed").update(at=datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    main = lambda **asked: read(story.ada, **asked).split("<main")[1]  # noqa: E731
    assert "changed the unit City" not in main(action="unit.policy_changed")
    assert "Nothing found" in main(person=story.audit.pk)
    assert "changed the unit City" in main(since="2026-03-28", until="2026-03-28")
    assert "changed the unit City" not in main(since="2026-03-29")
    assert "rules of North" in main(subject=f"accounts.unit {story.north.pk}")
    assert "rules of South" not in main(subject=f"accounts.unit {story.north.pk}")


@pytest.mark.parametrize(
    "asked",
    [
        {"person": "x"},
        {"person": "999999"},
        {"since": "31/31/2026"},
        {"action": "a.b"},
        {"page": "x"},
        {"subject": "z"},
    ],
)
def test_a_question_that_makes_no_sense_is_no_error(story: Library, asked: dict[str, str]) -> None:
    assert signed_in(story.ada).get(reverse("audit:list"), asked).status_code == 200


def test_another_branchs_person_cannot_be_asked_for(story: Library) -> None:
    assert f'value="{story.olga.pk}"' not in read(story.sam)


def test_the_download_holds_the_same_rows_and_no_formula(story: Library) -> None:
    User.objects.filter(pk=story.ada.pk).update(name='=HYPERLINK("http://evil.example";"x")')
    units.change(by=User.objects.get(pk=story.ada.pk), unit=story.north, name="@SUM(1+1)*cmd|' /C calc'!A0")
    answer = signed_in(story.sam).get(reverse("audit:export"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert answer["Content-Disposition"].endswith('"audit.csv"')
    assert len(rows) == 1 + Entry.objects.filter(unit=story.north).count()
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@x", "\t=1", "\r=1", " =1", "\n=1"])
def test_a_cell_that_looks_like_a_formula_is_text(text: str) -> None:
    assert sheets.cell(text) == f"'{text}"


def test_plain_cells_stay_as_they_are() -> None:
    assert [sheets.cell(value) for value in ("North", "a=b", "", None, 5, -3, 2.5)] == [
        "North", "a=b", "", "", "5", "-3", "2.5",
    ]  # fmt: skip


def test_the_story_of_a_unit_stands_on_its_page(story: Library) -> None:
    page = signed_in(story.ada).get(reverse("accounts:unit", args=[story.north.pk])).content.decode()
    assert "changed the rules of North Branch" in page
    assert "changed the rules of South Branch" not in page
    assert Unit.objects.filter(pk=story.north.pk).exists()


# --- searching and handing over -------------------------------------------------


def found_by(lib: Library, **asked: object) -> str:
    return signed_in(lib.ada).get(reverse("audit:list"), asked).content.decode()


def test_words_find_what_was_noted_in_any_script_and_who_did_it(lib: Library) -> None:
    people.change_profile(person=lib.alice, name="Alíce Çelik")
    services.record("unit.archived", by=lib.ada, on=lib.north, unit=lib.north, data={"name": "Ärchivstraße Ω"})
    services.record("unit.archived", by=lib.sam, on=lib.south, unit=lib.south, data={"name": "South"})
    assert "Ärchivstraße Ω" in found_by(lib, q="Ärchivstraße")
    assert "Ärchivstraße Ω" in found_by(lib, q="Ω archived")
    by_sam = found_by(lib, q="Sam Supervisor")
    assert "archived the unit South" in by_sam
    assert "Ärchivstraße" not in by_sam
    assert "Nothing found" in found_by(lib, q="Zanzibar")


def test_the_trail_of_one_unit(lib: Library) -> None:
    services.record("unit.archived", by=lib.ada, on=lib.north, unit=lib.north, data={"name": "only north"})
    services.record("unit.archived", by=lib.ada, on=lib.south, unit=lib.south, data={"name": "only south"})
    page = found_by(lib, unit=lib.south.pk)
    assert "only south" in page
    assert "only north" not in page


def test_an_archive_proves_what_is_in_it(lib: Library) -> None:
    services.record("unit.archived", by=lib.ada, on=lib.north, unit=lib.north, data={"name": "=HYPERLINK()"})
    answer = signed_in(lib.audit).get(reverse("audit:export"), {"format": "zip"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        manifest = dict(reversed(line.split("  ")) for line in packed.read("manifest-sha256.txt").decode().splitlines())
        assert set(manifest) == {"trail.csv", "trail.json"}
        for name, digest in manifest.items():
            assert hashlib.sha256(packed.read(name)).hexdigest() == digest
        entries = json.loads(packed.read("trail.json"))
    assert entries[0]["data"] == {"name": "=HYPERLINK()"}
    assert len(entries) == Entry.objects.count()


def test_the_json_is_what_the_page_shows(lib: Library) -> None:
    services.record("unit.archived", by=lib.ada, on=lib.north, unit=lib.north, data={"name": "North"})
    asked = {"format": "json", "action": "unit.archived"}
    answer = signed_in(lib.ada).get(reverse("audit:export"), asked)
    entries = json.loads(b"".join(answer.streaming_content))
    assert [entry["action"] for entry in entries] == ["unit.archived"]
