"""The typeface, served by ourselves: made once from the Inter package into a small WOFF2.

A static files finder makes it for ``collectstatic`` and the development server, so no binary
lies in the repository and no browser asks another host for a font.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import Storage

NAME = "built/fonts/inter.woff2"
# Latin with its extensions, Greek, Cyrillic, punctuation, currency, arrows and common signs.
RANGES = (
    (0x0020, 0x024F), (0x0259, 0x0259), (0x02B0, 0x02FF), (0x0300, 0x036F), (0x0370, 0x03FF), (0x0400, 0x052F),
    (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF), (0x2100, 0x214F), (0x2190, 0x21FF),
    (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2265), (0x25CF, 0x25CF), (0x2713, 0x2717),
)  # fmt: skip
FEATURES = ("kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "case", "cv05", "cv11", "ss03")


def target() -> Path:
    """Where the made file is kept: among the static files, but not in version control."""
    return Path(settings.BASE_DIR) / "static" / NAME


def make(path: Path) -> Path:
    """Subset Inter's variable font to WOFF2 (about 130 KB, 3 s), once. Raises OSError when it cannot be written."""
    if path.exists():
        return path
    import fontpkg_inter
    from fontTools import subset

    source = Path(fontpkg_inter.__file__).parent / "files" / "Inter[opsz,wght].ttf"
    options = subset.Options(flavor="woff2", layout_features=list(FEATURES), notdef_outline=True)
    font = subset.load_font(str(source), options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    chosen.subset(font)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    subset.save_font(font, str(unfinished), options)
    unfinished.replace(path)
    return path


class FontFinder(BaseFinder):
    """Makes the typeface when static files are first asked for; the finders after this one then find it."""

    def find(self, path: str, find_all: bool = False) -> list[str]:
        if path == NAME:
            make(target())
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        make(target())
        return iter(())
