"""YouTube's adapter: films that arrive piece by piece and become public in one step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.check import check
from channels_app.platforms import _google
from libsocial.accounts.policy import DEFAULT
from tests.channels.youtube_steps import (
    ADAPTER,
    BIG,
    CHOSEN,
    UPLOAD,
    asked,
    far,
    of,
    send,
    session,
    steps,
)
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.server import Failure, Reply
from tests.fakes.session import WatchedSession, captions, film, picture
from tests.fakes.youtube import refusal

__all__ = ["far", "session"]
pytestmark = pytest.mark.django_db


class TestContract(HttpContract):
    adapter = ADAPTER
    foreign = "Été\n\n日本語 👩‍🚀 & “not bold”"

    def content(self, *texts, media=(), **rest):
        """A film with the description of the picture; YouTube takes nothing without one."""
        films = [film(one.alt) for one in media] or [film()]
        return words(*(texts or (self.text,)), media=films, options=CHOSEN, **rest)


class TestUploading:
    def test_the_address_of_the_session_is_stored_before_the_first_byte(self, far, session):
        content = of(BIG)
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        assert "upload_id=" in begun.data["session"]
        assert asked(far, "PUT", UPLOAD) == []

    def test_a_film_goes_in_pieces_and_arrives_whole_and_private(self, far, session):
        ready = steps(session, of(BIG))
        pieces = [len(one.body) for one in asked(far, "PUT", UPLOAD)]
        assert pieces == [0, 262_144, 262_144, 262_144, 262_144, 231_424]
        assert far.data[ready.data["film_id"]] == bytes(range(256)) * 5000
        assert far.films[ready.data["film_id"]]["status"]["privacyStatus"] == "private"
        assert far.texts() == []
        assert "upload_id" not in str(ready.data)

    def test_a_film_is_read_in_pieces_and_never_whole(self, far, session):
        watched = WatchedSession(ADAPTER, session)
        steps(watched, of(BIG))
        assert [len(piece) for piece in watched.pieces] == [262_144] * 4 + [231_424]
        assert all(file.closed for file in watched.files)

    def test_an_answer_lost_after_the_last_byte_makes_no_second_film(self, far, session):
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        far.fail(Failure(Reply(308)), method="PUT", pattern="upload")  # the question; nothing has arrived
        far.fail(Failure(store=True, cut=True), method="PUT", pattern="upload")  # the film, and no answer
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, begun)
        ready = steps(session, content, begun)
        assert list(far.films) == [ready.data["film_id"]]
        assert len(asked(far, "POST", UPLOAD)) == 1

    @pytest.mark.parametrize("failure", [Failure(cut=True), Failure(Reply(503)), Failure(Reply(raw=b"<html>"))])
    def test_a_piece_that_fails_is_sent_again_and_no_other(self, far, session, failure):
        content = of(BIG)
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        far.most_stored = 262_144
        key = next(iter(far.sessions))
        far.sessions[key]["data"] = (bytes(range(256)) * 5000)[: 2 * 262_144]  # two pieces arrived before we died
        far.fail(Failure(Reply(308, headers={"Range": "bytes=0-524287"})), method="PUT", pattern="upload")
        far.fail(failure, method="PUT", pattern="upload")
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, begun)
        ready = steps(session, content, begun)
        assert far.data[ready.data["film_id"]] == bytes(range(256)) * 5000
        assert {one.headers["content-range"].split("-")[0] for one in asked(far, "PUT", UPLOAD)} == {
            f"bytes {start}" for start in ("*/1280000", 2 * 262_144, 3 * 262_144, 4 * 262_144)
        }

    def test_a_piece_taken_in_part_is_continued_where_it_stands(self, far, session):
        far.most_stored = 200_000
        ready = steps(session, of(BIG))
        assert far.data[ready.data["film_id"]] == bytes(range(256)) * 5000

    def test_a_film_that_takes_long_is_sent_in_several_attempts(self, far, session):
        far.most_stored = 20_000  # of each piece: many steps of many pieces
        content = of(BIG)
        now = timezone.now()
        with time_machine.travel(now, tick=False) as clock:
            sent = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
            sent = ADAPTER.ready(session, content, 0, sent)
            assert sent.data["sent"] == 16 * 20_000
            began = sent.data["stretch"]
            sent = ADAPTER.ready(session, content, 0, sent)  # at once: the same attempt
            assert sent.data["stretch"] == began
            long_sent = replace(sent, data={**sent.data, "stretch": (now - timedelta(minutes=7)).isoformat()})
            with pytest.raises(errors.Temporary) as caught:
                ADAPTER.ready(session, content, 0, long_sent)
            clock.move_to(caught.value.until)
            assert ADAPTER.ready(session, content, 0, long_sent).data["stretch"] == caught.value.until.isoformat()

    def test_a_far_side_that_takes_nothing_is_left_alone(self, far, session):
        far.most_stored = 0
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        with pytest.raises(errors.Temporary, match="no more"):
            ADAPTER.ready(session, content, 0, begun)

    def test_a_film_whose_session_is_gone_is_found_among_the_uploads(self, far, session):
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        ADAPTER.ready(session, content, 0, begun)  # it arrived, and we died before we stored that
        far.forget_sessions()
        ready = steps(session, content, begun)
        assert list(far.films) == [ready.data["film_id"]]
        assert len(asked(far, "POST", UPLOAD)) == 1

    def test_a_session_that_ended_begins_again_but_not_at_once(self, far, session):
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        far.forget_sessions()
        lost = ADAPTER.ready(session, content, 0, begun)
        assert lost.data["session"] == ""
        with pytest.raises(errors.Temporary) as caught:
            ADAPTER.ready(session, content, 0, lost)
        with time_machine.travel(caught.value.until + timedelta(seconds=1)):
            ready = steps(session, content, lost)
        assert list(far.films) == [ready.data["film_id"]]

    @pytest.mark.parametrize(
        "change",
        [
            {"snippet": {"title": "Another"}},
            {"fileDetails": {"fileSize": "7"}},
            {"status": {"privacyStatus": "public"}},
            {"snippet": {"publishedAt": "2020-01-01T00:00:00Z"}},
        ],
    )
    def test_a_film_of_somebody_else_is_not_taken_for_ours(self, far, session, change):
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        ADAPTER.ready(session, content, 0, begun)
        far.forget_sessions()
        (theirs,) = far.films.values()
        for part, values in change.items():
            theirs[part] = {**theirs[part], **values}
        assert ADAPTER.ready(session, content, 0, begun).data.get("film_id") is None

    def test_films_from_before_are_never_ours(self, far, session):
        send(session, of())
        for one in far.films.values():
            one["status"]["privacyStatus"] = "private"
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k2", AT))
        far.forget_sessions()
        assert ADAPTER.ready(session, content, 0, begun).data.get("film_id") is None

    def test_a_key_that_ends_within_an_upload_is_renewed(self, far, session):
        content = of(BIG)
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        far.expire()
        ready = steps(session, content, begun)
        assert session.renewals == 1
        assert far.data[ready.data["film_id"]] == bytes(range(256)) * 5000

    @pytest.mark.parametrize("place", ["https://evil.example/upload?upload_id=1", "", "http://www.googleapis.com/x"])
    def test_a_film_goes_to_google_and_to_nobody_else(self, far, session, place):
        content = of()
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        far.fail(Failure(Reply(headers={"Location": place} if place else {})), method="POST", pattern="upload")
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, prepared)

    def test_an_address_at_googles_goes_through_our_proxy(self, far, session):
        content = of()
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        there = "https://www.googleapis.com/upload/youtube/v3/videos?upload_id=1"
        far.fail(Failure(Reply(headers={"Location": there})), method="POST", pattern="upload")
        assert ADAPTER.ready(session, content, 0, prepared).data["session"] == f"{far.url}{UPLOAD}?upload_id=1"

    def test_the_days_uploads_and_the_days_quota_say_until_when(self, far, session):
        content = of()
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        far.fail(Failure(refusal(400, "uploadLimitExceeded")), method="POST", pattern="upload")
        with pytest.raises(errors.RateLimited) as caught:
            ADAPTER.ready(session, content, 0, prepared)
        assert timedelta(hours=23) < caught.value.until - timezone.now() <= timedelta(hours=24)
        far.fail(Failure(refusal(403, "quotaExceeded")), method="POST", pattern="upload")
        with pytest.raises(errors.RateLimited) as caught:
            ADAPTER.ready(session, content, 0, prepared)
        assert (caught.value.until, caught.value.scope) == (_google.pacific_midnight(), "app")

    def test_the_sessions_address_is_not_told_in_errors(self, far, session):
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        key = next(iter(far.sessions))
        far.fail(Failure(refusal(403, "odd", f"upload_id={key} is not good")), method="PUT", pattern="upload")
        with pytest.raises(errors.PlatformError) as caught:
            ADAPTER.ready(session, content, 0, begun)
        assert key not in f"{caught.value} {caught.value.detail}"


class TestProcessing:
    def test_youtubes_work_is_waited_for_without_sleeping(self, far, session):
        far.processing = 3
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        arrived = ADAPTER.ready(session, content, 0, begun)
        for _ in range(3):
            with pytest.raises(errors.Temporary) as caught:
                ADAPTER.ready(session, content, 0, arrived)
            assert timedelta(seconds=10) < caught.value.until - timezone.now() <= timedelta(seconds=15)
        assert ADAPTER.ready(session, content, 0, arrived).data["processed"]

    def test_long_work_is_looked_at_less_often(self, far, session):
        far.processing = 3
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        arrived = ADAPTER.ready(session, content, 0, begun)
        with time_machine.travel(timezone.now() + timedelta(hours=2)), pytest.raises(errors.Temporary) as caught:
            ADAPTER.ready(session, content, 0, arrived)
        assert caught.value.until - timezone.now() > timedelta(hours=2)  # five minutes after "now" there

    @pytest.mark.parametrize(
        ("state", "reason", "says"),
        [
            ("rejected", "duplicate", "already"),
            ("rejected", "copyright", "somebody else"),
            ("rejected", "something new", "something new"),
            ("failed", "codec", "MP4"),
            ("failed", "", "failed"),
        ],
    )
    def test_a_film_that_fails_later_is_refused_in_words(self, far, session, state, reason, says):
        far.failure = (state, reason)
        with pytest.raises(errors.Rejected, match=says) as caught:
            steps(session, of())
        assert caught.value.field == "media"
        assert far.texts() == []

    def test_a_film_somebody_deleted_meanwhile_is_not_sent_again(self, far, session):
        content = of()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        arrived = ADAPTER.ready(session, content, 0, begun)
        far.films.clear()
        with pytest.raises(errors.Temporary):  # it may only be late
            ADAPTER.ready(session, content, 0, arrived)
        with time_machine.travel(timezone.now() + timedelta(minutes=11)), pytest.raises(errors.Rejected):
            ADAPTER.ready(session, content, 0, arrived)


class TestBesideTheFilm:
    def test_every_choice_arrives(self, far, session):
        options = {
            "title": "Poems & prose",
            "visibility": "unlisted",
            "category": "29",
            "tags": "poetry, slow reading,poetry",
            "notify": False,
            "synthetic": True,
            "paid_promotion": True,
            "license": "creativeCommon",
            "embeddable": False,
            "made_for_kids": "yes",
        }
        (receipt,) = send(session, of(text="Every Friday", **options))
        found = far.films[receipt.remote_id]
        assert found["snippet"]["title"] == "Poems & prose"
        assert found["snippet"]["description"] == "Every Friday"
        assert found["snippet"]["categoryId"] == "29"
        assert found["snippet"]["tags"] == ["poetry", "slow reading"]
        assert found["snippet"]["defaultLanguage"] == "en"
        assert found["status"]["privacyStatus"] == "unlisted"
        assert found["status"]["selfDeclaredMadeForKids"] is True
        assert found["status"]["containsSyntheticMedia"] is True
        assert found["status"]["license"] == "creativeCommon"
        assert found["status"]["embeddable"] is False
        assert found["paidProductPlacementDetails"] == {"hasPaidProductPlacement": True}
        (begun,) = asked(far, "POST", UPLOAD)
        assert begun.query["notifySubscribers"] == ["false"]
        assert begun.json["status"]["privacyStatus"] == "private"

    def test_usual_choices_need_not_be_made_except_the_one_for_children(self, far, session):
        (receipt,) = send(session, of())
        found = far.films[receipt.remote_id]
        assert found["status"]["privacyStatus"] == "public"
        assert found["status"]["selfDeclaredMadeForKids"] is False
        assert found["snippet"]["categoryId"] == "27"
        assert asked(far, "POST", UPLOAD)[0].query["notifySubscribers"] == ["true"]
        for options, field in (({"made_for_kids": ""}, "made_for_kids"), ({"title": " "}, "title")):
            with pytest.raises(errors.Rejected) as caught:
                ADAPTER.prepare(session, of(**options), 0, "k", AT)
            assert caught.value.field == f"options.{field}"

    def test_the_checks_ask_for_what_youtube_wants(self):
        missing = [one.field for one in check(words("A > B", media=[film()]), ADAPTER.capabilities, DEFAULT)]
        assert missing == ["options.title", "options.made_for_kids", "text"]
        (long,) = check(of(title="x" * 101), ADAPTER.capabilities, DEFAULT)
        assert (long.field, long.params["over"]) == ("options.title", 1)
        (no_film,) = check(words("Hello", options=CHOSEN), ADAPTER.capabilities, DEFAULT)
        assert no_film.message == "check.film_required"
        (a_picture,) = check(
            words("Hello", media=[picture(decorative=True)], options=CHOSEN), ADAPTER.capabilities, DEFAULT
        )
        assert a_picture.message == "check.no_pictures"

    def test_no_first_comment_where_youtube_takes_none(self):
        for options in ({"made_for_kids": "yes"}, {"visibility": "private"}):
            (problem,) = check(of(comment="More", **options), ADAPTER.capabilities, DEFAULT)
            assert problem.message == "check.no_comment"
        assert check(of(comment="More"), ADAPTER.capabilities, DEFAULT) == []

    def test_keywords_are_counted_as_youtube_counts(self, far, session):
        with pytest.raises(errors.Rejected) as caught:
            ADAPTER.prepare(session, of(tags=",".join(f"{'a' * 9} {number:03}" for number in range(33))), 0, "k", AT)
        assert caught.value.field == "options.tags"

    def test_poster_and_captions_and_playlist_come_along(self, far, session):
        poster = picture("", data=b"a poster")
        clip = film(poster=poster, captions=(captions("en"), captions("de", b"WEBVTT\n\nHallo")))
        (receipt,) = send(session, of(clip, playlist="PL-stories"))
        assert far.thumbnails[receipt.remote_id][0] == "image/png"
        told = [(one["snippet"]["language"], one["snippet"]["videoId"]) for one in far.captions]
        assert told == [("en", receipt.remote_id), ("de", receipt.remote_id)]
        assert far.captions[1]["data"] == b"WEBVTT\n\nHallo"
        assert far.listed["PL-stories"] == [receipt.remote_id]
        assert "left_out" not in receipt.data

    def test_all_of_it_is_there_before_anybody_sees_the_film(self, far, session):
        clip = film(poster=picture(""), captions=(captions("en"),))
        steps(session, of(clip, playlist="PL-talks"))
        assert (len(far.thumbnails), len(far.captions), len(far.listed["PL-talks"]), far.texts()) == (1, 1, 1, [])

    @pytest.mark.parametrize("pattern", ["thumbnails", "captions", "playlistItems"])
    def test_an_answer_lost_beside_the_film_doubles_nothing(self, far, session, pattern):
        clip = film(poster=picture(""), captions=(captions("en"),))
        content = of(clip, playlist="PL-talks")
        begun = ADAPTER.prepare(session, content, 0, "k", AT)
        far.fail(Failure(store=True, cut=True), method="POST", pattern=pattern)
        for _ in range(12):
            try:
                begun = ADAPTER.ready(session, content, 0, begun)
            except errors.Temporary:
                continue
        assert (len(far.thumbnails), len(far.captions), len(far.listed["PL-talks"])) == (1, 1, 1)

    def test_a_picture_youtube_refuses_is_left_out_and_said(self, far, session):
        far.thumbnails_allowed = False
        (receipt,) = send(session, of(film(poster=picture(""))))
        assert far.texts() == ["Story time at ten"]
        assert "permissions" in receipt.data["left_out"][0]

    def test_a_picture_in_a_format_youtube_does_not_take_is_left_out_and_said(self, far, session):
        (receipt,) = send(session, of(film(poster=picture("", mime="image/webp"))))
        assert "JPEG" in receipt.data["left_out"][0]
        assert far.thumbnails == {}

    def test_captions_speak_the_language_of_the_post_where_they_name_none(self, far, session):
        send(session, of(film(captions=(captions(""),))))
        assert far.captions[0]["snippet"]["language"] == "en"
        silent = replace(of(film(captions=(captions("", b"WEBVTT\n\nHm"),))), language="")
        with pytest.raises(errors.Rejected, match="language"):
            steps(session, silent)

    def test_a_playlist_that_is_gone_is_left_out_and_said(self, far, session):
        (receipt,) = send(session, of(playlist="PL-gone"))
        assert "playlist" in receipt.data["left_out"][0]
        assert far.texts() == ["Story time at ten"]

    def test_captions_youtube_refuses_stop_the_film_while_it_is_private(self, far, session):
        far.fail(Failure(refusal(400, "contentRequired", "The file is empty.")), method="POST", pattern="captions")
        with pytest.raises(errors.Rejected, match="captions") as caught:
            steps(session, of(film(captions=(captions("en"),))))
        assert caught.value.field == "media"
        assert far.texts() == []

    @pytest.mark.parametrize(
        ("shape", "page"),
        [
            ({"width": 1080, "height": 1920, "seconds": 12.0}, "shorts/"),
            ({"width": 1080, "height": 1080, "seconds": 180.0}, "shorts/"),
            ({"width": 1080, "height": 1920, "seconds": 181.0}, "watch?v="),
            ({"width": 1920, "height": 1080, "seconds": 12.0}, "watch?v="),
        ],
    )
    def test_an_upright_short_film_is_a_short(self, far, session, shape, page):
        (receipt,) = send(session, of(film(**shape)))
        assert receipt.url == f"https://www.youtube.com/{page}{receipt.remote_id}"
