"""The adapter of Facebook Pages against a Graph that stores, works on films, and refuses as Meta's does."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import facebook as sdk
import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.capabilities import TextUnit
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.content import Captions, Content, LinkCard, Part
from channels_app.models import Channel
from channels_app.platforms import _facebook_films as films
from channels_app.platforms import _facebook_graph as graphs
from channels_app.platforms.base import Account, Choice, Receipt
from channels_app.platforms.facebook import Facebook
from libsocial.accounts.models import Unit
from libsocial.accounts.policy import DEFAULT
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.facebook import APP, CODE, OTHER_PAGE, PAGE, PERSON, VERSION, FakeFacebook, fields_of, problem
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import FILES, TestSession, film, picture

pytestmark = pytest.mark.django_db
ADAPTER = Facebook()
HOUR = timedelta(hours=1)
BACK = "https://libsocial.example/channels/callback/facebook/home"


@pytest.fixture
def far(settings):
    with running(FakeFacebook()) as far:
        settings.PLATFORM_HOSTS = {f"FACEBOOK_{name}": far.url for name in ("API", "UPLOAD", "SIGN_IN")}
        settings.PRIVATE_HOSTS = ["127.0.0.1"]
        yield far


@pytest.fixture
def session(far):
    account = Account(
        PAGE,
        "Town Library",
        "@townlibrary",
        "https://www.facebook.com/townlibrary",
        facts={"person": PERSON},
    )
    return TestSession(ADAPTER, account, far.secret(), APP)


def prepared(session, content, index=0, key="k"):
    """Until nothing more is to be done, as the engine stores it."""
    ready = ADAPTER.prepare(session, content, index, key, AT)
    while (further := ADAPTER.ready(session, content, index, ready)) != ready:
        ready = replace(further, data=json.loads(json.dumps(further.data)))
    return ready


def create(session, content, index=0, before=()):
    return ADAPTER.publish_part(session, content, index, prepared(session, content, index), before)


def look(session, content, ready, index=0, ago=HOUR):
    return ADAPTER.find(session, content, index, ready, timezone.now() - ago)


def dropped(far, session, content, pattern=""):
    """A post of which no answer came."""
    ready = prepared(session, content)
    far.fail(Failure(store=True, cut=True), pattern=pattern)
    with pytest.raises(errors.Unclear):
        ADAPTER.publish_part(session, content, 0, ready, [])
    return ready


def form(far):
    return fields_of(far.created()[-1])


def subtitles(language="sv"):
    data = b"1\n00:00:00,000 --> 00:00:02,000\nWelcome\n"
    FILES["srt"] = data
    return Captions("srt.srt", "srt", len(data), language, "srt")


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


REEL = {"kind": "reel"}


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


def picture_bytes():
    return FILES[picture().sha256]


class TestFinding:
    def test_pictures_prove_a_post_whatever_became_of_its_words(self, far, session):
        content = words("Look", media=[picture("One"), picture("Two")])
        ready = dropped(far, session, content)
        (post,) = far.posts.values()
        post["message"], far.tells_application = "Something Facebook made of it", False
        found = look(session, content, ready)
        assert (found.state, found.receipt.alt) == ("present", "delivered")

    def test_one_picture_proves_it_too(self, far, session):
        content = words("", media=[picture("One")])
        assert look(session, content, dropped(far, session, content)).state == "present"

    def test_the_same_words_with_other_pictures_are_not_ours(self, far, session):
        content = words("Look", media=[picture("One")])
        ready = prepared(session, content)
        far._store({"message": "Look"}, ["122000000000009"])
        assert look(session, content, ready).state == "absent"

    def test_the_same_words_by_hand_are_not_ours(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        far.by_hand("Hello", app="174829003346")
        assert look(session, content, ready).state == "absent"

    def test_an_application_that_is_not_told_contradicts_nothing(self, far, session):
        far.tells_application = False
        content = words("Hello\n\nWorld")
        assert look(session, content, dropped(far, session, content)).state == "present"

    def test_absence_needs_time(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        assert look(session, content, ready, ago=timedelta(seconds=60)).state == "unknown"
        assert look(session, content, ready, ago=timedelta(seconds=91)).state == "absent"

    def test_something_like_it_forbids_saying_that_it_is_absent(self, far, session):
        content = words("Hello to all the readers of our library!")
        ready = prepared(session, content)
        far.by_hand("Hello to all the readers of our library")
        found = look(session, content, ready)
        assert (found.state, found.look_at) == ("unknown", "https://www.facebook.com/townlibrary")

    def test_pictures_that_are_not_shown_prove_nothing(self, far, session):
        content = words("Look", media=[picture()])
        ready = dropped(far, session, content)
        next(iter(far.posts.values()))["photos"] = []
        assert look(session, content, ready).state == "unknown"

    def test_a_list_that_does_not_reach_back_proves_nothing(self, far, session):
        far.by_hand("Before")
        content = words("Hello")
        ready = prepared(session, content)
        for number in range(30):
            far.by_hand(f"Post {number} of a busy hour", app="174829003346")
        assert look(session, content, ready).state == "unknown"

    def test_what_an_earlier_attempt_stored_late_is_ours_too(self, far, session):
        content = words("Hello")
        with time_machine.travel(timezone.now() - HOUR):
            ready = prepared(session, content)
        with time_machine.travel(timezone.now() - HOUR / 2):
            far.by_hand("Hello")  # by our application
        assert look(session, content, ready, ago=timedelta(minutes=3)).state == "present"

    def test_last_weeks_post_is_not_this_one(self, far, session):
        with time_machine.travel(timezone.now() - timedelta(days=7)):
            far.by_hand("Hello")
        content = words("Hello")
        ready = prepared(session, content)
        forgetful = replace(ready, data={**ready.data, "seen": []})
        assert look(session, content, forgetful).state == "absent"

    def test_a_question_that_is_refused_is_no_verdict_on_the_post(self, far, session):
        refused = Failure(problem(100, "(#100) Tried accessing nonexisting field (application)"))
        far.fail(refused, method="GET", pattern="/published_posts$")
        with pytest.raises(errors.Temporary):
            prepared(session, words("Hello"))

    def test_a_list_that_is_none_is_no_absence(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        for told in ({}, {"data": {"id": "1"}}, {"data": None}):
            far.fail(Failure(Reply(200, told)), method="GET", pattern="/published_posts$")
            with pytest.raises(errors.Temporary):
                look(session, content, ready)

    def test_a_person_may_paste_any_of_its_addresses(self, far, session):
        receipt = create(session, words("Hello"))
        short = receipt.remote_id.split("_")[1]
        for url in (
            f"https://www.facebook.com/{receipt.remote_id}",
            f"https://m.facebook.com/townlibrary/posts/{short}",
            f"https://www.facebook.com/permalink.php?story_fbid={short}&id={PAGE}",
        ):
            assert ADAPTER.recognise(session, url).remote_id == receipt.remote_id
        far.posts[receipt.remote_id]["permalink_url"] = "https://www.facebook.com/townlibrary/posts/pfbid02abc"
        found = ADAPTER.recognise(session, "https://www.facebook.com/townlibrary/posts/pfbid02abc?x=1")
        assert found.remote_id == receipt.remote_id
        with pytest.raises(errors.Rejected):
            ADAPTER.recognise(session, f"https://facebook.com.evil.example/{receipt.remote_id}")

    def test_addresses_that_differ_in_their_query_alone_are_told_apart(self, far, session):
        first, second = (create(session, words(text)) for text in ("One", "Two"))
        for receipt, number in ((first, "pfbid1"), (second, "pfbid2")):
            address = f"https://www.facebook.com/permalink.php?story_fbid={number}&id={PAGE}"
            far.posts[receipt.remote_id]["permalink_url"] = address
        url = f"https://www.facebook.com/permalink.php?story_fbid=pfbid1&id={PAGE}"
        assert ADAPTER.recognise(session, url).remote_id == first.remote_id
        for nothing in ("https://www.facebook.com/permalink.php?story_fbid=pfbid3", "", "https://[x"):
            with pytest.raises(errors.Rejected):
                ADAPTER.recognise(session, nothing)


STORY = {"kind": "story"}


class TestStories:
    def test_a_picture_is_a_story_without_words(self, far, session):
        content = words("", media=[picture("A sofa")], options=STORY)
        receipt = create(session, content)
        ((number, story),) = far.stories.items()
        assert receipt.remote_id == number
        assert receipt.url == story["url"]
        assert receipt.alt == "not deliverable"
        assert far.alts() == [""]
        assert not [one for one in far.asked if one.path.endswith("/feed")]

    def test_a_film_goes_the_way_of_a_reel(self, far, session):
        far.works = 0
        receipt = create(session, words("", media=[film()], options=STORY))
        (video,) = far.videos.values()
        assert (video["kind"], video["data"]) == ("story", b"film" * 1000)
        done = ADAPTER.follow(session, receipt)
        assert done.remote_id in far.stories
        assert done.data["story"]

    def test_what_a_story_may_hold(self):
        can = ADAPTER.capabilities
        for content, message in (
            (words("Words", media=[picture("A sofa")], options=STORY), "check.too_long"),
            (words("", media=[picture("A sofa")] * 2, options=STORY), "check.too_many_media"),
            (words("", media=[film("A walk", seconds=61)], options=STORY), "check.film_long"),
            (words("", options=STORY), "check.media_required"),
        ):
            assert message in [one.message for one in check(content, can, DEFAULT)]

    @pytest.mark.parametrize("media", [picture(), film()])
    def test_shown_and_then_silent_is_found(self, far, session, media):
        content = words("", media=[media], options=STORY)
        ready = dropped(far, session, content, "/(photo|video)_stories$")
        found = look(session, content, ready)
        assert found.state == "present"
        assert found.receipt.data["story"]
        assert len(far.stories) == 1

    def test_not_shown_is_absent_once_it_settled(self, far, session):
        with time_machine.travel(timezone.now() - timedelta(hours=5)):
            create(session, words("", media=[picture()], options=STORY))
        content = words("", media=[picture()], options=STORY)
        ready = prepared(session, content)
        assert look(session, content, ready, ago=timedelta(seconds=20)).state == "unknown"
        assert look(session, content, ready, ago=HOUR).state == "absent"

    def test_another_story_of_that_hour_leaves_it_open(self, far, session):
        content = words("", media=[picture()], options=STORY)
        ready = prepared(session, content)
        far._show(f"{PAGE}_122000000000500", "122000000000600")
        assert look(session, content, ready).state == "unknown"

    @pytest.mark.parametrize("told", [{}, {"success": True}, {"success": False, "post_id": "1"}])
    def test_an_answer_without_a_number_is_unclear(self, far, session, told):
        content = words("", media=[picture()], options=STORY)
        ready = prepared(session, content)
        far.fail(Failure(Reply(200, told)), pattern="/photo_stories$")
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])

    def test_a_list_that_cannot_be_read_takes_nothing_back(self, far, session):
        far.fail(Failure(Reply(500)), method="GET", pattern="/stories$")
        assert create(session, words("", media=[picture()], options=STORY)).url == session.url

    def test_its_figures_end_with_it_and_it_is_not_called_gone(self, far, session):
        receipt = create(session, words("", media=[picture()], options=STORY))
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values == {"views": 56, "viewers": 69}
        missing = problem(100, "Unsupported get request", subcode=33)
        far.fail(Failure(missing), method="GET", pattern="/insights$")
        figures = ADAPTER.metrics(session, [receipt])[receipt.remote_id]
        assert (figures.values, figures.gone) == ({}, False)


class TestComment:
    content = Content((Part("Hello"), Part("More: https://library.example/a", role="comment")))

    def commented(self, far, session):
        before = [create(session, self.content)]
        return before, prepared(session, self.content, 1)

    def test_it_hangs_under_the_post(self, far, session):
        assert check(self.content, ADAPTER.capabilities, DEFAULT) == []
        before, ready = self.commented(far, session)
        receipt = ADAPTER.publish_part(session, self.content, 1, ready, before)
        (comment,) = far.comments.values()
        assert (comment["post"], comment["message"]) == (before[0].remote_id, "More: https://library.example/a")
        assert receipt.remote_id == comment["id"]
        assert receipt.url.startswith("https://www.facebook.com/")
        assert far.texts() == ["Hello"]

    def test_stored_and_silent_is_found_under_the_post(self, far, session):
        before, ready = self.commented(far, session)
        far.fail(Failure(store=True, cut=True), pattern="/comments$")
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, self.content, 1, ready, before)
        found = look(session, self.content, ready, 1)
        assert found.state == "present"
        assert found.receipt.remote_id in far.comments
        assert len(far.comments) == 1

    def test_not_stored_is_absent_once_it_settled(self, far, session):
        _before, ready = self.commented(far, session)
        assert look(session, self.content, ready, 1, timedelta(seconds=20)).state == "unknown"
        assert look(session, self.content, ready, 1).state == "absent"

    def test_without_the_post_nothing_is_proven(self, far, session):
        _before, ready = self.commented(far, session)
        far.posts.clear()
        assert look(session, self.content, ready, 1).state == "unknown"

    def test_one_that_was_there_before_is_not_this_one(self, far, session):
        before, ready = self.commented(far, session)
        ADAPTER.publish_part(session, self.content, 1, ready, before)
        again = ADAPTER.prepare(session, self.content, 1, "again", AT)
        assert look(session, self.content, again, 1).state == "absent"

    @pytest.mark.parametrize(
        ("answer", "meaning"),
        [
            (problem(200, "Requires pages_manage_engagement"), errors.Rejected),
            (problem(10, "No"), errors.Rejected),
            (problem(100, "Unsupported", subcode=33), errors.Gone),
            (problem(1404006, "Security check"), errors.Rejected),
            (problem(2, "Later"), errors.Unclear),
            (problem(190, "Dead"), errors.NeedsReconnect),
            (Reply(200, {"success": True}), errors.Unclear),
        ],
    )
    def test_a_refusal_stops_the_page_only_when_the_key_is_dead(self, far, session, answer, meaning):
        before, ready = self.commented(far, session)
        far.fail(Failure(answer), pattern="/comments$")
        with pytest.raises(errors.PlatformError) as caught:
            ADAPTER.publish_part(session, self.content, 1, ready, before)
        assert type(caught.value) is meaning

    def test_it_has_figures_and_can_be_deleted(self, far, session):
        before, ready = self.commented(far, session)
        receipt = ADAPTER.publish_part(session, self.content, 1, ready, before)
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values == {"reactions": 3, "comments": 1}
        ADAPTER.delete(session, receipt)
        assert far.comments == {}
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].gone


class TestFigures:
    def test_all_of_them_in_one_question(self, far, session):
        receipt = create(session, words("Hello"))
        far.posts[receipt.remote_id] |= {"shares": 4, "reactions": 2}
        before = len(far.asked)
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert values == {"reactions": 2, "comments": 0, "shares": 4, "views": 55, "viewers": 68, "clicks": 51}
        assert len(far.asked) == before + 1

    def test_a_figure_taken_away_costs_no_other(self, far, session):
        receipt = create(session, words("Hello"))
        far.known_metrics.remove("post_total_media_view_unique")
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert values == {"reactions": 0, "comments": 0, "shares": 0, "views": 55, "clicks": 51}

    def test_near_a_limit_only_what_must_be_asked_is_asked(self, far, session):
        receipt = create(session, words("Hello"))
        far.known_metrics.clear()
        far.usage = {"X-App-Usage": '{"call_count": 80}'}
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values.keys() == {
            "reactions",
            "comments",
            "shares",
        }
        assert not [one for one in far.asked if one.path.endswith("/insights")]

    def test_a_missing_right_to_figures_is_no_lost_channel(self, far, session):
        receipt = create(session, words("Hello"))
        for _number in range(4):
            far.fail(Failure(problem(200, "Requires read_insights")), method="GET", pattern=r"insights$")
        far.fail(Failure(problem(200, "Requires read_insights")), method="GET", pattern=rf"/{PAGE}_\d+$")
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values.keys() == {
            "reactions",
            "comments",
            "shares",
        }

    def test_a_dead_key_is_not_a_missing_figure(self, far, session):
        receipt = create(session, words("Hello"))
        far.revoke()
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.metrics(session, [receipt])

    def test_a_post_is_gone_only_when_its_page_is_there(self, far, session):
        receipt = create(session, words("Hello"))
        far.posts.clear()
        far.fail(Failure(problem(100, "Unsupported", subcode=33)), method="GET", pattern=rf"/{PAGE}$")
        with pytest.raises(errors.Gone):
            ADAPTER.metrics(session, [receipt])
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].gone

    def test_pages_of_the_older_kind_have_fans(self, far, session):
        far.fail(Failure(Reply(200, {"id": PAGE, "fan_count": 9})), method="GET", pattern=rf"/{PAGE}$")
        assert ADAPTER.audience(session).values == {"followers": 9}


class TestDeleting:
    @pytest.mark.parametrize("data", [True, {"success": True}])
    def test_both_ways_of_saying_yes_count(self, far, session, data):
        receipt = create(session, words("Hello"))
        far.fail(Failure(Reply(200, data), store=True), method="DELETE", pattern=".")
        ADAPTER.delete(session, receipt)
        assert far.texts() == []

    def test_no_is_told(self, far, session):
        receipt = create(session, words("Hello"))
        far.fail(Failure(Reply(200, {"success": False})), method="DELETE", pattern=".")
        with pytest.raises(errors.Temporary):
            ADAPTER.delete(session, receipt)

    def test_what_our_key_may_not_see_is_not_called_gone(self, far, session):
        receipt = create(session, words("Hello"))
        missing = problem(100, "Unsupported delete request", subcode=33)
        far.fail(Failure(missing), method="DELETE", pattern=".")
        with pytest.raises(errors.Gone):  # it is still there
            ADAPTER.delete(session, receipt)
        assert far.texts() == ["Hello"]


class TestConnecting:
    def context(self, **more):
        return Context("facebook", app=more.pop("app", APP), **more)

    def finish(self, context=None, answer=None):
        return ADAPTER.finish({}, answer or {"code": CODE}, redirect_uri=BACK, context=context or self.context())

    def begun(self, context):
        redirect = ADAPTER.begin({}, redirect_uri=BACK, state="the-state", context=context)
        return redirect.url, {name: values[0] for name, values in parse_qs(urlsplit(redirect.url).query).items()}

    def test_a_person_signs_in_at_facebook(self, far):
        url, query = self.begun(self.context())
        assert url.startswith(f"{far.url}/{VERSION}/dialog/oauth?")
        assert query == {
            "client_id": APP["client_id"],
            "redirect_uri": BACK,
            "state": "the-state",
            "response_type": "code",
            "scope": ",".join(ADAPTER.scopes),
        }

    def test_the_usual_host_is_facebooks(self):
        url, _query = self.begun(self.context())
        assert url.startswith(f"https://www.facebook.com/{VERSION}/dialog/oauth?")

    def test_a_configuration_stands_for_the_rights(self, far):
        _url, query = self.begun(self.context(app={**APP, "config_id": "99"}, reconnecting=PAGE))
        assert query["config_id"] == "99"
        assert not {"scope", "auth_type"} & set(query)

    def test_who_comes_again_is_asked_again(self, far):
        _url, query = self.begun(self.context(reconnecting=PAGE))
        assert query["auth_type"] == "rerequest"

    def test_one_page_is_connected_with_a_key_of_a_lasting_sign_in(self, far):
        connected = self.finish()
        account = connected.account
        assert (account.remote_id, account.name, account.handle) == (PAGE, "Town Library", "@townlibrary")
        assert account.avatar_url == "https://scontent.example/p.jpg"
        assert account.facts == {"person": PERSON}
        assert connected.secret == {"token": far.page_token, "person": far.long_token}
        assert connected.expires_at is None
        assert connected.ends_at == datetime.fromtimestamp(far.data_access_ends, UTC)
        listed = [one for one in far.asked if one.path.endswith("/me/accounts")]
        assert {one.token for one in listed} == {far.long_token}

    def test_secrets_and_codes_travel_in_bodies(self, far):
        self.finish()
        for one in far.asked:
            if not one.path.endswith("/debug_token"):  # which takes them nowhere else
                assert APP["client_secret"] not in str(one.query)
                assert CODE not in str(one.query)
                assert far.short_token not in str(one.query)

    def test_of_several_pages_a_person_chooses(self, far):
        far.pages = [PAGE, OTHER_PAGE, "104857600000003"]
        choice = self.finish()
        assert isinstance(choice, Choice)
        assert [one.account.remote_id for one in choice.accounts] == far.pages
        assert choice.accounts[1].account.handle == f"@{OTHER_PAGE}"
        assert len({one.secret["token"] for one in choice.accounts}) == 3

    def test_the_page_that_is_reconnected_is_not_asked_for(self, far):
        far.pages = [PAGE, OTHER_PAGE]
        connected = self.finish(self.context(reconnecting=OTHER_PAGE))
        assert connected.account.remote_id == OTHER_PAGE

    def test_pages_of_a_portfolio_are_found_where_we_may_look(self, far):
        far.pages, far.of_business = [], [PAGE]
        with pytest.raises(FieldProblem, match="business_management"):
            self.finish()
        far.scopes.append("business_management")
        assert self.finish().account.remote_id == PAGE

    def test_a_page_one_may_only_look_at_is_not_offered(self, far):
        far.tasks = ["ANALYZE"]
        with pytest.raises(FieldProblem, match="not publish"):
            self.finish()

    def test_rights_that_were_unticked_are_named(self, far):
        far.scopes.remove("pages_manage_posts")
        with pytest.raises(FieldProblem, match="pages_manage_posts"):
            self.finish()

    def test_rights_one_can_do_without_are_none_to_fail_for(self, far):
        far.scopes.remove("read_insights")
        assert self.finish().account.remote_id == PAGE

    @pytest.mark.parametrize("answer", [{"error": "access_denied", "error_reason": "user_denied"}, {}, {"code": ""}])
    def test_who_says_no_connects_nothing(self, far, answer):
        with pytest.raises(FieldProblem):
            ADAPTER.finish({}, answer, redirect_uri=BACK, context=self.context())
        assert far.asked == []

    def test_a_code_that_is_used_up_is_a_sentence(self, far):
        with pytest.raises(FieldProblem, match="try again"):
            self.finish(answer={"code": "another-code-0123456789"})

    def test_wrong_keys_of_the_application_are_told_without_them(self, far):
        wrong = {**APP, "client_secret": "wrong-secret-0123456789"}
        with pytest.raises(FieldProblem, match="validating client secret") as caught:
            self.finish(self.context(app=wrong))
        assert "wrong-secret" not in caught.value.sentence

    @pytest.mark.parametrize("status", [500, 503, 429])
    def test_a_far_side_out_of_order_is_no_fault_of_the_person(self, far, status):
        far.fail(Failure(Reply(status)), pattern="/oauth/access_token$")
        with pytest.raises(errors.Temporary):
            self.finish()

    def test_keys_of_the_application_that_are_missing_are_told(self, far, session):
        from channels_app import appkeys

        assert appkeys.missing(ADAPTER) == ["client_id", "client_secret"]

    def test_a_key_of_a_page_made_elsewhere(self, far):
        connected = ADAPTER.from_token({"token": far.page_token}, context=self.context_of_page(far))
        assert connected.account.remote_id == PAGE
        assert connected.secret == {"token": far.page_token}
        assert connected.ends_at is not None

    def context_of_page(self, far):
        told = {"id": PAGE, "name": "Town Library", "username": "townlibrary"}
        far.fail(Failure(Reply(200, told)), method="GET", pattern="/me$")
        return self.context()

    def test_a_short_key_of_a_person_is_made_to_last(self, far):
        far.pages = [PAGE, OTHER_PAGE]
        fields = {"token": far.short_token, "page_id": OTHER_PAGE}
        connected = ADAPTER.from_token(fields, context=self.context())
        assert connected.account.remote_id == OTHER_PAGE
        assert connected.secret["person"] == far.long_token
        assert isinstance(ADAPTER.from_token({"token": far.short_token}, context=self.context()), Choice)

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({}, "token"),
            ({"token": "EAAwrong"}, ""),
            ({"token": "EAAshort0123456789abcdefghij", "page_id": "1"}, "page_id"),
        ],
    )
    def test_a_key_that_opens_nothing_is_told(self, far, fields, field):
        with pytest.raises(FieldProblem) as caught:
            ADAPTER.from_token(fields, context=self.context())
        assert caught.value.field == field

    def test_a_key_of_another_application_is_told(self, far):
        told = {"is_valid": True, "app_id": "1", "type": "PAGE"}
        far.fail(Failure(Reply(200, {"data": told})), method="GET", pattern="debug_token")
        with pytest.raises(FieldProblem, match="another application"):
            ADAPTER.from_token({"token": far.page_token}, context=self.context())

    def test_probing_keeps_whose_sign_in_it_was(self, session):
        assert ADAPTER.probe(session).facts == {"person": PERSON}


class TestEnding:
    """Facebook ends all Pages of a person at once."""

    def other(self, **fields):
        unit = Unit.objects.plant(name="Branch")
        values = {"unit": unit, "platform": "facebook", "name": "Branch", "handle": "@b", "remote_id": OTHER_PAGE}
        return Channel.objects.create(**{**values, "facts": {"person": PERSON}, **fields})

    def test_not_while_the_same_person_holds_another(self, far, session):
        other = self.other()
        with pytest.raises(errors.Unsupported, match="together"):
            ADAPTER.revoke(session)
        assert far.opens(session.secret)
        Channel.objects.filter(pk=other.pk).update(facts={"person": "somebody else"})
        ADAPTER.revoke(session)
        assert not far.opens(session.secret)

    def test_a_persons_key_that_ended_ends_no_page(self, far, session):
        far.user_token = "EAAanother-one-by-now"
        with pytest.raises(errors.Unsupported, match="expired"):
            ADAPTER.revoke(session)
        far.revoke()
        ADAPTER.revoke(session)

    def test_a_key_made_by_hand_is_ended_by_hand(self, far, session):
        session._secret = {"token": far.page_token}
        with pytest.raises(errors.Unsupported):
            ADAPTER.revoke(session)
