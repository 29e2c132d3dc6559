"""Threads' adapter against a far side that behaves, waits, fails and forgets."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors, measure
from channels_app.check import blocks, check
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, LinkCard, Part
from channels_app.models import Channel, Credential
from channels_app.platforms.base import Account, Receipt
from channels_app.platforms.threads import Threads
from libsocial.accounts.policy import DEFAULT
from scheduler import engine
from scheduler import services as scheduling
from scheduler.models import Delivery
from tests.contracts.platform import AT, KEY, HttpContract, words
from tests.fakes.containers import refused
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import TestSession, film, picture
from tests.fakes.threads import APP, CODE, ME, FarThreads

pytestmark = pytest.mark.django_db
ADAPTER = Threads()
BACK = "https://libsocial.example/channels/callback/threads/home"
HOUR = timedelta(hours=1)


@pytest.fixture
def far(settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with running(FarThreads()) as far:
        settings.PLATFORM_HOSTS = far.hosts()
        yield far


@pytest.fixture
def session(far):
    account = Account(ME, "Town Library", "@library", "https://www.threads.com/@library")
    return TestSession(ADAPTER, account, {"token": far.token}, APP)


class Steps(HttpContract):
    """The contract's helpers: preparing and publishing as the engine does."""

    __test__ = False
    adapter = ADAPTER


class TestThreads(Steps):
    __test__ = True


def send(session, content, key=KEY):
    return Steps().publish(session, content, key)


class TestWhatIsSent:
    def test_words_alone(self, far, session):
        send(session, words("Hello\r\nall"))
        (made,) = far.published()
        assert made == {"media_type": "TEXT", "text": "Hello\nall", "children": []}

    @pytest.mark.parametrize(
        ("media", "kind", "field"), [(picture("A sofa"), "IMAGE", "image_url"), (film("A sofa"), "VIDEO", "video_url")]
    )
    def test_one_picture_or_film_with_its_description(self, far, session, media, kind, field):
        (receipt,) = send(session, words("Hello", media=[media]))
        (made,) = far.published()
        assert (made["media_type"], made["alt_text"]) == (kind, "A sofa")
        assert made[field].startswith("https://library.example/channels/outlet/")
        assert receipt.alt == "delivered"

    def test_several_are_a_carousel_with_descriptions_on_the_children(self, far, session):
        send(session, words("Look", media=[picture("First"), film("Second")], options={"is_spoiler_media": True}))
        (made,) = far.published()
        assert (made["media_type"], made["text"], made["is_spoiler_media"]) == ("CAROUSEL", "Look", "true")
        assert [(one["media_type"], one["alt_text"]) for one in made["children"]] == [
            ("IMAGE", "First"),
            ("VIDEO", "Second"),
        ]
        assert all(one["is_carousel_item"] == "true" and "text" not in one for one in made["children"])
        assert "alt_text" not in made

    def test_a_thread_is_a_chain(self, far, session):
        first, second, _third = send(
            session, words("One", "Two", "Three", options={"reply_control": "followers_only", "topic_tag": "Books"})
        )
        made = far.published()
        assert [one.get("reply_to_id") for one in made] == [None, first.remote_id, second.remote_id]
        assert [one.get("reply_control") for one in made] == ["followers_only", None, None]
        assert [one.get("topic_tag") for one in made] == ["Books", None, None]

    def test_a_comment_of_ours_answers_the_first_part(self, far, session):
        content = Content(parts=(Part("One"), Part("Two"), Part("More there", role="comment")))
        first, _second, comment = send(session, content)
        assert far.posts[comment.remote_id]["fields"]["reply_to_id"] == first.remote_id

    def test_the_options_arrive(self, far, session):
        options = {"reply_control": "mentioned_only", "enable_reply_approvals": True, "topic_tag": " #Story time "}
        send(session, words("Hello", options=options))
        (made,) = far.published()
        assert (made["reply_control"], made["enable_reply_approvals"]) == ("mentioned_only", "true")
        assert made["topic_tag"] == "Story time"

    def test_a_poll_has_named_answers(self, far, session):
        send(session, words("Which?", options={"poll": "Novels\nPoëzie\n\nMaps"}))
        told = json.loads(far.published()[0]["poll_attachment"])
        assert told == {"option_a": "Novels", "option_b": "Poëzie", "option_c": "Maps"}

    def card(self, **rest):
        card = LinkCard("https://library.example/b")
        text = "See https://library.example/a and https://library.example/b"
        return Content(parts=(Part(text, card=card, **rest.pop("part", {})),), **rest)

    def test_the_link_of_the_card_is_the_one_chosen(self, far, session):
        assert not blocks(check(self.card(), ADAPTER.capabilities, DEFAULT))
        send(session, self.card())
        assert far.published()[0]["link_attachment"] == "https://library.example/b"

    def test_a_link_gives_way_to_a_poll_and_to_pictures(self, far, session):
        send(session, self.card(options={"poll": "A\nB"}), "a")
        send(session, self.card(part={"media": (picture("A"),)}), "b")
        assert not any("link_attachment" in one for one in far.published())

    def test_the_key_is_a_parameter_of_every_request(self, far, session):
        send(session, words("Hello"))
        given = [one.query.get("access_token") or parse_qs(one.body.decode())["access_token"] for one in far.asked]
        assert len(given) > 4
        assert all(token == [far.token] for token in given)

    @pytest.mark.parametrize(
        ("content", "field"),
        [
            (words(" ".join(f"https://library.example/{number}" for number in range(6))), "text"),
            (words("Hi", options={"topic_tag": "e.g."}), "options.topic_tag"),
            (words("Hi", options={"topic_tag": "R&D"}), "options.topic_tag"),
            (words("Hi", media=[picture("A")], options={"poll": "A\nB"}), "options.poll"),
            (words("", options={"poll": "A\nB"}), "text"),
        ],
    )
    def test_what_would_be_refused_or_dropped_is_told_before_anything_is_made(self, far, session, content, field):
        with pytest.raises(errors.Rejected) as caught:
            Steps().prepare(session, content)
        assert caught.value.field == field
        assert far.asked == []

    def test_five_links_and_one_of_them_twice_are_no_trouble(self, far, session):
        text = " ".join(f"https://library.example/{number % 5}" for number in range(6))
        send(session, words(text))
        assert far.texts() == [text]


