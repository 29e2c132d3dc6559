"""Films, moving pictures, polls and quotations on Mastodon: as declared, as they travel, where a server has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from channels_app import errors
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.platforms import _mastodon_posts as posts
from channels_app.platforms._mastodon_media import Form
from libsocial.accounts.policy import DEFAULT
from tests.channels.test_mastodon import ADAPTER, BACK, FarMastodon, open_session, prepared, send
from tests.contracts.platform import KEY, words
from tests.fakes.mastodon import _multipart
from tests.fakes.server import Failure, Reply, Request, running
from tests.fakes.session import TestSession, film, picture

pytestmark = pytest.mark.django_db
POLL = {"kind": "poll", "poll": "Story time\nRobots\n\n  Chess ", "poll_time": "3600"}
ELSEWHERE = "https://other.example/@reader/77"


@pytest.fixture
def far():
    with running(FarMastodon()) as far:
        yield far


@pytest.fixture
def session(far, settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    return open_session(far)


@pytest.fixture
def can(far, settings):
    """The capabilities as this server says them."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]

    def of_now():
        begun = ADAPTER.begin({"server": far.url}, redirect_uri=BACK, state="s", context=Context("mastodon"))
        return ADAPTER.capabilities_for(begun.keep["facts"])

    return of_now


def found(content, capabilities):
    return [(one.field, one.message) for one in check(content, capabilities, DEFAULT)]


