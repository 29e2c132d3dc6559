"""The trail as a file to hand over: a table, the same as JSON, and the digest of each, in one archive."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from typing import IO, Any

from libsocial.audit.selectors import Line
from libsocial.core import sheets

HEADINGS = ["time (UTC)", "person", "action", "what happened", "unit", "subject", "details"]
KEPT_IN_MEMORY = 5 * 1024 * 1024  # bytes; a larger archive is written to a temporary file


def rows(lines: Iterable[Line]) -> Iterator[list[str]]:
    """The table, with its headings."""
    yield HEADINGS
    for line in lines:
        details = json.dumps(line.data, ensure_ascii=False) if line.data else ""
        yield [_moment(line), line.who, line.action, line.sentence, line.unit, line.subject, details]


def as_json(lines: Iterable[Line]) -> Iterator[str]:
    """One array; an entry on each line, in the order of the page."""
    yield "[\n"
    for index, line in enumerate(lines):
        yield (",\n" if index else "") + json.dumps(_entry(line), ensure_ascii=False)
    yield "\n]\n"


def archive(lines: Callable[[], Iterable[Line]]) -> IO[bytes]:
    """`lines` is asked once for each file, so that a long trail is never held whole. Rewound, to be read."""
    file = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  whoever sends it closes it
    found = {"trail.csv": sheets.csv(rows(lines())), "trail.json": as_json(lines())}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        digests = {name: _write(packed, name, pieces) for name, pieces in found.items()}
        manifest = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
        packed.writestr("manifest-sha256.txt", manifest)
    file.seek(0)
    return file


def _write(packed: zipfile.ZipFile, name: str, pieces: Iterable[str]) -> str:
    digest = hashlib.sha256()
    with packed.open(name, "w") as target:
        for piece in pieces:
            data = piece.encode("utf-8", "replace")
            digest.update(data)
            target.write(data)
    return digest.hexdigest()


def _entry(line: Line) -> dict[str, Any]:
    return {
        "at": _moment(line),
        "person": line.who,
        "action": line.action,
        "sentence": line.sentence,
        "unit": line.unit,
        "subject": line.subject,
        "data": line.data,
    }


def _moment(line: Line) -> str:
    return line.at.astimezone(UTC).isoformat(timespec="seconds")