class TestWhatIsAllowed:
    def found(self, content):
        return {one.message for one in check(content, ADAPTER.capabilities, DEFAULT) if one.severity == "block"}

    @pytest.mark.parametrize(("text", "used"), [("😀", 4), ("👨‍👩‍👧", 18), ("é日", 2), ("a" * 7, 7)])
    def test_an_emoji_counts_its_bytes(self, text, used):
        assert measure.count(text, ADAPTER.capabilities.text) == used

    def test_too_many_emoji_are_too_long(self, far, session):
        assert self.found(words("😀" * 125)) == set()
        assert self.found(words("😀" * 126)) == {"check.too_long"}
        send(session, words("😀" * 125))
        far.asked.clear()
        with pytest.raises(errors.Rejected):
            Steps().prepare(session, words("😀" * 126))

    def test_a_film_lasts_five_minutes_at_most(self):
        assert self.found(words("Hi", media=[film("A", seconds=301)])) == {"check.film_long"}

    def test_pictures_and_films_mix_to_twenty(self):
        assert self.found(words("Hi", media=[picture("A")] * 19 + [film("B")])) == set()
        assert "check.too_many_media" in self.found(words("Hi", media=[picture("A")] * 20 + [film("B")]))

    @pytest.mark.parametrize("poll", ["Only one", "a\nb\nc\nd\ne", "a\n" + "b" * 26])
    def test_a_poll_has_two_to_four_short_answers(self, poll):
        assert self.found(words("Which?", options={"poll": poll}))