class TestFilms:
    def test_a_film_arrives_with_its_description_and_its_picture(self, far, session):
        poster = picture("")
        (receipt,) = send(session, words("Look", media=[film("A tour of the library", poster=poster)]))
        (media,) = far.media.values()
        assert (media["data"], far.alts(), receipt.alt) == (b"film" * 1000, ["A tour of the library"], "delivered")
        assert media["thumbnail"].startswith(b"\x89PNG")

    def test_an_upload_tells_its_length_and_is_never_held_whole(self, session):
        with Form(session, {"description": "Été"}, {"file": film()}) as form:
            body = b"".join(form)
            assert len(body) == len(form)
            assert b"".join(form) == body  # it can be sent again
            assert max(map(len, form)) < 10_000
        request = Request("POST", "", {}, {"content-type": form.headers["Content-Type"]}, body)
        assert _multipart(request) == {"description": "Été".encode(), "file": b"film" * 1000}

    def test_a_film_is_followed_until_it_is_ready_and_uploaded_once(self, far, session):
        far.processing = 3
        content = words("Look", media=[film("A tour")])
        ready = prepared(session, content)
        for _ in range(2):
            with pytest.raises(errors.Temporary) as caught:
                ADAPTER.ready(session, content, 0, ready)
            assert timedelta(0) < caught.value.until - timezone.now() < timedelta(seconds=10)
        further = ADAPTER.ready(session, content, 0, ready)
        assert further.data["media"][0] == {"id": next(iter(far.media)), "ready": True, "told": True}
        asked = len(far.asked)
        assert ADAPTER.ready(session, content, 0, further) == further
        assert len(far.asked) == asked
        ADAPTER.publish_part(session, content, 0, further, [])
        assert far.alts() == ["A tour"]
        assert len([one for one in far.asked if one.path == "/api/v2/media"]) == 1

    def test_a_film_that_cannot_be_converted_is_refused_before_anything_is_created(self, far, session):
        far.processing = 3
        content = words("Look", media=[film()])
        ready = prepared(session, content)
        far.fail(Failure(Reply(422, {"error": "Error processing thumbnail"})), method="GET", pattern="/media/")
        with pytest.raises(errors.Rejected, match="Error processing") as caught:
            ADAPTER.ready(session, content, 0, ready)
        assert (caught.value.field, far.texts()) == ("media", [])

    def test_a_film_waiting_too_long_is_uploaded_again_and_that_is_stored(self, far, session):
        content = words("Look", media=[film("A tour")])
        ready = prepared(session, content)
        old = replace(ready, data={**ready.data, "at": (timezone.now() - timedelta(hours=13)).isoformat()})
        far.media.clear()
        again = ADAPTER.ready(session, content, 0, old)
        assert again.data["media"][0]["id"] in far.media
        assert ADAPTER.ready(session, content, 0, again) == again
        ADAPTER.publish_part(session, content, 0, again, [])
        assert far.alts() == ["A tour"]

    def test_a_film_that_is_attached_already_forbids_calling_its_post_absent(self, far, session):
        far.processing, far.honours_key = 1, False
        content = words("Look", media=[film()])
        ready = ADAPTER.ready(session, content, 0, prepared(session, content))
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])
        far.late = set(far.statuses)
        assert ADAPTER.find(session, content, 0, ready, timezone.now() - timedelta(hours=1)).state == "unknown"

    def test_a_server_that_does_not_tell_of_uploads_lets_the_creating_request_decide(self, far, session):
        far.processing = 5
        content = words("Look", media=[film()])
        ready = prepared(session, content)
        far.fail(Failure(Reply(404, {"error": "Record not found"})), method="GET", pattern="/media/")
        further = ADAPTER.ready(session, content, 0, ready)
        assert further.data["media"][0] == {"id": next(iter(far.media)), "ready": True, "told": False}
        with pytest.raises(errors.Temporary):
            ADAPTER.publish_part(session, content, 0, further, [])
        assert far.texts() == []

    def test_a_moving_picture_travels_as_it_is(self, far, session):
        moving = picture("A page turns", mime="image/gif", seconds=2.0)
        send(session, words("Look", media=[moving]))
        (upload,) = [one for one in far.asked if one.path == "/api/v2/media"]
        assert b'filename="file.gif"' in upload.body
        assert b"Content-Type: image/gif" in upload.body

    def test_the_server_says_which_films_it_takes(self, far, can):
        rules = can().media
        assert rules.animated
        assert rules.video.mime_types == ("video/mp4", "video/webm")
        assert (rules.video.max_bytes, rules.video.max_fps, rules.video.max_side) == (103_809_024, 120, 1920)
        assert not rules.video.captions

    @pytest.mark.parametrize(
        "said",
        [
            {"supported_mime_types": ["image/png"], "video_size_limit": 40_000_000},
            {"supported_mime_types": ["image/png", "video/mp4"], "video_size_limit": 0},
            {"supported_mime_types": "video/mp4"},
            {},
        ],
    )
    def test_a_server_without_films_gets_none(self, far, can, said):
        far.configuration = {**far.configuration, "media_attachments": said}
        assert can().media.video is None
        assert not can().media.animated
        assert ("media", "check.no_films") in found(words("Look", media=[film("A tour")]), can())

    def test_small_limits_of_films_are_kept(self, far, can):
        said = {"supported_mime_types": ["video/mp4"], "video_size_limit": 9_000_000, "video_matrix_limit": 921_600}
        far.configuration = {**far.configuration, "media_attachments": said}
        assert (can().media.video.max_bytes, can().media.video.max_side) == (9_000_000, 960)

    def test_a_moving_picture_stands_alone(self, can):
        moving = picture("A page turns", mime="image/gif", seconds=2.0)
        assert found(words("Look", media=[moving]), can()) == []
        assert ("media", "check.moving_alone") in found(words("Look", media=[moving, picture()]), can())

    def test_more_pictures_go_where_the_server_takes_more(self, far, session, can):
        far.configuration = {**far.configuration, "statuses": {"max_media_attachments": 6}}
        content = words("Look", media=[picture(f"Picture {number}") for number in range(6)])
        assert found(content, can()) == []
        send(session, content)
        assert len(far.alts()) == 6


