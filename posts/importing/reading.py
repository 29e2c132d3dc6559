"""A table out of a file somebody chose: CSV in any usual encoding and separator, or an Excel workbook. Pure."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

MOST_ROWS = 10_000
MOST_COLUMNS = 60
MOST_BYTES = 5 * 2**20
UNPACKED = 60 * 2**20  # bytes a workbook may grow to
CELL = 20_000  # characters
SEPARATORS = ",;\t|"


class Unreadable(Exception):
    """The file is no table we can take; the text is a sentence with the way out."""


@dataclass(frozen=True)
class Table:
    """The first line and the others with their numbers in the file; lines with nothing in them are left out."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    encoding: str


def read(data: bytes) -> Table:
    """Raises Unreadable."""
    if not data.strip():
        raise Unreadable(_("The file is empty."))
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is larger than %(mb)s MB. Divide it.") % {"mb": MOST_BYTES // 2**20})
    if data.startswith(b"PK\x03\x04"):
        return _table(_workbook(data), "xlsx")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_("This is an old Excel file (.xls). Save it as .xlsx or CSV, then bring that."))
    text, encoding = decode(data)
    return _table(_lines(text), encoding)


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was in: UTF-8, UTF-16 with or without a mark, else Windows-1252."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")
    ):  # fmt: skip
        if data.startswith(mark):
            return _decoded(data, name), name.removesuffix("-sig")
    sample = data[:2000]
    if sample.count(0) > len(sample) // 4:
        name = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        return _decoded(data, name), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "windows-1252"


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise Unreadable(_("The file is damaged: its letters cannot be read. Save it again as CSV UTF-8.")) from error


def _lines(text: str) -> Iterable[tuple[int, list[str]]]:
    if "\x00" in text:
        raise Unreadable(_("This is not a table. Choose a CSV or an Excel file."))
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=False)
    try:
        yield from ((reader.line_num, cells) for cells in reader)
    except csv.Error as error:
        sentence = _("Line %(line)s cannot be read. Is a quotation mark missing?")
        raise Unreadable(sentence % {"line": reader.line_num}) from error


def separator(text: str) -> str:
    """The sign that divides most lines into the same number of cells, more than one."""
    best, score = ",", 0.0
    for sign in SEPARATORS:
        try:
            first = islice(csv.reader(io.StringIO(text), delimiter=sign), 20)
            widths = [len(cells) for cells in first if cells]
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            found = sum(width == widths[0] for width in widths) / len(widths) * 10 + widths[0]
            best, score = (sign, found) if found > score else (best, score)
    return best


def _workbook(data: bytes) -> Iterable[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # late: it is large, and few processes ever read a workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > UNPACKED:
                raise Unreadable(_("The workbook is too large. Save the sheet as CSV."))
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), start=1):
            yield number, [shown(value) for value in cells]
    except Unreadable:
        raise
    except Exception as error:  # a damaged workbook fails in as many ways as there are parts in it
        raise Unreadable(_("This Excel file cannot be opened. Save it again, or as CSV.")) from error


def shown(value: Any) -> str:
    """A cell of a workbook as text: dates as 2026-12-01, times as 10:00, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time.min else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _table(lines: Iterable[tuple[int, Sequence[str]]], encoding: str) -> Table:
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    for number, cells in lines:
        kept = [cell.strip()[:CELL] for cell in cells]
        while kept and not kept[-1]:
            kept.pop()
        if not kept:
            continue
        if len(kept) > MOST_COLUMNS:
            raise Unreadable(_("More than %(n)s columns. Leave only those of the posts.") % {"n": MOST_COLUMNS})
        if not header:
            header = kept
        elif len(rows) >= MOST_ROWS:
            raise Unreadable(_("More than %(n)s lines. Divide the file.") % {"n": f"{MOST_ROWS:,}"})
        else:
            rows.append((number, kept))
    if not rows:
        raise Unreadable(_("There is no post in the file: it needs a first line with names, and a line for each post."))
    return Table(header, rows, encoding)
