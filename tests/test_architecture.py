"""The map holds: imports run downwards only, those inside functions too, and Celery has one door per app."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Each room with its floor. A room may import rooms on lower floors and itself; never a neighbour.
FLOORS: dict[str, int] = {
    "libsocial": 80,
    "libsocial.api": 80,
    "analytics": 70,
    "community": 70,
    "sources": 70,
    "posts": 60,
    "scheduler": 50,
    "channels_app": 40,
    "libsocial.hours": 35,
    "libsocial.links": 35,
    "libsocial.accounts": 30,
    "libsocial.notices": 20,
    "libsocial.audit": 10,
    "libsocial.core": 0,
    # Standard library only; everything may read them.
    "libsocial.env": -2,
    "libsocial.keys": -1,
}
LONGEST_FUNCTION = 80
LONGEST_FILE = 600


def sources() -> Iterator[Path]:
    for top in ("libsocial", "analytics", "posts", "scheduler", "channels_app", "sources", "community"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    known = [room for room in FLOORS if module == room or module.startswith(room + ".")]
    return max(known, key=len) if known else None


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    package = module_of(path).split(".") if path.name == "__init__.py" else module_of(path).split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


def test_imports_run_downwards_only() -> None:
    wrong = []
    for path in sources():
        here = room_of(module_of(path))
        assert here is not None, path
        for line, name in imports_of(path):
            there = room_of(name)
            if there is None or there == here:
                continue
            if FLOORS[there] >= FLOORS[here]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} {here} imports {there} ({name})")
    assert not wrong, "\n".join(wrong)


def test_only_tasks_and_the_composition_name_celery() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        for line, name in imports_of(path)
        if name.split(".")[0] == "celery" and path.name != "tasks.py" and room_of(module_of(path)) != "libsocial"
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_http_door_opens_connections() -> None:
    """`requests` may be imported for its exceptions and types; only core.http may make a session or call out."""
    wrong = []
    for path in sources():
        if module_of(path) == "libsocial.core.http":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "requests"
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} requests.{node.func.attr}(…)")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                wrong += [
                    f"{path.relative_to(ROOT)}:{node.lineno} {name}"
                    for name in names
                    if name.split(".")[0] in {"httpx", "aiohttp"} or name in {"urllib.request", "http.client"}
                ]
    assert not [line for line in wrong if "bootstrap" not in line], "\n".join(wrong)


def test_state_columns_are_written_by_machines_only() -> None:
    """Nobody assigns `.state =` or updates `state=` on a queryset outside core.states."""
    wrong = []
    for path in sources():
        if module_of(path) == "libsocial.core.states":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _updates_state(node):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} .update(state=…)")
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "state" and not _own(target):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} .state = …")
    assert not wrong, "\n".join(wrong)


def _updates_state(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    named = isinstance(called, ast.Attribute) and called.attr == "update"
    return named and any(keyword.arg == "state" for keyword in node.keywords)


def _own(target: ast.Attribute) -> bool:
    return isinstance(target.value, ast.Name) and target.value.id == "self"


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= LONGEST_FUNCTION, f"{node.name} has {size} lines"
            assert node.returns is not None, f"{node.name} says not what it returns"
