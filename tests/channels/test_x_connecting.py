"""X, after publishing: figures and limits; and how an account is connected."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors, measure
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.platforms import _x_line
from channels_app.platforms.base import Prepared, Receipt
from libsocial.accounts.policy import DEFAULT
from tests.channels.x_steps import ADAPTER, BACK, far, here, prepared, send, session
from tests.contracts.platform import words
from tests.fakes.server import Failure, Reply
from tests.fakes.session import picture
from tests.fakes.x import APP, CODE, ME, SCOPES, problem

__all__ = ["far", "here", "session"]
pytestmark = pytest.mark.django_db


class TestFigures:
    def test_clicks_are_asked_for_young_posts_only(self, far, session):
        with time_machine.travel(timezone.now() - timedelta(days=40)):
            old = far.post_by_hand("Old")
        young = far.post_by_hand("Young")
        figures = ADAPTER.metrics(session, [Receipt(old, ""), Receipt(young, "")])
        assert figures[young].values["link_clicks"] == 3
        assert figures[young].values["impressions"] == 40
        assert "link_clicks" not in figures[old].values
        asked = [(one.query["ids"], one.query["tweet.fields"]) for one in far.asked]
        assert asked == [([young], ["public_metrics,non_public_metrics"]), ([old], ["public_metrics"])]

    def test_a_hundred_posts_are_one_question(self, far, session):
        receipts = [Receipt(far.post_by_hand(f"Post {number}"), "") for number in range(120)]
        assert len(ADAPTER.metrics(session, receipts)) == 120
        assert [len(one.query["ids"][0].split(",")) for one in far.asked] == [100, 20]

    def test_a_post_whose_clicks_x_keeps_to_itself_still_has_its_public_figures(self, far, session):
        young = far.post_by_hand("Young")
        kept = {"type": "https://api.twitter.com/2/problems/not-authorized-for-field", "resource_id": young}
        far.fail(Failure(Reply(data={"errors": [kept]})), method="GET", pattern="/2/tweets$")
        assert ADAPTER.metrics(session, [Receipt(young, "")])[young].values["likes"] == 0

    def test_a_post_x_says_nothing_of_is_not_gone(self, far, session):
        young = far.post_by_hand("Young")
        for _ in range(2):
            far.fail(Failure(Reply(data={"data": []})), method="GET", pattern="/2/tweets$")
        assert ADAPTER.metrics(session, [Receipt(young, "")]) == {}

    def test_an_account_without_counts_has_none(self, far, session):
        far.fail(Failure(Reply(data={"data": {"id": ME, "username": "townlibrary"}})), method="GET", pattern="/me")
        assert ADAPTER.audience(session).values == {}


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "weight"),
        [
            ("a" * 280, 280),
            ("あ" * 140, 280),
            ("あ" * 141, 282),
            ("https://library.example/" + "a" * 36 + " " + "b" * 256, 280),
            ("👨‍👩‍👧‍👦", 2),
            ("see library.org", 27),
            ("Cafe\u0301", 4),
        ],
    )
    def test_text_is_weighed_as_x_does(self, text, weight):
        assert measure.count(text, ADAPTER.capabilities.text) == weight

    @pytest.mark.parametrize(
        ("plan", "limit"), [("Premium", 25_000), ("PremiumPlus", 25_000), ("Basic", 280), ("", 280)]
    )
    def test_what_an_account_pays_decides_how_much_it_writes(self, plan, limit):
        can = ADAPTER.capabilities_for({"subscription": plan})
        assert (can.text.limit, can.comment.limit) == (limit, limit)

    def told(self, content):
        return {problem.message for problem in check(content, ADAPTER.capabilities, DEFAULT)}

    def test_polls_and_quotations_take_no_media(self):
        for options in ({"kind": "poll", "poll": "A\nB"}, {"kind": "quote", "quote": "https://x.com/a/status/1"}):
            assert self.told(replace(words("Hello", options=options), language="")) == set()
            content = replace(words("Hello", media=[picture("A sofa")], options=options), language="")
            assert self.told(content) == {"check.no_media"}

    @pytest.mark.parametrize(
        ("answers", "message"),
        [("", "check.option_required"), ("One", "check.option_lines"), ("A\n" + "b" * 26, "check.option_long")],
    )
    def test_answers_of_a_poll_are_counted(self, answers, message):
        assert self.told(words("Hello", options={"kind": "poll", "poll": answers})) == {message}

    def test_a_moving_picture_stands_alone(self):
        moving = replace(picture("A page turns"), mime="image/gif", seconds=2.0)
        assert self.told(words("Hello", media=[moving])) == set()
        assert self.told(words("Hello", media=[moving, picture("A sofa")])) == {"check.moving_alone"}

    def test_what_it_costs_is_said(self):
        assert any("$0.20" in str(note) for note in ADAPTER.capabilities.notes)


class TestConnecting:
    def begin(self, here):
        return ADAPTER.begin({}, redirect_uri=BACK, state="s-1", context=here)

    def finish(self, here, keep, **answer):
        return ADAPTER.finish(keep, answer or {"code": CODE}, redirect_uri=BACK, context=here)

    def test_a_person_is_sent_to_sign_in_with_proof_that_only_we_can_use(self, far, here):
        redirect = self.begin(here)
        query = {name: values[0] for name, values in parse_qs(urlsplit(redirect.url).query).items()}
        assert redirect.url.startswith(f"{far.url}/i/oauth2/authorize?")
        assert (query["state"], query["redirect_uri"], query["scope"]) == ("s-1", BACK, SCOPES)
        assert query["client_id"] == APP["client_id"]
        connected = self.finish(here, redirect.keep)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(far.verifiers[0].encode()).digest()).decode().rstrip("=")
        assert (query["code_challenge"], query["code_challenge_method"]) == (challenge, "S256")
        assert connected.secret == far.secret()
        assert timedelta(minutes=110) < connected.expires_at - timezone.now() <= timedelta(hours=2)

    def test_the_account_is_shown_with_what_it_may(self, far, here):
        far.subscription = "Premium"
        account = self.finish(here, self.begin(here).keep).account
        assert (account.remote_id, account.handle, account.url) == (ME, "@townlibrary", "https://x.com/townlibrary")
        assert ADAPTER.capabilities_for(account.facts).text.limit == 25_000

    def test_an_app_without_a_secret_is_named_in_the_form(self, far):
        here = Context("x", app={"client_id": "public-client"})
        assert self.finish(here, self.begin(here).keep).account.remote_id == ME
        assert "authorization" not in next(one for one in far.asked if one.path == "/2/oauth2/token").headers

    @pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": ""}, {"state": "s-1"}])
    def test_a_declined_sign_in_connects_nothing(self, here, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(here, self.begin(here).keep, **answer)

    def test_a_right_that_was_left_out_is_named(self, far, here):
        far.scopes = "tweet.read tweet.write users.read offline.access"
        with pytest.raises(FieldProblem, match=r"media\.write"):
            self.finish(here, self.begin(here).keep)

    def test_a_code_that_took_too_long_is_told(self, far, here):
        with pytest.raises(FieldProblem, match="too long"):
            self.finish(here, self.begin(here).keep, code="another")

    def test_wrong_keys_of_our_application_are_the_administrators_matter(self, far):
        here = Context("x", app={**APP, "client_secret": "wrong-secret-0123456789"})
        with pytest.raises(FieldProblem, match="keys of your application"):
            self.finish(here, self.begin(here).keep)

    def test_missing_keys_of_our_application_are_told(self, far):
        with pytest.raises(FieldProblem, match="have not been entered"):
            self.begin(Context("x"))

    def test_a_key_that_opens_nothing_is_not_believed(self, far, here):
        keep = self.begin(here).keep
        far.fail(Failure(problem(401, "Unauthorized", "Unauthorized")), method="GET", pattern="/me")
        with pytest.raises(FieldProblem, match="opens nothing"):
            self.finish(here, keep)

    def test_an_account_that_cannot_be_read_connects_nothing(self, far, here):
        keep = self.begin(here).keep
        far.fail(Failure(Reply(data={"data": {"id": 7}})), method="GET", pattern="/me")
        with pytest.raises(errors.Temporary):
            self.finish(here, keep)

    def test_a_token_made_elsewhere_connects(self, far, here):
        fields = {"token": far.token, "refresh": far.refresh_token, "expires_in": "7200"}
        connected = ADAPTER.from_token(fields, context=here)
        assert connected.secret == far.secret()
        assert connected.account.handle == "@townlibrary"
        assert connected.expires_at is not None

    @pytest.mark.parametrize("fields", [{}, {"token": "tok-of-nobody"}])
    def test_a_token_that_opens_nothing_does_not(self, far, here, fields):
        with pytest.raises(FieldProblem):
            ADAPTER.from_token(fields, context=here)

    def test_a_refresh_token_is_spent_once_and_the_next_kept(self, far, session):
        before = dict(session.secret)
        session.refresh()
        assert session.secret["refresh"] != before["refresh"]
        assert ADAPTER.probe(session).remote_id == ME
        with pytest.raises(errors.NeedsReconnect, match="Sign in again"):
            ADAPTER.renew(session, before)

    def test_a_renewal_x_cannot_answer_is_tried_again(self, far, session):
        far.fail(Failure(Reply(503)), pattern="token")
        with pytest.raises(errors.Temporary):
            ADAPTER.renew(session, session.secret)

    def test_without_a_refresh_token_a_person_must_sign_in(self, far, session):
        with pytest.raises(errors.NeedsReconnect, match="Sign in again"):
            ADAPTER.renew(session, {"token": "t", "refresh": ""})

    def test_disconnecting_ends_what_would_bring_a_new_key_too(self, far, session):
        held = dict(session.secret)
        ADAPTER.revoke(session)
        assert (far.refresh_token, far.opens(held)) == ("", False)

    def test_disconnecting_with_wrong_keys_of_our_application_is_told(self, far, session):
        session._app = {**APP, "client_secret": "wrong-secret-0123456789"}
        with pytest.raises(errors.Temporary):
            ADAPTER.revoke(session)


def test_tweepy_goes_through_our_door_only(far, session):
    """Its own `request` names another host, knows no time-out and stumbles over an answer that is no object."""
    line = _x_line.Line(session)
    far.fail(Failure(Reply(429, [], {"x-rate-limit-reset": "soon"})), method="GET", pattern="/me")
    answer = line.client.get_me(user_auth=False)
    assert (answer.status, answer.data) == (429, [])
    assert far.asked[-1].headers["user-agent"].startswith("LibSocial")
    assert type(line.client.session) is type(session.http())


def test_deleting_needs_the_word_of_x(far, session):
    (receipt,) = send(session, words("Hello"))
    far.fail(Failure(Reply(data={"data": {"deleted": False}})), method="DELETE", pattern="/2/tweets/")
    with pytest.raises(errors.Temporary):
        ADAPTER.delete(session, receipt)


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com/i/web/status/{id}",
        "https://twitter.com/townlibrary/status/{id}?s=20",
        "x.com/TownLibrary/status/{id}/photo/1",
    ],
)
def test_every_form_of_an_address_is_recognised(far, session, url):
    (receipt,) = send(session, words("Hello"))
    assert ADAPTER.recognise(session, url.format(id=receipt.remote_id)).remote_id == receipt.remote_id


def test_the_post_of_another_account_is_not_ours(far, session):
    (receipt,) = send(session, words("Hello"))
    session.remote_id = "7"
    with pytest.raises(errors.Rejected):
        ADAPTER.recognise(session, receipt.url)


def test_what_is_stored_holds_no_secret(far, session):
    ready = prepared(session, words("Look", media=[picture("A sofa")]))
    assert isinstance(ready, Prepared)
    assert not [secret for secret in session.secret.values() if secret in str(ready.data)]
