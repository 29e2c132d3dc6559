"""Our pages in every language we offer: nothing missing, no placeholder lost, pages really spoken in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.cast import Library

ROOT = Path(settings.BASE_DIR)
LANGUAGES = sorted(folder.name for folder in (ROOT / "locale").glob("*") if folder.is_dir())
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]+\}")
# What a source tree holds besides the program.
ELSEWHERE = (".venv", "data", "tests", "node_modules", "staticfiles", "docs")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Every string of the program that is to be translated, as (context, English)."""
    if shutil.which("xgettext") is None:
        pytest.skip("xgettext reads the strings out of the program: apt-get install gettext")
    there = tmp_path_factory.mktemp("strings") / "program"
    shutil.copytree(ROOT, there, ignore=shutil.ignore_patterns(*ELSEWHERE, ".git", "locale", "static"))
    (there / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "en", "--no-location"]
    # By itself, without the settings of these tests: it reads files.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "LIBSOCIAL_"))}
    subprocess.run(command, cwd=there, check=True, capture_output=True, env=env)
    found = polib.pofile(str(there / "locale/en/LC_MESSAGES/django.po"))
    return {(entry.msgctxt or "", entry.msgid) for entry in found}


def test_english_spanish_and_french_are_offered() -> None:
    assert {"es", "fr"} <= set(LANGUAGES)
    assert {code for code, _name in settings.LANGUAGES} >= {"en", "es", "fr"}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing(language: str, wanted: set[tuple[str, str]]) -> None:
    done = {(entry.msgctxt or "", entry.msgid) for entry in catalogue(language) if entry.translated()}
    missing = sorted(wanted - done)
    assert not missing, f"{len(missing)} strings have no {language}, among them {missing[:10]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_is_kept(language: str) -> None:
    wrong = [entry.msgid for entry in catalogue(language) if entry.translated() and not _keeps(entry)]
    assert not wrong


def _keeps(entry: polib.POEntry) -> bool:
    if not entry.msgid_plural:
        return set(PLACEHOLDER.findall(entry.msgid)) == set(PLACEHOLDER.findall(entry.msgstr))
    one, many = set(PLACEHOLDER.findall(entry.msgid)), set(PLACEHOLDER.findall(entry.msgid_plural))
    forms = [set(PLACEHOLDER.findall(form)) for form in entry.msgstr_plural.values()]
    # The singular may write the number out.
    return forms[-1] == many and all(form <= (one | many) and form >= (one - many) for form in forms)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("es", "Calendario"), ("fr", "Calendrier")])
def test_pages_speak_the_language_of_the_person(client: Client, lib: Library, language: str, word: str) -> None:
    lib.sam.language = language
    lib.sam.save()
    client.force_login(lib.sam)
    page = client.get(reverse("posts:calendar")).content.decode()
    assert f'<html lang="{language}"' in page
    assert word in page


@pytest.mark.django_db
def test_a_stranger_is_spoken_to_as_the_browser_asks(client: Client, lib: Library) -> None:
    page = client.get(reverse("account_login"), headers={"accept-language": "fr-CA,fr;q=0.9"}).content.decode()
    assert '<html lang="fr"' in page
