"""The health addresses tell the truth, in sentences."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from libsocial import clock
from libsocial.core import health
from libsocial.core.health import Answer
from scheduler.models import Heartbeat

ROOT = Path(__file__).resolve().parents[2]


def details(answer) -> dict[str, str]:
    return {check["name"]: check["detail"] for check in answer.json()["checks"] if not check["ok"]}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> dict:
    """Only the checks of core: those registered by the apps above have tests there."""
    monkeypatch.setattr(health, "CHECKS", {})
    return health.CHECKS


def test_a_living_process_says_so_without_asking_the_database(client: Client) -> None:
    assert client.get("/health/live").json() == {"alive": True}


@pytest.mark.bothdbs
@pytest.mark.django_db
def test_when_all_is_well_it_is_ready(client: Client, alone: dict) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200 and answer.json()["ready"] is True
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_media_folder_that_cannot_be_written_is_named(client: Client, alone: dict, settings) -> None:
    settings.MEDIA_ROOT = "/dev/null/media"
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "folder for pictures" in details(answer)["media"]


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_named(client: Client, alone: dict, settings) -> None:
    settings.REDIS_URL = "redis://:abcdef123456@127.0.0.1:1/0"
    answer = client.get("/health/ready")
    assert "Redis does not answer" in details(answer)["broker"]
    assert "abcdef123456" not in answer.content.decode()


@pytest.mark.bothdbs
@pytest.mark.django_db
def test_tables_of_an_older_version_are_noticed(client: Client, alone: dict, monkeypatch) -> None:
    monkeypatch.setattr(health, "_migrated", set())
    MigrationRecorder.Migration.objects.filter(app="posts").delete()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "manage.py migrate" in details(answer)["migrations"]


@pytest.mark.django_db
def test_apps_above_add_their_own_checks(client: Client, alone: dict) -> None:
    health.register("clock", lambda: Answer("clock", False, "The clock has been silent for 40 s."))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert details(answer) == {"clock": "The clock has been silent for 40 s."}


@pytest.mark.bothdbs
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "said"), [(None, "has not ticked yet"), (5, ""), (400, "silent for 40"), (86400, "nothing leaves")]
)
def test_a_silent_clock_is_named(age: int | None, said: str) -> None:
    if age is not None:
        Heartbeat.objects.create(name="dispatcher:x", kind="dispatcher", at=timezone.now() - timedelta(seconds=age))
    answer = clock.check()
    assert answer.ok is (said == "")
    assert said in answer.detail


def test_the_check_of_the_clock_is_asked_by_the_ready_page() -> None:
    assert health.CHECKS["clock"] is clock.check


def test_a_database_that_is_away_is_a_sentence_and_no_trace(tmp_path: Path) -> None:
    script = (
        "import django; django.setup(); from django.test import Client; "
        "answer = Client().get('/health/ready', headers={'host': 'localhost'}); "
        "print(answer.status_code, answer.content.decode())"
    )
    names = {name: value for name, value in os.environ.items() if not name.startswith(("LIBSOCIAL_", "DJANGO_"))}
    names |= {
        "DJANGO_SETTINGS_MODULE": "libsocial.settings",
        "LIBSOCIAL_DATA": str(tmp_path),
        "LIBSOCIAL_STATIC": str(tmp_path),
        "LIBSOCIAL_DATABASE_URL": "postgres://someone:abcdef123456@127.0.0.1:1/nothing",
    }
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=names, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.startswith("503"), result.stderr
    assert "The database does not answer" in result.stdout
    assert "abcdef123456" not in result.stdout + result.stderr
