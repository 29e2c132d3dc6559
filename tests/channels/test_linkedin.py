"""LinkedIn's adapter against a far side that behaves, cuts what is not escaped, and knows repetitions."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from channels_app import errors
from channels_app.check import check
from channels_app.content import LinkCard, Part
from channels_app.platforms import _linkedin_text as little
from channels_app.platforms._linkedin_api import listed
from channels_app.platforms._linkedin_facts import MEMBER_SCOPES
from channels_app.platforms.base import Receipt
from libsocial.accounts.policy import DEFAULT
from tests.channels.linkedin import ADAPTER, member_session, only, page_session, point_at, ready, send
from tests.contracts.platform import HttpContract, words
from tests.fakes.linkedin import OTHER_PAGE, PAGE, PERSON, FakeLinkedIn, denied, duplicate, shown
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import PIXEL, document, picture

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def far(settings):
    with running(FakeLinkedIn()) as far:
        point_at(far, settings)
        yield far


@pytest.fixture
def session(far):
    return page_session(far)


class TestContract(HttpContract):
    adapter = ADAPTER
    keys_are_known = False  # repetitions are refused by their words, for a time nobody documents
    refusals = {**HttpContract.refusals, 409: errors.Unclear, 426: errors.Temporary, 999: errors.Temporary}


class TestWords:
    def test_what_is_reserved_is_escaped_and_nothing_else(self):
        assert little.escaped("Open (9–17) #libraries C# & a_b") == r"Open \(9–17\) #libraries C\# & a\_b"

    def test_a_hashtag_with_reserved_letters_takes_the_template(self):
        assert little.escaped("Read #read_aloud!") == r"Read {hashtag|\#|read\_aloud}!"

    def test_a_mention_stays_a_mention(self, far, session):
        send(session, words("With @[Town Museum](urn:li:organization:7) and @nobody"))
        assert only(far)["commentary"] == r"With @[Town Museum](urn:li:organization:7) and \@nobody"
        assert far.texts() == ["With Town Museum and @nobody"]

    @pytest.mark.parametrize("text", ["https://x.example/a_b(c)#d_e", "a\\b", "{hashtag|#|y #a_b", "*bold* ~no~ |x|"])
    def test_nothing_is_cut(self, far, session, text):
        send(session, words(text))
        assert far.texts() == [text]

    @given(st.text(alphabet="ab é#＃@[]()|{}\\_*~<>\n:/.日👍", max_size=60))
    def test_a_reader_sees_every_text_whole(self, text):
        assert little.shown(little.escaped(text)) == little.plain(text) == shown(little.escaped(text))

    def test_links_that_were_shortened_do_not_make_it_another_post(self):
        sent = little.escaped("Read https://library.example/a/very/long/address today")
        assert little.same("Read https://library.example/a/very/long/address today", sent)
        assert little.same("Read https://library.example/a/very/long/address today", "Read https://lnkd.in/abc today")
        assert not little.same("Read https://library.example/a", "Hear https://library.example/a")

    def test_line_ends_and_blanks_do_not_make_it_another_post(self):
        assert little.same("One\r\n\r\nTwo ", "One\n\nTwo")

    def test_what_counts_is_the_text_as_shown(self):
        assert check(words("(" * 3000), ADAPTER.capabilities, DEFAULT) == []
        (problem,) = check(words("(" * 3001), ADAPTER.capabilities, DEFAULT)
        assert problem.message == "check.too_long"


class TestPosts:
    def test_words_alone(self, far, session):
        send(session, words("Open today"))
        post = only(far)
        assert (post["author"], post["visibility"], post["lifecycleState"]) == (PAGE, "PUBLIC", "PUBLISHED")
        assert post["distribution"]["feedDistribution"] == "MAIN_FEED"
        assert post["isReshareDisabledByAuthor"] is False
        assert "content" not in post

    def test_choices_arrive(self, far, session):
        send(session, words("Quiet", options={"feed": "NONE", "no_reposts": True}))
        assert only(far)["distribution"]["feedDistribution"] == "NONE"
        assert only(far)["isReshareDisabledByAuthor"] is True

    def test_a_member_may_choose_who_sees_it(self, far):
        send(member_session(far), words("Hello", options={"visibility": "CONNECTIONS"}))
        assert (only(far)["author"], only(far)["visibility"]) == (PERSON, "CONNECTIONS")

    def test_one_picture_is_media_and_several_are_a_gallery(self, far, session):
        send(session, words("One", media=[picture("A sofa")]))
        send(session, words("Two", media=[picture("A sofa"), picture("", decorative=True)]))
        one, two = far.posts.values()
        assert one["content"]["media"]["altText"] == "A sofa"
        first, second = two["content"]["multiImage"]["images"]
        assert (first["altText"], "altText" in second) == ("A sofa", False)
        assert first["id"] != second["id"]
        assert far.assets[first["id"]]["pieces"][0] == PIXEL

    def test_a_document_carries_its_name_as_title(self, far, session):
        (receipt,) = send(session, words("Programme", media=[document("Autumn programme.pdf")]))
        media = only(far)["content"]["media"]
        assert media["title"] == "Autumn programme"
        assert far.assets[media["id"]]["pieces"][0].startswith(b"%PDF")
        assert receipt.remote_id.startswith("urn:li:ugcPost:")

    def test_a_document_without_a_name_has_a_title_all_the_same(self, far, session):
        send(session, words("Programme", media=[document("")]))
        assert only(far)["content"]["media"]["title"] == "Document"

    def test_a_link_is_a_card_of_ours_with_its_picture(self, far, session):
        card = LinkCard("https://library.example/tea", "Tea & books", "Every (first) Monday", picture("A teapot"))
        content = words("Come")
        send(session, replace(content, parts=(replace(content.parts[0], card=card),)))
        article = only(far)["content"]["article"]
        assert (article["source"], article["title"]) == ("https://library.example/tea", "Tea & books")
        assert article["description"] == "Every (first) Monday"
        assert article["thumbnailAltText"] == "A teapot"
        assert far.assets[article["thumbnail"]]["kind"] == "image"

    def test_a_link_without_a_title_is_named_by_its_host(self, far, session):
        content = words("Come")
        card = LinkCard("https://library.example/tea")
        send(session, replace(content, parts=(replace(content.parts[0], card=card),)))
        assert only(far)["content"]["article"] == {"source": card.url, "title": "library.example"}

    def test_a_poll(self, far, session):
        options = {
            "kind": "poll",
            "poll_question": "Tea or coffee?",
            "poll_answers": "Tea\n\n Coffee ",
            "poll_days": "ONE_DAY",
        }
        assert check(words("Vote", options=options), ADAPTER.capabilities, DEFAULT) == []
        send(session, words("Vote", options=options))
        poll = only(far)["content"]["poll"]
        assert poll["options"] == [{"text": "Tea"}, {"text": "Coffee"}]
        assert poll["settings"] == {"duration": "ONE_DAY", "voteSelectionType": "SINGLE_VOTE"}

    def test_a_poll_takes_no_picture(self):
        options = {"kind": "poll", "poll_question": "?", "poll_answers": "A\nB"}
        problems = check(words("Vote", media=[picture()], options=options), ADAPTER.capabilities, DEFAULT)
        assert [one.message for one in problems] == ["check.no_media"]

    def test_a_good_answer_without_an_id_is_looked_up(self, far, session):
        far.header = "x-nothing"
        content = words("Hello")
        prepared = ready(session, content)
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert ADAPTER.find(session, content, 0, prepared, timezone.now()).state == "present"

    def test_every_call_names_the_version_and_the_protocol(self, far, session, settings):
        settings.PLATFORM_VERSIONS = {"LINKEDIN": "202610"}
        far.version = "202610"
        send(session, words("Hello"))
        assert far.texts() == ["Hello"]

    def test_a_version_that_ended_is_no_channels_fault(self, far, session):
        far.version = "202710"
        with pytest.raises(errors.Temporary, match="LIBSOCIAL_API_LINKEDIN"):
            ADAPTER.probe(session)
        assert ADAPTER.capabilities.version.ends == "2027-09-15"

    def test_lists_stand_bare_in_the_address(self):
        url = f"https://api.linkedin.com/rest/x?shares={listed(['urn:li:share:1', 'urn:li:share:2'])}"
        assert requests.Request("GET", url).prepare().url.endswith("=List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)")


class TestFinding:
    def look(self, session, content, prepared, ago=HOUR, index=0):
        return ADAPTER.find(session, content, index, prepared, timezone.now() - ago)

    def test_absence_is_proven_only_after_linkedin_settled(self, session):
        content = words("Hello")
        prepared = ready(session, content)
        assert self.look(session, content, prepared, timedelta(seconds=50)).state == "unknown"
        assert self.look(session, content, prepared, timedelta(seconds=61)).state == "absent"

    def test_the_same_words_of_last_week_are_not_ours(self, far, session):
        far.post_by_hand("Hello", made=time.time() - 7 * 86400)
        content = words("Hello")
        prepared = ready(session, content)
        prepared = replace(prepared, data={**prepared.data, "seen": []})
        assert self.look(session, content, prepared).state == "absent"

    def test_our_own_upload_is_proof_whatever_became_of_the_words(self, far, session):
        content = words("Hello", media=[picture()])
        prepared = ready(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        only(far)["commentary"] = "Changed by hand"
        assert self.look(session, content, prepared).state == "present"

    def test_the_same_words_with_another_picture_are_not_ours(self, far, session):
        content = words("Hello", media=[picture()])
        prepared = ready(session, content)
        far.post_by_hand("Hello", content={"media": {"id": "urn:li:image:other"}})
        assert self.look(session, content, prepared).state == "absent"

    @pytest.mark.parametrize("index", ["article", "poll"])
    def test_the_same_words_with_another_card_or_poll_are_not_ours(self, far, session, index):
        card = LinkCard("https://library.example/tea", "Tea")
        options = {"kind": "poll", "poll_question": "Tea?", "poll_answers": "A\nB"} if index == "poll" else {}
        content = words("", options=options)
        content = replace(content, parts=(Part("", card=None if options else card),))
        prepared = ready(session, content)
        far.post_by_hand("", content={"article": {"source": "https://x.example/"}, "poll": {"question": "Why?"}})
        assert self.look(session, content, prepared).state == "absent"

    def test_a_post_that_cannot_be_read_is_no_proof_of_absence(self, far, session):
        content = words("Hello")
        prepared = ready(session, content)
        far.posts[far.post_by_hand("x")]["commentary"] = None
        assert self.look(session, content, prepared).state == "unknown"

    def test_a_list_full_of_newer_posts_proves_nothing(self, far, session):
        far.post_by_hand("Before")
        content = words("Hello")
        prepared = ready(session, content)
        for number in range(25):
            far.post_by_hand(f"Post {number}")
        assert self.look(session, content, prepared).state == "unknown"

    def test_for_a_member_nobody_can_tell_and_a_person_is_shown_where_to_look(self, far):
        session, content = member_session(far), words("Hello")
        prepared = ready(session, content)
        found = self.look(session, content, prepared)
        assert (found.state, found.look_at) == ("unknown", "https://www.linkedin.com/in/ada/recent-activity/all/")
        assert far.asked == []

    def test_a_page_whose_posts_may_not_be_read_stays_unknown(self, far):
        session = page_session(far, scopes=["w_organization_social"])
        content = words("Hello")
        found = self.look(session, content, ready(session, content))
        assert (found.state, found.look_at) == (
            "unknown",
            "https://www.linkedin.com/company/town-library-111/posts/?feedView=all",
        )

    def test_a_list_that_was_refused_while_preparing_stays_unknown(self, far, session):
        far.can_read_posts = False
        content = words("Hello")
        prepared = ready(session, content)
        far.can_read_posts = True
        assert self.look(session, content, prepared).state == "unknown"


class TestRepetitions:
    def again(self, session, content, prepared):
        return ADAPTER.publish_part(session, content, 0, prepared, [])

    def test_a_repetition_of_our_own_attempt_is_its_success(self, far, session):
        content = words("Hello", media=[picture("A sofa")])
        prepared = ready(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            self.again(session, content, prepared)
        receipt = self.again(session, content, prepared)
        assert [receipt.remote_id] == list(far.posts)
        assert receipt.alt == "delivered"

    def test_a_repetition_of_another_post_is_refused_with_its_address(self, far, session):
        urn = far.post_by_hand("Hello", made=time.time() - 86400)
        content = words("Hello")
        prepared = ready(session, content)
        with pytest.raises(errors.Rejected, match=urn) as caught:
            self.again(session, content, prepared)
        assert caught.value.field == "text"
        assert len(far.posts) == 1

    def test_a_deleted_post_that_is_remembered_is_not_taken_for_ours(self, far, session):
        """The id it names is a fresh one each time, and nothing is there."""
        content = words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(duplicate(f"urn:li:share:{int(time.time() * 1000) << 22}")))
        with pytest.raises(errors.Rejected, match="deleted"):
            self.again(session, content, prepared)

    def test_a_member_learns_of_an_old_post_and_has_to_look_for_a_new_one(self, far):
        session, content = member_session(far), words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(duplicate(f"urn:li:share:{int((time.time() - 3600) * 1000) << 22}")))
        with pytest.raises(errors.Rejected):
            self.again(session, content, prepared)
        for urn in (
            f"urn:li:share:{int(time.time() * 1000) << 22}",
            "urn:li:share:1",
            "urn:li:share:9999999999999999999",
        ):
            far.fail(Failure(duplicate(urn)))
            with pytest.raises(errors.Unclear):
                self.again(session, content, prepared)

    def test_a_repetition_that_cannot_be_looked_up_is_unclear(self, far, session):
        content = words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(duplicate("urn:li:share:7")))
        far.fail(Failure(Reply(503)), method="GET", pattern="/rest/posts/")
        with pytest.raises(errors.Unclear):
            self.again(session, content, prepared)


class TestComments:
    content = replace(words("Hello"), parts=(Part("Hello"), Part("Book (here): a_b", role="comment")))

    def test_a_first_comment_stands_under_the_post_in_plain_words(self, far, session):
        post, comment = send(session, self.content)
        (said,) = far.comments[post.remote_id]
        assert (said["actor"], said["message"]["text"]) == (PAGE, "Book (here): a_b")
        assert comment.remote_id == f"urn:li:comment:({post.remote_id},{said['id']})"
        assert comment.url.startswith(post.url)
        assert far.texts() == ["Hello"]

    def test_a_comment_whose_answer_was_lost_is_found(self, far, session):
        post = send(session, replace(self.content, parts=self.content.parts[:1]))
        prepared = ready(session, self.content, 1)
        far.fail(Failure(store=True, cut=True), pattern="/comments$")
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, self.content, 1, prepared, post)
        found = ADAPTER.find(session, self.content, 1, prepared, timezone.now())
        assert (
            found.receipt.remote_id
            == f"urn:li:comment:({post[0].remote_id},{far.comments[post[0].remote_id][0]['id']})"
        )

    def test_a_comment_that_never_left_is_absent(self, far, session):
        send(session, replace(self.content, parts=self.content.parts[:1]))
        prepared = ready(session, self.content, 1)
        far_away = timezone.now() - HOUR
        assert ADAPTER.find(session, self.content, 1, prepared, far_away).state == "absent"
        assert ADAPTER.find(session, self.content, 1, prepared, timezone.now()).state == "unknown"
        far.posts.clear()
        assert ADAPTER.find(session, self.content, 1, prepared, far_away).state == "unknown"

    def test_a_comment_is_deleted_and_has_no_figures(self, far, session):
        post, comment = send(session, self.content)
        assert ADAPTER.metrics(session, [comment])[comment.remote_id].values == {}
        ADAPTER.delete(session, comment)
        assert far.comments[post.remote_id] == []
        assert far.texts() == ["Hello"]

    def test_too_many_comments_wait_minutes_and_not_a_day(self, far, session):
        post = send(session, replace(self.content, parts=self.content.parts[:1]))
        prepared = ready(session, self.content, 1)
        said = {"status": 429, "code": "TOO_MANY_REQUESTS", "message": "Comment create throttled for this member"}
        far.fail(Failure(Reply(429, said)), pattern="/comments$")
        with pytest.raises(errors.RateLimited) as caught:
            ADAPTER.publish_part(session, self.content, 1, prepared, post)
        assert caught.value.until - timezone.now() <= timedelta(minutes=2)

    @pytest.mark.parametrize("reply", [Reply(201), Reply(201, {"id": {"x": 1}}), Reply(200, raw=b"<html>")])
    def test_an_answer_that_cannot_be_read_is_unclear(self, far, session, reply):
        post = send(session, replace(self.content, parts=self.content.parts[:1]))
        prepared = ready(session, self.content, 1)
        far.fail(Failure(reply, store=True), pattern="/comments$")
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, self.content, 1, prepared, post)


class TestLimits:
    @pytest.mark.parametrize(
        ("message", "scope"),
        [
            (
                "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached.",
                "channel",
            ),
            ("Resource level throttle APPLICATION DAY limit for calls to this resource is reached.", "app"),
        ],
    )
    def test_a_day_that_is_spent_begins_anew_at_midnight_utc(self, far, session, message, scope):
        content = words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(Reply(429, {"status": 429, "code": "TOO_MANY_REQUESTS", "message": message})))
        with pytest.raises(errors.RateLimited) as caught, time_machine.travel(datetime(2026, 11, 23, 20, tzinfo=UTC)):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        midnight = datetime(2026, 11, 24, tzinfo=UTC)
        assert midnight <= caught.value.until <= midnight + timedelta(minutes=10)
        assert caught.value.scope == scope

    def test_without_a_word_a_quarter_of_an_hour_is_waited(self, far, session):
        content = words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(Reply(429, {"status": 429, "code": "TOO_MANY_REQUESTS", "message": "Too many requests"})))
        with pytest.raises(errors.RateLimited) as caught:
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert timedelta(minutes=14) < caught.value.until - timezone.now() <= timedelta(minutes=15)


class TestAfterwards:
    def test_a_post_nobody_looked_at_has_zeros(self, far, session):
        (receipt,) = send(session, words("Hello"))
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert set(values.values()) == {0}

    def test_shares_and_films_are_asked_for_apart_and_in_batches(self, far, session):
        receipts = [Receipt(f"urn:li:share:{number}", "") for number in range(45)] + [Receipt("urn:li:ugcPost:9", "")]
        for one in receipts:
            far.like(one.remote_id)
        figures = ADAPTER.metrics(session, receipts)
        assert len(far.asked) == 4
        assert {one.values["reactions"] for one in figures.values()} == {1}

    def test_a_post_linkedin_does_not_know_costs_the_others_no_figures(self, far, session):
        known, gone = send(session, words("Hello"))[0], Receipt("urn:li:share:7", "")
        far.like(known.remote_id)
        far.fail(Failure(Reply(400, {"status": 400, "code": "INVALID_URN_ID"})), method="GET", pattern="Statistics$")
        figures = ADAPTER.metrics(session, [known, gone])
        assert figures[known.remote_id].values["reactions"] == 1
        assert figures[gone.remote_id].gone

    def test_a_members_figures_come_one_by_one_where_the_right_was_granted(self, far):
        session = member_session(far, [*MEMBER_SCOPES, "r_member_postAnalytics"])
        (receipt,) = send(session, words("Hello"))
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert values == {"impressions": 40, "reached": 30, "reactions": 3, "comments": 2, "reposts": 1}

    @pytest.mark.parametrize(
        ("reply", "gone"),
        [
            (Reply(404, {"status": 404, "code": "NOT_FOUND"}), True),
            (Reply(400, {"status": 400, "code": "INVALID_URN"}), False),
        ],
    )
    def test_a_members_post_that_is_gone_is_not_zero(self, far, reply, gone):
        session = member_session(far, [*MEMBER_SCOPES, "r_member_postAnalytics"])
        far.fail(Failure(reply), method="GET", pattern="PostAnalytics$")
        figures = ADAPTER.metrics(session, [Receipt("urn:li:share:7", "")])["urn:li:share:7"]
        assert (figures.values, figures.gone) == ({}, gone)

    @pytest.mark.parametrize("reply", [Reply(data={}), Reply(data={"elements": 7}), Reply(503)])
    def test_a_members_figures_that_cannot_be_read_are_asked_again(self, far, reply):
        session = member_session(far, [*MEMBER_SCOPES, "r_member_postAnalytics"])
        far.fail(Failure(reply), method="GET", pattern="PostAnalytics$")
        with pytest.raises(errors.Temporary):
            ADAPTER.metrics(session, [Receipt("urn:li:share:7", "")])

    def test_a_post_without_figures_that_may_not_be_read_is_neither_zero_nor_gone(self, far, session):
        (receipt,) = send(session, words("Hello"))
        far.can_read_posts = False
        figures = ADAPTER.metrics(session, [receipt])[receipt.remote_id]
        assert (figures.values, figures.gone) == ({}, False)

    @pytest.mark.parametrize(
        "address",
        [
            "https://www.linkedin.com/feed/update/{urn}/",
            "https://www.linkedin.com/feed/update/{urn}?utm=1",
            "https://www.linkedin.com/posts/town-library_tea-share-{number}-aBcD",
        ],
    )
    def test_a_post_is_recognised_in_every_form_of_its_address(self, far, session, address):
        (receipt,) = send(session, words("Hello"))
        number = receipt.remote_id.rpartition(":")[2]
        assert (
            ADAPTER.recognise(session, address.format(urn=receipt.remote_id, number=number)).remote_id
            == receipt.remote_id
        )

    def test_another_pages_post_is_not_recognised(self, far, session):
        urn = far.post_by_hand("Hello", author=OTHER_PAGE)
        with pytest.raises(errors.Rejected):
            ADAPTER.recognise(session, f"https://www.linkedin.com/feed/update/{urn}/")

    def test_a_member_is_believed(self, far):
        url = "https://www.linkedin.com/feed/update/urn:li:activity:7123456789/"
        assert ADAPTER.recognise(member_session(far), url).remote_id == "urn:li:activity:7123456789"

    def test_a_page_that_was_taken_away_needs_a_person(self, far, session):
        del far.roles[PAGE]
        with pytest.raises(errors.NeedsReconnect, match="administers"):
            ADAPTER.probe(session)

    @pytest.mark.parametrize("what", ["partnerApiPostsExternal.CREATE.20260901", "this organization"])
    def test_a_missing_right_says_where_to_look(self, far, session, what):
        content = words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(denied(what)))
        with pytest.raises(errors.NeedsReconnect, match="product" if "partnerApi" in what else "role"):
            ADAPTER.publish_part(session, content, 0, prepared, [])