class TestContainers:
    def test_a_part_waits_until_the_one_before_it_is_seen(self, far, session):
        (first,) = send(session, words("One"))
        content = words("One", "Two")
        prepared = ADAPTER.after(content, 1, ADAPTER.prepare(session, content, 1, KEY, AT), [first])
        far.unseen = 1
        with pytest.raises(errors.Temporary) as caught:
            ADAPTER.ready(session, content, 1, prepared)
        assert caught.value.until
        assert ADAPTER.ready(session, content, 1, prepared).data["parent"]

    def test_a_film_at_work_says_when_to_look_again(self, far, session):
        far.slow = 1
        content = words("Watch", media=[film("A")])
        prepared = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, KEY, AT))
        with pytest.raises(errors.Temporary) as caught:
            ADAPTER.ready(session, content, 0, prepared)
        assert timedelta() < caught.value.until - timezone.now() <= timedelta(seconds=60)
        assert ADAPTER.ready(session, content, 0, prepared).data["finished"]

    @pytest.mark.parametrize(
        "fault", ["INVALID_ASPEC_RATIO", "INVALID_BIT_RATE", "INVALID_DURATION", "INVALID_AUDIO_CHANNELS"]
    )
    def test_a_film_it_cannot_use_is_refused_before_anything_is_out(self, far, session, fault):
        far.faults = [fault]
        with pytest.raises(errors.Rejected) as caught:
            Steps().prepare(session, words("Watch", media=[film("A")]))
        assert (caught.value.field, far.created()) == ("media", [])

    @pytest.mark.parametrize("fault", ["UNKNOWN", "FAILED_DOWNLOADING_VIDEO", "FAILED_PROCESSING_VIDEO"])
    def test_what_failed_there_is_made_anew(self, far, session, fault):
        far.faults = [fault]
        send(session, words("Watch", media=[film("A")]))
        assert (far.texts(), len(far.containers)) == (["Watch"], 2)

    def test_a_file_it_cannot_fetch_is_told(self, far, session):
        answer = refused(100, message="The media could not be fetched from this URI: https://…")
        far.fail(Failure(answer), pattern="/threads$")
        with pytest.raises(errors.Rejected) as caught:
            Steps().prepare(session, words("Hello", media=[picture("A")]))
        assert caught.value.field == "media"

    def test_a_container_of_yesterday_is_made_anew(self, far, session):
        content = words("Hello")
        prepared = Steps().prepare(session, content)
        far.expire()
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            for _ in range(5):
                prepared = ADAPTER.ready(session, content, 0, prepared)
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert far.texts() == ["Hello"]

    def test_published_without_our_knowing_is_not_published_again(self, far, session):
        content = words("Hello")
        prepared = Steps().prepare(session, content)
        first = ADAPTER.publish_part(session, content, 0, prepared, [])
        far.late.add(first.remote_id)
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert len(far.created()) == 1

    def test_an_address_that_cannot_be_read_costs_no_post(self, far, session):
        content = words("Hello")
        prepared = Steps().prepare(session, content)
        far.fail(Failure(Reply(502, raw=b"<html>")), method="GET", pattern=rf"/(?!{prepared.data['parent']})1800\d+$")
        receipt = ADAPTER.publish_part(session, content, 0, prepared, [])
        assert receipt.remote_id in far.posts
        assert receipt.url == session.url


class TestTheDaysQuota:
    def test_posts_and_replies_are_counted_apart(self, far, session):
        far.used = far.total
        with pytest.raises(errors.RateLimited, match="250"):
            Steps().prepare(session, words("Hello"))
        (first,) = [Receipt("1", "")]
        assert ADAPTER.prepare(session, words("One", "Two"), 1, KEY, AT).data["reply_to"] == ""
        far.used, far.reply_used = 0, far.reply_total
        with pytest.raises(errors.RateLimited, match="1000"):
            Steps().prepare(session, words("One", "Two"), 1, before=[first])


class TestFinding:
    def lost(self, far, session, content, failure=None, index=0, before=()):
        prepared = Steps().prepare(session, content, index, before=before)
        far.fail(failure or Failure(store=True, cut=True))
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, index, prepared, list(before))
        return prepared

    def find(self, session, content, prepared, index=0, began=HOUR):
        return ADAPTER.find(session, content, index, prepared, timezone.now() - began)

    def test_a_reply_is_found_among_the_replies_to_its_own_part(self, far, session):
        (elsewhere,) = send(session, words("Another"), "other")
        content = words("One", "Two")
        (first,) = send(session, words("One"), "first")
        prepared = self.lost(far, session, content, index=1, before=[first])
        (mine,) = [number for number, one in far.posts.items() if one["fields"].get("reply_to_id")]
        far.post_by_hand("Two", reply_to_id=elsewhere.remote_id)
        found = self.find(session, content, prepared, 1)
        assert found.receipt.remote_id == mine

    def test_a_tag_shown_without_its_sign_is_the_same_text(self, far, session):
        content = words("Story time #library")
        prepared = self.lost(far, session, content)
        next(iter(far.posts.values()))["fields"]["text"] = "Story time library"
        assert self.find(session, content, prepared).state == "present"

    def test_what_is_out_and_not_listed_yet_is_looked_for_again(self, far, session):
        content = words("Hello")
        prepared = self.lost(far, session, content)
        far.late.update(far.posts)
        assert self.find(session, content, prepared).state == "unknown"

    def test_a_request_given_up_a_moment_ago_may_still_be_carried_out(self, far, session):
        content = words("Hello")
        prepared = self.lost(far, session, content, Failure(cut=True))
        assert self.find(session, content, prepared, began=timedelta()).state == "unknown"
        assert self.find(session, content, prepared).state == "absent"

    def test_the_same_words_by_hand_are_not_taken_for_ours(self, far, session):
        content = words("Hello")
        prepared = self.lost(far, session, content, Failure(cut=True))
        far.post_by_hand("Hello")
        assert self.find(session, content, prepared).state == "unknown"