class TestPolls:
    def test_a_poll_arrives_as_it_was_asked(self, far, session, can):
        content = words("What shall we do?", options={**POLL, "poll_multiple": True, "poll_hidden": True})
        assert found(content, can()) == []
        send(session, content)
        (status,) = far.statuses.values()
        assert status["poll"] == {
            "options": ["Story time", "Robots", "Chess"],
            "expires_in": 3600,
            "multiple": True,
            "hide_totals": True,
        }

    def test_a_poll_stands_in_the_first_part_of_a_thread(self, far, session):
        send(session, words("What shall we do?", "More about it", options=POLL))
        assert [bool(status["poll"]) for status in far.statuses.values()] == [True, False]

    def test_a_poll_is_not_sent_while_something_else_is_chosen(self, far, session):
        send(session, words("Hello", options={**POLL, "kind": "post"}))
        (status,) = far.statuses.values()
        assert status["poll"] is None

    def test_a_server_that_reads_forms_gets_the_poll_in_its_form(self, far, session):
        ready = prepared(session, words("What?", options=POLL))
        for _ in range(2):
            far.fail(Failure(Reply(422, {"error": "Validation failed: Text can't be blank"})))
        with pytest.raises(errors.Rejected):
            ADAPTER.publish_part(session, words("What?", options=POLL), 0, ready, [])
        form = parse_qs(far.created()[-1].body.decode())
        assert form["poll[options][]"] == ["Story time", "Robots", "Chess"]
        assert (form["poll[expires_in]"], form["poll[multiple]"]) == (["3600"], ["false"])

    def test_a_changed_poll_is_another_post_for_the_server(self, far, session):
        send(session, words("What?", options=POLL))
        send(session, words("What?", options={**POLL, "poll": "Yes\nNo"}))
        assert len(far.statuses) == 2

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (words("What?", options={**POLL, "poll": "Only one"}), ("options.poll", "check.option_lines")),
            (words("What?", options={**POLL, "poll": "\n".join("abcde")}), ("options.poll", "check.option_lines")),
            (words("What?", options={**POLL, "poll": "Yes\n" + "x" * 51}), ("options.poll", "check.option_long")),
            (words("What?", options={**POLL, "poll": ""}), ("options.poll", "check.option_required")),
            (words("What?", options={**POLL, "poll_time": "60"}), ("options.poll_time", "check.option_value")),
            (words("", options=POLL), ("text", "check.text_required")),
            (words("What?", media=[picture()], options=POLL), ("media", "check.no_media")),
            (words("What?", media=[film("A tour")], options=POLL), ("media", "check.no_media")),
        ],
    )
    def test_what_is_wrong_with_a_poll_is_told_while_writing(self, can, content, problem):
        assert problem in found(content, can())

    def test_the_server_says_how_much_it_takes(self, far, can):
        far.configuration = {
            **far.configuration,
            "polls": {
                "max_options": 6,
                "max_characters_per_option": 80,
                "min_expiration": 3600,
                "max_expiration": 9999,
            },
        }
        options = {option.name: option for option in can().options}
        assert (options["poll"].most, options["poll"].limit) == (6, 80)
        assert (dict(options["poll_time"].choices).keys(), options["poll_time"].default) == ({"3600"}, "3600")

    @pytest.mark.parametrize("polls", [None, {}, [], {"max_options": 0}, {"max_options": 4, "max_expiration": 10}])
    def test_a_server_without_polls_offers_none(self, far, can, polls):
        far.configuration, far.api = {**far.configuration, "polls": polls}, 6
        assert {option.name for option in can().options} == {"visibility", "quiet_thread", "sensitive"}

    @pytest.mark.parametrize(
        ("words_", "field"),
        [
            ("Validation failed: Poll is too far into the future", "options.poll"),
            ("Quoted post may not be quoted", "options.quote"),
            ("Validation failed: Text is over the quota", "text"),
        ],
    )
    def test_a_refusal_names_what_it_is_about(self, far, session, words_, field):
        ready = prepared(session, words("Hello"))
        far.fail(Failure(Reply(422, {"error": words_})))
        with pytest.raises(errors.Rejected) as caught:
            ADAPTER.publish_part(session, words("Hello"), 0, ready, [])
        assert caught.value.field == field


