"""Instagram's adapter by both sign-ins against a far side that behaves, waits, fails and forgets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.check import blocks, check
from channels_app.content import Content, Part
from channels_app.platforms.base import Receipt
from libsocial.accounts.policy import DEFAULT
from tests.channels.instagram_steps import ADAPTER, Steps, open_session, send, story
from tests.contracts.platform import AT, KEY, words
from tests.fakes.containers import refused
from tests.fakes.instagram import FarInstagram
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import captions, film, picture

pytestmark = pytest.mark.django_db
BACK = "https://libsocial.example/channels/callback/instagram/home"
HOUR = timedelta(hours=1)


@pytest.fixture
def far(settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with running(FarInstagram()) as far:
        settings.PLATFORM_HOSTS = far.hosts()
        yield far


@pytest.fixture
def session(far):
    return open_session(far)


class TestInstagram(Steps):
    __test__ = True


class TestThroughAPage(Steps):
    __test__ = True

    @pytest.fixture
    def session(self, far):
        return open_session(far, "facebook")


class TestWhatIsSent:
    def test_one_picture(self, far, session):
        send(session, words("Hello\r\nall", media=[picture("A sofa")]))
        (made,) = far.published()
        assert made["image_url"].startswith("https://library.example/channels/outlet/")
        assert (made["caption"], made["alt_text"]) == ("Hello\nall", "A sofa")
        assert "media_type" not in made

    def test_several_pictures_and_films_are_a_carousel_in_their_order(self, far, session):
        media = [picture("First"), film(), replace(picture("Third"), decorative=True)]
        (receipt,) = send(session, words("Look", media=media))
        (made,) = far.published()
        assert (made["media_type"], made["caption"]) == ("CAROUSEL", "Look")
        first, second, third = made["children"]
        assert (first["alt_text"], first["is_carousel_item"]) == ("First", "true")
        assert (second["media_type"], second["is_carousel_item"]) == ("VIDEO", "true")
        assert second["video_url"].endswith(".mp4")
        assert "alt_text" not in third
        assert "caption" not in first
        assert receipt.data == {"kind": "post"}

    def test_a_film_alone_is_a_reel(self, far, session):
        poster = picture("")
        options = {"share_to_feed": False, "audio_name": " Storytime ", "kind": "reel"}
        send(session, words("Watch", media=[film(poster=poster)], options=options))
        (made,) = far.published()
        assert (made["media_type"], made["share_to_feed"], made["audio_name"]) == ("REELS", "false", "Storytime")
        assert made["cover_url"].endswith(".png")
        assert "alt_text" not in made

    def test_a_reel_shows_among_the_posts_unless_told_otherwise(self, far, session):
        (receipt,) = send(session, words("Watch", media=[film()]))
        assert far.published()[0]["share_to_feed"] == "true"
        assert "/reel/" in receipt.url

    @pytest.mark.parametrize(("media", "field"), [(picture(""), "image_url"), (film(), "video_url")])
    def test_a_story_has_no_words(self, far, session, media, field):
        (receipt,) = send(session, story(media))
        (made,) = far.published()
        assert made["media_type"] == "STORIES"
        assert field in made
        assert not {"caption", "alt_text"} & set(made)
        assert receipt.alt == "none"

    def test_the_options_arrive(self, far, session):
        options = {"collaborators": "@friends\nmuseum\n", "location_id": " 123 ", "is_ai_generated": True}
        send(session, words("Hello", media=[picture("")], options=options))
        (made,) = far.published()
        assert json.loads(made["collaborators"]) == ["friends", "museum"]
        assert (made["location_id"], made["is_ai_generated"]) == ("123", "true")

    def test_what_is_not_chosen_is_not_sent(self, far, session):
        send(session, words("Hello", media=[picture("A")]))
        assert set(far.published()[0]) == {"image_url", "alt_text", "caption", "children"}

    def test_the_key_travels_in_the_header_only(self, far, session):
        send(session, words("Hello", media=[picture("A")]))
        assert all(request.token == far.tokens["ig"] for request in far.asked)
        assert not any(far.tokens["ig"] in f"{request.path}{request.query}{request.body}" for request in far.asked)

    def test_a_version_can_be_set(self, far, session, settings):
        settings.PLATFORM_VERSIONS = {"INSTAGRAM": "v27.0"}
        send(session, words("Hello", media=[picture("A")]))
        assert all(request.path.startswith("/ig/v27.0/") for request in far.asked)

    def test_an_installation_nobody_can_reach_says_so(self, far, session):
        def nobody(media):
            raise errors.Rejected("cannot be reached from outside", field="media")

        session.public_url = nobody
        with pytest.raises(errors.Rejected, match="cannot be reached"):
            Steps().prepare(session, words("Hello", media=[picture("A")]))

    @pytest.mark.parametrize(("text", "what"), [("#a " * 31, "hashtags"), ("@friends " * 21, "mentions")])
    def test_too_many_of_something_is_told_before_anything_is_made(self, far, session, text, what):
        with pytest.raises(errors.Rejected, match=what):
            Steps().prepare(session, words(text, media=[picture("A")]))
        assert far.containers == {}

    def test_mail_addresses_are_no_mentions(self, far, session):
        Steps().prepare(session, words("desk@library.example " * 21, media=[picture("A")]))


class TestWhatIsAllowed:
    def found(self, content):
        return {(one.message, one.severity) for one in check(content, ADAPTER.capabilities, DEFAULT)}

    def test_words_alone_are_no_post(self):
        assert ("check.media_required", "block") in self.found(words("Hello"))

    def test_a_story_takes_one_picture_and_no_words(self):
        assert not blocks(check(story(picture("", width=1080, height=1920)), ADAPTER.capabilities, DEFAULT))
        assert ("check.too_long", "block") in self.found(replace_text(story(), "Hello"))
        assert ("check.too_many_media", "block") in self.found(story(picture(""), picture("")))
        assert ("check.film_long", "block") in self.found(story(film(seconds=61)))

    def test_a_story_takes_no_comment_of_ours(self):
        content = story()
        content = Content(parts=(*content.parts, Part("Hi", role="comment")), options=content.options)
        assert ("check.no_comment", "block") in self.found(content)

    def test_a_reel_takes_one_film_and_no_picture(self):
        reel = {"kind": "reel"}
        assert ("check.no_pictures", "block") in self.found(words("Hi", media=[picture("A")], options=reel))
        assert ("check.film_short", "block") in self.found(words("Hi", media=[film(seconds=2)], options=reel))
        assert not blocks(check(words("Hi", media=[film()], options=reel), ADAPTER.capabilities, DEFAULT))

    def test_a_carousel_has_ten_at_most(self):
        assert ("check.too_many_media", "block") in self.found(words("Hi", media=[picture("A")] * 11))

    def test_a_picture_out_of_shape_is_padded_and_told(self):
        assert ("check.media_padded", "warn") in self.found(words("Hi", media=[picture("A", width=300, height=1000)]))

    def test_captions_beside_a_film_have_no_place(self):
        content = words("Hi", media=[film(captions=(captions(),))])
        assert ("check.captions_nowhere", "warn") in self.found(content)

    def test_four_names_are_one_too_many(self):
        content = words("Hi", media=[picture("A")], options={"collaborators": "a\nb\nc\nd"})
        assert ("check.option_lines", "block") in self.found(content)


def replace_text(content, text):
    return Content(parts=(replace(content.parts[0], text=text),), options=content.options)


class TestContainers:
    """What is made on the way is stored step by step, waited for without sleeping, and made again when it fails."""

    def step(self, session, content, prepared):
        return ADAPTER.ready(session, content, 0, prepared)

    def begun(self, session, content):
        return ADAPTER.prepare(session, content, 0, KEY, AT)

    def test_each_step_makes_one_container(self, far, session):
        content = words("Look", media=[picture("A"), picture("B")])
        prepared = self.begun(session, content)
        seen = []
        for _ in range(4):
            prepared = self.step(session, content, prepared)
            seen.append(
                (len(prepared.data["children"]), bool(prepared.data["parent"]), bool(prepared.data["finished"]))
            )
        assert seen == [(1, False, False), (2, False, False), (2, True, False), (2, True, True)]
        assert self.step(session, content, prepared) == prepared
        assert len(far.containers) == 3

    def test_a_film_at_work_says_when_to_look_again(self, far, session):
        far.slow = 2
        content = words("Watch", media=[film()])
        prepared = self.step(session, content, self.begun(session, content))
        for _ in range(2):
            with pytest.raises(errors.Temporary) as caught:
                self.step(session, content, prepared)
            assert timedelta() < caught.value.until - timezone.now() <= timedelta(seconds=60)
        assert self.step(session, content, prepared).data["finished"]

    def test_the_longer_it_takes_the_less_often_it_is_asked(self, far, session):
        far.slow = 5
        content = words("Watch", media=[film()])
        prepared = self.step(session, content, self.begun(session, content))
        with time_machine.travel(timezone.now() + HOUR), pytest.raises(errors.Temporary) as caught:
            self.step(session, content, prepared)
        assert caught.value.until - timezone.now() > timedelta(minutes=50)

    def test_a_child_is_waited_for_before_the_parent_is_made(self, far, session):
        far.slow = 1
        content = words("Look", media=[film(), picture("A")])
        prepared = self.begun(session, content)
        for _ in range(2):
            prepared = self.step(session, content, prepared)
        with pytest.raises(errors.Temporary):
            self.step(session, content, prepared)
        assert far.texts() == []

    @pytest.mark.parametrize(
        ("fault", "field"),
        [
            ("Error: Media upload has failed with error code 2207026", "media"),
            ("Error: Media upload has failed with error code 2207009", "media"),
            ("Error 2207010", "text"),
        ],
    )
    def test_what_it_cannot_use_is_refused_before_anything_is_out(self, far, session, fault, field):
        far.faults = [fault]
        with pytest.raises(errors.Rejected) as caught:
            Steps().prepare(session, words("Watch", media=[film()]))
        assert caught.value.field == field
        assert far.created() == []

    @pytest.mark.parametrize("fault", ["Error: code 2207053", "Error 2207082", "ERROR", "Error 2299999"])
    def test_what_failed_for_no_fault_of_ours_is_made_anew(self, far, session, fault):
        far.faults = [fault, fault]
        (receipt,) = send(session, words("Watch", media=[film()]))
        assert far.texts() == ["Watch"]
        assert len(far.containers) == 3
        assert receipt.remote_id in far.posts

    def test_only_the_child_that_failed_is_made_anew(self, far, session):
        far.faults = ["", "Error 2207053"]
        send(session, words("Look", media=[picture("A"), film(), picture("C")]))
        assert len(far.containers) == 3 + 1 + 1
        assert [one.get("alt_text") for one in far.published()[0]["children"]] == ["A", None, "C"]

    def test_what_fails_again_and_again_is_given_up(self, far, session):
        far.faults = ["Error 2207053"] * 9
        with pytest.raises(errors.Rejected, match="several times"):
            Steps().prepare(session, words("Watch", media=[film()]))
        assert len(far.containers) == 4

    def test_a_container_of_yesterday_is_made_anew_with_its_children(self, far, session):
        content = words("Look", media=[picture("A"), picture("B")])
        prepared = Steps().prepare(session, content)
        far.expire()
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            for _ in range(9):
                prepared = self.step(session, content, prepared)
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert len(far.containers) == 6
        assert far.texts() == ["Look"]

    def test_a_container_lost_at_the_last_moment_publishes_nothing(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = Steps().prepare(session, content)
        far.expire()
        with pytest.raises(errors.Temporary):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert far.created() == []

    def test_a_container_that_is_not_there_yet_is_waited_for(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = self.step(session, content, self.begun(session, content))
        far.fail(Failure(refused(24, 2207008)), method="GET", pattern=r"/1800\d+$")
        with pytest.raises(errors.Temporary) as caught:
            self.step(session, content, prepared)
        assert caught.value.until
        assert self.step(session, content, prepared).data["finished"]

    @pytest.mark.parametrize(
        "answer", [refused(-2, 2207003), refused(-1, 2207001, status=500), Reply(502, raw=b"<html>")]
    )
    def test_trouble_while_making_one_is_no_verdict(self, far, session, answer):
        content = words("Hello", media=[picture("A")])
        prepared = self.begun(session, content)
        far.fail(Failure(answer), pattern="/media$")
        with pytest.raises(errors.Temporary):
            self.step(session, content, prepared)
        assert self.step(session, content, prepared).data["parent"]

    def test_a_file_it_cannot_fetch_is_told_with_what_to_do(self, far, session):
        far.fail(Failure(refused(9004, 2207052)), pattern="/media$")
        with pytest.raises(errors.Rejected, match="could not fetch") as caught:
            Steps().prepare(session, words("Hello", media=[picture("A")]))
        assert caught.value.field == "media"

    def test_published_without_our_knowing_is_not_published_again(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = Steps().prepare(session, content)
        first = ADAPTER.publish_part(session, content, 0, prepared, [])
        assert ADAPTER.publish_part(session, content, 0, prepared, []).remote_id == first.remote_id
        far.late.add(first.remote_id)
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert len(far.created()) == 1

    def test_an_address_that_cannot_be_read_costs_no_post(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = Steps().prepare(session, content)
        far.fail(Failure(Reply(502, raw=b"<html>")), method="GET", pattern=rf"/(?!{prepared.data['parent']})1800\d+$")
        receipt = ADAPTER.publish_part(session, content, 0, prepared, [])
        assert receipt.remote_id in far.posts
        assert receipt.url == session.url


class TestTheDaysQuota:
    def test_a_full_day_is_waited_for(self, far, session):
        far.used = far.total = 50
        with pytest.raises(errors.RateLimited, match="50") as caught:
            Steps().prepare(session, words("Hello", media=[picture("A")]))
        assert timedelta(minutes=55) < caught.value.until - timezone.now() <= HOUR
        assert far.containers == {}

    @pytest.mark.parametrize("answer", [{}, {"data": []}, {"data": [{"quota_usage": 7}]}, {"data": [{"config": 3}]}])
    def test_a_quota_nobody_tells_stops_nothing(self, far, session, answer):
        far.fail(Failure(Reply(data=answer)), method="GET", pattern="content_publishing_limit")
        send(session, words("Hello", media=[picture("A")]))
        assert far.texts() == ["Hello"]


class TestFinding:
    def dropped(self, far, session, content):
        prepared = Steps().prepare(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        return prepared

    def cut(self, far, session, content):
        prepared = Steps().prepare(session, content)
        far.cut_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        return prepared

    def find(self, session, content, prepared, began=timedelta()):
        return ADAPTER.find(session, content, 0, prepared, timezone.now() - began)

    @pytest.mark.parametrize(
        "content",
        [
            words("Hello", media=[picture("A")]),
            words("Look", media=[picture("A"), film()]),
            story(),
            words("", media=[film()]),
        ],
    )
    def test_every_kind_is_found(self, far, session, content):
        found = self.find(session, content, self.dropped(far, session, content))
        assert found.state == "present"
        assert found.receipt.remote_id in far.posts
        assert found.receipt.url == far.posts[found.receipt.remote_id]["permalink"]

    def test_what_is_out_and_not_listed_yet_is_looked_for_again(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = self.dropped(far, session, content)
        (number,) = far.posts
        far.late.add(number)
        found = self.find(session, content, prepared, HOUR)
        assert (found.state, found.look_at) == ("unknown", session.url)
        far.late.clear()
        assert self.find(session, content, prepared, HOUR).state == "present"

    def test_a_request_given_up_a_moment_ago_may_still_be_carried_out(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = self.cut(far, session, content)
        assert self.find(session, content, prepared).state == "unknown"
        assert self.find(session, content, prepared, HOUR).state == "absent"

    def test_a_container_at_work_proves_nothing(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = self.cut(far, session, content)
        far.containers[prepared.data["parent"]]["state"] = "IN_PROGRESS"
        assert self.find(session, content, prepared, HOUR).state == "unknown"

    @pytest.mark.parametrize("state", ["EXPIRED", "ERROR"])
    def test_a_container_that_ended_unpublished_proves_absence(self, far, session, state):
        content = words("Hello", media=[picture("A")])
        prepared = self.cut(far, session, content)
        far.containers[prepared.data["parent"]]["state"] = state
        assert self.find(session, content, prepared, HOUR).state == "absent"

    def test_a_container_that_is_gone_proves_nothing(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = self.cut(far, session, content)
        del far.containers[prepared.data["parent"]]
        assert self.find(session, content, prepared, HOUR).state == "unknown"

    def test_the_same_words_by_hand_are_not_taken_for_ours(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = self.cut(far, session, content)
        far.post_by_hand("Hello")
        assert self.find(session, content, prepared, HOUR).state == "unknown"

    def test_a_story_of_this_morning_is_not_this_one(self, far, session):
        send(session, story(), "morning")
        content = story()
        found = self.find(session, content, self.dropped(far, session, content))
        assert found.receipt.remote_id == list(far.posts)[-1]

    def test_a_dead_key_is_told_and_proves_nothing(self, far, session):
        content = words("Hello", media=[picture("A")])
        prepared = self.cut(far, session, content)
        far.revoke()
        with pytest.raises(errors.NeedsReconnect):
            self.find(session, content, prepared, HOUR)


class TestFirstComment:
    content = Content(parts=(Part("Hello", (picture("A"),)), Part("#library\r\n#books", role="comment")))

    def test_it_stands_below_the_post(self, far, session):
        post, comment = send(session, self.content)
        (made,) = far.comments[post.remote_id]
        assert (made["text"], made["id"]) == ("#library\n#books", comment.remote_id)
        assert comment.url == post.url

    def test_nothing_but_the_words_is_asked(self, far, session):
        send(session, self.content)
        (asked,) = [one for one in far.asked if one.path.endswith("/comments")]
        assert set(parse_qs(asked.body.decode())) == {"message"}
        assert asked.query == {}

    @pytest.fixture
    def lost(self, far, session):
        def lose(failure):
            content = Content(parts=self.content.parts[:1])
            (post,) = send(session, content)
            prepared = Steps().prepare(session, self.content, 1, before=[post])
            far.fail(failure, pattern="/comments$")
            with pytest.raises(errors.Unclear):
                ADAPTER.publish_part(session, self.content, 1, prepared, [post])
            return post, prepared

        return lose

    def find(self, session, prepared, began=HOUR):
        return ADAPTER.find(session, self.content, 1, prepared, timezone.now() - began)

    def test_one_that_arrived_in_silence_is_found(self, far, session, lost):
        post, prepared = lost(Failure(store=True, cut=True))
        found = self.find(session, prepared)
        assert found.receipt == Receipt(far.comments[post.remote_id][0]["id"], post.url)

    def test_one_that_was_made_and_answered_by_an_error_is_found(self, far, session, lost):
        _post, prepared = lost(Failure(refused(20, 1772107), store=True))
        assert self.find(session, prepared).state == "present"

    def test_one_that_never_arrived_is_absent_once_time_has_passed(self, far, session, lost):
        post, prepared = lost(Failure(cut=True))
        far.comment_by(post.remote_id, "somebody", "#library\n#books")
        assert self.find(session, prepared, timedelta()).state == "unknown"
        assert self.find(session, prepared).state == "absent"

    def test_a_comment_whose_writer_is_not_told_may_be_ours(self, far, session, lost):
        post, prepared = lost(Failure(store=True, cut=True))
        del far.comments[post.remote_id][0]["username"]
        assert self.find(session, prepared).state == "present"

    def test_more_comments_than_one_page_prove_nothing(self, far, session, lost):
        post, prepared = lost(Failure(cut=True))
        for number in range(50):
            far.comment_by(post.remote_id, "somebody", f"Nice {number}")
        assert self.find(session, prepared).state == "unknown"

    def test_a_post_that_is_gone_proves_nothing(self, far, session, lost):
        post, prepared = lost(Failure(cut=True))
        far.posts.pop(post.remote_id)
        assert self.find(session, prepared).state == "unknown"

    def test_a_post_that_is_gone_takes_no_comment(self, far, session):
        with pytest.raises(errors.Gone):
            ADAPTER.publish_part(
                session, self.content, 1, Steps().prepare(session, self.content, 1), [Receipt("18009", "")]
            )
