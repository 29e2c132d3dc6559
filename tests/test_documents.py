"""The documents lead somewhere: every relative link and picture in them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels_app import networks

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(document: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(document.read_text(encoding="utf-8"))]
    local = [link for link in links if link and "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_the_index_names_every_document() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    others = [path.name for path in (ROOT / "docs").glob("*.md") if path.name != "README.md"]
    missing = [name for name in others if name not in index]
    assert missing == []


def test_the_pictures_of_the_pages_stay_small() -> None:
    pictures = list((ROOT / "docs" / "screens").glob("*.png"))
    assert sum(picture.stat().st_size for picture in pictures) < 7_000_000


def test_the_readme_says_what_the_platforms_declare() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    table = page.partition("<!-- networks -->\n")[2].partition("\n<!-- /networks -->")[0]
    assert table == networks.markdown(), "run: python3 manage.py networks"


def test_the_page_about_channels_names_every_host_and_key() -> None:
    page = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
    assert networks.settings_markdown() in page, "run: python3 manage.py networks --hosts"
