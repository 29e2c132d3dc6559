"""The browser that takes the pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from libsocial.screens import album
from libsocial.screens.acts import ACTS
from libsocial.screens.places import PLACES, Place
from libsocial.screens.stage import PASSWORD, Product

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# What moves, blinks or belongs to the moment.
STILL = "*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent }"


class Camera:
    """Photographs the places of one product, each person in a browser profile of their own."""

    def __init__(self, browser: Any, product: Product, folder: Path) -> None:
        self.browser, self.product, self.folder = browser, product, folder
        self._profiles: dict[str, Any] = {}

    def first_run(self) -> Place:
        """The one page of an empty library."""
        place = Place("first-run", "First run", f"/first-run/?code={self.product.code}", who="", dark=True)
        return self.take(place)

    def every(self, wanted: list[str], say: Callable[[str], None]) -> list[Place]:
        taken = []
        for place in PLACES:
            if not wanted or place.name in wanted:
                say(place.name)
                taken.append(self.take(place))
        return taken

    def take(self, place: Place) -> Place:
        """Desk, phone, and the desk in the dark; what is wanted of them."""
        page = self._profile(place.who).new_page()
        try:
            self._look(page, place, DESK, "light", place.name)
            if place.phone:
                self._look(page, place, PHONE, "light", f"{place.name}-phone")
            if place.dark:
                self._look(page, place, DESK, "dark", f"{place.name}-dark")
        finally:
            page.close()
        return place

    def _look(self, page: Any, place: Place, size: dict[str, int], theme: str, name: str) -> None:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        self._go(page, place)
        page.add_style_tag(content=STILL)
        page.evaluate("document.activeElement && document.activeElement.blur()")
        page.evaluate("document.fonts.ready.then(() => window.scrollTo(0, 0))")
        if size is DESK and not place.window:
            self._unroll(page)
        album.keep(page.screenshot(), self.folder / f"{name}.png")

    def _unroll(self, page: Any) -> None:
        """As tall as the page, so that what sticks to the edge of the window stands where it belongs."""
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": DESK["width"], "height": max(DESK["height"], min(height, album.TALLEST))})
        page.wait_for_timeout(150)  # the page lays itself out anew; nothing else says when it is done

    def _go(self, page: Any, place: Place) -> None:
        path = place.path
        if place.words and path == "/posts/":
            path = f"{path}?q={quote_plus(place.words)}"
        page.goto(self.product.address + path)
        if place.words and path == "/practice/":
            page.locator("article", has_text=place.words).first.locator(".practice-when").click()
        elif place.words:
            page.locator("main").get_by_role("link", name=place.words).first.click()
        page.wait_for_load_state("networkidle")
        if place.act:
            ACTS[place.act](page)

    def _profile(self, who: str) -> Any:
        if who not in self._profiles:
            self._profiles[who] = self.browser.new_context(locale="en-GB", timezone_id="Europe/London", bypass_csp=True)
            if who:
                self._sign_in(who)
        return self._profiles[who]

    def _sign_in(self, who: str) -> None:
        page = self._profiles[who].new_page()
        page.goto(f"{self.product.address}/account/login/")
        page.locator("[name=login]").fill(f"{who}@riverbend.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(f"{self.product.address}/")
        page.close()
