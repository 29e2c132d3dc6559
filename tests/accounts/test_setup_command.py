"""`manage.py setup`: the first run without questions."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from libsocial.accounts.models import Unit, User
from tests.cast import Library

pytestmark = pytest.mark.django_db


@pytest.fixture
def password(data_dir: Path, tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("correct horse battery\n", encoding="utf-8")
    return path


def setup(password: Path | str, **changed: Any) -> str:
    options = {
        "library": "Town Library",
        "zone": "Europe/Madrid",
        "language": "es",
        "admin_name": "Ada",
        "admin_email": "ada@library.example",
        "password_file": str(password),
        **changed,
    }
    out = io.StringIO()
    call_command("setup", stdout=out, **options)
    return out.getvalue()


def test_it_opens_the_library(password: Path) -> None:
    assert "ada@library.example" in setup(password)
    assert Unit.objects.get().zone == "Europe/Madrid"
    assert User.objects.get().check_password("correct horse battery")


def test_the_password_may_come_from_standard_input(password: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("three words from a pipe\nand more\n"))
    setup("-")
    assert User.objects.get().check_password("three words from a pipe")


def test_a_second_time_it_refuses_and_changes_nothing(lib: Library, password: Path) -> None:
    before = User.objects.count()
    with pytest.raises(CommandError, match="set up already"):
        setup(password)
    assert "set up already" in setup(password, if_needed=True)
    assert (User.objects.count(), Unit.objects.get(parent=None).name) == (before, "Town Library")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"zone": "Europe/Nowhere"}, "--zone: This is not a time zone"),
        ({"language": "klingon"}, "--language"),
        ({"admin_email": "nobody"}, "--admin-email"),
        ({"library": "  "}, "--library"),
        ({"admin_name": ""}, "--admin-name"),
    ],
)
def test_a_wrong_option_is_named(password: Path, changed: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as raised:
        setup(password, **changed)
    assert "Nothing was changed" in str(raised.value)
    assert not User.objects.exists()


@pytest.mark.parametrize("content", [b"short\n", b"password1234\n", b"", b"\xff\xfe\x00"])
def test_a_weak_or_empty_or_binary_password_file_is_refused(password: Path, content: bytes) -> None:
    password.write_bytes(content)
    with pytest.raises(CommandError, match="--password-file"):
        setup(password)
    assert not User.objects.exists()


def test_an_unreadable_file_is_named(password: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.txt cannot be read"):
        setup(tmp_path / "missing.txt")
    with pytest.raises(CommandError, match="cannot be read"):
        setup(tmp_path)
