"""A bare Python is enough: the environment is made, repaired, updated, and problems are sentences."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from libsocial import bootstrap, pins

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, sys
root = os.path.dirname(os.path.abspath(__file__))
from libsocial import bootstrap
bootstrap.ready(bootstrap.take_data_folder(sys.argv), root)
import tiny
print("inside", sys.prefix, tiny.VERSION)
"""


def wheel(folder: Path, version: str) -> None:
    """A package of one line, so that the tests need no network."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"tiny-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr("tiny.py", f"VERSION = '{version}'\n")
        info = f"tiny-{version}.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


class Copy:
    """A clone of the program that needs one tiny package instead of all of ours."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "libsocial").mkdir(parents=True)
        for name in ("__init__.py", "bootstrap.py", "pins.py"):
            shutil.copy(ROOT / "libsocial" / name, root / "libsocial" / name)
        (root / "manage.py").write_text(PROGRAM)
        self.want("1.0")
        wheel(root / "wheels", "1.0")

    def want(self, version: str) -> None:
        for name in (bootstrap.RUN, bootstrap.TEST):
            (self.root / name).write_text(f"tiny=={version}\n")

    def run(self, *arguments: str, **names: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.root / "wheels"), **names}
        python = bootstrap.base_python()
        command = [python, str(self.root / "manage.py"), *(arguments or ("version",))]
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("clone") / "libsocial")
    first = copy.run()
    assert first.returncode == 0, first.stderr
    assert "Installing 1 packages" in first.stderr
    assert f"inside {copy.root / '.venv'} 1.0" in first.stdout
    return copy


def test_a_second_run_installs_nothing_and_starts_at_once(clone: Copy) -> None:
    began = time.monotonic()
    second = clone.run()
    assert second.stdout.startswith("inside") and second.stderr == ""
    assert time.monotonic() - began < 2


def test_an_installation_killed_half_way_is_made_anew(clone: Copy) -> None:
    (clone.root / ".venv" / "libsocial.json").unlink()
    package = next((clone.root / ".venv" / "lib").glob("python*/site-packages/tiny.py"))
    package.unlink()
    again = clone.run()
    assert "Making the Python environment" in again.stderr
    assert "1.0" in again.stdout


def test_new_pins_update_the_environment_instead_of_making_it_anew(clone: Copy) -> None:
    wheel(clone.root / "wheels", "1.1")
    clone.want("1.1")
    updated = clone.run()
    assert "Making" not in updated.stderr and "1.1" in updated.stdout


def test_the_test_command_asks_for_the_test_tools_with_a_stamp_of_their_own(clone: Copy) -> None:
    wheel(clone.root / "wheels", "1.2")
    (clone.root / bootstrap.TEST).write_text("tiny==1.2\n")
    assert "1.2" in clone.run("test").stdout


def test_an_interpreter_that_has_everything_gets_no_environment(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "container")
    site = tmp_path / "site"
    with zipfile.ZipFile(copy.root / "wheels" / "tiny-1.0-py3-none-any.whl") as archive:
        archive.extractall(site)
    result = copy.run(PYTHONPATH=str(site))
    assert result.returncode == 0, result.stderr
    assert not (copy.root / ".venv").exists()


def test_without_a_network_a_person_reads_what_to_do(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "offline")
    nowhere = {"PIP_NO_INDEX": "", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    result = copy.run(**nowhere, PIP_INDEX_URL="http://127.0.0.1:1/simple", PIP_RETRIES="0")
    assert result.returncode == 1
    assert "could not be downloaded" in result.stderr and "HTTPS_PROXY" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_broken_environment_does_not_restart_for_ever(clone: Copy) -> None:
    result = clone.run(LIBSOCIAL_BOOTSTRAPPED="3")
    assert result.returncode == 1
    assert "rm -r" in result.stderr


def test_an_old_python_is_told_its_version_and_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(bootstrap.Problem) as problem:
        bootstrap.check_python()
    assert "3.11 or newer; this is Python 3.9.2" in str(problem.value)


def test_without_any_newer_python_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(bootstrap.Problem, match="sudo apt install python3 python3-venv"):
        bootstrap.check_python()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(bootstrap.Problem, match="brew install"):
        bootstrap.check_python()


def test_missing_venv_names_the_debian_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(bootstrap.Problem, match=r"sudo apt install python3\S*-venv"):
        bootstrap.check_machine(str(tmp_path))


def test_a_full_disk_is_noticed_before_anything_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10 * 1024**2)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(bootstrap.Problem, match="10 MB free"):
        bootstrap.check_machine(str(tmp_path))


