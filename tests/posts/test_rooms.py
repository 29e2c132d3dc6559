"""There is one way to what is planned: outbox.plan, called by review.approve alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def calls(name: str) -> Iterator[tuple[str, str]]:
    """(file, function) of every call of `…name(…)` outside the engine."""
    for top in ("libsocial", "analytics", "posts"):
        for path in sorted((ROOT / top).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.FunctionDef):
                    continue
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Call) and ast.unparse(inner.func) == name:
                        yield str(path.relative_to(ROOT)), node.name


def test_only_the_outbox_plans_deliveries_of_posts() -> None:
    found = {place for name in ("scheduler.plan", "services.plan", "scheduler.services.plan") for place in calls(name)}
    assert {place for place in found if place[0].startswith("posts/")} == {("posts/services/outbox.py", "_plan_one")}


def test_only_the_approval_calls_the_outbox() -> None:
    assert set(calls("outbox.plan")) == {("posts/services/review.py", "_to_approved")}
    assert set(calls("_to_approved")) == {("posts/services/review.py", "approve")}


def test_only_the_approval_moves_a_post_to_approved() -> None:
    movers = {
        (str(path.relative_to(ROOT)), node.lineno)
        for path in sorted((ROOT / "posts").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "move"
        and any(isinstance(arg, ast.Constant) and arg.value == "approve" for arg in node.args)
    }
    assert [place for place, _line in movers] == ["posts/services/review.py"]
