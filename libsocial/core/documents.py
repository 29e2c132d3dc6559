"""PDF files from strangers: opened in a process of its own with limits, pages counted, the first one drawn."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

LIMIT = 30.0  # seconds
MOST_PAGES = 2000
MIME = "application/pdf"
_READER = Path(__file__).with_name("pdf_reader.py")


class NotADocument(Exception):
    """The file cannot be used; the text is a sentence for the person who sent it."""


@dataclass(frozen=True)
class Document:
    """What a PDF is. Sides of its first page in pixels as drawn; `first` is that page as JPEG."""

    pages: int
    width: int
    height: int
    first: bytes


def is_pdf(head: bytes) -> bool:
    """Do these first bytes say PDF? Some writers put a few of their own before it."""
    return b"%PDF-" in head[:1024]


def look(path: Path) -> Document:
    """Counts and draws. Raises NotADocument: not a PDF, damaged, protected, too long."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder, "first.jpg")
        told = _ask(path, drawn)
        if told.get("problem") == "protected":
            raise NotADocument(
                _("This PDF is protected by a password. Save a copy without protection, then add the copy.")
            )
        if not told.get("pages") or not drawn.exists():
            raise NotADocument(_("This PDF is damaged or has no pages. Save it again, then add the new copy."))
        if told["pages"] > MOST_PAGES:
            raise NotADocument(
                _("This PDF has more than %(count)s pages. Add a shorter one, or a link to it.") % {"count": MOST_PAGES}
            )
        return Document(told["pages"], told["width"], told["height"], drawn.read_bytes())


def _ask(path: Path, drawn: Path) -> dict[str, object]:
    command = [sys.executable, "-I", str(_READER), str(path), str(drawn)]
    try:
        ran = subprocess.run(  # noqa: S603  our own program and file names we made
            command, capture_output=True, timeout=LIMIT, stdin=subprocess.DEVNULL, check=False
        )
        told = json.loads(ran.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