def test_a_folder_of_somebody_else_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: False)
    with pytest.raises(bootstrap.Problem, match=f"cannot write to {tmp_path}"):
        bootstrap.check_machine(str(tmp_path))


@pytest.mark.parametrize("words", [["--data", "x/y"], ["--data=x/y"]])
def test_the_data_folder_is_taken_before_settings_load(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBSOCIAL_DATA", "")
    assert bootstrap.take_data_folder(["manage.py", "demo", *words, "--more"]) == ["manage.py", "demo", "--more"]
    assert os.environ["LIBSOCIAL_DATA"] == str(Path("x/y").absolute())


@pytest.mark.parametrize("words", [["--data", ""], ["--data="], ["--data", " "]])
def test_a_data_folder_without_a_name_is_not_the_present_one(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIBSOCIAL_DATA", raising=False)
    with pytest.raises(SystemExit, match="names no folder"):
        bootstrap.take_data_folder(["manage.py", "up", *words])
    assert "LIBSOCIAL_DATA" not in os.environ


def test_a_data_folder_may_have_blanks_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBSOCIAL_DATA", "")
    bootstrap.take_data_folder(["manage.py", "up", "--data", "my data/of the library"])
    assert os.environ["LIBSOCIAL_DATA"] == str(Path("my data/of the library").absolute())


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        ("sys_platform == 'linux'", sys.platform == "linux"),
        ("sys_platform == 'win32' and python_version >= '3.8'", False),
        ("python_full_version < '3.11.3'", sys.version_info[:3] < (3, 11, 3)),
        ("python_version >= '3.9'", True),
        ("platform_machine != 'x86_64' or sys_platform != 'darwin'", True),
        ("(os_name == 'nt' or os_name == 'posix') and 'in' in sys_platform", "in" in sys.platform),
    ],
)
def test_markers_are_understood(marker: str, holds: bool) -> None:
    assert pins.holds(marker) is holds


def test_the_pins_of_the_product_name_no_package_index_and_keep_what_must_stay_together() -> None:
    for name in (bootstrap.RUN, bootstrap.TEST):
        text = (ROOT / name).read_text()
        assert "://" not in text and "--index" not in text and "--hash" not in text
    found = dict(pins.pins(str(ROOT / bootstrap.RUN)))
    named = "django celery redis psycopg2-binary requests tweepy facebook-sdk django-allauth pillow"
    assert set(named.split()) <= set(found)
    assert found["oauthlib"].startswith("3."), (
        "tweepy 4.17 needs oauthlib 3; allauth's socialaccount extra would take 4"
    )
    assert found.items() <= dict(pins.pins(str(ROOT / bootstrap.TEST))).items()


def test_the_two_libraries_that_disagree_about_oauthlib_import_together() -> None:
    import allauth.account.models  # noqa: F401
    import tweepy

    assert tweepy.__version__.startswith("4.17")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_every_line_of_a_requirements_file_is_a_pin(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[\w.]+( ; .+)?", line)]
    assert wrong == []


def test_the_tests_run_on_what_the_product_runs_on() -> None:
    run = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    test = (ROOT / "requirements-test.txt").read_text(encoding="utf-8").splitlines()
    assert set(run) - set(test) == set()
