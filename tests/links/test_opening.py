"""Opening a short link: where one gets, what is counted, and what is never kept."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from libsocial.links.models import ClickHour, Link, UnitRules
from libsocial.links.opening import MOST_ROWS
from libsocial.links.services import links
from tests.cast import Library
from tests.posts.conftest import NOW, make_channel

BROWSER = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"


def make(lib: Library, **fields: Any) -> Link:
    given = {"code": "seeds", "target": "https://library.example/seeds?a=1", "created_by": lib.alice} | fields
    return Link.objects.create(unit=lib.north, **given)


def visitor(**headers: str) -> Client:
    return Client(headers={"user-agent": BROWSER} | headers)


def test_a_link_leads_to_its_page_with_the_words_of_the_campaign(lib: Library) -> None:
    make(lib, campaign="seed-week", reference="post:12")
    channel = make_channel(lib.north, handle="@north")
    response = visitor().get(f"/s/seeds.{channel.pk}")
    assert response.status_code == 302
    assert response["Location"] == (
        "https://library.example/seeds?a=1&utm_source=practice&utm_medium=social"
        "&utm_campaign=seed-week&utm_content=12-north"
    )
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert ClickHour.objects.get().place == str(channel.pk)


@time_machine.travel(NOW, tick=False)
def test_clicks_are_sums_by_hour_place_host_and_device(lib: Library) -> None:
    link = make(lib)
    links.add_placement(by=lib.alice, link=link, name="Poster at the door")
    for _n in range(3):
        visitor(referer="https://www.news.example/story?reader=5").get("/s/seeds.poster-at-the-door")
    visitor().head("/s/SEEDS")
    visitor(**{"user-agent": "WhatsApp/2.23"}).get("/s/seeds")
    rows = ClickHour.objects.order_by("count", "device")
    rows = list(rows.values_list("place", "referrer", "device", "bot", "count"))
    assert rows == [
        ("", "", "desktop", True, 1),
        ("", "", "other", True, 1),
        ("poster-at-the-door", "news.example", "desktop", False, 3),
    ]
    names = {field.name for field in ClickHour._meta.get_fields()}
    assert names == {"id", "link", "place", "hour", "referrer", "device", "bot", "count"}


def test_an_invented_place_counts_for_the_link(lib: Library) -> None:
    make(lib)
    assert visitor().get("/s/seeds.nobody").status_code == 302
    assert visitor().get("/s/seeds.99999").status_code == 302
    assert [(row.place, row.count) for row in ClickHour.objects.all()] == [("", 2)]


def test_invented_referrers_cannot_fill_the_table(lib: Library) -> None:
    link, hour = make(lib), timezone.now().replace(minute=0, second=0, microsecond=0)
    ClickHour.objects.bulk_create(
        ClickHour(link=link, hour=hour, referrer=f"h{n}.example", device="desktop", count=1) for n in range(MOST_ROWS)
    )
    for n in range(5):
        visitor(referer=f"https://new{n}.example/").get("/s/seeds")
    assert ClickHour.objects.count() <= MOST_ROWS + 1
    assert ClickHour.objects.get(referrer="").count == 5


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/s/other", {}, 404),
        ("/s/seeds", {"state": "off"}, 410),
        ("/s/seeds", {"expires_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, 410),
    ],
)
def test_what_leads_nowhere_is_a_friendly_page(lib: Library, path: str, fields: dict[str, Any], status: int) -> None:
    make(lib, **fields)
    response = visitor().get(path)
    assert response.status_code == status
    assert "sk at the library" in response.content.decode()
    assert not response.cookies
    assert not ClickHour.objects.exists()


def test_only_stored_addresses_are_given(lib: Library) -> None:
    make(lib)
    response = visitor().get("/s/seeds?next=https://evil.example&url=//evil.example")
    assert response["Location"].startswith("https://library.example/seeds?")
    assert "evil" not in response["Location"]
    assert visitor().post("/s/seeds").status_code == 405


def test_a_unit_below_follows_the_rules_above_until_it_says_something(lib: Library) -> None:
    make(lib)
    links.change_rules(by=lib.ada, unit=lib.root, said={"tagged": False})
    assert visitor().get("/s/seeds")["Location"] == "https://library.example/seeds?a=1"
    links.change_rules(by=lib.ada, unit=lib.north, said={"tagged": True, "medium": "net"})
    assert "utm_medium=net" in visitor().get("/s/seeds")["Location"]
    assert UnitRules.objects.count() == 2


def test_opening_asks_few_questions(lib: Library, django_assert_max_num_queries: Any) -> None:
    make(lib)
    channel = make_channel(lib.north)
    visitor().get(f"/s/seeds.{channel.pk}")
    with django_assert_max_num_queries(4):  # is the library open; the link; the channel; one more in the sum
        visitor().get(f"/s/seeds.{channel.pk}")


def test_the_last_second_of_its_time_still_counts(lib: Library) -> None:
    now = timezone.now()
    link = make(lib, expires_at=now)
    assert link.expired(now)
    assert not link.expired(now - timedelta(seconds=1))


@pytest.mark.bothdbs
@pytest.mark.django_db(transaction=True)
def test_no_click_is_lost_when_many_come_at_once(lib: Library) -> None:
    make(lib)

    def click() -> None:
        try:
            for _n in range(10):
                assert visitor().get("/s/seeds").status_code == 302
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(ClickHour.objects.values_list("count", flat=True)) == 60
