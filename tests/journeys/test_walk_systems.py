"""The walk of a systems librarian: installed from nothing, seen to be healthy, killed as it sends, started again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.journeys.hands import Hands
from tests.journeys.product import Product
from tests.journeys.test_newcomer import open_the_library
from tests.journeys.walking import arrived, station
from tests.servers.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH = pytest.mark.parametrize("hands", ["keyboard", "thumb"], indirect=True)
MANY = 12

# Twelve posts that leave at once; one person may say yes here, as in a library of one.
TWELVE = f"""
import uuid
from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from libsocial.accounts.services import units
from posts.drafting import Draft
from posts.models import Post
from posts.services import drafts, review
ada, root = User.objects.get(), Unit.objects.get(parent=None)
units.change(by=ada, unit=root, own_approval=True)
channel = Channel.objects.get()
for number in range({MANY}):
    draft = {{"parts": [{{"text": f"Before the power went {{number}}."}}], "language": "en", "zone": "Europe/London",
             "targets": [{{"channel": channel.pk}}]}}
    post = drafts.create(by=ada, unit=root, token=uuid.uuid4(), draft=Draft.from_json(draft))
    review.submit(post=post, by=ada)
    post = Post.objects.select_related("unit", "author", "current").get(pk=post.pk)
    review.approve(post=post, by=ada, digest=post.current.digest)
"""
TOKEN = """
from channels_app.models import Credential
print(Credential.objects.get().secret["token"])
"""


@BOTH
def test_an_afternoon_of_a_systems_librarian(newcomer: Product, hands: Callable[[], Hands]) -> None:
    ada = hands()
    open_the_library(ada, newcomer)
    _everything_is_well(ada, newcomer)
    _the_channel_tells_all_but_its_key(ada, newcomer)
    _killed_in_the_middle_it_sends_each_once(newcomer)
    _everything_is_well(ada, newcomer)  # she is signed in still
    station(ada, "systems-3-after")


def _everything_is_well(ada: Hands, product: Product) -> None:
    assert requests.get(f"{product.address}/health/ready", timeout=30).status_code == 200
    ada.page.goto(f"{product.address}/status/")
    arrived(ada, "Status")
    expect(ada.page.locator("#sending").get_by_role("listitem").first).to_be_visible()
    wait_for(lambda: _no_red(ada), what="a page of the status without red", seconds=60, every=1)
    expect(ada.page.locator("#needs")).to_contain_text("Nothing failed and nothing is unclear.")
    station(ada, "systems-1-status")


def _no_red(ada: Hands) -> bool:
    """A clock that has only just begun to tick is red for some seconds."""
    ada.page.reload()
    return ada.page.locator("main .tone-bad").count() == 0


def _the_channel_tells_all_but_its_key(ada: Hands, product: Product) -> None:
    token = product.run(TOKEN).strip().splitlines()[-1]
    assert len(token) > 10
    ada.page.goto(f"{product.address}/channels/")
    arrived(ada, "Channels")
    ada.act(ada.page.get_by_role("main").get_by_role("link", name="Riverbend Library").first)
    arrived(ada, "Riverbend Library")
    station(ada, "systems-2-channel")
    assert token not in ada.page.content()
    logs = list((product.folder / "data" / "logs").glob("*"))
    assert not any(token.encode() in log.read_bytes() for log in logs if log.is_file())
    assert token not in "".join(product.said)


def _killed_in_the_middle_it_sends_each_once(product: Product) -> None:
    product.run(TWELVE)
    there = (
        "select text, count(*) from channels_app_practicepost where text like 'Before the power went%' group by text"
    )
    wait_for(lambda: product.rows(there), what="the first of the twelve")
    _power_cut(product)
    product.start()
    ended = "select count(*) from scheduler_delivery where state in ('published', 'needs_person')"
    wait_for(lambda: product.rows(ended)[0][0] == MANY, what="all twelve to be settled after the start")
    counted = dict(product.rows(there))
    assert set(counted.values()) == {1}
    published = product.rows("select count(*) from scheduler_delivery where state = 'published'")[0][0]
    assert published <= len(counted) <= MANY


def _power_cut(product: Product) -> None:
    """The whole family of processes at once, none of which may say goodbye."""
    assert product.process is not None
    family = [product.process.pid]
    for pid in family:
        for task in Path(f"/proc/{pid}/task").iterdir():
            family += [int(child) for child in (task / "children").read_text().split()]
    for pid in family:
        os.kill(pid, signal.SIGKILL)
    product.process.wait()
