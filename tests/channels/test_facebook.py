"""The adapter of Facebook Pages against a Graph that stores, works on films, and refuses as Meta's does."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta

import facebook as sdk
import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.capabilities import TextUnit
from channels_app.check import check
from channels_app.content import Content, LinkCard, Part
from channels_app.platforms import _facebook_films as films
from channels_app.platforms import _facebook_graph as graphs
from channels_app.platforms.base import Receipt
from libsocial.accounts.policy import DEFAULT
from tests.channels.facebook_steps import (
    ADAPTER,
    REEL,
    create,
    dropped,
    far,
    form,
    look,
    picture_bytes,
    prepared,
    session,
    subtitles,
)
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.facebook import PAGE, VERSION, fields_of, problem
from tests.fakes.server import Failure, Reply
from tests.fakes.session import film, picture

__all__ = ["far", "session"]
pytestmark = pytest.mark.django_db


class TestContract(HttpContract):
    adapter = ADAPTER
    keys_are_known = False
    ends_by = "DELETE"


class TestTheClient:
    def test_it_is_facebook_sdk_with_a_version_it_would_refuse(self, session):
        graph = ADAPTER._graph(session)
        assert isinstance(graph, sdk.GraphAPI)
        assert graph.version == VERSION
        with pytest.raises(sdk.GraphAPIError):
            sdk.GraphAPI(version="26.0")

    def test_the_version_is_a_setting(self, far, session, settings):
        settings.PLATFORM_VERSIONS = {"FACEBOOK": "v27.0"}
        far.served_as = "v27.0"
        create(session, words("Hello"))
        assert {one.path.split("/")[1] for one in far.asked} == {"v27.0"}

    def test_an_answer_in_another_version_is_noted(self, far, session, caplog):
        far.served_as = "v21.0"
        with caplog.at_level(logging.WARNING):
            ADAPTER.probe(session)
        assert "v21.0" in str([vars(record) for record in caplog.records])

    def test_keys_stay_out_of_addresses_and_come_with_their_proof(self, far, session):
        """The far side refuses everything else."""
        create(session, words("Look", media=[picture()]))
        ADAPTER.probe(session)
        assert far.asked
        for one in far.asked:
            assert "access_token" not in one.query
            assert one.token == far.page_token

    def test_lists_objects_and_booleans_are_written_as_graph_reads_them(self):
        told = graphs.form_of({"a": True, "b": [{"x": "é"}], "c": "", "d": None, "e": 7, "f": False})
        assert told == {"a": "true", "b": '[{"x":"é"}]', "e": "7", "f": "false"}

    @pytest.mark.parametrize("value", ["", "12_", "_1", "1_2_3", "x", "../me", None, True, {"a": 1}, "1/2"])
    def test_what_is_no_number_is_none(self, value):
        assert graphs.id_of(value) == ""


class TestPublishing:
    def test_a_link_is_named_so_that_it_gets_its_card(self, far, session):
        create(session, words("Read (https://library.example/a) and https://b.example"))
        assert form(far)["link"] == "https://library.example/a"
        chosen = Part("Read https://library.example/a or https://b.example", card=LinkCard("https://b.example"))
        create(session, Content((chosen,)))
        assert form(far)["link"] == "https://b.example"

    @pytest.mark.parametrize("host", ["www.facebook.com", "fb.me", "m.facebook.com"])
    def test_links_to_facebook_itself_get_no_card_as_it_would_refuse_them(self, far, session, host):
        create(session, words(f"Come: https://{host}/events/1"))
        assert "link" not in form(far)
        assert far.texts() == [f"Come: https://{host}/events/1"]

    def test_a_link_beside_pictures_stays_in_the_text(self, far, session):
        create(session, words("See https://library.example/a", media=[picture()]))
        assert "link" not in form(far)

    def test_ten_pictures_are_one_post_in_their_order(self, far, session):
        content = words("Look", media=[picture(f"Picture {number}") for number in range(10)])
        assert check(content, ADAPTER.capabilities, DEFAULT) == []
        receipt = create(session, content)
        assert far.alts() == [f"Picture {number}" for number in range(10)]
        assert len(far.posts) == 1
        assert receipt.alt == "delivered"
        assert receipt.remote_id.startswith(f"{PAGE}_")

    def test_eleven_pictures_are_too_many(self):
        problems = check(words("Look", media=[picture()] * 11), ADAPTER.capabilities, DEFAULT)
        assert [problem.message for problem in problems] == ["check.too_many_media"]

    def test_a_picture_alone_needs_no_words(self, far, session):
        create(session, words("", media=[picture("A sofa")]))
        assert far.alts() == ["A sofa"]
        assert "message" not in form(far)

    def test_a_decorative_picture_has_no_description(self, far, session):
        receipt = create(session, words("Look", media=[picture("", decorative=True)]))
        assert far.alts() == [""]
        assert receipt.alt == "none"

    def test_each_picture_is_kept_before_the_next(self, far, session):
        content = words("Look", media=[picture("One"), picture("Two"), picture("Three")])
        ready = ADAPTER.prepare(session, content, 0, "k", AT)
        ready = ADAPTER.ready(session, content, 0, ready)
        far.fail(Failure(Reply(503)), pattern="/photos$")
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, ready)
        while (further := ADAPTER.ready(session, content, 0, ready)) != ready:
            ready = further
        assert [one["alt"] for one in far.photos.values()] == ["One", "Two", "Three"]
        assert ready.data["pictures"] == list(far.photos)

    def test_pictures_that_waited_for_a_day_are_uploaded_again(self, far, session):
        content = words("Look", media=[picture("A sofa")])
        ready = prepared(session, content)
        first = ready.data["pictures"]
        with time_machine.travel(timezone.now() + timedelta(hours=21)):
            far.photos.clear()
            again = ADAPTER.ready(session, content, 0, ready)
            assert again.data["pictures"] != first
            assert ADAPTER.ready(session, content, 0, again) == again
            ADAPTER.publish_part(session, content, 0, again, [])
        assert far.alts() == ["A sofa"]

    @pytest.mark.parametrize(
        ("answer", "meaning", "field"),
        [
            (problem(100, "Invalid parameter", subcode=1366046), errors.Rejected, "media"),
            (problem(1, "An unknown error"), errors.Temporary, ""),
            (problem(190, "Dead", subcode=463), errors.NeedsReconnect, ""),
            (problem(32, "Slow down"), errors.RateLimited, ""),
            (Reply(200, {"post_id": "1"}), errors.Temporary, ""),
        ],
    )
    def test_a_refused_picture_is_told_before_anything_is_public(self, far, session, answer, meaning, field):
        far.fail(Failure(answer), pattern="/photos$")
        with pytest.raises(errors.PlatformError) as caught:
            prepared(session, words("Look", media=[picture()]))
        assert type(caught.value) is meaning
        assert getattr(caught.value, "field", "") == field
        assert far.texts() == []

    def test_an_address_that_cannot_be_read_takes_nothing_back(self, far, session):
        far.fail(Failure(Reply(500)), method="GET", pattern=rf"/{PAGE}_\d+$")
        receipt = create(session, words("Hello"))
        assert receipt.url == f"https://www.facebook.com/{receipt.remote_id}"

    def test_limits_are_told_by_their_own_header(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        used = {"X-Business-Use-Case-Usage": json.dumps({PAGE: [{"estimated_time_to_regain_access": 19}]})}
        far.fail(Failure(Reply(400, problem(80001, "Too many calls").data, used)))
        with pytest.raises(errors.RateLimited) as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert timedelta(minutes=18) < caught.value.until - timezone.now() <= timedelta(minutes=19)
        assert caught.value.scope == "channel"

    def test_what_staff_should_know_is_in_the_words(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        far.fail(Failure(problem(99999, "(#99999) x", error_user_msg="Your Page is restricted.")))
        with pytest.raises(errors.Rejected, match="Your Page is restricted") as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert "AbC123" in caught.value.detail

    def test_the_limit_counts_code_points(self):
        limit = ADAPTER.capabilities.text
        assert (limit.limit, limit.unit) == (63_206, TextUnit.CODEPOINTS)
        assert check(words("é" * 63_206), ADAPTER.capabilities, DEFAULT) == []
        assert check(words("é" * 63_207), ADAPTER.capabilities, DEFAULT)


class TestAudience:
    def asked(self, far, session, **options):
        content = words("Hej", options=options)
        assert check(content, ADAPTER.capabilities, DEFAULT) == []
        create(session, content)
        told = form(far)
        return {name: json.loads(told[name]) for name in ("targeting", "feed_targeting") if name in told}

    def test_everyone_is_no_field_at_all(self, far, session):
        assert self.asked(far, session) == {}
        assert self.asked(far, session, audience="", audience_languages="Swedish") == {}

    def test_languages_places_and_age_for_these_people_only(self, far, session):
        told = self.asked(
            far,
            session,
            audience="only",
            audience_languages="Swedish, English, English (UK), 5",
            audience_places="SE, malmö, region:99",
            audience_age="18",
        )
        places = {"countries": ["SE"], "cities": [{"key": "2420605"}], "regions": [{"key": "99"}]}
        assert told == {"targeting": {"locales": [18, 1001, 24, 5], "geo_locations": places, "age_min": 18}}

    def test_shown_more_to_them(self, far, session):
        told = self.asked(far, session, audience="prefer", audience_age="13", audience_age_most="17")
        assert told == {"feed_targeting": {"age_min": 13, "age_max": 17}}

    def test_it_holds_for_films_and_reels_too(self, far, session):
        for kind, edge in (("post", "videos"), ("reel", "video_reels")):
            options = {"kind": kind, "audience": "only", "audience_places": "SE"}
            create(session, words("Film", media=[film()], options=options))
            (last,) = [one for one in far.asked if one.path.endswith(edge)][-1:]
            assert json.loads(fields_of(last)["targeting"]) == {"geo_locations": {"countries": ["SE"]}}

    @pytest.mark.parametrize(
        ("options", "field", "told"),
        [
            ({"audience_places": "Springfield"}, "options.audience_places", "Missouri = city:778"),
            ({"audience_places": "Atlantis"}, "options.audience_places", "Atlantis"),
            ({"audience_languages": "Klingon"}, "options.audience_languages", "Klingon"),
            ({"audience_languages": "Engl"}, "options.audience_languages", "English"),
            ({}, "options.audience", "everyone"),
        ],
    )
    def test_what_is_not_one_thing_is_refused_with_the_choice(self, far, session, options, field, told):
        with pytest.raises(errors.Rejected, match=told) as caught:
            prepared(session, words("Hej", options={"audience": "prefer", **options}))
        assert caught.value.field == field

    def test_nobody_is_younger_than_young(self, session):
        options = {"audience": "prefer", "audience_age": "25", "audience_age_most": "15"}
        with pytest.raises(errors.Rejected) as caught:
            prepared(session, words("Hej", options=options))
        assert caught.value.field == "options.audience_age"

    def test_a_right_to_look_up_that_is_missing_stops_no_page(self, far, session):
        far.may_search = False
        with pytest.raises(errors.Rejected, match="number"):
            prepared(session, words("Hej", options={"audience": "only", "audience_languages": "Swedish"}))
        assert self.asked(far, session, audience="only", audience_languages="18") == {"targeting": {"locales": [18]}}

    def test_a_dead_key_is_a_dead_key_while_looking_up(self, far, session):
        far.fail(Failure(problem(190, "Dead", subcode=463)), method="GET", pattern="/search$")
        with pytest.raises(errors.NeedsReconnect):
            prepared(session, words("Hej", options={"audience": "only", "audience_languages": "Swedish"}))


class TestFilms:
    def test_a_film_is_sent_in_the_pieces_it_asks_for(self, far, session):
        content = words("Our film", media=[film()])
        receipt = create(session, content)
        (video,) = far.videos.values()
        assert (video["kind"], video["data"]) == ("post", b"film" * 1000)
        assert far.texts() == ["Our film"]
        assert receipt.processing
        transfers = [fields_of(one) for one in far.asked if one.path.endswith("/videos")]
        assert [one.get("start_offset") for one in transfers] == [None, "0", "1500", "3000", None]

    def test_a_reel_goes_to_its_own_host_as_one_stream(self, far, session):
        receipt = create(session, words("Our reel", media=[film()], options=REEL))
        (number, video) = next(iter(far.videos.items()))
        assert (video["kind"], video["data"]) == ("reel", b"film" * 1000)
        (stream,) = [one for one in far.asked if one.path.startswith("/video-upload/")]
        assert stream.headers["authorization"] == f"OAuth {far.page_token}"
        assert receipt.url == f"https://www.facebook.com/reel/{number}"
        assert far.texts() == ["Our reel"]

    def test_the_key_goes_to_no_host_an_answer_names(self, far, session):
        content = words("Reel", media=[film()], options=REEL)
        told = {"video_id": "122000000000999", "upload_url": "https://elsewhere.example/video-upload/v26.0/1/../../x"}
        far.fail(Failure(Reply(200, told)), pattern="/video_reels$")
        ready = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        assert ready.data["film"]["place"] == "/video-upload/v26.0/122000000000999"

    def test_a_reel_that_broke_off_goes_on_where_it_stopped(self, far, session):
        content = words("Reel", media=[film()], options=REEL)
        ready = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        far.videos[ready.data["film"]["video"]]["data"] = b"film" * 100
        while (further := ADAPTER.ready(session, content, 0, ready)) != ready:
            ready = further
        assert far.videos[ready.data["film"]["video"]]["data"] == b"film" * 1000

    def test_the_host_for_reels_has_its_own_words(self, far, session):
        content = words("Reel", media=[film()], options=REEL)
        told = {"debug_info": {"type": "ProcessingFailedError", "message": f"Not with {far.page_token}"}}
        far.fail(Failure(Reply(400, told)), pattern="/video-upload/")
        with pytest.raises(errors.Temporary) as caught:
            prepared(session, content)
        assert caught.value.detail == "Not with …"

    def test_a_reel_that_is_there_already_is_not_sent_again(self, far, session):
        content = words("Reel", media=[film()], options=REEL)
        ready = prepared(session, content)
        undone = {**ready.data["film"]}
        del undone["done"]
        again = ADAPTER.ready(session, content, 0, replace(ready, data={**ready.data, "film": undone}))
        assert again.data["film"]["done"]
        assert len([one for one in far.asked if one.path.startswith("/video-upload/")]) == 1

    @pytest.mark.parametrize("kind", ["post", "reel"])
    def test_it_is_followed_until_it_is_public(self, far, session, kind):
        far.works = 2
        receipt = create(session, words("Film", media=[film("A walk")], options={"kind": kind}))
        rounds = 0
        while receipt.processing:
            receipt, rounds = ADAPTER.follow(session, receipt), rounds + 1
        assert rounds == 3  # twice at work, then through
        assert receipt.remote_id in far.posts
        assert receipt.url == f"https://www.facebook.com/reel/{receipt.data['video']}/"
        assert receipt.alt == "not deliverable"

    def test_a_post_number_that_comes_late_is_waited_for(self, far, session):
        far.works = 0
        receipt = create(session, words("Film", media=[film()]))
        told = {"id": receipt.data["video"], "status": {"video_status": "ready"}, "published": True}
        far.fail(Failure(Reply(200, told)), method="GET", pattern=r"/\d+$")
        assert ADAPTER.follow(session, receipt).processing
        assert not ADAPTER.follow(session, receipt).processing

    def test_a_film_that_is_not_shown_yet_is_not_called_gone(self, far, session):
        receipt = create(session, words("Film", media=[film()]))
        missing = problem(100, "Unsupported get request", subcode=33)
        far.fail(Failure(missing), method="GET", pattern=r"/\d+$")
        assert ADAPTER.follow(session, receipt) == receipt

    def test_a_film_it_cannot_use_is_refused_with_its_words(self, far, session):
        receipt = create(session, words("Film", media=[film()]))
        far.spoils.add(receipt.data["video"])
        with pytest.raises(errors.Rejected, match="Too short") as caught:
            ADAPTER.follow(session, receipt)
        assert caught.value.field == "media"

    def test_captions_and_its_picture_come_when_it_is_through(self, far, session):
        far.works = 0
        media = film(captions=(subtitles("sv"), subtitles("en-GB")), poster=picture())
        content = words("Film", media=[media])
        assert check(content, ADAPTER.capabilities, DEFAULT) == []
        receipt = create(session, content)
        stored = Receipt(**json.loads(json.dumps(vars(receipt))))
        done = ADAPTER.follow(session, stored)
        (video,) = far.videos.values()
        assert set(video["captions"]) == {"captions.sv_SE.srt", "captions.en_GB.srt"}
        assert video["poster"] == picture_bytes()
        assert done.data["beside"] == []

    def test_captions_that_are_refused_take_nothing_back(self, far, session):
        far.works = 0
        receipt = create(session, words("Film", media=[film(captions=(subtitles(),))]))
        far.fail(Failure(problem(100, "No")), pattern="/captions$")
        done = ADAPTER.follow(session, receipt)
        assert not done.processing
        assert done.data["beside"] == ["captions.sv_SE.srt"]

    @pytest.mark.parametrize("kind", ["post", "reel"])
    def test_published_and_then_silent_is_read_off_the_film(self, far, session, kind):
        content = words("Film", media=[film()], options={"kind": kind})
        ready = dropped(far, session, content, "/video(s|_reels)$")
        found = look(session, content, ready)
        assert found.state == "present"
        assert found.receipt.processing
        assert found.receipt.remote_id == ready.data["film"]["video"]
        assert len(far.posts) == 1

    @pytest.mark.parametrize("kind", ["post", "reel"])
    def test_never_published_is_absent_once_it_settled(self, far, session, kind):
        content = words("Film", media=[film()], options={"kind": kind})
        ready = prepared(session, content)
        far.fail(Failure(cut=True), pattern="/video(s|_reels)$")
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert look(session, content, ready, ago=timedelta(seconds=30)).state == "unknown"
        assert look(session, content, ready, ago=timedelta(seconds=91)).state == "absent"
        ADAPTER.publish_part(session, content, 0, ready, [])
        assert len(far.posts) == 1

    def test_a_film_that_is_gone_proves_nothing(self, far, session):
        content = words("Film", media=[film()])
        ready = prepared(session, content)
        far.videos.clear()
        found = look(session, content, ready)
        assert (found.state, found.look_at) == ("unknown", session.url)

    @pytest.mark.parametrize(
        ("status", "out"),
        [
            ({"publishing_phase": {"status": "complete"}}, True),
            ({"publishing_phase": {"status": "not_started", "publish_status": "published"}}, True),
            ({"publishing_phase": {"status": "error"}}, True),
            ({"publishing_phase": {"status": "not_started"}, "processing_phase": {"status": "in_progress"}}, None),
            ({"publishing_phase": {"status": "not_started"}, "processing_phase": {"status": "not_started"}}, False),
            ({"publishing_phase": [7]}, None),
            ({}, None),
        ],
    )
    def test_what_its_state_proves(self, status, out):
        assert films.is_out(graphs.Answer(200, {"status": status}, {}, "")) is out

    @pytest.mark.parametrize("kind", ["post", "reel"])
    def test_an_answer_without_success_is_unclear(self, far, session, kind):
        content = words("Film", media=[film()], options={"kind": kind})
        ready = prepared(session, content)
        far.fail(Failure(Reply(200, {"success": False})), pattern="/video(s|_reels)$")
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])

    @pytest.mark.parametrize(
        "told", [{}, {"video_id": "x"}, {"upload_session_id": "1", "video_id": "1", "start_offset": "9"}]
    )
    def test_a_start_that_cannot_be_read_is_tried_again(self, far, session, told):
        content = words("Film", media=[film()])
        far.fail(Failure(Reply(200, told)), pattern="/videos$")
        with pytest.raises(errors.Temporary):
            prepared(session, content)
        create(session, content)
        assert far.texts() == ["Film"]

    def test_a_piece_that_is_not_taken_is_no_endless_round(self, far, session):
        content = words("Film", media=[film()])
        ready = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        far.fail(Failure(Reply(200, {"start_offset": "0", "end_offset": "1500"})), pattern="/videos$")
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, ready)

    def test_deleting_takes_the_film_along(self, far, session):
        far.works = 0
        receipt = ADAPTER.follow(session, create(session, words("Film", media=[film()])))
        ADAPTER.delete(session, receipt)
        assert (far.posts, far.videos) == ({}, {})
        ADAPTER.delete(session, receipt)

    def test_a_reel_has_its_shape(self):
        can = ADAPTER.capabilities
        for content, message in (
            (words("Reel", media=[picture()], options=REEL), "check.no_pictures"),
            (words("Reel", options=REEL), "check.film_required"),
            (words("Reel", media=[film(seconds=91)], options=REEL), "check.film_long"),
            (words("Reel", media=[film(width=1920, height=1080)], options=REEL), "check.film_ratio"),
        ):
            assert message in [one.message for one in check(content, can, DEFAULT)]
        assert check(words("Film", media=[film(seconds=91, width=1920, height=1080)]), can, DEFAULT) == []

    @pytest.mark.parametrize(
        ("tag", "name"), [("sv", "sv_SE"), ("en-GB", "en_GB"), ("de", "de_DE"), ("", "en_US"), ("zh-Hans", "zh_CN")]
    )
    def test_captions_are_known_by_language_and_country(self, tag, name):
        assert films.locale_of(tag) == name