class TestQuotes:
    OPTIONS = {"kind": "quote", "quote": ELSEWHERE, "quote_policy": "followers"}

    def quotation(self, **options):
        return words("Worth reading", options={**self.OPTIONS, **options})

    @pytest.fixture(autouse=True)
    def _is_there(self, far):
        far.elsewhere[ELSEWHERE] = {"id": "77", "quote_approval": {"current_user": "automatic"}}

    def test_a_quotation_names_the_post_on_this_server(self, far, session, can):
        assert found(self.quotation(), can()) == []
        send(session, self.quotation())
        (status,) = far.statuses.values()
        assert (status["quoted_status_id"], status["quote_approval_policy"]) == ("77", "followers")

    def test_only_the_first_part_of_a_thread_quotes(self, far, session):
        send(session, words("Worth reading", "And more", options=self.OPTIONS))
        assert [status["quoted_status_id"] for status in far.statuses.values()] == ["77", None]

    def test_who_may_quote_holds_for_an_ordinary_post_too(self, far, session):
        send(session, words("Hello", options={"quote_policy": "nobody"}))
        (status,) = far.statuses.values()
        assert (status["quoted_status_id"], status["quote_approval_policy"]) == (None, "nobody")

    def test_a_quotation_whose_answer_was_lost_is_recognised(self, far, session):
        far.honours_key = False
        ready = prepared(session, self.quotation())
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, self.quotation(), 0, ready, [])
        far.sources = dict.fromkeys(far.sources, "")  # by what is shown alone
        since = timezone.now() - timedelta(hours=1)
        assert ADAPTER.find(session, self.quotation(), 0, ready, since).state == "present"

    @pytest.mark.parametrize(
        ("trouble", "says"),
        [
            ("unknown", "finds no post"),
            ("denied", "does not let others quote"),
            ("no right", "Reconnect the channel"),
            ("strange", "finds no post"),
        ],
    )
    def test_what_cannot_be_quoted_is_said_at_its_field_and_stops_no_channel(self, far, session, trouble, says):
        match trouble:
            case "unknown":
                far.elsewhere.clear()
            case "denied":
                far.elsewhere[ELSEWHERE]["quote_approval"] = {"current_user": "denied"}
            case "no right":
                far.may_search = False
            case _:
                far.elsewhere[ELSEWHERE] = {"id": ["77"], "quote_approval": 7}
        with pytest.raises(errors.Rejected, match=says) as caught:
            prepared(session, self.quotation())
        assert (caught.value.field, far.texts()) == ("options.quote", [])

    def test_a_quotation_has_no_pictures_and_needs_an_address(self, can):
        pictured = replace(self.quotation(), parts=words("x", media=[picture()]).parts)
        assert ("media", "check.no_media") in found(pictured, can())
        assert ("options.quote", "check.option_required") in found(self.quotation(quote=""), can())
        assert ("options.quote", "check.option_value") in found(self.quotation(quote="not an address"), can())

    @pytest.mark.parametrize(("software", "api"), [("mastodon", 6), ("gotosocial", 7), ("pixelfed", 0)])
    def test_older_and_other_servers_offer_no_quotations(self, far, can, software, api):
        far.software, far.api = software, api
        options = {option.name: option for option in can().options}
        assert "quote" not in options
        assert "quote" not in dict(options["kind"].choices)


def test_a_body_is_the_same_as_a_form():
    body = {"status": "x", "media_ids": ["1"], "sensitive": True, "poll": {"options": ["a"], "multiple": False}}
    assert posts.as_form(body) == {
        "status": "x",
        "media_ids[]": ["1"],
        "sensitive": "true",
        "poll[options][]": ["a"],
        "poll[multiple]": "false",
    }


def test_an_ordinary_key_stays_with_a_post_that_has_no_extras(session):
    """The body of a plain post is what it was before polls were there: a post under way keeps its key."""
    content = words("Hello")
    ready = ADAPTER.prepare(session, content, 0, KEY, timezone.now())
    assert ready.data.keys() == {"media", "seen", "at"}
    assert posts.status_of(content, 0, [], "") == {"status": "Hello", "visibility": "public", "language": "en"}


class TestToken:
    """A token made by hand, under Preferences, Development."""

    here = Context("mastodon")

    @pytest.fixture(autouse=True)
    def _in_the_house(self, settings):
        settings.PRIVATE_HOSTS = ["127.0.0.1"]

    def test_it_opens_the_account_with_its_servers_limits(self, far):
        connected = ADAPTER.from_token({"server": far.url, "token": f" {far.token}\n"}, context=self.here)
        assert connected.account.handle == "@library@library.example"
        assert connected.account.facts["poll_answers"] == 4
        assert connected.secret == {"token": far.token}
        session = TestSession(ADAPTER, connected.account, connected.secret)
        assert ADAPTER.probe(session).remote_id == connected.account.remote_id
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.renew(session, session.secret)
        with pytest.raises(errors.Unsupported, match="deleted there"):
            ADAPTER.revoke(session)

    def test_with_its_applications_keys_it_can_be_ended(self, far):
        connected = ADAPTER.from_token({"server": far.url, **far.secret()}, context=self.here)
        ADAPTER.revoke(TestSession(ADAPTER, connected.account, connected.secret))
        assert not far.opens(connected.secret)

    @pytest.mark.parametrize(
        ("changed", "says"),
        [({"token": " "}, "token is missing"), ({"token": "x"}, "opens nothing"), ({"server": ""}, "Which server")],
    )
    def test_what_is_wrong_with_it_is_said(self, far, changed, says):
        with pytest.raises(FieldProblem, match=says):
            ADAPTER.from_token({"server": far.url, "token": far.token, **changed}, context=self.here)
