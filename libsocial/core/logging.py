"""Structured logs: JSON for machines, short lines for people, secrets in neither.

One chain of processors serves structlog and the standard library alike, so Django, Celery and our
own lines look the same and all pass :func:`redact`.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

from libsocial.core.context import request_id

HIDDEN = "[hidden]"
LOG_BYTES, LOG_FILES = 5_000_000, 5  # each file at most 5 MB, five older ones kept

SECRET_NAMES = re.compile(
    r"token|secret|passw|authorization|cookie|api_?key|credential|jwt|private_?key|client_assertion|csrf|set_?up_?code",
    re.IGNORECASE,
)
# What a far side says may be megabytes without a blank: no pattern begins with a repetition or looks far ahead twice.
_SECRET_TEXT = (
    # Authorization: Bearer abc  /  Bearer abc
    (re.compile(r"\b(Bearer|Basic|DPoP)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), r"\1 " + HIDDEN),
    # access_token=abc, "password": "abc", refreshJwt='abc', Cookie: a=b
    (
        re.compile(
            r"(?P<name>(?:token|secret|passw(?:or)?d|jwt|api_?key|cookie|authorization|sessionid|csrf)[\w-]{0,60}"
            r"[\"']?\s*[=:]\s*[\"']?)(?!Bearer|Basic|DPoP|\[hidden\])[^\s\"'&,;}]+",
            re.IGNORECASE,
        ),
        r"\g<name>" + HIDDEN,
    ),
    # https://user:password@host
    (re.compile(r"://[^\s/@]+@"), "://" + HIDDEN + "@"),
    # JSON web tokens, wherever they stand
    (re.compile(r"\beyJ[\w-]{8,4096}\.[\w-]{8,4096}\.[\w-]*"), HIDDEN),
)


def redact_text(text: str) -> str:
    """``text`` without the secrets that can be recognised by their surroundings."""
    for pattern, replacement in _SECRET_TEXT:
        text = pattern.sub(replacement, text)
    return text


def redact_value(value: Any) -> Any:
    """``value`` with secrets hidden, through dictionaries and lists; other objects by their text."""
    if isinstance(value, Mapping):
        return {key: HIDDEN if SECRET_NAMES.search(str(key)) else redact_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value))


def redact(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The one processor every line passes last before it is written."""
    internal = {key: event[key] for key in ("_record", "_from_structlog") if key in event}
    shown = {key: value for key, value in event.items() if key not in internal}
    return {**redact_value(shown), **internal}


def add_request_id(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Name the request in hand, so that page, task and outside call can be found together."""
    if request_id():
        event.setdefault("request_id", request_id())
    return event


SHARED = [
    structlog.contextvars.merge_contextvars,
    add_request_id,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def configure_structlog() -> None:
    """Send structlog's lines into the standard library, where the handlers are."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def json_formatter() -> logging.Formatter:
    """One JSON object a line, for files and collectors."""
    return _formatter(structlog.processors.JSONRenderer(ensure_ascii=False, default=str))


def short_formatter() -> logging.Formatter:
    """Time, level and sentence, for the person at the terminal."""
    return _formatter(_short)


def _formatter(renderer: Any) -> logging.Formatter:
    """A formatter that takes structlog's and the standard library's lines through the same chain."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.processors.format_exc_info,
            redact,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ],
    )


_LEFT_OUT = {"timestamp", "level", "event", "logger", "exception", "request_id"}


def _short(_logger: Any, _method: str, event: dict[str, Any]) -> str:
    """``12:00:01  warning  what happened (key=value)`` and, below it, the trace when there is one."""
    clock = str(event.get("timestamp", ""))[11:19]
    extra = ", ".join(f"{key}={value}" for key, value in event.items() if key not in _LEFT_OUT)
    line = f"{clock}  {event.get('level', ''):<8}{event.get('event', '')}{f' ({extra})' if extra else ''}"
    return f"{line}\n{event['exception']}" if event.get("exception") else line


class Quiet(logging.Filter):
    """Keeps the terminal readable: other people's libraries are heard from warnings upwards only."""

    def filter(self, record: logging.LogRecord) -> bool:
        ours = record.name.split(".")[0] in {"libsocial", "posts", "scheduler", "channels_app", "analytics"}
        return record.levelno >= logging.WARNING or (ours and not record.name.startswith("libsocial.access"))


def settings_for(kind: str) -> dict[str, Any]:
    """Django's LOGGING for ``kind``: "json" (every line to stdout) or "short" (readable, on stderr)."""
    configure_structlog()
    machine = kind == "json"
    console: dict[str, Any] = {
        "class": "logging.StreamHandler",
        "formatter": kind,
        "stream": sys.stdout if machine else sys.stderr,
        "filters": [] if machine else ["quiet"],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"quiet": {"()": Quiet}},
        "formatters": {"json": {"()": json_formatter}, "short": {"()": short_formatter}},
        "handlers": {"console": console},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # A page that is not there is no warning about us.
            "django.request": {"level": "ERROR"},
            # Strangers try host names all day; they get a 400 and we keep no trace of each.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # A line per tick would bury everything else: the clock ticks every second.
            "celery": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},
            "PIL": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
        },
    }


def log_to_files(folder: Path) -> None:
    """Also write every line as JSON to ``folder/libsocial.log``, turned over before it grows large.

    For one process only: two writers would turn the file over under each other.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "libsocial.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(json_formatter())
    logging.getLogger().addHandler(handler)
