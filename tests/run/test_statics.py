"""What a browser needs is made once, and again only when its source changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polib
import pytest
from django.utils.translation import gettext, override
from fontTools.ttLib import TTFont

from libsocial import statics, typeface
from libsocial.datafolder import CannotStart


@pytest.fixture
def sources(settings: Any, tmp_path: Path) -> Path:
    """A small tree of our own sources, collected with hashed names as in life."""
    folder = tmp_path / "static"
    (folder / "css").mkdir(parents=True)
    (folder / statics.FONT).parent.mkdir(parents=True)
    (folder / statics.FONT).write_bytes(b"a typeface")
    (folder / "css" / "base.css").write_text("body { color: black }")
    settings.STATICFILES_DIRS = [folder]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    return folder


def test_files_are_collected_once_and_again_when_one_changed(sources: Path, settings: Any) -> None:
    assert statics.collect() is True
    assert statics.collect() is False
    (sources / "css" / "base.css").write_text("body { color: darkslateblue }")
    assert statics.collect() is True
    assert len(list((settings.STATIC_ROOT / "css").glob("base.*.css"))) == 1, "the old version is gone"


def test_the_typeface_has_the_scripts_and_weights_we_promise(tmp_path: Path) -> None:
    target = tmp_path / "built" / "inter.woff2"
    typeface.build(target)
    font = TTFont(target)
    letters = font.getBestCmap()
    for letter in "Aéßşğ ế Ω я € → …":
        assert ord(letter) in letters, letter
    axes = {axis.axisTag: (axis.minValue, axis.maxValue) for axis in font["fvar"].axes}
    assert axes == {"wght": (400, 700), "opsz": (14, 32)}
    assert target.stat().st_size < 110_000
    assert [path.name for path in target.parent.iterdir()] == ["inter.woff2"]


def test_a_typeface_that_is_there_is_not_made_again(sources: Path) -> None:
    assert statics.start_font() is None


def test_static_files_that_cannot_be_written_are_a_sentence(sources: Path, settings: Any) -> None:
    settings.STATIC_ROOT = "/dev/null/static"
    with pytest.raises(CannotStart, match=r"python3 manage\.py build"):
        statics.prepare()


def test_translations_are_compiled_when_newer_and_plurals_work(settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    catalogue.append(polib.POEntry(msgid="A sentence only this test has", msgstr="Una frase"))
    catalogue.save(str(folder / "django.po"))
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    assert statics.compile_messages() == 1
    assert statics.compile_messages() == 0
    later = (folder / "django.mo").stat().st_mtime + 5
    os.utime(folder / "django.po", (later, later))
    assert statics.compile_messages() == 1
    from django.utils.translation import trans_real

    trans_real._translations.pop("es", None)
    with override("es"):
        assert gettext("A sentence only this test has") == "Una frase"
    trans_real._translations.pop("es", None)
