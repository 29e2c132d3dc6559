"""Google Business Profile's adapter, and Google's sign-in and errors, against a far side that behaves."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.check import blocks, check
from channels_app.connect import Context, FieldProblem
from channels_app.platforms import _google
from channels_app.platforms.base import Account, Choice, Connected
from channels_app.platforms.google_business import GoogleBusiness
from libsocial.accounts.policy import DEFAULT
from tests.contracts.platform import KEY, HttpContract, words
from tests.fakes.google_business import CLIENT, CODE, PLACE, SCOPE, SECOND, FakeGoogleBusiness, error, invalid
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import TestSession, picture

pytestmark = pytest.mark.django_db
ADAPTER = GoogleBusiness()
HOUR = timedelta(hours=1)
BACK = "https://libsocial.example/channels/callback/google_business/home"
MAPS = "https://maps.google.com/maps?cid=501"


@pytest.fixture
def far(settings):
    with running(FakeGoogleBusiness()) as far:
        settings.PRIVATE_HOSTS = ["127.0.0.1"]
        settings.PLATFORM_HOSTS = {f"GOOGLE_BUSINESS_{name}".upper(): far.url for name in ADAPTER.hosts}
        yield far


@pytest.fixture
def session(far):
    account = Account(PLACE, "Town Library", "@branch-501", MAPS, facts={"language": "en-GB"})
    return TestSession(ADAPTER, account, far.secret(), CLIENT)


class TestContract(HttpContract):
    adapter = ADAPTER
    keys_are_known = False
    refusals = {**HttpContract.refusals, 404: errors.Rejected}

    def content(self, *texts, media=(), **rest):
        """A picture of a size Google takes."""
        return super().content(*texts, media=[replace(one, width=800, height=600) for one in media], **rest)

    def test_an_ordinary_post_passes_the_checks(self):
        """There is no field for descriptions: one that stands in the text is fine, and so is none."""
        described = self.content("A red sofa in our reading room", media=[picture("A red sofa")])
        assert check(described, self.can, DEFAULT) == []
        assert check(self.content(media=[picture("", decorative=True)]), self.can, DEFAULT) == []


def prepared(session, content, key=KEY):
    return TestContract().prepare(session, content, 0, key)


def send(session, content):
    return TestContract().publish(session, content)[0]


def only(far):
    (post,) = far.posts.values()
    return post


EVENT = {"kind": "event", "event_title": "Story time", "starts": "2026-12-01T10:00", "ends": "2026-12-01T11:30"}
OFFER = {
    **EVENT,
    "kind": "offer",
    "coupon": "BOOK10",
    "redeem_url": "https://library.example/sale",
    "terms": "One each",
}


class TestPosts:
    def test_an_update(self, far, session):
        receipt = send(session, words("Open today"))
        post = only(far)
        assert (post["topicType"], post["summary"], post["languageCode"]) == ("STANDARD", "Open today", "en")
        assert {"event", "offer", "callToAction", "media"}.isdisjoint(post)
        assert receipt.remote_id.startswith(f"{PLACE}/localPosts/")
        assert receipt.url == post["searchUrl"]

    def test_the_language_of_the_branch_stands_in(self, far, session):
        send(session, replace(words("Open today"), language=""))
        assert only(far)["languageCode"] == "en-GB"

    @pytest.mark.parametrize("button", ["LEARN_MORE", "BOOK", "SIGN_UP", "ORDER", "SHOP"])
    def test_a_button_leads_somewhere(self, far, session, button):
        options = {"button": button, "button_url": "https://library.example/book"}
        assert not check(words("Come", options=options), ADAPTER.capabilities, DEFAULT)
        send(session, words("Come", options=options))
        assert only(far)["callToAction"] == {"actionType": button, "url": "https://library.example/book"}

    def test_a_button_to_call_has_no_address(self, far, session):
        send(session, words("Come", options={"button": "CALL", "button_url": "https://left.over.example/"}))
        assert only(far)["callToAction"] == {"actionType": "CALL"}

    def test_a_button_without_an_address_is_named_before_sending(self):
        problems = check(words("Come", options={"button": "BOOK"}), ADAPTER.capabilities, DEFAULT)
        assert [one.field for one in problems] == ["options.button_url"]

    def test_an_event_has_its_wall_times(self, far, session):
        send(
            session,
            words("Bring a cushion", options={**EVENT, "button": "LEARN_MORE", "button_url": "https://x.example/"}),
        )
        event = only(far)["event"]
        assert event["title"] == "Story time"
        assert event["schedule"]["startDate"] == {"year": 2026, "month": 12, "day": 1}
        assert event["schedule"]["startTime"] == {"hours": 10, "minutes": 0, "seconds": 0, "nanos": 0}
        assert event["schedule"]["endTime"] == {"hours": 11, "minutes": 30, "seconds": 0, "nanos": 0}
        assert only(far)["topicType"] == "EVENT"
        assert only(far)["callToAction"]["actionType"] == "LEARN_MORE"

    def test_an_event_of_whole_days_has_no_times(self, far, session):
        send(session, words("Closed", options={**EVENT, "whole_days": True, "ends": EVENT["starts"]}))
        assert set(only(far)["event"]["schedule"]) == {"startDate", "endDate"}

    def test_an_offer_has_its_terms_and_no_button(self, far, session):
        assert not check(words("Sale", options=OFFER), ADAPTER.capabilities, DEFAULT)
        send(session, words("Sale", options={**OFFER, "button": "CALL"}))
        post = only(far)
        assert post["topicType"] == "OFFER"
        assert post["offer"] == {
            "couponCode": "BOOK10",
            "redeemOnlineUrl": "https://library.example/sale",
            "termsConditions": "One each",
        }
        assert post["event"]["title"] == "Story time"
        assert "callToAction" not in post

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"ends": "2026-12-01T09:00"}, "ends"), ({"ends": "2026-12-01T10:00"}, "ends"), ({"starts": ""}, "starts")],
    )
    def test_dates_that_make_no_sense_are_refused_before_anything_is_sent(self, far, session, changes, field):
        with pytest.raises(errors.Rejected) as caught:
            prepared(session, words("Come", options={**EVENT, **changes}))
        assert caught.value.field == f"options.{field}"
        assert far.asked == []

    def test_an_event_without_title_and_dates_is_named_before_sending(self):
        problems = check(words("Come", options={"kind": "event"}), ADAPTER.capabilities, DEFAULT)
        assert {one.field for one in problems} == {"options.event_title", "options.starts", "options.ends"}

    def test_what_belongs_to_events_is_not_asked_of_an_update(self):
        asked = {one.name for one in ADAPTER.capabilities.asked({})}
        assert asked == {"kind", "button"}

    def test_a_button_left_over_from_an_update_asks_nothing_of_an_offer(self):
        assert check(words("Sale", options={**OFFER, "button": "BOOK"}), ADAPTER.capabilities, DEFAULT) == []

    def test_a_picture_is_named_by_its_public_address(self, far, session):
        content = words("Look", media=[picture("A red sofa", width=800, height=600)])
        receipt = send(session, content)
        (media,) = only(far)["media"]
        assert media["mediaFormat"] == "PHOTO"
        assert media["sourceUrl"].startswith("https://library.example/channels/outlet/")
        assert receipt.alt == "not deliverable"
        told = words("A red sofa", media=content.parts[0].media)
        assert send(session, told).alt == "in the text"

    def test_a_picture_nobody_can_fetch_is_told_before_anything_is_sent(self, far, session, monkeypatch):
        def nobody(media):
            raise errors.Rejected("Not reachable", field="media")

        monkeypatch.setattr(session, "public_url", nobody)
        with pytest.raises(errors.Rejected):
            prepared(session, words("Look", media=[picture(width=800, height=600)]))
        assert far.asked == []

    @pytest.mark.parametrize(
        ("media", "blocked"), [({"width": 200, "height": 600}, True), ({"width": 800, "height": 600}, False)]
    )
    def test_a_picture_that_is_too_small_is_named_before_sending(self, media, blocked):
        problems = check(words("Look", media=[picture("", decorative=True, **media)]), ADAPTER.capabilities, DEFAULT)
        assert blocks(problems) is blocked

    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            ("summary", "text"),
            ("media[0].sourceUrl", "media"),
            ("event.title", "options.event_title"),
            ("event.schedule.endDate", "options.starts"),
            ("callToAction.url", "options.button_url"),
            ("offer.redeemOnlineUrl", "options.redeem_url"),
        ],
    )
    def test_what_google_complains_about_is_our_field(self, far, session, theirs, ours):
        content = words("Hello")
        ready = prepared(session, content)
        far.fail(Failure(invalid(theirs, "The phone number is not allowed here.")))
        with pytest.raises(errors.Rejected, match="phone number") as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert caught.value.field == ours


class TestAfterSending:
    def test_a_post_google_still_looks_at_is_followed_until_it_is_live(self, far, session):
        far.first_state = far.next_state = "PROCESSING"
        content = words("Hello")
        receipt = ADAPTER.publish_part(session, content, 0, prepared(session, content), [])
        assert receipt.processing
        assert ADAPTER.follow(session, receipt).processing
        far.next_state = "LIVE"
        assert ADAPTER.follow(session, receipt) == replace(receipt, processing=False)

    def test_a_post_google_rejects_later_is_told(self, far, session):
        far.first_state, far.next_state = "PROCESSING", "REJECTED"
        content = words("Call 555 1234")
        receipt = ADAPTER.publish_part(session, content, 0, prepared(session, content), [])
        with pytest.raises(errors.Rejected, match="telephone"):
            ADAPTER.follow(session, receipt)

    def test_a_post_that_was_deleted_meanwhile_is_gone(self, far, session):
        far.first_state = "PROCESSING"
        content = words("Hello")
        receipt = ADAPTER.publish_part(session, content, 0, prepared(session, content), [])
        far.posts.clear()
        with pytest.raises(errors.Gone):
            ADAPTER.follow(session, receipt)

    @pytest.mark.parametrize(
        "reply", [Reply(data={}), Reply(200, raw=b"<html>"), Reply(404, raw=b"<html>"), Reply(503)]
    )
    def test_an_answer_that_says_nothing_changes_nothing(self, far, session, reply):
        far.first_state = "PROCESSING"
        content = words("Hello")
        receipt = ADAPTER.publish_part(session, content, 0, prepared(session, content), [])
        far.fail(Failure(reply), method="GET", pattern="/localPosts/")
        with pytest.raises(errors.Temporary):
            ADAPTER.follow(session, receipt)

    def test_figures_of_the_branch_are_sums_of_four_weeks(self, far, session):
        with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
            assert ADAPTER.audience(session).values == {"seen": 12, "website": 3, "routes": 3, "calls": 3}
        query = far.asked[-1].query
        assert len(query["dailyMetrics"]) == 7
        days = {
            name.removeprefix("dailyRange."): int(value[0]) for name, value in query.items() if "dailyRange" in name
        }
        assert (days["start_date.month"], days["start_date.day"]) == (10, 22)
        assert (days["end_date.month"], days["end_date.day"]) == (11, 18)


class TestFinding:
    def look(self, session, content, ready, ago=HOUR):
        return ADAPTER.find(session, content, 0, ready, timezone.now() - ago)

    @pytest.mark.parametrize("options", [{}, EVENT, OFFER, {"button": "BOOK", "button_url": "https://x.example/"}])
    def test_what_arrived_is_recognised(self, far, session, options):
        content = words("Hello\n\nthere ", options=options)
        ready = prepared(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])
        found = self.look(session, content, ready, timedelta())
        assert (found.state, found.receipt.remote_id) == ("present", only(far)["name"])

    def test_a_post_found_in_the_works_is_followed(self, far, session):
        far.first_state = "PROCESSING"
        content = words("Hello")
        ready = prepared(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert self.look(session, content, ready).receipt.processing

    @pytest.mark.parametrize(
        "other",
        [
            {"topicType": "EVENT", "event": {"title": "Story time"}},
            {"callToAction": {"actionType": "BOOK", "url": "https://other.example/"}},
        ],
    )
    def test_the_same_words_of_another_kind_are_not_ours(self, far, session, other):
        content = words("Hello")
        ready = prepared(session, content)
        far.post_by_hand("Hello", **other)
        assert self.look(session, content, ready).state == "absent"

    def test_absence_is_proven_only_after_google_settled(self, session):
        content = words("Hello")
        ready = prepared(session, content)
        assert self.look(session, content, ready, timedelta(seconds=50)).state == "unknown"
        assert self.look(session, content, ready, timedelta(seconds=61)).state == "absent"

    def test_older_posts_that_move_up_are_not_ours(self, far, session):
        far.post_by_hand("Hello", made=timezone.now() - timedelta(days=7))
        content = words("Hello")
        ready = prepared(session, content)
        ready = replace(ready, data={**ready.data, "seen": []})
        assert self.look(session, content, ready).state == "absent"

    def test_a_list_full_of_newer_posts_proves_nothing(self, far, session):
        far.post_by_hand("Before")
        content = words("Hello")
        ready = prepared(session, content)
        for number in range(21):
            far.post_by_hand(f"Post {number}")
        found = self.look(session, content, ready)
        assert (found.state, found.look_at) == ("unknown", MAPS)

    def test_a_list_that_lost_all_we_knew_proves_nothing(self, far, session):
        far.post_by_hand("Before")
        content = words("Hello")
        ready = prepared(session, content)
        far.posts.clear()
        assert self.look(session, content, ready).state == "unknown"

    def test_a_post_that_cannot_be_read_is_no_proof_of_absence(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        far.posts[far.post_by_hand("x")]["summary"] = 7
        assert self.look(session, content, ready).state == "unknown"


class TestErrors:
    """Google's errors, whichever of its platforms meets them."""

    def refused(self, far, session, reply):
        content = words("Hello")
        ready = prepared(session, content)
        far.fail(Failure(reply))
        with pytest.raises(errors.PlatformError) as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        return caught.value

    def test_a_quota_of_zero_means_that_google_has_not_approved(self, far, session):
        details = [{"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit_value": "0"}}]
        told = self.refused(far, session, error(429, "RESOURCE_EXHAUSTED", "Quota exceeded", details=details))
        assert isinstance(told, errors.NeedsReconnect)
        assert "approved" in told.reason

    def test_an_interface_that_is_switched_off_is_the_administrators_matter(self, far, session):
        details = [{"reason": "SERVICE_DISABLED"}]
        told = self.refused(far, session, error(403, "PERMISSION_DENIED", "API has not been used", details=details))
        assert "switched on" in told.reason

    def test_a_spent_day_ends_at_midnight_in_california(self, far, session):
        with time_machine.travel(datetime(2026, 11, 23, 20, tzinfo=UTC)):
            told = self.refused(far, session, error(403, "", "Quota", reason="quotaExceeded"))
        assert isinstance(told, errors.RateLimited)
        assert told.until == datetime(2026, 11, 24, 8, tzinfo=UTC)
        assert told.scope == "app"

    def test_midnight_in_california_moves_with_summer_time(self):
        assert _google.pacific_midnight(datetime(2026, 7, 1, 12, tzinfo=UTC)) == datetime(2026, 7, 2, 7, tzinfo=UTC)

    def test_a_missing_right_asks_for_signing_in_again(self, far, session):
        told = self.refused(far, session, error(403, "PERMISSION_DENIED", "x", reason="insufficientPermissions"))
        assert "lacks a right" in told.reason

    def test_an_error_inside_a_good_answer_is_an_error(self, far, session):
        reply = error(400, "INVALID_ARGUMENT", "Bad date")
        reply.status = 200
        assert isinstance(self.refused(far, session, reply), errors.Unclear)
        reply = error(503, "UNAVAILABLE")
        reply.status = 200
        assert isinstance(self.refused(far, session, reply), errors.Unclear)


