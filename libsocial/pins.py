"""Which packages a requirements file pins, and whether this interpreter has them.

Standard library only, because it runs before anything is installed.
"""

import ast
import os
import platform
import sys


def complete(requirements: str) -> bool:
    """Whether the running interpreter has every pin of ``requirements`` in exactly that version."""
    from importlib import metadata  # not in the oldest Pythons that must get as far as our message

    for name, version in pins(requirements):
        try:
            if metadata.version(name) != version:
                return False
        except metadata.PackageNotFoundError:
            return False
    return True


def pins(requirements: str) -> "list[tuple[str, str]]":
    """(name, version) of each line ``name==version ; marker`` whose marker holds on this machine."""
    found = []
    with open(requirements, encoding="utf-8") as lines:
        for line in lines:
            text, _, marker = line.split("#")[0].strip().partition(";")
            if "==" not in text or (marker.strip() and not holds(marker.strip())):
                continue
            name, _, version = text.strip().partition("==")
            found.append((name.split("[")[0].strip(), version.strip()))
    return found


def holds(marker: str) -> bool:
    """Evaluate an environment marker (PEP 508), whose syntax is a subset of Python's expressions."""
    return bool(_value(ast.parse(marker, mode="eval").body))


def _value(node: ast.AST) -> object:
    """The value of one node of a marker: and, or, comparisons, names and strings."""
    if isinstance(node, ast.BoolOp):
        combine = all if isinstance(node.op, ast.And) else any
        return combine([_value(part) for part in node.values])
    if isinstance(node, ast.Compare):
        return _compare(node)
    if isinstance(node, ast.Name):
        return _facts()[node.id]
    return ast.literal_eval(node)


def _compare(node: ast.Compare) -> bool:
    """One comparison; versions are compared by number and not by letter."""
    sides = [node.left, node.comparators[0]]
    left, right = (str(_value(side)) for side in sides)
    if any(isinstance(side, ast.Name) and side.id.endswith("_version") for side in sides):
        left, right = _numbers(left), _numbers(right)  # type: ignore[assignment]
    return _COMPARISONS[type(node.ops[0])](left, right)


_COMPARISONS = {
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def _numbers(version: str) -> "tuple[int, ...]":
    """``"3.11.3"`` as ``(3, 11, 3)``; a part without digits is left out."""
    parts = ["".join(c for c in part if c.isdigit()) for part in version.split(".")]
    return tuple(int(part) for part in parts if part)


def _facts() -> "dict[str, str]":
    """The names a marker may ask for, as this interpreter answers them."""
    return {
        "python_version": "{}.{}".format(*sys.version_info[:2]),
        "python_full_version": platform.python_version(),
        "sys_platform": sys.platform,
        "os_name": os.name,
        "platform_system": platform.system(),
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "implementation_name": sys.implementation.name,
        "extra": "",
    }