class TestAfterwards:
    def test_a_post_has_all_its_figures(self, far, session):
        (receipt,) = send(session, words("Hello"))
        far.like(receipt.remote_id)
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert values == {"views": 40, "likes": 1, "replies": 3, "reposts": 2, "quotes": 1, "sent": 4}

    def test_one_name_it_does_not_know_costs_only_itself(self, far, session):
        far.unknown_metrics = {"shares"}
        (receipt,) = send(session, words("Hello"))
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert set(values) == {"views", "likes", "replies", "reposts", "quotes"}

    def test_followers_that_are_not_told_are_not_zero(self, far, session):
        far.linked = False
        assert ADAPTER.audience(session).values == {}

    def test_a_post_on_the_other_domain_is_the_same(self, far, session):
        (receipt,) = send(session, words("Hello"))
        url = receipt.url.replace("threads.com", "threads.net")
        assert ADAPTER.recognise(session, url).remote_id == receipt.remote_id

    def test_older_posts_are_looked_for_page_by_page(self, far, session):
        first = far.post_by_hand("The first")
        for number in range(60):
            far.post_by_hand(f"Post {number}")
        assert ADAPTER.recognise(session, far.posts[first]["permalink"]).remote_id == first

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (refused(190), errors.NeedsReconnect),
            (refused(10), errors.NeedsReconnect),
            (refused(17), errors.RateLimited),
            (refused(24), errors.Temporary),
            (Reply(data={"success": False}), errors.Temporary),
        ],
    )
    def test_a_post_that_could_not_be_deleted_is_told(self, far, session, answer, error):
        (receipt,) = send(session, words("Hello"))
        far.fail(Failure(answer), method="DELETE", pattern=".")
        with pytest.raises(error):
            ADAPTER.delete(session, receipt)
        assert far.texts() == ["Hello"]


