"""YouTube: made public by one request, commented, counted; and how an account is connected."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from channels_app import errors
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.platforms.base import Receipt
from libsocial.accounts.policy import DEFAULT
from tests.channels.youtube_steps import (
    ADAPTER,
    BACK,
    asked,
    far,
    of,
    send,
    session,
    steps,
)
from tests.fakes.server import Failure, Reply
from tests.fakes.youtube import APP, CODE, ME, SCOPES, UPLOADS, refusal

__all__ = ["far", "session"]
pytestmark = pytest.mark.django_db


class TestMakingItPublic:
    def test_what_staff_set_in_the_studio_meanwhile_is_kept_and_our_words_stand(self, far, session):
        ready = steps(session, of())
        found = far.films[ready.data["film_id"]]
        found["snippet"] |= {"defaultAudioLanguage": "de", "title": "Changed"}
        found["status"]["publicStatsViewable"] = False
        ADAPTER.publish_part(session, of(), 0, ready, [])
        assert found["snippet"]["defaultAudioLanguage"] == "de"
        assert found["snippet"]["title"] == "Story time"
        assert found["status"]["publicStatsViewable"] is False

    def test_a_film_that_is_public_already_is_not_changed_again(self, far, session):
        ready = steps(session, of())
        ADAPTER.publish_part(session, of(), 0, ready, [])
        ADAPTER.publish_part(session, of(), 0, ready, [])
        assert len(far.created()) == 1

    def test_a_film_meant_to_stay_private_stays_so(self, far, session):
        content = of(visibility="private")
        (receipt,) = send(session, content)
        assert far.created() == []
        assert receipt.data["visibility"] == "private"

    def test_a_channel_that_keeps_it_private_is_told(self, far, session):
        ready = steps(session, of())
        far.keeps_private = True
        with pytest.raises(errors.Rejected) as caught:
            ADAPTER.publish_part(session, of(), 0, ready, [])
        assert caught.value.field == "options.visibility"

    def test_a_film_deleted_before_it_was_public_is_refused(self, far, session):
        ready = steps(session, of())
        far.films.clear()
        with pytest.raises(errors.Rejected):
            ADAPTER.publish_part(session, of(), 0, ready, [])
        assert ADAPTER.find(session, of(), 0, ready, timezone.now()).state == "absent"

    def test_a_state_nobody_knows_is_no_proof(self, far, session):
        ready = steps(session, of())
        far.films[ready.data["film_id"]]["status"]["privacyStatus"] = "members"
        found = ADAPTER.find(session, of(), 0, ready, timezone.now())
        assert (found.state, found.look_at) == (
            "unknown",
            f"https://studio.youtube.com/video/{ready.data['film_id']}/edit",
        )


class TestFirstComment:
    def test_it_stands_under_the_film(self, far, session):
        film_, comment = send(session, of(comment="The next one is on Friday <3"))
        assert far.words_below(film_.remote_id) == ["The next one is on Friday <3"]
        assert comment.url == f"https://www.youtube.com/watch?v={film_.remote_id}&lc={comment.remote_id}"

    def test_one_of_which_no_answer_came_is_found(self, far, session):
        content = of(comment="More on Friday")
        (receipt,) = send(session, replace(content, parts=content.parts[:1]))
        ready = steps(session, content, index=1)
        far.fail(Failure(store=True, cut=True), method="POST", pattern="commentThreads")
        began = timezone.now()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 1, ready, [receipt])
        found = ADAPTER.find(session, content, 1, ready, began)
        assert found.state == "present"
        assert found.receipt.remote_id == far.threads[0]["id"]
        assert far.words_below(receipt.remote_id) == ["More on Friday"]

    def test_the_same_words_of_a_reader_or_of_last_week_are_not_ours(self, far, session):
        content = of(comment="Thank you!")
        (receipt,) = send(session, replace(content, parts=content.parts[:1]))
        far.write(receipt.remote_id, "Thank you!")
        ready = steps(session, content, index=1)
        far.write(receipt.remote_id, "Thank you!", by="UC-a-reader")
        assert ADAPTER.find(session, content, 1, ready, timezone.now()).state == "unknown"
        long_ago = timezone.now() - timedelta(minutes=3)
        assert ADAPTER.find(session, content, 1, ready, long_ago).state == "absent"

    def test_a_film_without_comments_says_so(self, far, session):
        content = of(comment="More", made_for_kids="yes")
        (receipt,) = send(session, replace(content, parts=content.parts[:1]))
        ready = steps(session, content, index=1)
        with pytest.raises(errors.Rejected) as caught:
            ADAPTER.publish_part(session, content, 1, ready, [receipt])
        assert caught.value.field == "comment"

    def test_it_is_removed_on_its_own_and_has_no_figures(self, far, session):
        film_, comment = send(session, of(comment="More"))
        figures = ADAPTER.metrics(session, [film_, comment])
        assert not figures[comment.remote_id].gone
        ADAPTER.delete(session, comment)
        ADAPTER.delete(session, comment)
        assert far.words_below(film_.remote_id) == []
        assert far.texts() == ["Story time at ten"]


class TestFigures:
    def test_analytics_adds_what_it_knows_days_later(self, far, session):
        watched, ignored = send(session, of())[0], send(session, of())[0]
        far.films[watched.remote_id]["statistics"] |= {"viewCount": "40"}
        figures = ADAPTER.metrics(session, [watched, ignored])
        assert figures[watched.remote_id].values == {"views": 40, "likes": 0, "comments": 0, "shares": 3, "minutes": 7}
        assert figures[ignored.remote_id].values == {"views": 0, "likes": 0, "comments": 0}

    def test_hidden_counts_are_not_zero(self, far, session):
        (receipt,) = send(session, of())
        del far.films[receipt.remote_id]["statistics"]["likeCount"]
        assert "likes" not in ADAPTER.metrics(session, [receipt])[receipt.remote_id].values

    def test_analytics_that_is_not_switched_on_spoils_nothing(self, far, session):
        (receipt,) = send(session, of())
        far.fail(Failure(refusal(403, "accessNotConfigured")), method="GET", pattern="/v2/reports")
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values["views"] == 0

    @pytest.mark.parametrize("body", [{"rows": [7, ["a"]], "columnHeaders": [7]}, {"rows": {}}, {"columnHeaders": []}])
    def test_an_odd_report_adds_nothing(self, far, session, body):
        (receipt,) = send(session, of())
        far.fail(Failure(Reply(data=body)), method="GET", pattern="/v2/reports")
        assert set(ADAPTER.metrics(session, [receipt])[receipt.remote_id].values) == {"views", "likes", "comments"}

    def test_hidden_subscribers_are_not_zero(self, far, session):
        far.hides_subscribers = True
        assert set(ADAPTER.audience(session).values) == {"posts"}

    def test_many_films_are_asked_for_fifty_at_a_time(self, far, session):
        receipts = [Receipt(f"film{number:07}", "") for number in range(51)]
        assert all(one.gone for one in ADAPTER.metrics(session, receipts).values())
        assert [len(one.query["id"][0].split(",")) for one in asked(far, "GET", "/youtube/v3/videos")] == [50, 1]


class TestConnecting:
    @pytest.fixture
    def here(self, far):
        return Context("youtube", "", APP)

    def begin(self, here):
        return ADAPTER.begin({}, redirect_uri=BACK, state="s-1", context=here)

    def finish(self, here, begun, **answer):
        answer = answer or {"code": CODE}
        return ADAPTER.finish(begun.keep, answer, redirect_uri=BACK, context=here)

    def test_the_person_is_sent_to_google_with_everything_it_needs(self, here):
        begun = self.begin(here)
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
        assert begun.url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
        assert query["scope"] == SCOPES
        assert (query["access_type"], query["redirect_uri"], query["state"]) == ("offline", BACK, "s-1")
        assert "consent" in query["prompt"]

    def test_one_sign_in_opens_one_channel(self, far, here):
        begun = self.begin(here)
        connected = self.finish(here, begun)
        assert far.verifiers == [begun.keep["verifier"]]
        assert (connected.account.remote_id, connected.account.handle) == (ME, "@townlibrary")
        assert connected.account.facts["uploads"] == UPLOADS
        assert connected.secret == far.secret()
        assert timedelta(minutes=50) < connected.expires_at - timezone.now() < timedelta(minutes=61)

    @pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": ""}, {"state": "s-1"}])
    def test_a_declined_sign_in_connects_nothing(self, here, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(here, self.begin(here), **answer)

    def test_a_right_that_was_unticked_is_named(self, far, here):
        far.scope = "https://www.googleapis.com/auth/youtube.upload"
        with pytest.raises(FieldProblem, match=r"youtube\.force-ssl"):
            self.finish(here, self.begin(here))

    def test_without_a_key_that_lasts_nothing_is_connected(self, far, here):
        far.gives_refresh = False
        with pytest.raises(FieldProblem, match="lasts"):
            self.finish(here, self.begin(here))

    def test_a_google_account_without_a_channel_is_told(self, far, here):
        far.has_channel = False
        with pytest.raises(FieldProblem, match="no YouTube channel"):
            self.finish(here, self.begin(here))

    def test_wrong_keys_of_our_application_are_told(self, far):
        here = Context("youtube", "", {**APP, "client_secret": "wrong"})
        with pytest.raises(FieldProblem, match="keys of your application"):
            self.finish(here, self.begin(here))

    def test_a_file_with_a_refresh_token_connects_too(self, far, here):
        connected = ADAPTER.from_token({"refresh": far.refresh_token}, context=here)
        assert connected.account.remote_id == ME
        assert connected.secret["refresh"] == far.refresh_token
        alone = ADAPTER.from_token({"token": far.token}, context=here)
        assert (alone.account.remote_id, alone.secret["refresh"]) == (ME, "")
        for fields in ({}, {"refresh": "1//unknown"}):
            with pytest.raises(FieldProblem):
                ADAPTER.from_token(fields, context=here)

    def test_a_dead_refresh_token_says_why_it_may_be_dead(self, far, session):
        far.revoke()
        with pytest.raises(errors.NeedsReconnect, match="seven days"):
            session.refresh()

    def test_looking_at_the_channel_reads_its_playlists_page_by_page(self, far, session):
        facts = ADAPTER.probe(session).facts
        assert facts["playlists"] == [["PL-stories", "Story time"], ["PL-talks", "Talks"]]
        can = ADAPTER.capabilities_for(facts)
        option = next(one for one in can.options if one.name == "playlist")
        assert dict(option.choices)["PL-talks"] == "Talks"
        assert check(of(playlist="PL-talks"), can, DEFAULT) == []
        assert [one.field for one in check(of(playlist="PL-gone"), can, DEFAULT)] == ["options.playlist"]

    @pytest.mark.parametrize(("status", "most"), [("allowed", 43_200), ("disallowed", 900), ("", 43_200)])
    def test_a_channel_without_a_phone_number_takes_a_quarter_of_an_hour(self, status, most):
        assert ADAPTER.capabilities_for({"long_uploads": status}).media.video.max_seconds == most

    @pytest.mark.parametrize("facts", [{}, {"playlists": 7}, {"playlists": [7, ["a"]]}])
    def test_strange_facts_break_nothing(self, facts):
        option = next(one for one in ADAPTER.capabilities_for(facts).options if one.name == "playlist")
        assert [key for key, _label in option.choices] == [""]

    @pytest.mark.parametrize(
        "page", ["https://youtu.be/{}", "https://m.youtube.com/shorts/{}", "https://www.youtube.com/watch?t=1&v={}"]
    )
    def test_a_film_is_recognised_by_any_of_its_addresses(self, far, session, page):
        (receipt,) = send(session, of())
        assert ADAPTER.recognise(session, page.format(receipt.remote_id)).remote_id == receipt.remote_id

    def test_a_film_of_another_channel_is_not_recognised(self, far, session):
        (receipt,) = send(session, of())
        far.films[receipt.remote_id]["snippet"]["channelId"] = "UC-another"
        with pytest.raises(errors.Rejected):
            ADAPTER.recognise(session, receipt.url)
