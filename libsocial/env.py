"""Typed readers for settings that come from the environment.

Each reader registers the name it reads, so that docs/configuration.md and the
start-up checks speak of the same list. A secret may also be given as a file:
``NAME_FILE=/run/secrets/name`` wins over nothing and loses to ``NAME``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


class EnvError(ValueError):
    """A setting cannot be understood. The message names it and the way out."""


@dataclass(frozen=True)
class Setting:
    name: str
    kind: str
    default: str
    meaning: str


REGISTRY: dict[str, Setting] = {}


def _register(name: str, kind: str, default: object, meaning: str) -> None:
    REGISTRY[name] = Setting(name, kind, "" if default is None else str(default), meaning)


def _raw(name: str) -> str | None:
    value = os.environ.get(name)
    if value is not None:
        return value
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise EnvError(
            f"{name}_FILE names {path}, which cannot be read ({error.strerror}). Correct the path or its permissions."
        ) from error


def text(name: str, default: str, meaning: str) -> str:
    """A string; empty counts as not set."""
    _register(name, "text", default, meaning)
    return _raw(name) or default


def secret(name: str, meaning: str) -> str:
    """A string that must not be printed; also readable from ``NAME_FILE``."""
    _register(name, "secret", "", meaning)
    return _raw(name) or ""


def flag(name: str, default: bool, meaning: str) -> bool:
    """yes/no, true/false, on/off or 1/0."""
    _register(name, "yes or no", "yes" if default else "no", meaning)
    raw = _raw(name)
    if raw is None or raw == "":
        return default
    if raw.lower() in {"1", "yes", "true", "on"}:
        return True
    if raw.lower() in {"0", "no", "false", "off"}:
        return False
    raise EnvError(f"{name} is '{raw}'. Write yes or no.")


def choice(name: str, default: str, choices: tuple[str, ...], meaning: str) -> str:
    """One of a few words."""
    _register(name, " or ".join(choices), default, meaning)
    value = _raw(name) or default
    if value not in choices:
        raise EnvError(f"{name} is '{value}'. Write {' or '.join(choices)}.")
    return value


def number(name: str, default: int, meaning: str) -> int:
    """A whole number."""
    _register(name, "number", default, meaning)
    raw = _raw(name)
    if raw is None or raw == "":
        return default
    try:
        return int(raw)
    except ValueError as error:
        raise EnvError(f"{name} is '{raw}'. Write a whole number.") from error


def items(name: str, default: str, meaning: str) -> list[str]:
    """A comma-separated list, blanks removed."""
    _register(name, "list, separated by commas", default, meaning)
    raw = _raw(name)
    return [part.strip() for part in (default if raw is None else raw).split(",") if part.strip()]


def named(prefix: str, kind: str, meaning: str) -> dict[str, str]:
    """Every setting whose name begins with this prefix, by the rest of its name; each may also be given as a file."""
    REGISTRY[f"{prefix}…"] = Setting(f"{prefix}…", kind, "", meaning)
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix): value for name in sorted(names) if (value := _raw(name))}
