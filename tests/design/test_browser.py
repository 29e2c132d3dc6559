"""The living page in a real browser: accessible and unbroken in both themes at every width."""

from __future__ import annotations

from typing import Any

import pytest

from tests import browser
from tests.cast import Library

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(browser.SIZES))
def test_the_living_page_is_accessible(page: Any, live_server: Any, lib: Library, theme: str, size: str) -> None:
    browser.sign_in(page, live_server, lib.ada)
    page.set_viewport_size(browser.SIZES[size])
    getattr(browser, theme)(page)
    page.goto(f"{live_server.url}/design/")
    browser.axe(page)
    browser.no_sideways_scroll(page)
