"""What a browser is sent of script and style: every file any page names, and what those import."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

LEVEL = 6  # what web servers compress with
_NAMED = re.compile(r"""static ['"]([^'"]+\.(?:js|css))['"]""")
_FROM = re.compile(r"""(?:from|import)\s*\(?\s*["'](\./[^"']+\.js)["']""")


@dataclass(frozen=True)
class Weight:
    """Compressed bytes of all of it together."""

    script: int
    style: int
    files: int

    @property
    def total(self) -> int:
        return self.script + self.style


def of_all() -> Weight:
    """Everything the templates of ours name, each file once."""
    names = sorted(_with_imports(_named()))
    sizes = {name: len(gzip.compress(_path(name).read_bytes(), LEVEL)) for name in names}
    script = sum(size for name, size in sizes.items() if name.endswith(".js"))
    return Weight(script, sum(sizes.values()) - script, len(sizes))


def _named() -> set[str]:
    pages = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    return {name for page in pages for name in _NAMED.findall(page.read_text())}


def _with_imports(names: set[str]) -> set[str]:
    found, open_ones = set(names), list(names)
    while open_ones:
        name = open_ones.pop()
        if not name.endswith(".js"):
            continue
        folder = name.rpartition("/")[0]
        for other in _FROM.findall(_path(name).read_text()):
            beside = f"{folder}/{other.removeprefix('./')}"
            if beside not in found:
                found.add(beside)
                open_ones.append(beside)
    return found


def _path(name: str) -> Path:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(name)
    return Path(found)
