"""Two ways to use a page: the keyboard alone, or a thumb. Both know only what a person can find by name."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 250
DESK = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "locale": "en-GB",
    "has_touch": True,
    "is_mobile": True,
    "reduced_motion": "reduce",
}


class Hands:
    """What both have in common: finding things by their role and name, as assistive technology does."""

    window: dict[str, Any] = {}

    def __init__(self, page: Page) -> None:
        self.page = page

    def _find(self, role: str, name: str, near: Locator | None) -> Locator:
        pattern = re.compile(f"^{re.escape(name)}", re.IGNORECASE)
        return (near or self.page).get_by_role(role, name=pattern).first  # type: ignore[arg-type]

    def press(self, role: str, name: str, near: Locator | None = None) -> None:
        """Presses a button, a link, a summary."""
        self.act(self._find(role, name, near))

    def write(self, label: str, text: str, near: Locator | None = None) -> None:
        self.type_into((near or self.page).get_by_label(re.compile(f"^{re.escape(label)}", re.IGNORECASE)).first, text)

    def act(self, target: Locator) -> None:
        raise NotImplementedError(target)

    def type_into(self, target: Locator, text: str) -> None:
        raise NotImplementedError(target)

    def tick(self, target: Locator) -> None:
        raise NotImplementedError(target)

    def choose(self, label: str, option: str) -> None:
        raise NotImplementedError(label)

    def sign_in(self, address: str, email: str, password: str) -> None:
        self.page.goto(f"{address}/account/login/")
        self.write("E-mail", email)
        self.write("Password", password)
        self.press("button", "Sign in")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Good to see you")

    def lasting(self, text: str) -> None:
        """Waits until the page says so."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def told(self, text: str) -> None:
        """Waits for the short message that follows an act: words of the page before it may be alike."""
        expect(self.page.locator("[data-toast]").filter(has_text=text).first).to_be_visible(timeout=15_000)

    def saved(self) -> None:
        """Waits until the composer says that everything typed on this page is kept."""
        expect(self.page.locator("[data-status]")).to_have_attribute("data-state", "saved")


class Keyboard(Hands):
    """Tab, Enter, Space, arrows and letters; never a pointer."""

    window = DESK

    def reach(self, target: Locator) -> None:
        """Tab by Tab until it has the focus, as it must be possible."""
        expect(target).to_be_visible()
        for _step in range(MOST_TABS):
            if target.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {target}")

    def act(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def type_into(self, target: Locator, text: str) -> None:
        self.reach(target)
        if target.get_attribute("type") in {"date", "time"}:
            target.fill(text)  # the parts of a date are in the order of the browser's language, not of the page
            return
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def tick(self, target: Locator) -> None:
        if target.get_attribute("type") == "radio":
            self._turn(target)
        else:
            self.reach(target)
            self.page.keyboard.press("Space")

    def _turn(self, target: Locator) -> None:
        """The radio buttons of a group share one stop; arrows go between them."""
        name = target.get_attribute("name")
        self.reach(self.page.locator(f"input[name='{name}']:checked"))
        for _step in range(20):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow comes to {target}")

    def choose(self, label: str, option: str) -> None:
        self.reach(self.page.get_by_label(label, exact=False).first)
        self.page.keyboard.type(option)


class Thumb(Hands):
    """Taps at 390 px; what is tapped must be large enough for it."""

    window = PHONE

    def act(self, target: Locator) -> None:
        target.tap()  # comes into view by itself, and is found again where the page was drawn anew meanwhile

    def type_into(self, target: Locator, text: str) -> None:
        self.act(target)
        target.fill(text)

    def tick(self, target: Locator) -> None:
        self.act(target)

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=False).first.select_option(label=option)


HANDS: dict[str, type[Hands]] = {"keyboard": Keyboard, "thumb": Thumb}
