"""X's adapter against a far side that stores, shortens links, converts films and refuses as X does."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.content import Content, Part
from channels_app.platforms import _x_media
from tests.channels.x_steps import ADAPTER, HOUR, dropped, far, here, prepared, refused, send, session
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.server import Failure, Reply
from tests.fakes.session import captions, film, picture
from tests.fakes.x import problem

__all__ = ["far", "here", "session"]
pytestmark = pytest.mark.django_db


class TestContract(HttpContract):
    adapter = ADAPTER
    keys_are_known = False

    def refused(self, far, session, failure):
        """A key that ended is renewed once at the spot: what is to be refused is refused twice."""
        if failure.reply.status == 401:
            far.fail(failure)
        error = super().refused(far, session, failure)
        far.failures.clear()
        return error


class TestPublishing:
    def test_words_go_alone(self, far, session):
        (receipt,) = send(session, words("Story time"))
        assert far.sent() == [{"text": "Story time"}]
        assert receipt.url == f"https://x.com/townlibrary/status/{receipt.remote_id}"

    def test_pictures_arrive_in_their_order_with_their_words(self, far, session):
        send(session, words("Look", media=[picture("A sofa"), picture("A shelf"), picture("")]))
        assert far.alts() == ["A sofa", "A shelf", ""]
        uploads = list(far.uploads.values())
        assert {one["media_category"] for one in uploads} == {"tweet_image"}
        assert far.sent()[0]["media"]["media_ids"] == list(far.uploads)

    def test_a_decorative_picture_gets_no_words(self, far, session):
        send(session, words("Look", media=[replace(picture("A line"), decorative=True)]))
        assert far.alts() == [""]

    def test_a_moving_gif_is_one(self, far, session):
        moving = replace(picture("A page turns"), mime="image/gif", seconds=2.0)
        send(session, words("Look", media=[moving]))
        (upload,) = far.uploads.values()
        assert (upload["media_category"], upload["media_type"], upload["alt"]) == (
            "tweet_gif",
            "image/gif",
            "A page turns",
        )

    def test_a_thread_hangs_one_below_the_other(self, far, session):
        one, two, three = send(session, words("One", "Two", "Three", options={"reply_settings": "following"}))
        replies = [body.get("reply", {}).get("in_reply_to_tweet_id") for body in far.sent()]
        assert replies == [None, one.remote_id, two.remote_id]
        assert [body.get("reply_settings") for body in far.sent()] == ["following", None, None]
        assert three.remote_id in far.posts

    def test_our_first_comment_stands_below_the_first_part(self, far, session):
        parts = (Part("One"), Part("Two"), Part("The link: https://library.example/a", role="comment"))
        first, _two, _comment = send(session, Content(parts=parts))
        assert far.sent()[-1]["reply"] == {"in_reply_to_tweet_id": first.remote_id}

    @pytest.mark.parametrize(
        ("options", "body"),
        [
            ({"reply_settings": ""}, {}),
            ({"reply_settings": "following"}, {"reply_settings": "following"}),
            ({"reply_settings": "mentionedUsers"}, {"reply_settings": "mentionedUsers"}),
            ({"reply_settings": "everyone"}, {}),  # no value of X: left out
            ({"reply_settings": "verified"}, {"reply_settings": "verified"}),
            ({"made_with_ai": True, "paid_partnership": False}, {"made_with_ai": True}),
            ({"paid_partnership": True}, {"paid_partnership": True}),
            (
                {"kind": "poll", "poll": "Cats\n\n Dogs \n", "poll_minutes": "4320"},
                {"poll": {"options": ["Cats", "Dogs"], "duration_minutes": 4320}},
            ),
            ({"kind": "poll", "poll": "Cats\nDogs"}, {"poll": {"options": ["Cats", "Dogs"], "duration_minutes": 1440}}),
            (
                {"kind": "quote", "quote": "https://x.com/townlibrary/status/1990000000000000001?s=20"},
                {"quote_tweet_id": "1990000000000000001"},
            ),
            ({"kind": "post", "poll": "Cats\nDogs", "quote": "https://x.com/a/status/1"}, {}),
        ],
    )
    def test_choices_arrive(self, far, session, options, body):
        send(session, words("Hello", options=options))
        assert far.sent() == [{"text": "Hello", **body}]

    @pytest.mark.parametrize(
        "address", ["https://elsewhere.example/status/12", "https://x.com/townlibrary", "nonsense"]
    )
    def test_a_quotation_of_no_post_is_refused_before_anything_is_sent(self, far, session, address):
        with pytest.raises(errors.Rejected) as caught:
            prepared(session, words("Hello", options={"kind": "quote", "quote": address}))
        assert caught.value.field == "options.quote"

    def test_an_upload_that_ends_soon_is_made_again(self, far, session):
        content = words("Look", media=[picture("A sofa")])
        ready = prepared(session, content)
        with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=50)):
            again = ADAPTER.ready(session, content, 0, ready)
            assert again.data["media"] == []
        assert ADAPTER.ready(session, content, 0, ready) == ready

    def test_pictures_cost_no_second_upload_when_tried_again(self, far, session):
        content = words("Look", media=[picture("A sofa")])
        ready = prepared(session, content)
        far.fail(Failure(problem(429, "Too Many Requests", "Too Many Requests")))
        with pytest.raises(errors.RateLimited):
            ADAPTER.publish_part(session, content, 0, ready, [])
        ADAPTER.publish_part(session, content, 0, ADAPTER.ready(session, content, 0, ready), [])
        assert len(far.uploads) == 1

    def test_a_key_without_the_right_to_upload_asks_for_it(self, far, session):
        far.fail(Failure(problem(403, "Forbidden", "Forbidden")), pattern="initialize")
        with pytest.raises(errors.NeedsReconnect, match="allow media"):
            prepared(session, words("Look", media=[picture()]))

    @pytest.mark.parametrize(("step", "field"), [("initialize", "media"), ("append", "media"), ("metadata", "alt")])
    def test_what_x_refuses_before_the_post_names_its_field(self, far, session, step, field):
        far.fail(Failure(problem(400, "Invalid Request", "Not this")), pattern=step)
        with pytest.raises(errors.Rejected) as caught:
            prepared(session, words("Look", media=[picture("A sofa")]))
        assert caught.value.field == field

    @pytest.mark.parametrize("step", ["initialize", "append", "finalize", "metadata"])
    @pytest.mark.parametrize("trouble", [Failure(Reply(503)), Failure(cut=True), Failure(Reply(418, {"title": "?"}))])
    def test_trouble_before_the_post_may_be_tried_again(self, far, session, step, trouble):
        far.fail(trouble, pattern=step)
        with pytest.raises(errors.Temporary):
            prepared(session, words("Look", media=[picture("A sofa")]))
        assert far.texts() == []


class TestFilms:
    def test_a_film_travels_in_pieces_and_each_step_is_kept(self, far, session, monkeypatch):
        monkeypatch.setattr(_x_media, "PIECE", 1000)
        monkeypatch.setattr(_x_media, "PIECES_A_STEP", 2)
        data = bytes(range(256)) * 20  # 5120 bytes: six pieces
        content = words("Watch", media=[film(data=data)])
        ready = ADAPTER.prepare(session, content, 0, "k", AT)
        reached = []
        while (further := ADAPTER.ready(session, content, 0, ready)) != ready:
            ready = further
            reached.append((ready.data["media"][0]["sent"], ready.data["media"][0]["state"]))
        assert reached == [(0, "sending"), (2, "sending"), (4, "sending"), (6, "done")]
        (upload,) = far.uploads.values()
        assert (upload["data"], upload["media_category"]) == (data, "tweet_video")
        ADAPTER.publish_part(session, content, 0, ready, [])
        assert far.sent()[0]["media"] == {"media_ids": list(far.uploads)}

    def test_a_film_being_converted_is_waited_for_without_sleeping(self, far, session):
        far.processing = [
            {"state": "pending", "check_after_secs": 9},
            {"state": "in_progress", "progress_percent": 50},
            {"state": "succeeded"},
        ]
        content = words("Watch", media=[film()])
        ready = ADAPTER.prepare(session, content, 0, "k", AT)
        for _ in range(2):
            ready = ADAPTER.ready(session, content, 0, ready)
        assert ready.data["media"][0]["state"] == "working"
        for seconds in (9, 5):
            with pytest.raises(errors.Temporary) as caught:
                ADAPTER.ready(session, content, 0, ready)
            assert timedelta(0) < caught.value.until - timezone.now() <= timedelta(seconds=seconds)
        ready = ADAPTER.ready(session, content, 0, ready)
        assert ready.data["media"][0]["state"] == "done"
        assert ADAPTER.ready(session, content, 0, ready) == ready

    def test_a_film_x_cannot_use_is_refused_with_its_words(self, far, session):
        error = {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}
        far.processing = [{"state": "failed", "error": error}]
        with pytest.raises(errors.Rejected, match="Unsupported video format") as caught:
            prepared(session, words("Watch", media=[film()]))
        assert caught.value.field == "media"
        assert far.texts() == []

    def test_a_status_that_cannot_be_read_is_no_success(self, far, session):
        far.processing = [{"state": "succeeded"}]
        far.fail(Failure(Reply(raw=b"<html>")), method="GET", pattern="/2/media/upload")
        with pytest.raises(errors.Temporary):
            prepared(session, words("Watch", media=[film()]))

    @pytest.mark.parametrize("processing", [[], [{"state": "succeeded"}]])
    def test_captions_go_beside_the_film(self, far, session, processing):
        far.processing = processing
        send(session, words("Watch", media=[film(captions=(captions("de-AT"), captions("")))]))
        shown = next(one["subtitles"] for one in far.uploads.values() if "subtitles" in one)
        assert [(one["language_code"], one["display_name"]) for one in shown] == [("DE", "German"), ("EN", "English")]
        assert [one["media_type"] for one in far.uploads.values()] == ["video/mp4", "text/vtt", "text/vtt"]

    def test_captions_in_a_language_x_has_no_letters_for_are_refused(self, far, session):
        with pytest.raises(errors.Rejected, match="fil"):
            prepared(session, words("Watch", media=[film(captions=(captions("fil"),))]))


class TestRefusals:
    def test_the_latest_window_that_is_used_up_counts(self, far, session):
        now = int(time.time())
        headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(now + 600)}
        headers |= {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": str(now + 40_000)}
        headers |= {"x-app-limit-24hour-remaining": "9", "x-app-limit-24hour-reset": str(now + 80_000)}
        error = refused(far, session, Reply(429, {"title": "Too Many Requests"}, headers))
        assert abs((error.until - timezone.now()).total_seconds() - 40_000) < 5
        assert error.scope == "channel"

    def test_a_limit_of_the_application_stops_all_its_channels(self, far, session):
        headers = {"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": str(int(time.time()) + 7200)}
        assert refused(far, session, Reply(429, {}, headers)).scope == "app"

    def test_a_limit_without_a_word_lasts_a_quarter_of_an_hour(self, far, session):
        error = refused(far, session, Reply(429, {"title": "Too Many Requests"}))
        assert timedelta(minutes=14) < error.until - timezone.now() <= timedelta(minutes=15)

    def test_a_quota_of_the_day_ends_at_midnight(self, far, session):
        body = {
            "title": "UsageCapExceeded",
            "period": "Daily",
            "type": "https://api.twitter.com/2/problems/usage-capped",
        }
        with time_machine.travel("2026-11-24T22:00:00Z", tick=False):
            error = refused(far, session, Reply(429, body))
        assert error.until.isoformat() == "2026-11-25T00:00:00+00:00"

    def test_no_credit_pauses_while_uploading_too(self, far, session):
        far.fail(Failure(Reply(402, {"title": "Payment Required", "detail": "credits depleted"})), pattern="initialize")
        with pytest.raises(errors.NeedsFunds, match="credit"):
            prepared(session, words("Look", media=[picture()]))

    def test_a_key_that_ended_is_renewed_and_the_post_is_sent_once(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        far.expire()
        ADAPTER.publish_part(session, content, 0, ready, [])
        assert far.texts() == ["Hello"]
        assert session.renewals == 1

    def test_a_key_that_stays_dead_after_renewing_asks_for_a_person(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        for _ in range(2):
            far.fail(Failure(problem(401, "Unauthorized", "Unauthorized")))
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert session.renewals == 1


class TestFinding:
    def look(self, session, content, ready, ago=HOUR, index=0):
        return ADAPTER.find(session, content, index, ready, timezone.now() - ago)

    @pytest.mark.parametrize(
        "text",
        [
            "Hello",
            "Read https://library.example/a/very/long/address?with=a&question=mark today & tomorrow",
            "See library.org, or <b>come</b>  by\n\nÉté 日本語 👩‍🚀",
            "Same as https://x.com/townlibrary/status/1990000000000000001",
            "Cafe\u0301 " + "long words " * 40,
        ],
    )
    def test_what_arrived_is_recognised_however_x_shows_it(self, far, session, text):
        far.subscription = "Premium"
        content = words(text)
        ready = dropped(far, session, content)
        assert self.look(session, content, ready).receipt.remote_id in far.posts

    def test_a_picture_without_words_is_recognised(self, far, session):
        content = words("", media=[picture()])
        ready = dropped(far, session, content)
        assert self.look(session, content, ready).state == "present"

    def test_an_address_of_our_own_before_the_link_of_a_picture_is_recognised(self, far, session):
        content = words("As in https://x.com/townlibrary/status/1990000000000000001", media=[picture()])
        ready = dropped(far, session, content)
        assert self.look(session, content, ready).state == "present"

    def test_a_quotation_is_recognised(self, far, session):
        options = {"kind": "quote", "quote": "https://x.com/townlibrary/status/1990000000000000001"}
        content = words("Remember this?", options=options)
        ready = dropped(far, session, content)
        (post,) = far.posts.values()
        post["urls"] = [{"url": "https://t.co/quoted", "expanded_url": options["quote"]}]
        post["text"] += " https://t.co/quoted"
        assert self.look(session, content, ready).state == "present"

    def test_a_further_part_is_looked_for_among_answers_only(self, far, session):
        content = words("One", "Two")
        first = ADAPTER.publish_part(session, content, 0, prepared(session, content), [])
        ready = prepared(session, content, 1)
        far.post_by_hand("Two")
        assert self.look(session, content, ready, index=1).state == "unknown"
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 1, ready, [first])
        found = self.look(session, content, ready, index=1)
        assert far.posts[found.receipt.remote_id]["body"]["reply"] == {"in_reply_to_tweet_id": first.remote_id}

    def test_what_did_not_arrive_is_absent_once_the_timeline_had_time(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        assert self.look(session, content, ready, timedelta(seconds=30)).state == "unknown"
        assert self.look(session, content, ready, timedelta(seconds=95)).state == "absent"

    def test_unknown_says_where_to_look(self, far, session):
        content = words("Hello")
        assert self.look(session, content, prepared(session, content), timedelta()).look_at == session.url

    def test_what_stood_there_before_is_not_ours(self, far, session):
        far.post_by_hand("Hello")
        content = words("Hello")
        ready = prepared(session, content)
        assert self.look(session, content, ready).state == "absent"

    def test_a_post_that_may_be_ours_is_no_proof_of_absence(self, far, session):
        content = words("Hello to all the readers of our library!")
        ready = dropped(far, session, content)
        (post,) = far.posts.values()
        post["text"] = "Hello to all the readers of our libr…"
        assert self.look(session, content, ready).state == "unknown"

    def test_a_timeline_that_goes_on_proves_nothing(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        for number in range(105):
            far.post_by_hand(f"Post {number} of the day")
        assert self.look(session, content, ready).state == "unknown"

    def test_looking_costs_nothing_while_nothing_stands_there(self, far, session):
        with time_machine.travel(timezone.now() - HOUR):
            far.post_by_hand("An hour ago")
        content = words("Hello")
        ready = prepared(session, content)
        self.look(session, content, ready)
        assert far.billed == 0

    def test_the_newer_words_of_x_are_tried_where_the_older_are_refused(self, far, session):
        far.names = "post"
        far.subscription = "Premium"
        content = words("long words " * 40)
        ready = dropped(far, session, content)
        found = self.look(session, content, ready)
        assert found.state == "present"
        assert far.asked[-1].query["expansions"] == ["referenced_posts"]
        assert ADAPTER.metrics(session, [found.receipt])[found.receipt.remote_id].values["reposts"] == 0
        assert ADAPTER.audience(session).values["posts"] == 7
        assert ADAPTER.recognise(session, found.receipt.url).remote_id == found.receipt.remote_id


class TestSameWordsTwice:
    @pytest.fixture(autouse=True)
    def _refuses(self, far):
        far.refuses_twice = True

    def test_a_duplicate_that_is_ours_is_the_post(self, far, session):
        content = words("Hello")
        ready = dropped(far, session, content)
        receipt = ADAPTER.publish_part(session, content, 0, ready, [])
        assert list(far.posts) == [receipt.remote_id]

    def test_a_duplicate_of_an_older_post_is_refused_with_advice(self, far, session):
        far.post_by_hand("Hello")
        content = words("Hello")
        ready = prepared(session, content)
        with pytest.raises(errors.Rejected, match="naming the date") as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert caught.value.field == "text"

    def test_a_duplicate_that_cannot_be_looked_up_is_tried_again(self, far, session):
        content = words("Hello")
        ready = dropped(far, session, content)
        far.fail(Failure(Reply(503)), method="GET", pattern="/tweets")
        with pytest.raises(errors.Temporary):
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert far.texts() == ["Hello"]
