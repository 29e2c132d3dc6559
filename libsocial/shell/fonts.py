"""The typeface is made when static files are first asked for, so that tests and a developer's server have it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import Storage

from libsocial import typeface

NAME = "built/fonts/inter.woff2"


def made() -> None:
    """Make the file unless it is there. Raises OSError when it cannot be written."""
    path = Path(settings.STATICFILES_DIRS[0]) / NAME
    if not path.exists():
        typeface.build(path)


class FontFinder(BaseFinder):
    """Finds nothing itself: it makes the typeface, and the finders after it then find that."""

    def find(self, path: str, find_all: bool = False) -> list[str]:
        if path == NAME:
            made()
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        made()
        return iter(())
