"""What every template keeps to, read from the files: no inline script or style, names that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from channels_app.states import MACHINE as CHANNEL
from libsocial.shell import looks
from libsocial.shell.context import Shell
from libsocial.templatetags import ui
from posts.workflow import MACHINE as POST
from scheduler.states import MACHINE as DELIVERY

BASE = Path(settings.BASE_DIR)
TEMPLATES = sorted((BASE / "templates").rglob("*.html"))
STYLES = sorted((BASE / "static" / "css").glob("*.css"))
SCRIPTS = sorted((BASE / "static" / "js").glob("*.js"))
WITH_ICONS = "button|menu|menu-item|tab|segment|badge|empty|split-button|timeline-item"
INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "style element": re.compile(r"<style[\s>]", re.I),
    # A block of JSON is data, which no policy stops and no browser runs.
    "inline script": re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>", re.I),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "htmx that evaluates": re.compile(r"\bhx-on[:\-]|=\s*[\"']js:", re.I),
    "address of another host": re.compile(r"(?:src|href)=[\"']https?://", re.I),
}


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(BASE)) for path in paths]


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_a_template_obeys_the_content_security_policy(path: Path) -> None:
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.S)
    for what, pattern in INLINE.items():
        found = pattern.search(text)
        assert not found or "/mail/" in str(path), f"{what}: {found and found.group(0)}"


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_a_template_compiles_and_its_icons_exist(path: Path) -> None:
    get_template(str(path.relative_to(BASE / "templates")))
    text = path.read_text(encoding="utf-8")
    quoted = re.findall(r"{% icon \"([a-z0-9-]+)\"", text)
    attributes = re.findall(rf"<c-(?:{WITH_ICONS})\b[^>]*?\sicon(?:_end)?=\"([a-z0-9-]+)\"", text)
    for name in quoted + attributes:
        assert ui.icon(name)


@pytest.mark.parametrize("path", STYLES, ids=names(STYLES))
def test_a_style_sheet_uses_known_tokens_inside_a_layer(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    everywhere = "".join(sheet.read_text(encoding="utf-8") for sheet in STYLES)
    made = set(re.findall(r"(--[a-z0-9-]+)\s*:", everywhere))
    unknown = {name for name in re.findall(r"var\((--[a-z0-9-]+)", text) if name not in made}
    assert not unknown
    assert "@layer" in text
    physical = re.findall(r"\b(?:margin|padding|border)-(?:left|right|top|bottom)\b|(?<![-\w])(?:left|right)\s*:", text)
    assert not physical, f"not safe from right to left: {physical}"


@pytest.mark.parametrize("path", SCRIPTS, ids=names(SCRIPTS))
def test_a_script_evaluates_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function\(|document\.write|setTimeout\([\"'`]", text)
    assert not re.search(r"(?:import|fetch|from)\W{0,3}https?:", text), "scripts speak to our own server only"


@pytest.mark.parametrize("machine", [POST, DELIVERY, CHANNEL], ids=["post", "delivery", "channel"])
def test_every_state_has_an_icon_a_tone_and_a_word(machine: object) -> None:
    for state in machine.states:
        assert state in looks.STATES, f"{state} would be shown in grey without a word of its own"
        assert ui.icon(looks.STATES[state].icon)


def test_words_and_icons_of_states_differ_within_a_machine() -> None:
    for table in (looks.EDITORIAL, looks.WIRE):
        assert len({str(look.label) for look in table.values()}) == len(table)
        assert len({look.icon for look in table.values()}) == len(table)


def test_a_value_cannot_break_out_of_an_attribute() -> None:
    drawn = ui.attributes({"data-x": '"><b onclick="x', "hidden": True, "value": False})
    assert drawn == 'data-x="&quot;&gt;&lt;b onclick=&quot;x" hidden'


@pytest.mark.parametrize(("name", "letters"), [("Ada Lovelace", "AL"), ("@town", "T"), ("", "?"), ("李", "李")])
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_the_query_of_an_address_keeps_what_was_chosen(rf: object) -> None:
    context = {"request": rf.get("/posts/?state=draft&page=3&q=a+b")}
    assert ui.query(context, page=4) == "?state=draft&page=4&q=a+b"
    assert ui.query(context, page=None, state="") == "?q=a+b"


def test_direction_follows_the_language(rf: object) -> None:
    from django.utils import translation

    with translation.override("ar"):
        assert Shell(rf.get("/")).direction == "rtl"
    with translation.override("fr"):
        assert Shell(rf.get("/")).direction == "ltr"
