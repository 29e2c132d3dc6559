"""Keys and the data folder: whole, private, and one process at a time."""

from __future__ import annotations

import errno
import multiprocessing
from pathlib import Path

import pytest

from libsocial import datafolder, keys
from libsocial.env import EnvError


def test_a_key_is_made_once_and_read_ever_after(tmp_path: Path) -> None:
    first = keys.read_or_make_field_keys(tmp_path)
    assert keys.read_or_make_field_keys(tmp_path) == first
    assert len(keys.read_or_make_secret(tmp_path)) >= 50
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {"field.keys", "secret.key"}


def _make(folder: str) -> str:
    return keys.read_or_make_secret(Path(folder))


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_make, [str(tmp_path)] * 12))) == 1


def test_a_file_system_without_links_keeps_keys_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*names: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(keys.os, "link", no_links)
    first = keys.read_or_make_secret(tmp_path)
    assert keys.read_or_make_secret(tmp_path) == first
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["secret.key"]


def test_a_place_where_keys_cannot_be_kept_is_a_sentence() -> None:
    with pytest.raises(EnvError, match="cannot keep its keys in /dev/null/keys"):
        keys.read_or_make_secret(Path("/dev/null"))


def test_a_full_disk_is_said_as_such(tmp_path: Path) -> None:
    error = OSError(errno.ENOSPC, "No space left on device")
    assert "is full" in datafolder.sentence_for(error, tmp_path)


def test_other_accounts_of_the_machine_cannot_look_in(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    datafolder.make(folder)
    assert folder.stat().st_mode & 0o777 == 0o750


def test_too_little_room_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = datafolder.shutil.disk_usage(tmp_path)._replace(free=1024**2)
    monkeypatch.setattr(datafolder.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(datafolder.CannotStart, match="1 MB free"):
        datafolder.make(tmp_path / "data")


def test_the_lock_is_for_one_and_free_again_after_release(tmp_path: Path) -> None:
    one, two = datafolder.Lock(tmp_path), datafolder.Lock(tmp_path)
    one.take()
    one.note("http://127.0.0.1:8000")
    with pytest.raises(datafolder.Taken, match=r"http://127\.0\.0\.1:8000"):
        two.take()
    one.release()
    two.take()
    two.release()
