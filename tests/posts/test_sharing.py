"""What is planned, read by other programs: the CSV, and the calendar behind a secret address."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from channels_app.models import Channel
from libsocial.accounts.models import User
from libsocial.shell import looks
from posts import display
from posts.drafting import DraftTarget
from posts.models import CalendarAddress
from posts.services import addresses, drafts
from tests.cast import Library, signed_in
from tests.posts.conftest import again, approved, simple, submitted, written

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs, pytest.mark.usefixtures("clock")]
AT = "2026-12-01T10:00"


def table(person: User, **query: str) -> list[dict[str, str]]:
    answer = signed_in(person).get(reverse("posts:export"), query)
    text = b"".join(answer.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff") is (query.get("bom") != "no")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_table_holds_what_the_filters_show_with_all_columns(lib: Library, channel: Channel) -> None:
    written(lib.alice, lib.north, simple(channel, text="A draft", at=AT, note="For Sam"))
    submitted(lib.alice, lib.north, simple(channel, text="In review", at="2027-01-05T16:30"))
    found = table(lib.sam)
    assert {row["Title"] for row in found} == {"A draft", "In review"}
    row = next(row for row in found if row["Title"] == "A draft")
    assert (row["Day"], row["Time"], row["Channels"], row["Note"]) == (
        "2026-12-01",
        "10:00",
        "Practice North",
        "For Sam",
    )
    assert [row["Title"] for row in table(lib.sam, state="in_review", bom="no")] == ["In review"]
    assert [row["Title"] for row in table(lib.sam, first="2026-12-01", last="2026-12-01")] == ["A draft"]
    assert table(lib.olga) == []


def test_no_cell_is_a_formula(lib: Library, channel: Channel) -> None:
    for text in ("=1+1", "+49 30", "@everyone", "-5", "  =HYPERLINK(1)"):
        written(lib.alice, lib.north, simple(channel, text=text))
    assert all(row["Text"].startswith("'") and row["Title"].startswith("'") for row in table(lib.alice))


def test_the_words_are_those_of_the_looks() -> None:
    assert display.labels() == {name: str(looks.of_state(name).label) for name in display.labels()}
    assert set(looks.EDITORIAL) | set(looks.WIRE) == set(display.labels()) | {"approved", "processing"}


# --- iCalendar ----------------------------------------------------------------


def secret(person: User, **of: object) -> str:
    return addresses.make(by=person, **of)[1]  # type: ignore[arg-type]


def events(token: str, **headers: str) -> list[dict[str, object]]:
    answer = Client().get(reverse("posts:ical", args=[token]), headers=headers)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    return [dict(event) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_a_calendar_program_reads_what_the_person_may_see(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at=AT))
    (event,) = events(secret(lib.alice))
    assert str(event["UID"]) == f"post-{post.pk}-0@libsocial"
    assert str(event["SUMMARY"]) == "Planned: Story time on Tuesday"
    assert (str(event["STATUS"]), event["DTSTART"].dt) == ("CONFIRMED", datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert str(event["URL"]).endswith(f"/posts/{post.pk}/")
    assert events(secret(lib.olga)) == []


def test_the_same_event_with_a_higher_sequence_after_a_change(lib: Library, channel: Channel) -> None:
    post, token = written(lib.alice, lib.north, simple(channel, at=AT)), secret(lib.alice)
    (before,) = events(token)
    drafts.save(post=post, by=lib.alice, draft=simple(channel, at="2026-12-02T10:00"), version=1)
    (after,) = events(token)
    assert before["UID"] == after["UID"] and int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert str(after["STATUS"]) == "TENTATIVE"
    drafts.archive(post=again(post), by=lib.alice)
    assert [str(event["STATUS"]) for event in events(token)] == ["CANCELLED"]


def test_channels_with_times_of_their_own_are_events_of_their_own(
    lib: Library, channel: Channel, second: Channel
) -> None:
    targets = (DraftTarget(channel.pk), DraftTarget(second.pk, at="2026-12-03T10:00"))
    written(lib.alice, lib.north, replace(simple(at=AT), targets=targets))
    found = events(secret(lib.alice))
    assert len({str(event["UID"]) for event in found}) == 2
    assert [str(event["LOCATION"]) for event in found] == ["Practice North", "Practice Teens"]


def test_an_address_of_one_channel_shows_that_channel_alone(lib: Library, channel: Channel, second: Channel) -> None:
    written(lib.alice, lib.north, simple(channel, text="First", at=AT))
    written(lib.alice, lib.north, simple(second, text="Second", at=AT))
    (event,) = events(secret(lib.alice, channel=second))
    assert str(event["SUMMARY"]) == "Draft: Second"


def test_nothing_new_is_not_sent_again(lib: Library, channel: Channel) -> None:
    written(lib.alice, lib.north, simple(channel, at=AT))
    token = secret(lib.alice)
    where = reverse("posts:ical", args=[token])
    first = Client().get(where)
    assert "max-age" in first["Cache-Control"]
    assert Client().get(where, headers={"If-None-Match": first["ETag"]}).status_code == 304
    written(lib.alice, lib.north, simple(channel, at=AT))
    assert Client().get(where, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_renewed_or_ended_address_and_one_of_somebody_gone_read_nothing(lib: Library) -> None:
    row, old = addresses.make(by=lib.alice)
    new = addresses.renew(by=lib.alice, address=row)
    assert addresses.find(old) is None and addresses.find(new) == row
    User.objects.filter(pk=lib.alice.pk).update(is_active=False)
    assert addresses.find(new) is None
    addresses.end(by=lib.alice, address=row)
    assert not CalendarAddress.objects.exists()


def test_the_token_is_shown_once_and_kept_nowhere(lib: Library) -> None:
    client, where = signed_in(lib.alice), reverse("posts:addresses")
    text = client.post(where, {"do": "make"}, follow=True).content.decode()
    token = re.search(r"/posts/calendar/([\w-]+)\.ics", text)[1]  # type: ignore[index]
    assert addresses.find(token) is not None
    assert token not in client.get(where).content.decode()
    assert token not in str(list(CalendarAddress.objects.values()))
    mine = CalendarAddress.objects.get()
    assert signed_in(lib.sam).post(where, {"do": f"end:{mine.pk}"}).status_code == 404