class TestConnecting:
    def here(self, **app):
        return Context("threads", "", {**APP, **app})

    def finish(self, context=None, **answer):
        return ADAPTER.finish({}, answer or {"code": CODE}, redirect_uri=BACK, context=context or self.here())

    def test_one_signs_in_at_threads(self, far):
        address = ADAPTER.begin({}, redirect_uri=BACK, state="s-1", context=self.here()).url
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{far.url}/www/oauth/authorize?")
        assert (query["client_id"], query["redirect_uri"], query["state"]) == (APP["client_id"], BACK, "s-1")
        assert query["scope"].split(",") == list(ADAPTER.scopes)
        assert APP["client_secret"] not in address

    @pytest.mark.parametrize("code", [CODE, CODE + "#_"])
    def test_the_key_of_an_hour_is_traded_for_one_of_sixty_days(self, far, code):
        connected = self.finish(code=code)
        assert connected.secret == {"token": far.token}
        assert timedelta(days=59) < connected.expires_at - timezone.now() < timedelta(days=61)
        assert (connected.account.remote_id, connected.account.handle) == (ME, "@library")

    @pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": ""}, {"state": "s"}])
    def test_a_declined_sign_in_connects_nothing(self, far, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(**answer)
        assert far.asked == []

    def test_a_used_code_is_told_without_it(self, far):
        with pytest.raises(FieldProblem, match="did not accept the sign-in") as caught:
            self.finish(code="used-code-0123456789")
        assert "used-code" not in caught.value.sentence

    def test_keys_of_the_wrong_application_are_told(self, far):
        with pytest.raises(FieldProblem, match="Invalid client_id"):
            self.finish(self.here(client_id="880001"))

    def test_a_right_that_was_left_out_is_named(self, far):
        far.scopes = ["threads_basic"]
        with pytest.raises(FieldProblem, match="threads_content_publish"):
            self.finish()

    @pytest.mark.parametrize("answer", [refused(190), Reply(502, raw=b"<html>"), Reply(data={"data": {"scopes": 7}})])
    def test_rights_nobody_tells_stop_nothing(self, far, answer):
        far.fail(Failure(answer), method="GET", pattern="debug_token")
        assert self.finish().account.remote_id == ME

    @pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b'{"access_token": 7}'])
    @pytest.mark.parametrize(
        ("method", "pattern"), [("POST", "/oauth/access_token"), ("GET", "h/access_token"), ("GET", "/me$")]
    )
    def test_nonsense_while_signing_in_connects_nothing(self, far, raw, method, pattern):
        far.fail(Failure(Reply(raw=raw)), method=method, pattern=pattern)
        with pytest.raises(errors.Temporary):
            self.finish()

    def test_a_key_is_renewed_before_it_ends(self, far, session):
        old = session.secret["token"]
        session.refresh()
        assert session.secret["token"] == far.token != old
        assert ADAPTER.probe(session).remote_id == ME
        assert ADAPTER.refresh_ahead == timedelta(days=15)

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (refused(190, 463), errors.NeedsReconnect),
            (refused(4), errors.RateLimited),
            (Reply(401, raw=b""), errors.NeedsReconnect),
            (Reply(502), errors.Temporary),
        ],
    )
    def test_a_key_that_is_not_renewed_says_why(self, far, session, answer, error):
        far.fail(Failure(answer), method="GET", pattern="refresh_access_token")
        with pytest.raises(error):
            ADAPTER.renew(session, session.secret)

    def test_a_token_made_elsewhere_connects(self, far):
        connected = ADAPTER.from_token({"token": f" {far.token} "}, context=self.here())
        assert connected.account.remote_id == ME
        assert timedelta(hours=23) < connected.expires_at - ADAPTER.refresh_ahead - timezone.now() < timedelta(hours=25)

    def test_a_token_that_is_missing_or_opens_nothing_is_told(self, far):
        with pytest.raises(FieldProblem, match="missing"):
            ADAPTER.from_token({}, context=self.here())
        with pytest.raises(FieldProblem, match="opens nothing"):
            ADAPTER.from_token({"token": "nonsense-token-0123"}, context=self.here())

    def test_the_guide_names_the_address_and_the_rights(self):
        copied = [value for step in ADAPTER.guide.steps for _label, value in step.copy]
        assert {"{redirect_uri}", "{scopes}"} <= set(copied)


class TestThroughTheEngine:
    """The parts of a chain reach the adapter with what came before them, also after an answer was lost."""

    @pytest.fixture
    def channel(self, lib, far):
        channel = Channel.objects.create(
            unit=lib.north, platform="threads", name="Town Library", handle="@library", remote_id=ME,
            url="https://www.threads.com/@library",
        )  # fmt: skip
        Credential.objects.create(channel=channel, secret={"token": far.token})
        return channel

    def planned(self, channel, content):
        now = timezone.now()
        return scheduling.plan(
            channel=channel, unit=channel.unit, content=content, due_at=now, not_after=now + timedelta(days=1),
            reference="test:threads", title="Chain", by=None,
        )  # fmt: skip

    def test_a_chain_whose_second_answer_is_lost_is_whole_and_once(self, far, channel):
        content = Content(parts=(Part("One"), Part("Two"), Part("More there", role="comment")))
        with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False) as clock:
            delivery = self.planned(channel, content)
            far.lose(number=2)
            assert engine.deliver(delivery.pk) == "unclear"
            assert far.texts() == ["One", "Two"]
            clock.shift(HOUR)
            engine.reconcile(delivery.pk)
            clock.shift(HOUR)
            assert engine.deliver(delivery.pk) == "published"
        one, two, comment = far.posts.values()
        assert (two["fields"]["reply_to_id"], comment["fields"]["reply_to_id"]) == (one["id"], one["id"])
        assert far.texts() == ["One", "Two", "More there"]
        assert len(far.created()) == 3

    def test_a_film_at_work_is_waited_for_without_a_failed_try(self, far, channel, settings):
        settings.OUTLET_ANYWHERE = True
        far.slow = 2
        delivery = self.planned(channel, words("Watch", media=[film("A")]))
        for _ in range(2):
            assert engine.deliver(delivery.pk) == "waiting"
            Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now())
        assert engine.deliver(delivery.pk) == "published"
        assert (far.texts(), len(far.containers)) == (["Watch"], 1)
