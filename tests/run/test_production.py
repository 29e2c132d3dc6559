"""The compose file, the image and the pages about them agree with the program."""

from __future__ import annotations

import importlib.util
import os
import re
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.signals import heartbeat_sent

from libsocial import configuration, lanes
from libsocial.env import REGISTRY

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LASTING = {name: service for name, service in SERVICES.items() if name not in {"migrate", "secrets"}}


def test_the_page_about_settings_lists_exactly_what_is_read() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert configuration.markdown() in page, "run: python3 manage.py configuration --markdown"


def test_every_setting_has_a_meaning_that_is_a_sentence() -> None:
    assert len(REGISTRY) > 15
    for row in REGISTRY.values():
        assert row.meaning.endswith(".") and len(row.meaning) > 10, row.name


def test_the_list_of_settings_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBSOCIAL_SECRET_KEY", "abcdef123456")
    monkeypatch.setenv("LIBSOCIAL_BASE_URL", "https://social.library.example")
    text = "\n".join(configuration.lines())
    assert "abcdef123456" not in text and "set to https://social.library.example" in text


def test_the_compose_file_names_only_settings_that_exist() -> None:
    for service in SERVICES.values():
        for name in service.get("environment", {}):
            if name.startswith("LIBSOCIAL_"):
                assert setting_of(name) in REGISTRY, name


def setting_of(name: str) -> str:
    """The setting behind a variable that may name a file with its value."""
    return name if name in REGISTRY else name.removesuffix("_FILE")


NOT_OF_COMPOSE = {
    "LIBSOCIAL_DATA": "the volume",
    "LIBSOCIAL_STATIC": "in the image",
    "LIBSOCIAL_DEBUG": "never on a server",
    "LIBSOCIAL_API_…": "in platforms.env",
    "LIBSOCIAL_APP_…": "in platforms.env",
    "LIBSOCIAL_HOST_…": "in platforms.env",
}


def test_every_setting_can_be_given_to_the_containers() -> None:
    """The page says: put the variables into .env beside the compose file."""
    passed = {setting_of(name) for name in SERVICES["web"]["environment"]}
    assert set(REGISTRY) - passed == set(NOT_OF_COMPOSE)


