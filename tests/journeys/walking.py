"""What the five walks share: who walks, what is looked at on the way, and where it stands afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.journeys.hands import Hands
from tests.journeys.product import WRITE, Product

SCREENS = "WALK_SCREENS"  # a folder for pictures of the main stations; none are taken without it


def station(person: Hands, name: str) -> None:
    """A place on the way that people look at: it fits its window, and is photographed where somebody asked for it."""
    wide = person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name} is {wide} px too wide"
    folder = os.environ.get(SCREENS)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        size = person.page.viewport_size or {"width": 0}
        person.page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=False)


def post_called(product: Product, title: str) -> int:
    """The newest post with this title (or its beginning, with %)."""
    return int(product.rows("select id from posts_post where title like ? order by id desc", title)[0][0])


def state_of(product: Product, post: int) -> str:
    return str(product.rows("select state from posts_post where id = ?", post)[0][0])


def deliveries_of(product: Product, post: int) -> list[str]:
    rows = product.rows("select state from scheduler_delivery where reference like ? order by id", f"post:{post}:%")
    return [str(row[0]) for row in rows]


def published(product: Product, text: str) -> int:
    """How often the far side has it."""
    return int(product.rows("select count(*) from channels_app_practicepost where text = ?", text)[0][0])


def trail_of(product: Product, post: int) -> list[str]:
    """What the trail says of a post, in order."""
    sql = "select action from audit_entry where subject_id = ? and action like 'post.%' order by id"
    return [str(row[0]) for row in product.rows(sql, str(post))]


def run(product: Product, script: str) -> str:
    """A script with the words of the journeys: what happened before, and what the clock would have done."""
    return product.run(WRITE + script)


def kind_of(person: Hands) -> str:
    return "thumb" if person.window.get("has_touch") else "keyboard"


def arrived(person: Hands, words: str) -> None:
    """The page with this heading is there."""
    expect(person.page.get_by_role("heading", level=1)).to_contain_text(words)


def a_file(name: str, data: bytes, mime: str) -> dict[str, Any]:
    """As the browser's dialogue for files hands it over."""
    return {"name": name, "mimeType": mime, "buffer": data}


def choose_files(person: Hands, field: str, words: str, files: list[dict[str, Any]]) -> None:
    """Through the browser's own dialogue: Enter on the field, or a tap on the button around it."""
    with person.page.expect_file_chooser() as dialogue:
        if kind_of(person) == "thumb":
            person.act(person.page.locator("label", has_text=words).first)
        else:
            person.reach(person.page.locator(field).first)  # type: ignore[attr-defined]
            person.page.keyboard.press("Enter")
    dialogue.value.set_files(files)  # type: ignore[arg-type]
