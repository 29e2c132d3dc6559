"""Facebook, after publishing: found again, commented, counted, deleted; and how an account is connected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, Part
from channels_app.models import Channel
from channels_app.platforms.base import Choice
from libsocial.accounts.models import Unit
from libsocial.accounts.policy import DEFAULT
from tests.channels.facebook_steps import (
    ADAPTER,
    BACK,
    HOUR,
    STORY,
    create,
    dropped,
    far,
    look,
    prepared,
    session,
)
from tests.contracts.platform import AT, words
from tests.fakes.facebook import APP, CODE, OTHER_PAGE, PAGE, PERSON, VERSION, problem
from tests.fakes.server import Failure, Reply
from tests.fakes.session import film, picture

__all__ = ["far", "session"]
pytestmark = pytest.mark.django_db


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