def test_an_empty_value_from_compose_means_not_set(tmp_path: Path) -> None:
    """Compose hands over every variable, also those nobody gave a value."""
    empty = {name: "" for name, value in SERVICES["web"]["environment"].items() if str(value).endswith(":-}")}
    assert len(empty) > 8
    program = "from libsocial import settings; print(settings.UPLOAD_MAX_BYTES, settings.WEB_PROCESSES, settings.PROXY)"
    environment = {**empty, "PATH": os.environ["PATH"], "LIBSOCIAL_DATA": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.stdout.split() == [str(50 * 1024 * 1024), "2"], run.stderr


def test_the_database_counts_as_healthy_only_when_others_can_reach_it() -> None:
    """While its image makes the first database, a server answers on the socket that is stopped again."""
    test = SERVICES["postgres"]["healthcheck"]["test"]
    assert test[test.index("-h") + 1] == "127.0.0.1"


def backup(tmp_path: Path, pg_dump: str, *arguments: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """backup.sh with a pg_dump and a sleep of ours; sleeping ends the loop."""
    for name in ("bin", "backups", "data/media"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "password").write_text("secret")
    (tmp_path / "data" / "media" / "cat.jpg").write_text("a picture")
    for name, text in (("pg_dump", pg_dump), ("sleep", "kill $PPID")):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "BACKUPS": str(tmp_path / "backups"), "KEEP_DAYS": "14",
        "DATA": str(tmp_path / "data"), "PGPASSWORD_FILE": str(tmp_path / "password"),
    }  # fmt: skip
    old = tmp_path / "backups" / "20200101-020000.dump"
    old.write_text("an old copy")
    os.utime(old, (1, 1))
    command = ["sh", str(ROOT / "docker" / "backup.sh"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True), tmp_path / "backups"


DUMP = 'for word; do case $word in --file=*) printf "%s" "the database" > "${word#--file=}";; esac; done'


def test_the_nightly_copy_holds_database_and_pictures_and_lets_old_ones_go(tmp_path: Path) -> None:
    run, folder = backup(tmp_path, DUMP)
    assert sorted("".join(path.suffixes[-2:]) for path in folder.iterdir()) == [".dump", ".tar.gz"], run.stderr
    assert "written" in run.stdout


def test_a_dump_that_breaks_off_never_passes_for_a_copy_and_the_old_ones_stay(tmp_path: Path) -> None:
    run, folder = backup(tmp_path, f"{DUMP}; exit 1")
    assert [path.name for path in folder.iterdir()] == ["20200101-020000.dump"]
    assert "written" not in run.stdout and "backup failed" in run.stderr


def test_a_copy_by_hand_that_fails_says_so_by_its_exit_code(tmp_path: Path) -> None:
    run, folder = backup(tmp_path, "exit 1", "once")
    assert run.returncode != 0
    assert [path.name for path in folder.iterdir()] == ["20200101-020000.dump"]


def test_what_a_service_refers_to_is_declared() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"]), name
        named = {volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(".")}
        assert named <= set(COMPOSE["volumes"]), name


@pytest.mark.parametrize("name", sorted(LASTING))
def test_every_lasting_service_restarts_and_is_watched(name: str) -> None:
    service = LASTING[name]
    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service or name == "backup"


@pytest.mark.parametrize("name", ["web", "publisher", "worker", "asker", "beat", "migrate"])
def test_our_own_processes_run_with_as_few_rights_as_they_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    for setting in ("SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "REDIS_URL", "MAIL_URL"):
        assert service["environment"][f"LIBSOCIAL_{setting}_FILE"].startswith("/run/secrets/")


@pytest.mark.parametrize("name", ["web", "publisher", "worker", "asker", "beat"])
def test_nothing_starts_before_the_tables_are_up_to_date(name: str) -> None:
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_workers_listen_to_every_queue_that_the_one_process_has() -> None:
    commands = [SERVICES[name]["command"] for name in ("publisher", "worker", "asker")]
    queues = {queue for command in commands for queue in command[command.index("-Q") + 1].split(",")}
    assert queues == set(lanes.QUEUES)


def test_only_the_web_server_can_be_reached_and_only_from_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert SERVICES["web"]["ports"] == ["${LIBSOCIAL_LISTEN:-127.0.0.1:8000}:8000"]


def test_the_image_runs_as_nobody_special_and_carries_its_static_files() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER libsocial$", text, re.MULTILINE)
    assert text.index("manage.py build") < text.index("USER libsocial")
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", "data", "secrets", ".env", ".venv"} <= set(ignored)
    assert {"/secrets/", "/.env"} <= set((ROOT / ".gitignore").read_text().split())


def test_every_file_a_command_names_is_there() -> None:
    named = [word for service in SERVICES.values() for word in map(str, service.get("command", []))]
    for service in SERVICES.values():
        named += [str(word) for word in service.get("healthcheck", {}).get("test", [])]
    for word in named:
        if word.startswith("docker/"):
            assert (ROOT / word).is_file(), word


def test_secrets_are_made_once_and_their_partners_agree(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "docker" / "make_secrets.py"), str(tmp_path / "secrets")]
    subprocess.run(command, check=True, capture_output=True)
    made = {path.name: path.read_text().strip() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert made["postgres_password"] in made["database_url"] and made["redis_password"] in made["redis_url"]
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    again = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "made  " not in again.stdout
    assert {path.name: path.read_text().strip() for path in (tmp_path / "secrets").iterdir()} == made


def healthy(what: str, tmp_path: Path) -> int:
    command = [sys.executable, str(ROOT / "docker" / "healthy.py"), what]
    return subprocess.run(command, env={"TMPDIR": str(tmp_path), "PATH": os.environ["PATH"]}).returncode


def test_a_worker_is_healthy_while_its_loop_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import libsocial.celery  # noqa: F401  listens

    assert healthy("worker", tmp_path) == 1
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    heartbeat_sent.send(sender=None)
    assert healthy("worker", tmp_path) == 0
    [sign] = tmp_path.iterdir()
    os.utime(sign, (time.time() - 90, time.time() - 90))
    assert healthy("worker", tmp_path) == 1


def test_a_web_server_that_is_not_there_is_not_healthy(tmp_path: Path) -> None:
    text = (ROOT / "docker" / "healthy.py").read_text().replace(":8000/", ":1/")
    (tmp_path / "healthy.py").write_text(text)
    assert subprocess.run([sys.executable, str(tmp_path / "healthy.py"), "web"]).returncode == 1


def test_the_web_servers_file_is_one_that_gunicorn_can_read() -> None:
    spec = importlib.util.spec_from_file_location("server", ROOT / "docker" / "gunicorn.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    from gunicorn.config import KNOWN_SETTINGS

    known = {setting.name for setting in KNOWN_SETTINGS}
    written = {name for name in vars(module) if not name.startswith("_") and name.islower()}
    assert written <= known


def test_errors_leave_the_machine_only_without_secrets() -> None:
    from libsocial import errors

    event = {"request": {"headers": {"Authorization": "Bearer abcdef123456"}}, "message": "token=abcdef123456"}
    assert "abcdef123456" not in str(errors.clean(event, {}))


def test_without_an_address_no_error_leaves_the_machine(settings: Any) -> None:
    from libsocial import errors

    settings.SENTRY_DSN = ""
    assert errors.report_to_collector() is False
