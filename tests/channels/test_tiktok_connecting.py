"""TikTok: how an account is connected."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from channels_app import errors
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from libsocial.accounts.policy import DEFAULT
from tests.channels.tiktok_steps import (
    ADAPTER,
    BACK,
    asked,
    direct,
    far,
    follow,
    of,
    session,
    steps,
)
from tests.contracts.platform import KEY
from tests.fakes.server import Failure
from tests.fakes.session import TestSession
from tests.fakes.tiktok import APP, CODE, DRAFTS, ME, refusal

__all__ = ["far", "session"]
pytestmark = pytest.mark.django_db


class TestConnecting:
    @pytest.fixture
    def here(self, far):
        return Context("tiktok", "", APP)

    def begin(self, here):
        return ADAPTER.begin({}, redirect_uri=BACK, state="s-1", context=here)

    def finish(self, here, begun, **answer):
        return ADAPTER.finish(begun.keep, answer or {"code": CODE}, redirect_uri=BACK, context=here)

    def test_the_person_is_sent_to_tiktok_with_its_own_names(self, here):
        begun = self.begin(here)
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
        assert begun.url.startswith("https://www.tiktok.com/v2/auth/authorize/?client_key=client-key-1&")
        assert query["scope"] == f"{DRAFTS},video.publish"
        assert (query["redirect_uri"], query["state"], query["response_type"]) == (BACK, "s-1", "code")
        assert query["code_challenge"] == hashlib.sha256(begun.keep["verifier"].encode()).hexdigest()

    def test_an_application_without_the_audit_asks_for_drafts_only(self, far):
        far.scope = DRAFTS
        here = Context("tiktok", "", {**APP, "audited": ""})
        begun = self.begin(here)
        assert parse_qs(urlsplit(begun.url).query)["scope"] == [DRAFTS]
        connected = self.finish(here, begun)
        can = ADAPTER.capabilities_for(connected.account.facts)
        assert [one.name for one in can.options] == ["mode", "photo_title"]
        assert "options.mode" in [one.field for one in check(direct(), can, DEFAULT)]
        assert check(of(), can, DEFAULT) == []
        session = TestSession(ADAPTER, connected.account, connected.secret, {**APP, "audited": ""})
        assert ADAPTER.probe(session).facts == {"direct": False}
        assert asked(far, "POST", "/v2/post/publish/creator_info/") == []

    def test_who_signed_in_is_shown_and_the_key_is_kept_with_its_end(self, far, here):
        begun = self.begin(here)
        connected = self.finish(here, begun)
        assert far.challenges == [begun.keep["verifier"]]
        assert (connected.account.remote_id, connected.account.handle) == (ME, "@townlibrary")
        assert connected.account.url == "https://www.tiktok.com/@townlibrary"
        assert connected.secret["token"] == far.token
        assert timedelta(hours=23) < connected.expires_at - timezone.now() <= timedelta(hours=24)
        assert timedelta(days=364) < connected.ends_at - timezone.now() <= timedelta(days=365)

    @pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": ""}, {"state": "s-1"}])
    def test_a_declined_sign_in_connects_nothing(self, here, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(here, self.begin(here), **answer)

    @pytest.mark.parametrize("with_200", [True, False])
    def test_a_refusal_at_the_token_endpoint_is_one_whatever_its_status(self, far, here, with_200):
        far.refuses_with_200 = with_200
        with pytest.raises(FieldProblem, match="try again"):
            self.finish(here, self.begin(here), code="stale")
        wrong = Context("tiktok", "", {**APP, "client_secret": "wrong"})
        with pytest.raises(FieldProblem, match="keys of your application"):
            self.finish(wrong, self.begin(wrong))

    def test_a_right_that_was_left_out_is_named(self, far, here):
        far.scope = "user.info.basic"
        with pytest.raises(FieldProblem, match=r"video\.upload"):
            self.finish(here, self.begin(here))

    def test_the_newest_refresh_token_is_kept(self, far, session):
        before = session.secret["refresh"]
        session.refresh()
        assert session.secret["refresh"] == far.refresh_token != before
        session.refresh()
        assert ADAPTER.probe(session).remote_id == ME

    @pytest.mark.parametrize("with_200", [True, False])
    def test_a_dead_refresh_token_needs_a_person(self, far, session, with_200):
        far.refuses_with_200 = with_200
        far.revoke()
        with pytest.raises(errors.NeedsReconnect):
            session.refresh()

    def test_access_is_ended_even_when_the_short_key_ended_by_itself(self, far, session):
        far.expire()
        ADAPTER.revoke(session)
        assert not far.opens(session.secret)
        assert session.renewals == 0

    def test_a_file_with_a_token_connects_too(self, far, here):
        assert ADAPTER.from_token({"token": far.token}, context=here).account.remote_id == ME
        connected = ADAPTER.from_token({"refresh": far.refresh_token}, context=here)
        assert connected.secret["refresh"] == far.refresh_token
        for fields in ({}, {"refresh": "unknown"}, {"token": "unknown"}):
            with pytest.raises(FieldProblem):
                ADAPTER.from_token(fields, context=here)

    def test_only_the_choices_tiktok_offers_this_account_are_offered(self, far, session):
        can = ADAPTER.capabilities_for(ADAPTER.probe(session).facts)
        option = next(one for one in can.options if one.name == "privacy")
        assert [key for key, _label in option.choices] == [
            "",
            "PUBLIC_TO_EVERYONE",
            "MUTUAL_FOLLOW_FRIENDS",
            "SELF_ONLY",
        ]

    def test_an_account_that_may_not_post_today_is_still_connected(self, far, session):
        session.facts["privacy"] = ["SELF_ONLY"]
        far.fail(Failure(refusal(200, "spam_risk_too_many_posts")), method="POST", pattern="creator_info")
        assert ADAPTER.probe(session).facts == {"direct": True, "privacy": ["SELF_ONLY"]}

    @pytest.mark.parametrize("facts", [{"direct": True}, {"direct": True, "privacy": 7}, {"direct": 1, "privacy": [7]}])
    def test_strange_facts_break_nothing(self, facts):
        option = next(one for one in ADAPTER.capabilities_for(facts).options if one.name == "privacy")
        assert option.choices[0][0] == ""


def test_a_films_post_and_its_number_stay_one(far, session):
    content = direct()
    ready = replace(steps(session, content), key=KEY)
    first = ADAPTER.publish_part(session, content, 0, ready, [])
    again = follow(session, ADAPTER.publish_part(session, content, 0, ready, []))
    assert first.remote_id == again.data["publish_id"]
    assert list(far.posts) == [again.remote_id]
