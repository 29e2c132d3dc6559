"""Tables that leave the house as CSV: safe to open in a spreadsheet program."""

from __future__ import annotations

import csv as standard
from collections.abc import Iterable, Iterator, Sequence

# A cell that begins so is taken for a formula (OWASP, "CSV Injection").
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM = "\ufeff"  # so that Excel reads UTF-8


def cell(value: object) -> str:
    """The value as text that no spreadsheet program will calculate. Numbers stay numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


class _Line:
    """csv.writer writes here; each line is handed on at once."""

    def write(self, text: str) -> str:
        return text


def csv(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a CSV file, written while they are read."""
    writer = standard.writer(_Line())
    yield BOM
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
