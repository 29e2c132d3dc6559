"""The table of all settings, for ``manage.py configuration`` and docs/configuration.md."""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.conf import settings

from libsocial.env import REGISTRY, Setting


def rows() -> list[Setting]:
    """Every setting that is read from the environment, by name."""
    return [REGISTRY[name] for name in sorted(REGISTRY)]


def markdown() -> str:
    """The table of docs/configuration.md."""
    lines = ["| Name | Meaning | Kind | Default |", "|---|---|---|---|"]
    lines += [f"| `{row.name}` | {row.meaning} | {row.kind} | {_default(row)} |" for row in rows()]
    return "\n".join(lines) + "\n"


def lines() -> Iterator[str]:
    """One line a setting, saying whether it is set here; values of secrets are never shown."""
    for row in rows():
        yield f"{row.name:32} {_state(row)}\n    {row.meaning}"


def _default(row: Setting) -> str:
    text = row.default.replace(f"{settings.BASE_DIR}/", "")
    return f"`{text}`" if text else "(empty)"


def _state(row: Setting) -> str:
    if row.name in os.environ:
        return "set" if row.kind == "secret" else f"set to {os.environ[row.name]}"
    if f"{row.name}_FILE" in os.environ:
        return f"read from {os.environ[f'{row.name}_FILE']}"
    return f"not set; default {_default(row)}"
