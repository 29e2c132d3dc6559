"""One running product for the journeys that can share it, and people with a browser each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.infrastructure import PATIENCE
from tests.journeys.hands import HANDS, Hands
from tests.journeys.product import PASSWORD, SEED, Product
from tests.servers.mailbox import Mailbox, open_mailbox


@pytest.fixture(scope="module")
def post_office() -> Iterator[Mailbox]:
    with open_mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, post_office: Mailbox) -> Iterator[Product]:
    """A library with people and a Practice channel, running, with mail."""
    running = Product(
        tmp_path_factory.mktemp("library"), LIBSOCIAL_MAIL_URL=f"smtp://{post_office.host}:{post_office.port}"
    )
    running.migrate()
    running.run(SEED)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def newcomer(tmp_path: Any) -> Iterator[Product]:
    """A product nobody has opened yet."""
    running = Product(tmp_path)
    running.start(fresh=True)
    yield running
    running.stop()


@pytest.fixture
def hands(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Callable[..., Hands]]:
    """Another person's hands on another browser, the way the test's parameter says; complaints fail the test."""
    kind = HANDS[getattr(request, "param", "keyboard")]
    contexts, errors = [], []

    def person(**more: Any) -> Hands:
        context = chromium.new_context(**kind.window, **more)
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
        page.on("response", lambda answer: errors.append(answer.url) if answer.status >= 500 else None)
        return kind(page)

    yield person
    for context in contexts:
        context.close()
    assert not errors, f"a page complained: {errors}"


@pytest.fixture
def people(product: Product, hands: Callable[..., Hands]) -> Callable[..., Hands]:
    """`people("alice")`: Alice, signed in at the running product."""

    def somebody(name: str, **more: Any) -> Hands:
        person = hands(**more)
        person.sign_in(product.address, f"{name}@library.example", PASSWORD)
        return person

    return somebody
