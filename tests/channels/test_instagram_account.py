"""Signing in to Instagram both ways, and what becomes of a post afterwards: figures, deleting, showing where it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from channels_app import errors
from channels_app.connect import Context, FieldProblem
from channels_app.platforms.base import Choice, Receipt
from tests.channels.instagram_steps import ADAPTER, open_session, send, story
from tests.contracts.platform import words
from tests.fakes.containers import refused
from tests.fakes.instagram import APP, CODE, ME, FarInstagram
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import film, picture

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


class TestFigures:
    def test_a_post_has_them_all(self, far, session):
        (receipt,) = send(session, words("Hello", media=[picture("A")]))
        far.like(receipt.remote_id)
        figures = ADAPTER.metrics(session, [receipt])[receipt.remote_id]
        assert figures.values == {"likes": 1, "comments": 0, "views": 40, "reach": 30, "saved": 3, "shares": 2}

    def test_a_story_has_its_own(self, far, session):
        (receipt,) = send(session, story())
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert values == {"likes": 0, "comments": 5, "views": 40, "reach": 30, "shares": 2}

    def test_a_story_that_is_over_was_not_deleted(self, far, session):
        (receipt,) = send(session, story())
        far.posts.clear()
        figures = ADAPTER.metrics(session, [receipt])[receipt.remote_id]
        assert (figures.gone, figures.values) == (False, {})

    def test_one_name_it_does_not_know_costs_only_itself(self, far, session):
        far.unknown_metrics = {"reach"}
        (receipt,) = send(session, words("Hello", media=[picture("A")]))
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert {"views", "saved", "shares"} <= set(values)
        assert "reach" not in values

    def test_too_few_viewers_are_no_dead_key(self, far, session):
        far.few_viewers = True
        (receipt,) = send(session, words("Hello", media=[picture("A")]))
        assert set(ADAPTER.metrics(session, [receipt])[receipt.remote_id].values) == {"likes", "comments"}

    @pytest.mark.parametrize(
        ("answer", "error"), [(refused(80002), errors.RateLimited), (refused(190), errors.NeedsReconnect)]
    )
    def test_what_is_grave_is_told(self, far, session, answer, error):
        (receipt,) = send(session, words("Hello", media=[picture("A")]))
        far.fail(Failure(answer), method="GET", pattern="/insights$")
        with pytest.raises(error):
            ADAPTER.metrics(session, [receipt])

    def test_figures_wait_while_nearly_all_calls_are_used(self, far, session):
        far.used_percent = 93
        (receipt,) = send(session, words("Hello", media=[picture("A")]))
        with pytest.raises(errors.RateLimited):
            ADAPTER.metrics(session, [receipt])

    def test_a_missing_answer_makes_nothing_gone_while_the_account_does_not_answer(self, far, session):
        far.fail(Failure(Reply(502, raw=b"<html>")), method="GET", pattern=f"/{ME}$")
        with pytest.raises(errors.Temporary):
            ADAPTER.metrics(session, [Receipt("18009", "")])


class TestDeleting:
    def test_where_it_is_not_allowed_a_person_is_told(self, far, session):
        (receipt,) = send(session, words("Hello", media=[picture("A")]))
        far.refuses_delete = True
        with pytest.raises(errors.Unsupported, match="delete it there"):
            ADAPTER.delete(session, receipt)

    @pytest.mark.parametrize("answer", [refused(100, message="Unsupported delete request"), refused(10), refused(200)])
    def test_whatever_words_it_has_for_that(self, far, session, answer):
        (receipt,) = send(session, words("Hello", media=[picture("A")]))
        far.fail(Failure(answer), method="DELETE", pattern=".")
        with pytest.raises(errors.Unsupported):
            ADAPTER.delete(session, receipt)

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (refused(190), errors.NeedsReconnect),
            (refused(4), errors.RateLimited),
            (Reply(data={"success": False}), errors.Temporary),
        ],
    )
    def test_other_trouble_is_what_it_is(self, far, session, answer, error):
        (receipt,) = send(session, words("Hello", media=[picture("A")]))
        far.fail(Failure(answer), method="DELETE", pattern=".")
        with pytest.raises(error):
            ADAPTER.delete(session, receipt)


class TestShowing:
    def test_a_reel_is_known_by_either_of_its_addresses(self, far, session):
        (receipt,) = send(session, words("Watch", media=[film()]))
        other = receipt.url.replace("/reel/", "/p/")
        assert ADAPTER.recognise(session, other).remote_id == receipt.remote_id

    def test_older_posts_are_looked_for_page_by_page(self, far, session):
        first = far.post_by_hand("The first", image_url="x")
        for number in range(60):
            far.post_by_hand(f"Post {number}", image_url="x")
        assert ADAPTER.recognise(session, far.posts[first]["permalink"]).remote_id == first

    def test_the_page_of_the_account_is_no_post(self, far, session):
        with pytest.raises(errors.Rejected):
            ADAPTER.recognise(session, session.url)


class TestConnecting:
    def here(self, reconnecting="", **app):
        return Context("instagram", reconnecting, {**APP, **app})

    def begin(self, login="instagram", **app):
        return ADAPTER.begin({"login": login}, redirect_uri=BACK, state="s-1", context=self.here(**app))

    def finish(self, login="instagram", reconnecting="", **answer):
        keep = self.begin(login).keep
        return ADAPTER.finish(keep, answer or {"code": CODE}, redirect_uri=BACK, context=self.here(reconnecting))

    def test_the_account_itself_signs_in_at_instagram(self, far):
        address = self.begin().url
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{far.url}/www/oauth/authorize?")
        assert (query["client_id"], query["redirect_uri"], query["state"]) == (APP["instagram_id"], BACK, "s-1")
        assert query["scope"].split(",") == list(ADAPTER.scopes)
        assert APP["instagram_secret"] not in address

    def test_through_a_page_one_signs_in_at_facebook(self, far):
        address = self.begin("facebook").url
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{far.url}/facebook/v26.0/dialog/oauth?")
        assert query["client_id"] == APP["client_id"]
        assert "pages_show_list" in query["scope"].split(",")

    @pytest.mark.parametrize(
        ("login", "missing"),
        [("instagram", "instagram_id"), ("instagram", "instagram_secret"), ("facebook", "client_secret")],
    )
    def test_missing_keys_of_our_application_are_told(self, login, missing):
        with pytest.raises(FieldProblem, match="not been entered") as caught:
            self.begin(login, **{missing: ""})
        assert caught.value.field == "login"

    def test_the_keys_of_the_other_sign_in_are_not_needed(self, far):
        assert self.begin(client_id="", client_secret="").url
        assert self.begin("facebook", instagram_id="", instagram_secret="").url

    @pytest.mark.parametrize("wrapped", [False, True])
    @pytest.mark.parametrize("code", [CODE, CODE + "#_"])
    def test_the_key_of_an_hour_is_traded_for_one_of_sixty_days(self, far, wrapped, code):
        far.wrapped = wrapped
        connected = self.finish(code=code)
        assert connected.secret == {"token": far.tokens["ig"], "login": "instagram"}
        assert timedelta(days=59) < connected.expires_at - timezone.now() < timedelta(days=61)
        account = connected.account
        assert (account.remote_id, account.handle, account.facts) == (ME, "@library", {"login": "instagram"})

    @pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": ""}, {"state": "s"}])
    @pytest.mark.parametrize("login", ["instagram", "facebook"])
    def test_a_declined_sign_in_connects_nothing(self, far, login, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(login, **answer)
        assert far.asked == []

    @pytest.mark.parametrize("login", ["instagram", "facebook"])
    def test_a_used_code_is_told_without_it(self, far, login):
        with pytest.raises(FieldProblem, match="did not accept the sign-in") as caught:
            self.finish(login, code="used-code-0123456789")
        assert "used-code" not in caught.value.sentence

    @pytest.mark.parametrize("granted", [["instagram_business_basic"], "instagram_business_basic"])
    def test_a_right_that_was_left_out_is_named(self, far, granted):
        far.permissions = granted
        with pytest.raises(FieldProblem, match="instagram_business_content_publish"):
            self.finish()

    def test_rights_nobody_tells_stop_nothing(self, far):
        far.permissions = None
        assert self.finish().account.remote_id == ME

    def test_a_right_left_out_at_facebook_is_named(self, far):
        far.scopes = ["pages_show_list"]
        with pytest.raises(FieldProblem, match="instagram_content_publish"):
            self.finish("facebook")

    def test_a_personal_account_is_told_what_to_do(self, far):
        far.account_type = "PERSONAL"
        with pytest.raises(errors.NeedsReconnect, match="professional"):
            self.finish()

    def test_a_page_gives_a_key_that_does_not_end(self, far):
        connected = self.finish("facebook")
        assert connected.secret == {"token": far.tokens["fb"], "login": "facebook"}
        assert connected.expires_at is None
        assert connected.ends_at == datetime(2027, 2, 20, tzinfo=UTC)
        assert ADAPTER.probe(open_session(far, "facebook")).remote_id == ME

    def test_several_pages_are_a_choice(self, far):
        far.pages = [far.page(f"branch{number}", f"1784{number}") for number in range(5)]
        far.pages[1]["instagram_business_account"] = None
        choice = self.finish("facebook")
        assert isinstance(choice, Choice)
        assert [one.account.handle for one in choice.accounts] == ["@branch0", "@branch2", "@branch3", "@branch4"]
        assert not any("elsewhere" in request.path for request in far.asked)

    def test_reconnecting_takes_the_account_it_is_about(self, far):
        far.pages = [far.page(f"branch{number}", f"1784{number}") for number in range(3)]
        assert self.finish("facebook", "17841").account.handle == "@branch1"

    def test_a_person_without_a_linked_account_is_told_where_to_link_it(self, far):
        far.pages = [{"id": "1", "name": "Page"}, {"id": "2", "instagram_business_account": {"id": "9"}}]
        with pytest.raises(FieldProblem, match="No Instagram account is linked"):
            self.finish("facebook")

    def test_wrong_keys_of_our_application_are_told(self, far):
        context = self.here(instagram_secret="other")
        with pytest.raises(FieldProblem, match="Invalid platform app"):
            ADAPTER.finish({"login": "instagram"}, {"code": CODE}, redirect_uri=BACK, context=context)

    @pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b'{"access_token": 7}', b'{"data": [3]}'])
    def test_nonsense_while_signing_in_connects_nothing(self, far, raw):
        for pattern in ("/tokens/oauth", "/ig/access_token", "/me$"):
            for method in ("POST", "GET"):
                far.fail(Failure(Reply(raw=raw)), method=method, pattern=pattern)
            with pytest.raises(errors.Temporary):
                self.finish()
            far.failures.clear()

    def test_a_key_is_renewed_before_it_ends(self, far, session):
        old = session.secret["token"]
        session.refresh()
        assert session.secret == {"token": far.tokens["ig"], "login": "instagram"}
        assert session.secret["token"] != old
        assert ADAPTER.probe(session).remote_id == ME
        assert ADAPTER.refresh_ahead == timedelta(days=15)

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (refused(190, 463), errors.NeedsReconnect),
            (refused(10), errors.NeedsReconnect),
            (refused(4), errors.RateLimited),
            (refused(2, status=500), errors.Temporary),
            (Reply(502, raw=b"<html>"), errors.Temporary),
            (Reply(data={"token_type": "bearer"}), errors.Temporary),
        ],
    )
    def test_a_key_that_is_not_renewed_says_why(self, far, session, answer, error):
        far.fail(Failure(answer), method="GET", pattern="refresh_access_token")
        with pytest.raises(error) as caught:
            ADAPTER.renew(session, session.secret)
        assert type(caught.value) is error

    def test_a_pages_key_cannot_be_renewed(self, far):
        session = open_session(far, "facebook")
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.renew(session, session.secret)

    def test_a_token_made_elsewhere_connects(self, far):
        connected = ADAPTER.from_token({"token": f" {far.tokens['ig']} "}, context=self.here())
        assert connected.account.remote_id == ME
        # Nobody told when it ends: it is renewed in a day, when it is certainly old enough.
        assert timedelta(hours=23) < connected.expires_at - ADAPTER.refresh_ahead - timezone.now() < timedelta(hours=25)

    def test_a_token_of_a_person_opens_the_accounts_of_their_pages(self, far):
        far.pages = [far.page(f"branch{number}", f"1784{number}") for number in range(3)]
        fields = {"token": far.user_token, "login": "facebook"}
        assert len(ADAPTER.from_token(fields, context=self.here()).accounts) == 3
        one = ADAPTER.from_token({**fields, "account_id": "17842"}, context=self.here())
        assert one.account.handle == "@branch2"
        with pytest.raises(FieldProblem, match="does not open this account"):
            ADAPTER.from_token({**fields, "account_id": "1"}, context=self.here())

    @pytest.mark.parametrize("fields", [{}, {"token": " "}])
    def test_a_missing_token_is_told(self, fields):
        with pytest.raises(FieldProblem) as caught:
            ADAPTER.from_token(fields, context=self.here())
        assert caught.value.field == "token"

    @pytest.mark.parametrize("login", ["instagram", "facebook"])
    def test_a_token_that_opens_nothing_is_told(self, far, login):
        with pytest.raises(FieldProblem, match="opens nothing"):
            ADAPTER.from_token({"token": "nonsense-token-0123", "login": login}, context=self.here())

    def test_the_guide_names_both_addresses_and_rights(self):
        copied = [value for step in ADAPTER.guide.steps for _label, value in step.copy]
        assert {"{redirect_uri}", "{scopes}"} <= set(copied)
