"""The walk of a director before the board meets: figures that agree wherever they stand, a goal, a records request."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.journeys.hands import Hands
from tests.journeys.product import PASSWORD, Product
from tests.journeys.walking import arrived, deliveries_of, post_called, run, station
from tests.servers.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH = pytest.mark.parametrize("hands", ["keyboard", "thumb"], indirect=True)
People = Callable[..., Hands]

# Two posts of the branch, a campaign with a goal, and the director, who reads everything and changes nothing.
MONTH = f"""
from libsocial.accounts.models import Membership, Role
from posts.models import Campaign
from posts.services import campaigns
root, ada = Unit.objects.get(parent=None), User.objects.get(email="ada@library.example")
if not User.objects.filter(email="jo@library.example").exists():
    jo = User.objects.create_person("jo@library.example", "{PASSWORD}", name="Jo Director")
    Membership.objects.create(user=jo, unit=root, role=Role.AUDITOR)
    today = datetime.now(ZoneInfo("Europe/London")).date()
    plan = campaigns.Plan(name="Card sign-up month", starts=today, ends=today + timedelta(days=29),
                          goal="300 card sign-ups through social links", goal_kind="hand", goal_number=300)
    campaign = campaigns.create(by=ada, unit=root, plan=plan)
    campaigns.note_reached(by=ada, campaign=campaign, number=212)
    approved("Board month 1: the new reading room is open.")
    approved("Board month 2: get your card in five minutes.")
"""

# What people did with them, and one reading of it.
ANSWERS = """
from analytics import collect
from analytics.models import Watch
from channels_app.models import PracticePost
from channels_app.practice import network
from django.utils import timezone
for number, likes in ((1, 7), (2, 12)):
    network.like(PracticePost.objects.get(text__startswith=f"Board month {number}"), by=likes)
collect.begin_watching()
Watch.objects.update(next_at=timezone.now())
collect.collect_channel(channel.pk)
"""


@BOTH
def test_the_month_for_the_board(product: Product, people: People) -> None:
    run(product, MONTH)
    posts = [post_called(product, f"Board month {number}%") for number in (1, 2)]
    for post in posts:
        wait_for(lambda post=post: deliveries_of(product, post) == ["published"], what="the posts of the month")
    if not product.rows("select 1 from analytics_dailyfigure where gain > 0"):
        run(product, ANSWERS)
    jo = people("jo")
    _figures_agree(jo, product)
    _the_goal_and_how_far_it_is(jo, product)
    _a_records_request(jo, product)
    _changes_nothing(jo, product, posts[0])


def _figures_agree(jo: Hands, product: Product) -> None:
    """The total of the page is the sum of the file; what a network does not give is said; the page prints as read."""
    jo.page.goto(f"{product.address}/analytics/")
    arrived(jo, "Analytics")
    total = jo.page.locator(".stat", has_text="Reactions").first
    expect(total).to_contain_text("19")
    station(jo, "director-1-figures")
    with jo.page.expect_download() as download:
        jo.press("link", "CSV")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert sum(int(row["Reactions"] or 0) for row in rows) == 19
    printed = pypdfium2.PdfDocument(jo.page.pdf(tagged=True))
    words = " ".join(page.get_textpage().get_text_range() for page in printed)
    assert "Reactions" in words
    assert "19" in words
    assert "New post" not in words, "the way around the product is printed too"
    levels = jo.page.eval_on_selector_all("main :is(h1, h2, h3, h4)", "found => found.map(one => +one.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


def _the_goal_and_how_far_it_is(jo: Hands, product: Product) -> None:
    jo.page.goto(f"{product.address}/posts/campaigns/")
    arrived(jo, "Campaigns")
    jo.press("link", "Card sign-up month")
    arrived(jo, "Card sign-up month")
    goal = jo.page.locator("#c-goal")
    expect(goal).to_contain_text("300 card sign-ups through social links")
    expect(goal).to_contain_text("212 of 300")
    expect(goal.get_by_role("button")).to_have_count(0)
    station(jo, "director-2-goal")


def _a_records_request(jo: Hands, product: Product) -> None:
    """The days asked for, as an archive in which every file has its digest."""
    jo.page.goto(f"{product.address}/audit/")
    arrived(jo, "Trail")
    today = datetime.now(ZoneInfo("Europe/London")).date().isoformat()
    jo.write("From", today)
    jo.write("Until", today)
    jo.press("button", "Filter")
    expect(jo.page).to_have_url(re.compile(f"since={today}"))
    station(jo, "director-3-records")
    with jo.page.expect_download() as download:
        jo.press("link", "Archive with digests")
    with zipfile.ZipFile(download.value.path()) as packed:
        manifest = packed.read("manifest-sha256.txt").decode()
        for line in manifest.strip().splitlines():
            digest, name = line.split("  ")
            assert hashlib.sha256(packed.read(name)).hexdigest() == digest
        table = list(csv.DictReader(io.StringIO(packed.read("trail.csv").decode("utf-8-sig"))))
    assert {row["time (UTC)"][:4] for row in table} == {today[:4]}
    assert "post.approved" in {row["action"] for row in table}


def _changes_nothing(jo: Hands, product: Product, post: int) -> None:
    jo.page.goto(f"{product.address}/posts/{post}/")
    expect(jo.page.get_by_role("heading", level=1)).to_contain_text("Board month 1")
    acts = jo.page.get_by_role("main").get_by_role("button", name=re.compile("^(Approve|Withdraw|Archive|Remove|Edit)"))
    expect(acts).to_have_count(0)
