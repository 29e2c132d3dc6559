"""Logs tell what happened, to machines and to people, and hold no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from celery import shared_task
from django.test import Client

from libsocial.core import logging as logs
from tests.cast import Library

SECRETS = [
    "Authorization: Bearer abcdef123456",
    "GET https://graph.example/me?access_token=abcdef123456&fields=id",
    '{"refreshJwt": "abcdef123456", "handle": "library.example"}',
    "{'password': 'abcdef123456'}",
    "password=abcdef123456",
    "postgres://libsocial:abcdef123456@db/libsocial",
    "Cookie: sessionid=abcdef123456; csrftoken=x",
    "client_secret=abcdef123456",
    "eyJabcdef123456.eyJhbGciOiJI.abcdef123456",
]


@pytest.mark.parametrize("line", SECRETS)
def test_a_secret_in_a_sentence_is_hidden(line: str) -> None:
    shown = logs.redact_text(line)
    assert "abcdef123456" not in shown and "[hidden]" in shown


@pytest.mark.parametrize("line", ["Post 12 was published", "3 tokens of text", "https://library.example/events?page=2"])
def test_ordinary_sentences_stay_as_they_are(line: str) -> None:
    assert logs.redact_text(line) == line


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a file with our JSON formatter would hold."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.json_formatter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_both_kinds_of_logger_write_the_same_kind_of_line_without_secrets(written: io.StringIO) -> None:
    logging.getLogger("posts").warning("kept %s", "here", extra={"headers": {"Authorization": "Bearer abcdef123456"}})
    structlog.get_logger("scheduler").warning("sent", token="abcdef123456", nested=[{"password": "abcdef123456"}])
    first, second = lines(written)
    assert first["event"] == "kept here" and first["headers"] == {"Authorization": "[hidden]"}
    assert second["token"] == "[hidden]" and second["nested"] == [{"password": "[hidden]"}]
    assert first["level"] == second["level"] == "warning" and first["timestamp"] and second["timestamp"]


def test_a_secret_in_an_exception_is_hidden_too(written: io.StringIO) -> None:
    try:
        raise ValueError("GET https://x.example/?access_token=abcdef123456")
    except ValueError:
        logging.getLogger("channels_app").exception("failed")
    assert "abcdef123456" not in written.getvalue()
    assert "ValueError" in lines(written)[0]["exception"]


def test_people_read_a_short_line() -> None:
    record = logging.LogRecord("libsocial", logging.WARNING, "", 0, "The clock is late", None, None)
    text = logs.short_formatter().format(record)
    assert text[2] == ":" and text.endswith("warning The clock is late")


def test_the_terminal_stays_quiet_about_other_peoples_libraries() -> None:
    def shown(name: str, level: int) -> bool:
        return logs.Quiet().filter(logging.LogRecord(name, level, "", 0, "", None, None))

    assert shown("posts.services", logging.INFO) and shown("celery.worker", logging.WARNING)
    assert not shown("celery.worker", logging.INFO) and not shown("libsocial.access", logging.INFO)


@pytest.mark.django_db
def test_every_answer_carries_its_request_id_and_leaves_one_line(
    client: Client, lib: Library, written: io.StringIO
) -> None:
    answer = client.get("/account/login/")
    [line] = [line for line in lines(written) if line["logger"] == "libsocial.access"]
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["route"] == "account/login/" and line["method"] == "GET"


@pytest.mark.django_db
@pytest.mark.parametrize(("given", "kept"), [("abc-12345678", True), ("x" * 65, False), ("bad\nline", False)])
def test_a_proxys_request_id_is_kept_when_it_is_one(client: Client, given: str, kept: bool) -> None:
    answer = client.get("/health/live", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept


@pytest.mark.django_db
def test_one_time_links_do_not_reach_the_log(client: Client, written: io.StringIO) -> None:
    client.get("/account/password/reset/key/4-abcdef123456/")
    assert "abcdef123456" not in written.getvalue()


@pytest.mark.django_db
def test_health_is_asked_too_often_to_be_worth_a_line(client: Client, written: io.StringIO) -> None:
    client.get("/health/live")
    assert not [line for line in lines(written) if line["logger"] == "libsocial.access"]


@shared_task(name="tests.say_something")
def say_something() -> None:
    logging.getLogger("scheduler").warning("from a task")


def test_a_line_from_a_task_names_the_task(written: io.StringIO) -> None:
    result = say_something.apply()
    line = lines(written)[0]
    assert line["task_id"] == result.id and line["task"] == "tests.say_something"
    logging.getLogger("scheduler").warning("outside")
    assert "task_id" not in lines(written)[-1]


def test_files_turn_over_before_they_grow_large(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES", 2000)
    root = logging.getLogger()
    before = list(root.handlers)
    logs.log_to_files(tmp_path)
    try:
        for number in range(200):
            root.warning("line %s", number)
    finally:
        for handler in [handler for handler in root.handlers if handler not in before]:
            root.removeHandler(handler)
            handler.close()
    assert len(list(tmp_path.iterdir())) == logs.LOG_FILES + 1
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "unit", ["a", "a_", "token", "token=", "secret-", "eyJ", "eyJaaaaaaaa-", "://a", "h+", "Bearer ", "\u00e9"]
)
def test_megabytes_of_nonsense_are_looked_through_in_passing(unit: str) -> None:
    """A careless server’s answer. Were the work not in proportion to the length, this would not end."""
    assert logs.redact_text(unit * (1_000_000 // len(unit)))
