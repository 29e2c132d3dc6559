"""What every test stands on: nothing missing goes unsaid, nothing leaks from one test to the next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from libsocial import statics
from tests import infrastructure

# A busy machine is no failing example, and a run leaves nothing behind in the folder it was started from.
hypothesis_settings.register_profile("libsocial", deadline=None, database=None)
hypothesis_settings.load_profile("libsocial")

pytest_plugins = ["tests.fixtures_cast", "tests.servers.fixtures"]

present = cache(infrastructure.present)


def pytest_configure(config: pytest.Config) -> None:
    """Pages are spoken in every language we have, as after a start."""
    statics.compile_messages()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite leave the PostgreSQL tests to the other run; there, leave the rest to this one."""

    def belongs(item: pytest.Item) -> bool:
        if infrastructure.on_postgres():
            return bool(item.get_closest_marker("bothdbs") or item.get_closest_marker("postgres"))
        return not item.get_closest_marker("postgres")

    left_out = [item for item in items if not belongs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if belongs(item)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for need, advice in infrastructure.MISSING.items():
        if item.get_closest_marker(need) and not present(need):
            pytest.skip(advice)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where everything must run, a skipped test is a failed one."""
    report: Any = yield
    if report.skipped and not hasattr(report, "wasxfail") and infrastructure.strict():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and here nothing may be: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Passed, failed (with errors) and skipped of this run, added to the file the suite sums up."""
    counts = os.environ.get(infrastructure.COUNTS)
    if counts and not hasattr(config, "workerinput"):  # the process that leads has its workers' numbers
        stats = terminalreporter.stats
        failed = len(stats.get("failed", ())) + len(stats.get("error", ()))
        with Path(counts).open("a") as file:
            file.write(f"{len(stats.get('passed', ()))} {failed} {len(stats.get('skipped', ()))}\n")


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Rate limits and remembered answers of one test must not meet the next."""
    from django.core.cache import cache as django_cache

    yield
    django_cache.clear()


@pytest.fixture(autouse=True)
def _media_of_this_test(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.WORK_DIR = tmp_path / "work"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the session; pages come from the ``page`` fixture."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=infrastructure.PATIENCE * 1000)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=infrastructure.browser(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page in a fresh browser profile, 1440 wide; errors in its console fail the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert not errors, f"the page's own script or policy complained: {errors}"
