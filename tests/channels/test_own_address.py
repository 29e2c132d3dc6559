"""Practice is a page of ours: links to it follow the address the product runs at now, all others stay as they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from channels_app.content import Content, Part
from channels_app.models import Channel
from channels_app.practice.services import ensure_practice, set_mode
from libsocial.core import own
from libsocial.notices.catalogue import render
from scheduler import engine, services
from scheduler.models import Delivery, DeliveryPart
from tests.cast import Library, signed_in

NOW_AT = "https://social.library.example"


@pytest.fixture
def channel(lib: Library, settings: Any) -> Channel:
    settings.BASE_URL = "http://127.0.0.1:8000"
    return ensure_practice(lib.north, by=lib.ada)


def sent(lib: Library, channel: Channel) -> Delivery:
    now = timezone.now()
    delivery = services.plan(
        channel=channel,
        unit=channel.unit,
        content=Content(parts=(Part(text="Story time"),)),
        due_at=now,
        not_after=now + timedelta(days=1),
        reference="test:1",
        title="Story time",
        by=lib.sam,
    )
    engine.deliver(delivery.pk, worker="test")
    delivery.refresh_from_db()
    return delivery


def test_a_post_on_practice_is_found_where_the_product_runs_now(lib: Library, channel: Channel, settings: Any) -> None:
    delivery = sent(lib, channel)
    assert delivery.remote_url.startswith("http://127.0.0.1:8000/practice/")
    settings.BASE_URL = NOW_AT
    delivery.refresh_from_db()
    part = DeliveryPart.objects.get(delivery=delivery)
    assert delivery.remote_url == part.remote_url
    assert delivery.remote_url.startswith(f"{NOW_AT}/practice/")
    assert signed_in(lib.alice).get(delivery.remote_url.removeprefix(NOW_AT)).status_code == 200
    channel.refresh_from_db()
    assert channel.url.startswith(f"{NOW_AT}/practice/")
    page = signed_in(lib.ada).get(reverse("channels:detail", args=[channel.pk])).content.decode()
    assert "127.0.0.1:8000" not in page


def test_where_a_person_is_sent_to_look_follows_too(lib: Library, channel: Channel, settings: Any) -> None:
    params = {"look_at": own.kept(channel.url), "title": "Story time", "channel": channel.name}
    settings.BASE_URL = NOW_AT
    assert f"Look at {NOW_AT}/practice/" in render("delivery.needs_person", params).body


def test_an_answer_that_was_lost_is_still_found_after_a_move(lib: Library, channel: Channel, settings: Any) -> None:
    set_mode(by=lib.ada, channel=channel, mode="drop")
    delivery = sent(lib, channel)
    assert delivery.state == "unclear"
    settings.BASE_URL = NOW_AT
    Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now())
    engine.reconcile(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "published"
    assert delivery.remote_url.startswith(f"{NOW_AT}/practice/")


def test_what_is_written_down_names_no_host_of_ours_and_keeps_every_other(channel: Channel) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM channels_app_channel")
        assert cursor.fetchall() == [(f"here:/practice/{channel.handle}/",)]
    for elsewhere in ("https://social.example/@north/1", "http://127.0.0.1:80001/x", "", "here: a word"):
        assert own.shown(own.kept(elsewhere)) == elsewhere