class TestConnecting:
    def context(self, **app):
        return Context("google_business", app={**CLIENT, **app})

    def begin(self):
        return ADAPTER.begin({}, redirect_uri=BACK, state="s-1", context=self.context())

    def finish(self, answer=None, **app):
        keep = self.begin().keep
        return ADAPTER.finish(keep, answer or {"code": CODE}, redirect_uri=BACK, context=self.context(**app))

    def test_a_person_is_sent_to_google_with_proof_that_only_we_can_use(self, far):
        redirect = self.begin()
        query = {name: values[0] for name, values in parse_qs(urlsplit(redirect.url).query).items()}
        assert redirect.url.startswith(f"{far.url}/o/oauth2/v2/auth?")
        assert (query["state"], query["redirect_uri"], query["scope"]) == ("s-1", BACK, SCOPE)
        assert query["access_type"] == "offline"
        assert "consent" in query["prompt"].split()
        ADAPTER.finish(redirect.keep, {"code": CODE}, redirect_uri=BACK, context=self.context())
        challenge = base64.urlsafe_b64encode(hashlib.sha256(far.verifiers[0].encode()).digest()).decode().rstrip("=")
        assert (query["code_challenge"], query["code_challenge_method"]) == (challenge, "S256")

    def test_one_sign_in_opens_the_locations_that_may_post_each_once(self, far):
        chosen = self.finish()
        assert isinstance(chosen, Choice)
        assert [one.account.remote_id for one in chosen.accounts] == [PLACE, SECOND]
        first = chosen.accounts[0]
        assert (first.account.name, first.account.handle) == ("Town Library 501", "@branch-501")
        assert (first.account.url, first.account.facts["language"]) == (MAPS, "en-GB")
        assert first.secret["refresh"] == far.refresh_token
        assert timedelta(minutes=50) < first.expires_at - timezone.now() < HOUR
        assert ADAPTER.probe(TestSession(ADAPTER, first.account, first.secret, CLIENT)).remote_id == PLACE

    def test_one_location_needs_no_choice(self, far):
        far.may_post = {"502"}
        connected = self.finish()
        assert isinstance(connected, Connected)
        assert connected.account.remote_id == SECOND
        assert "shared" not in connected.secret

    def test_no_location_that_may_post_connects_nothing(self, far):
        far.may_post = set()
        with pytest.raises(FieldProblem, match="verified"):
            self.finish()

    def test_a_consent_screen_in_testing_tells_its_end(self, far):
        far.refresh_lasts = 604_800
        assert timedelta(days=6) < self.finish().accounts[0].ends_at - timezone.now() <= timedelta(days=7)

    @pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"state": "s-1"}])
    def test_a_declined_sign_in_connects_nothing(self, far, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(answer)

    def test_an_unticked_right_is_named(self, far):
        far.scope = "openid"
        with pytest.raises(FieldProblem, match=r"business\.manage"):
            self.finish()

    def test_a_sign_in_without_a_lasting_key_connects_nothing(self, far):
        far.gives_refresh = False
        with pytest.raises(FieldProblem, match="no key that lasts"):
            self.finish()

    def test_wrong_keys_of_the_app_are_the_administrators_matter(self, far, session):
        with pytest.raises(FieldProblem, match="administrator"):
            self.finish(client_secret="wrong")
        session._app = {**CLIENT, "client_secret": "wrong"}
        with pytest.raises(errors.NeedsReconnect, match="administrator"):
            ADAPTER.renew(session, session.secret)

    def test_a_key_that_ended_is_renewed_in_the_middle_of_a_post(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        far.token = "ya29.another-0123456789"
        ADAPTER.publish_part(session, content, 0, ready, [])
        assert (far.texts(), session.renewals) == (["Hello"], 1)
        assert session.secret["refresh"] == far.refresh_token

    def test_a_grant_that_was_ended_needs_a_person_and_says_why_it_may_be(self, far, session):
        far.revoke()
        with pytest.raises(errors.NeedsReconnect, match="Testing"):
            ADAPTER.renew(session, session.secret)
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.renew(session, {"token": "x", "refresh": ""})

    def test_a_token_made_elsewhere(self, far):
        fields = {"refresh": far.refresh_token, "location": "locations/502"}
        connected = ADAPTER.from_token(fields, context=self.context())
        assert connected.account.remote_id == SECOND
        assert connected.secret == {"token": far.token, "refresh": far.refresh_token, "shared": True}
        assert len(ADAPTER.from_token({"token": far.token}, context=self.context()).accounts) == 2

    @pytest.mark.parametrize(
        ("fields", "field"), [({}, "token"), ({"refresh": "1//x"}, "refresh"), ({"location": "9"}, "location")]
    )
    def test_a_token_that_leads_nowhere_is_told(self, far, fields, field):
        if field == "location":
            fields = {**fields, "refresh": far.refresh_token}
        with pytest.raises(FieldProblem) as caught:
            ADAPTER.from_token(fields, context=self.context())
        assert caught.value.field == field

    def test_the_grant_of_several_channels_is_not_ended_with_one(self, far):
        first = self.finish().accounts[0]
        with pytest.raises(errors.Unsupported, match="all at once"):
            ADAPTER.revoke(TestSession(ADAPTER, first.account, first.secret, CLIENT))
        assert far.opens(first.secret)
