"""`manage.py screens`: pictures of every page, from the demo, with a real browser."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from importlib import util
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from libsocial.screens import album
from libsocial.screens.camera import Camera
from libsocial.screens.places import Place
from libsocial.screens.stage import CannotStart, Product

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = (
    "The pictures are taken with Chromium, and there is none on this machine.\n"
    "Install it (Debian, Ubuntu: apt install chromium), or name it:\n"
    "  CHROMIUM=/path/to/chromium python3 manage.py screens"
)
NO_PLAYWRIGHT = (
    "The pictures are taken with Playwright, which comes with the tests: pip install -r requirements-test.txt"
)


class Command(BaseCommand):
    help = "Photograph every page of the demo at 1440 and 390 pixels, light and dark, with Chromium."
    requires_system_checks: list[str] = []  # it looks at a library of its own, not at the one here

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", default=str(settings.BASE_DIR / "docs" / "screens"), help="folder of the pictures")
        parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these pages, no index")

    def handle(self, *args: Any, **options: Any) -> None:
        chromium = _chromium()
        out = Path(options["out"])
        out.mkdir(parents=True, exist_ok=True)
        try:
            with tempfile.TemporaryDirectory(prefix="libsocial-screens-") as folder:
                taken = self._take(chromium, Path(folder), out, options["only"])
        except CannotStart as error:
            sys.exit(f"The demo did not start:\n{error}")
        if not options["only"]:
            album.index(taken, out)
        size = sum(path.stat().st_size for path in out.glob("*.png"))
        self.stdout.write(f"{len(taken)} pages are in {out} ({size / 1024**2:.1f} MB).")

    def _take(self, chromium: str, folder: Path, out: Path, only: list[str]) -> list[Place]:
        from playwright.sync_api import sync_playwright

        taken = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--lang=en-GB"], env={**os.environ, "LANGUAGE": "en_GB"}
            )
            if not only or "first-run" in only:
                with Product(folder / "empty") as empty:
                    taken.append(Camera(browser, empty, out).first_run())
            with Product(folder / "demo").fill() as product:
                taken += Camera(browser, product, out).every(only, self.stdout.write)
            browser.close()
        return taken


def _chromium() -> str:
    """The browser; raises CommandError in words when something is missing."""
    if util.find_spec("playwright") is None:
        raise CommandError(NO_PLAYWRIGHT)
    found = os.environ.get("CHROMIUM") or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        raise CommandError(NO_BROWSER)
    return found
