"""Posts from a file: every way such files are saved, every line judged before anything is made, and none made twice."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Membership
from libsocial.notices.models import Notice
from posts.importing import columns, reading
from posts.importing.judging import judge
from posts.models import Asset, ImportBatch, Post
from posts.services import import_work, importing
from posts.workflow import NotPossible
from tests.cast import Library, signed_in
from tests.posts.conftest import simple, written

WORDS = "Text;Kanäle;Datum;Uhrzeit\n„Grüße“ aus Zürich;Practice North;01.12.2026;10:00\n"


# --- reading ------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_whatever_encoding_and_separator_it_was_saved_in(encoding: str, sign: str) -> None:
    table = reading.read(WORDS.replace(";", sign).encode(encoding))
    assert table.header == ["Text", "Kanäle", "Datum", "Uhrzeit"]
    assert table.rows == [(2, ["„Grüße“ aus Zürich", "Practice North", "01.12.2026", "10:00"])]


def workbook(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_real_dates() -> None:
    from datetime import datetime, time

    table = reading.read(workbook(["Text", "Day", "Time"], ["Hello", datetime(2026, 12, 1), time(10, 5)], [None, None]))
    assert table.rows == [(2, ["Hello", "2026-12-01", "10:05"])]


def test_a_text_over_several_lines_is_one_post() -> None:
    table = reading.read(b'Text,Day\n"First, with a comma\nand a second line",2026-12-01\nOther,\n')
    assert [cells[0] for _number, cells in table.rows] == ["First, with a comma\nand a second line", "Other"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"Text,Day\n", "no post"),
        (b"PK\x03\x04 and then nothing", "cannot be opened"),
        (b"\xd0\xcf\x11\xe0old", r"\.xls"),
        (b"Text\n" + b"line\n" * (reading.MOST_ROWS + 1), "More than"),
        (b",".join([b"x"] * 70) + b"\n" + b",".join([b"x"] * 70), "columns"),
        (b"a\x00b,c\nd,e", "not a table"),
        (b"x" * (reading.MOST_BYTES + 1), "larger"),
        (b"\xff\xfea", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(data: bytes, word: str) -> None:
    with pytest.raises(reading.Unreadable, match=word):
        reading.read(data)


@pytest.mark.parametrize(
    ("day", "clock", "found"),
    [
        ("2026-12-01", "10:00", "2026-12-01T10:00"),
        ("1.12.2026", "9:05", "2026-12-01T09:05"),
        ("01/12/26", "3 PM", "2026-12-01T15:00"),
        ("2026-12-01 10:30", "", "2026-12-01T10:30"),
        ("2026-12-01T10:30:00", "", "2026-12-01T10:30"),
        ("1.12.2026", "12:00 am", "2026-12-01T00:00"),
        ("", "", ""),
        ("2026-12-01", "", None),
        ("", "10:00", None),
        ("2026-02-30", "10:00", None),
        ("2026-12-01", "25:00", None),
        ("tomorrow", "10:00", None),
    ],
)
def test_days_and_times_as_people_write_them(day: str, clock: str, found: str | None) -> None:
    assert columns.moment(day, clock) == found


def test_the_month_comes_first_only_where_a_day_says_so() -> None:
    assert columns.month_first(["3/4/2026", "3/25/2026"]) and not columns.month_first(["3/4/2026", "25/3/2026"])
    assert columns.moment("3/25/2026", "10:00", american=True) == "2026-03-25T10:00"


def test_columns_are_known_by_many_names() -> None:
    assert columns.guess(["Datum", "Uhrzeit", "Nachricht", "X"]) == {"date": 0, "time": 1, "text": 2}


# --- judging and making -----------------------------------------------------------


def brought(lib: Library, *lines: str, header: str = "Text;Channels;Day;Time;Files;Alt texts") -> ImportBatch:
    data = "\n".join([header, *lines]).encode()
    return importing.begin(by=lib.alice, unit=lib.north, name="plan.csv", data=data)


def told(lib: Library, batch: ImportBatch) -> list[dict[str, list[str]]]:
    found = judge(batch, lib.alice, list(batch.rows.all()))
    return [{name: [one.text for one in troubles] for name, troubles in one.by_field().items()} for one in found]


@pytest.fixture
def picture(lib: Library) -> Asset:
    return Asset.objects.create(
        unit=lib.north, path="x", thumb="x", sha256=uuid.uuid4().hex, mime="image/jpeg", width=9, height=9, size=9,
        original_name="Story.JPG",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("clock", "picture")
class TestLines:
    def test_every_line_shows_its_problems_by_field(self, lib: Library, channel: Channel) -> None:
        written(lib.alice, lib.north, simple(channel, text="There already", at="2026-12-01T10:00"))
        batch = brought(
            lib,
            "Good;Practice North;2026-12-02;10:00;story.jpg;A child reads",
            ";Practice North;2026-12-02;10:00",
            "Who;Nobody;2026-12-02;10:00",
            "When;@north;someday;10:00",
            "Past;practice north;2026-11-01;10:00",
            f"{'long ' * 200};Practice North;2026-12-02;11:00",
            "Seen;Practice North;2026-12-02;12:00;story.jpg",
            "Unseen;Practice North;2026-12-02;12:00;gone.jpg",
            "There already;Practice North;2026-12-01;10:00",
            "Good;Practice North;2026-12-02;10:00",
            "Nowhere;;2026-12-02;10:00",
        )
        fields = [set(found) for found in told(lib, batch)]
        assert fields == [
            set(), {"text"}, {"channels"}, {"date"}, {"date"}, {"text"}, {"alt"}, {"files"}, {"text"}, {"text"},
            {"channels"},
        ]  # fmt: skip
        assert Post.objects.count() == 1

    def test_drafts_are_made_of_those_that_can_be_and_never_twice(self, lib: Library, channel: Channel) -> None:
        batch = brought(lib, "One;Practice North;2026-12-02;10:00", "Two;Nobody;;", "Three;;;")
        made = importing.make(by=lib.alice, batch=batch)
        assert (made.posts, Post.objects.count()) == (2, 2)
        assert importing.make(by=lib.alice, batch=batch).posts == 0
        assert Post.objects.get(title="One").current.at == "2026-12-02T10:00"
        assert {post.state for post in Post.objects.all()} == {"draft"}

    def test_sent_for_approval_goes_to_review_and_the_rest_says_why_not(self, lib: Library, channel: Channel) -> None:
        batch = brought(lib, "One;Practice North;2026-12-02;10:00", "Three;;;")
        made = importing.make(by=lib.alice, batch=batch, submit=True)
        assert (made.posts, made.sent) == (2, 1)
        assert "No channel is chosen" in made.refused[0][1]
        assert dict(Post.objects.values_list("title", "state")) == {"One": "in_review", "Three": "draft"}

    def test_the_same_file_goes_on_where_it_was(self, lib: Library, channel: Channel) -> None:
        batch = brought(lib, "One;Practice North;;")
        importing.make(by=lib.alice, batch=batch)
        assert brought(lib, "One;Practice North;;") == batch
        again = importing.make(by=lib.alice, batch=batch)
        assert again.posts == 0 and Post.objects.count() == 1

    def test_two_channels_of_one_name_are_told_apart_by_handle(self, lib: Library, channel: Channel) -> None:
        from tests.posts.conftest import make_channel

        make_channel(lib.north, "Practice North", handle="@other")
        batch = brought(lib, "One;Practice North;;", "Two;@other;;")
        assert [set(found) for found in told(lib, batch)] == [{"channels"}, set()]

    def test_another_persons_file_is_out_of_reach(self, lib: Library) -> None:
        batch = brought(lib, "One;;;")
        with pytest.raises(policies.NotAllowed):
            importing.make(by=lib.sam, batch=batch)
        with pytest.raises(policies.NotAllowed):
            importing.begin(by=lib.audit, unit=lib.north, name="x.csv", data=b"Text\nx\n")

    def test_a_column_is_one_thing_and_the_text_is_needed(self, lib: Library) -> None:
        batch = brought(lib, "Hello;World", header="A;B")
        assert batch.columns == {}
        with pytest.raises(NotPossible):
            importing.map_columns(by=lib.alice, batch=batch, chosen={"note": 0})
        with pytest.raises(NotPossible):
            importing.map_columns(by=lib.alice, batch=batch, chosen={"note": 0, "text": 0})
        importing.map_columns(by=lib.alice, batch=batch, chosen={"note": 0, "text": 1})
        importing.make(by=lib.alice, batch=batch)
        assert Post.objects.get().title == "World"

    def test_the_whole_way_through_the_pages(self, lib: Library, channel: Channel) -> None:
        client, index = signed_in(lib.alice), reverse("posts:imports")
        wrong = client.post(index, {"file": SimpleUploadedFile("x.csv", b"Text\n")})
        assert wrong.status_code == 422 and "no post in the file" in wrong.content.decode()
        assert "Choose a file first" in client.post(index).content.decode()
        rows = "Text,Channel,Date\nStory time,Practice North,2026-12-01 10:00\nLost,Nobody,\n"
        answer = client.post(index, {"file": SimpleUploadedFile("x.csv", rows.encode())}, follow=True)
        text = answer.content.decode()
        assert "Make 1 draft" in text and "is not a channel North Branch can use" in text
        where = answer.request["PATH_INFO"]
        assert "Tue 1 Dec 2026" in client.get(where).content.decode()
        assert "1 post was made" in client.post(where, {"do": "make"}, follow=True).content.decode()
        again = client.post(index, {"file": SimpleUploadedFile("y.csv", rows.encode())}, follow=True)
        assert "this very file before" in again.content.decode()
        client.post(where, {"do": "discard"})
        assert ImportBatch.objects.count() == 0 and Post.objects.count() == 1

    def test_what_we_give_to_fill_in_we_can_read(self, lib: Library) -> None:
        answer = signed_in(lib.alice).get(reverse("posts:import_template"))
        table = reading.read(b"".join(answer.streaming_content))
        assert set(columns.guess(table.header)) == {name for name, _label in columns.labels()}


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestLongFiles:
    """What is more than a page can do while one waits: the worker judges and makes it, piece by piece."""

    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ImportBatch, "AT_ONCE", 3)
        monkeypatch.setattr(import_work, "PIECE", 4)

    def long(self, lib: Library) -> ImportBatch:
        return brought(
            lib,
            *(f"Number {n};Practice North;2026-12-02;{10 + n}:00" for n in range(6)),
            "Who;Nobody;;",
            "Number 0;Practice North;2026-12-02;10:00",
            "Nowhere;;2026-12-02;10:00",
            "Last;Practice North;2026-12-04;10:00",
        )

    def test_it_is_judged_and_made_by_the_worker_and_said_when_done(self, lib: Library, channel: Channel) -> None:
        batch = self.long(lib)
        assert (batch.step, batch.is_long) == ("judging", True)
        assert import_work.work() and not import_work.work()
        verdicts = list(batch.rows.values_list("verdict", flat=True))
        assert verdicts == ["ready"] * 6 + ["stopped", "stopped", "mend", "ready"]
        assert batch.rows.get(number=9).troubles == [["text", "The same as line 2.", True]]
        assert Post.objects.count() == 0
        importing.hand_over(by=lib.alice, batch=batch, submit=True)
        assert import_work.work()
        batch.refresh_from_db()
        assert (batch.step, batch.reached, bool(batch.done_at)) == ("shown", 11, True)
        states = list(Post.objects.order_by("pk").values_list("state", flat=True))
        assert states == ["in_review"] * 6 + ["draft", "in_review"]
        assert Notice.objects.get(recipient=lib.alice, message="import.made").params["count"] == "8"

    def test_a_worker_that_dies_is_followed_by_one_that_goes_on(
        self, lib: Library, channel: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It dies in the second piece, after the first of its lines: that line is one post, whole, and stays one."""
        batch = self.long(lib)
        import_work.work()
        importing.hand_over(by=lib.alice, batch=batch, submit=True)
        whole, died = importing._make_one, []

        def dies(one: Any, *args: Any, **more: Any) -> None:
            whole(one, *args, **more)
            if one.row.number == 7 and not died:
                died.append(one)
                raise KeyboardInterrupt

        monkeypatch.setattr(importing, "_make_one", dies)
        with pytest.raises(KeyboardInterrupt):
            import_work.work()
        batch.refresh_from_db()
        assert (batch.reached, Post.objects.count()) == (5, 5)  # of line 7 nothing is left, not half a row
        assert not import_work.work()  # its lease still holds
        ImportBatch.objects.update(claimed_until=timezone.now())
        assert import_work.work()
        assert Post.objects.count() == 8 and Post.objects.filter(title="Number 5").count() == 1
        assert batch.rows.exclude(post=None).count() == 8

    def test_pressed_again_after_it_was_done_nothing_is_made_twice(self, lib: Library, channel: Channel) -> None:
        batch = self.long(lib)
        import_work.work()
        for _press in range(2):
            importing.hand_over(by=lib.alice, batch=batch)
            import_work.work()
        assert Post.objects.count() == 8

    def test_stopped_it_stays_stopped_and_goes_on_when_asked(self, lib: Library, channel: Channel) -> None:
        batch = self.long(lib)
        import_work.work()
        importing.hand_over(by=lib.alice, batch=batch)
        import_work.work(budget=0)  # one piece
        assert Post.objects.count() == 4
        importing.stop(by=lib.alice, batch=batch)
        assert not import_work.work() and Post.objects.count() == 4
        importing.hand_over(by=lib.alice, batch=batch)
        assert import_work.work() and Post.objects.count() == 8

    def test_whoever_may_not_write_any_more_brings_nothing(self, lib: Library, channel: Channel) -> None:
        batch = self.long(lib)
        import_work.work()
        importing.hand_over(by=lib.alice, batch=batch)
        Membership.objects.filter(user=lib.alice).delete()
        assert import_work.work() and not import_work.work()
        batch.refresh_from_db()
        assert (batch.step, batch.done_at, Post.objects.count()) == ("shown", None, 0)

    def test_the_page_says_how_far_it_is_and_shows_the_lines(self, lib: Library, channel: Channel) -> None:
        batch, client = self.long(lib), signed_in(lib.alice)
        where = reverse("posts:import_batch", args=[batch.pk])
        assert "0 of 10 lines looked at" in client.get(where).content.decode()
        client.post(where, {"do": "make"})
        import_work.work(budget=0)
        assert "4 of 10 lines looked at" in client.get(where, headers={"HX-Request": "true"}).content.decode()
        import_work.work()
        text = client.get(where).content.decode()
        assert "7 are ready" in text and "2 stay out" in text and "The same as line 2." in text
        only = client.get(where, {"show": "problems"}).content.decode()
        assert "Nowhere" in only and "Number 3" not in only
        client.post(where, {"do": "send"})
        assert "0 of 10 lines done" in client.get(where).content.decode()
        import_work.work()
        assert "8 are posts already" in client.get(where).content.decode()

    def test_columns_chosen_anew_are_judged_anew(self, lib: Library, channel: Channel) -> None:
        batch = self.long(lib)
        import_work.work()
        importing.map_columns(by=lib.alice, batch=batch, chosen={"text": 0})
        batch.refresh_from_db()
        assert batch.step == "judging" and not batch.rows.exclude(verdict="").exists()
        import_work.work()
        assert set(batch.rows.values_list("verdict", flat=True)) == {"mend", "stopped"}
