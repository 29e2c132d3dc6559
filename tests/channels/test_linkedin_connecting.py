"""Connecting LinkedIn: the member and their pages, what each may do, and the ends of their keys."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from channels_app import errors
from channels_app.capabilities import Capabilities
from channels_app.connect import Context, FieldProblem
from channels_app.platforms._linkedin_facts import MEMBER_SCOPES, PAGE_SCOPES
from channels_app.platforms.base import Choice, Connected
from tests.channels.linkedin import ADAPTER, page_session, point_at, ready
from tests.contracts.platform import words
from tests.fakes.linkedin import CLIENT, CODE, OTHER_PAGE, PAGE, PERSON, FakeLinkedIn, denied
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import TestSession

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BACK = "https://libsocial.example/channels/callback/linkedin/home"


@pytest.fixture
def far(settings):
    with running(FakeLinkedIn()) as far:
        point_at(far, settings)
        yield far


@pytest.fixture
def session(far):
    return page_session(far)


class TestAccounts:
    def can(self, **facts) -> Capabilities:
        return ADAPTER.capabilities_for(facts)

    def test_a_page_and_a_member_are_offered_what_they_have(self):
        page = self.can(kind="page", scopes=list(PAGE_SCOPES))
        member = self.can(kind="member", scopes=list(MEMBER_SCOPES))
        assert "visibility" not in {one.name for one in page.options}
        assert "feed" not in {one.name for one in member.options}
        assert {"metrics", "audience"} <= page.features
        assert {"metrics", "audience"}.isdisjoint(member.features)
        assert (page.comment.limit, member.comment) == (1250, None)
        assert member.metrics == ()

    def test_rights_on_request_bring_figures_and_comments_to_a_member(self):
        member = self.can(kind="member", scopes=[*MEMBER_SCOPES, "r_member_postAnalytics", "w_member_social_feed"])
        assert "metrics" in member.features
        assert "audience" not in member.features
        assert "followers" not in {one.name for one in member.metrics}
        assert member.comment.limit == 1250

    def test_without_the_right_to_read_a_page_has_no_figures(self):
        assert self.can(kind="page", scopes=["w_organization_social"]).metrics == ()


class TestConnecting:
    def context(self, **app):
        return Context("linkedin", app={**CLIENT, **app})

    def begin(self, **app):
        return ADAPTER.begin({}, redirect_uri=BACK, state="s-1", context=self.context(**app))

    def finish(self, far, granted=PAGE_SCOPES, answer=None, **app):
        far.granted = list(granted)
        return ADAPTER.finish({}, answer or {"code": CODE}, redirect_uri=BACK, context=self.context(**app))

    @pytest.mark.parametrize(
        ("app", "scopes"),
        [
            ({}, PAGE_SCOPES),
            ({"access": "member"}, MEMBER_SCOPES),
            ({"scopes": "openid, w_member_social"}, ("openid", "w_member_social")),
        ],
    )
    def test_a_person_is_sent_to_sign_in_with_the_rights_the_app_has(self, far, app, scopes):
        redirect = self.begin(**app)
        query = {name: values[0] for name, values in parse_qs(urlsplit(redirect.url).query).items()}
        assert redirect.url.startswith(f"{far.url}/oauth/v2/authorization?")
        assert query == {
            "response_type": "code",
            "client_id": "client-1",
            "redirect_uri": BACK,
            "state": "s-1",
            "scope": " ".join(scopes),
        }

    def test_one_sign_in_opens_the_member_and_their_pages(self, far):
        chosen = self.finish(far)
        assert isinstance(chosen, Choice)
        assert [one.account.remote_id for one in chosen.accounts] == [PERSON, PAGE, OTHER_PAGE]
        page = chosen.accounts[1]
        assert (page.account.name, page.account.handle) == ("Town Library 111", "@town-library-111")
        assert page.account.facts["kind"] == "page"
        assert {one.secret["token"] for one in chosen.accounts} == {far.token}
        session = TestSession(ADAPTER, page.account, page.secret, CLIENT)
        assert ADAPTER.probe(session).remote_id == PAGE

    def test_roles_that_may_not_post_open_no_page(self, far):
        far.roles = {PAGE: "ANALYST"}
        connected = self.finish(far)
        assert isinstance(connected, Connected)
        assert connected.account.remote_id == PERSON

    def test_a_self_serve_app_opens_the_member_alone(self, far):
        connected = self.finish(far, MEMBER_SCOPES, access="member")
        assert (connected.account.name, connected.account.facts["kind"]) == ("Ada Librarian", "member")
        assert not [one for one in far.asked if "organization" in one.path]
        assert ADAPTER.probe(TestSession(ADAPTER, connected.account, connected.secret)).remote_id == PERSON

    def test_without_refresh_tokens_the_end_is_told_from_the_start(self, far):
        connected = self.finish(far, MEMBER_SCOPES, access="member")
        assert connected.ends_at == connected.expires_at
        assert timedelta(days=59) < connected.ends_at - timezone.now() <= timedelta(days=60)

    def test_with_refresh_tokens_a_year_is_the_end_and_renewing_does_not_move_it(self, far):
        far.refresh_token = "refresh-0123456789abcdef"
        page = self.finish(far).accounts[1]
        assert timedelta(days=364) < page.ends_at - timezone.now() <= timedelta(days=365)
        far.refresh_lasts = 86400
        renewed = ADAPTER.renew(TestSession(ADAPTER, page.account, page.secret, CLIENT), page.secret)
        assert (renewed.secret["token"], renewed.secret["refresh"]) == (far.token, "refresh-0123456789abcdef")
        assert timedelta(0) < renewed.ends_at - timezone.now() <= timedelta(days=1)

    def test_a_key_that_ended_is_renewed_in_the_middle_of_a_post(self, far):
        far.refresh_token = "refresh-0123456789abcdef"
        session, content = page_session(far), words("Hello")
        prepared = ready(session, content)
        far.token = "tok-another-0123456789"
        ADAPTER.publish_part(session, content, 0, prepared, [])
        assert (far.texts(), session.renewals) == (["Hello"], 1)

    def test_a_refresh_token_that_was_revoked_needs_a_person(self, far):
        session = page_session(far)
        with pytest.raises(errors.NeedsReconnect, match="60 days"):
            ADAPTER.renew(session, {"token": "x", "refresh": ""})
        with pytest.raises(errors.NeedsReconnect, match="no new key"):
            ADAPTER.renew(session, {"token": "x", "refresh": "refresh-of-yesterday"})

    @pytest.mark.parametrize("answer", [{"error": "user_cancelled_authorize"}, {"state": "s-1"}])
    def test_a_declined_sign_in_connects_nothing(self, far, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(far, answer=answer)

    def test_a_code_that_took_too_long_is_told(self, far):
        with pytest.raises(FieldProblem, match="try again"):
            self.finish(far, answer={"code": "of yesterday"})

    def test_wrong_keys_of_the_app_are_the_administrators_matter(self, far):
        with pytest.raises(FieldProblem, match="administrator"):
            self.finish(far, client_secret="wrong")

    def test_missing_rights_are_named(self, far):
        with pytest.raises(FieldProblem, match="w_organization_social"):
            self.finish(far, [one for one in PAGE_SCOPES if one != "w_organization_social"])

    def test_a_sign_in_that_may_post_nowhere_connects_nothing(self, far):
        with pytest.raises(FieldProblem, match="neither"):
            self.finish(far, ["openid", "profile"], scopes="openid profile")

    def test_a_key_that_opens_nothing_is_not_believed(self, far):
        far.fail(Failure(Reply(data={"access_token": "tok-of-nobody"})), pattern="accessToken")
        with pytest.raises(FieldProblem):
            self.finish(far)

    def test_a_token_made_elsewhere(self, far):
        fields = {"token": far.token, "scopes": " ".join(PAGE_SCOPES), "page_id": "222"}
        assert ADAPTER.from_token(fields, context=self.context()).account.remote_id == OTHER_PAGE
        assert len(ADAPTER.from_token({"token": far.token}, context=self.context()).accounts) == 3

    def test_a_token_of_unknown_rights_is_asked_both_ways_whose_it_is(self, far):
        far.roles = {}
        far.fail(Failure(denied("userinfo.GET")), method="GET", pattern="/v2/userinfo")
        connected = ADAPTER.from_token({"token": far.token}, context=self.context())
        assert (connected.account.name, connected.account.handle) == ("Ada Librarian", "@ada")

    def test_a_token_that_may_not_read_pages_opens_the_member(self, far):
        far.fail(Failure(denied("organizationAcls.FINDER")), method="GET", pattern="organizationAcls")
        connected = ADAPTER.from_token({"token": far.token}, context=self.context())
        assert connected.account.remote_id == PERSON

    @pytest.mark.parametrize(("fields", "field"), [({}, "token"), ({"token": "x"}, ""), ({"page_id": "9"}, "page_id")])
    def test_a_token_that_leads_nowhere_is_told(self, far, fields, field):
        if field == "page_id":
            fields = {**fields, "token": far.token}
        with pytest.raises(FieldProblem) as caught:
            ADAPTER.from_token(fields, context=self.context())
        assert caught.value.field == field

    def test_the_key_of_several_channels_is_not_ended_with_one(self, far):
        page = self.finish(far).accounts[1]
        with pytest.raises(errors.Unsupported, match="Other channels"):
            ADAPTER.revoke(TestSession(ADAPTER, page.account, page.secret, CLIENT))
        assert far.opens(page.secret)

    def test_both_keys_are_ended(self, far):
        far.refresh_token = "refresh-0123456789abcdef"
        session = page_session(far)
        ADAPTER.revoke(session)
        assert not far.opens(session.secret)
