"""Mastodon's adapter against servers that behave, and against the habits of those that do not."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from channels_app import errors, services
from channels_app.connect import Context, FieldProblem
from channels_app.models import AppRegistration
from channels_app.platforms import _mastodon_find as find_rules
from channels_app.platforms.base import Account, Receipt
from channels_app.platforms.mastodon import BROAD, NARROW, Mastodon
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.fediverse import Fediverse
from tests.fakes.fediverse_servers import SERVERS
from tests.fakes.mastodon import CODE, ME, FakeMastodon, _shown
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import TestSession, picture

pytestmark = pytest.mark.django_db
ADAPTER = Mastodon()
HOUR = timedelta(hours=1)
BACK = "https://libsocial.example/channels/callback"


class FarMastodon(FakeMastodon):
    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))


@pytest.fixture
def far():
    with running(FarMastodon()) as far:
        yield far


@pytest.fixture
def session(far, settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    return open_session(far)


def open_session(far, **facts):
    account = Account(
        ME,
        "Town Library",
        "@library@library.example",
        "",
        server=far.url,
        facts={"software": "mastodon", "api": 7, **facts},
    )
    return TestSession(ADAPTER, account, far.secret())


def prepared(session, content, key="k", index=0):
    return ADAPTER.prepare(session, content, index, key, AT)


def send(session, content, key="k"):
    receipts = []
    for index in range(len(content.parts)):
        ready = prepared(session, content, f"{key}{index}", index)
        receipts.append(ADAPTER.publish_part(session, content, index, ready, receipts))
    return receipts


def dropped(far, session, content, key="k"):
    """A post of which no answer came."""
    ready = prepared(session, content, key)
    far.drop_next()
    with pytest.raises(errors.Unclear):
        ADAPTER.publish_part(session, content, 0, ready, [])
    return ready


class TestContract(HttpContract):
    adapter = ADAPTER


class TestPublishing:
    def test_choices_arrive(self, far, session):
        options = {"visibility": "unlisted", "sensitive": True}
        send(session, words("Look", media=[picture()], options=options, content_warning="Spiders"))
        (status,) = far.statuses.values()
        assert (status["visibility"], status["sensitive"], status["spoiler_text"]) == ("unlisted", True, "Spiders")
        assert status["language"] == "en"

    def test_further_parts_of_a_thread_stay_out_of_public_timelines(self, far, session):
        one, two, three = send(session, words("One", "Two", "Three"))
        assert [status["visibility"] for status in far.statuses.values()] == ["public", "unlisted", "unlisted"]
        assert far.statuses[three.remote_id]["in_reply_to_id"] == two.remote_id
        assert far.statuses[two.remote_id]["in_reply_to_id"] == one.remote_id

    def test_all_parts_are_public_when_asked_for(self, far, session):
        send(session, words("One", "Two", options={"quiet_thread": False}))
        assert {status["visibility"] for status in far.statuses.values()} == {"public"}

    def test_a_picture_in_the_works_is_waited_for_without_sleeping(self, far, session):
        far.processing = 3
        content = words("Look", media=[picture("A sofa")])
        ready = prepared(session, content)
        with time_machine.travel(datetime.fromisoformat(ready.data["at"]), tick=False):
            for _ in range(2):
                with pytest.raises(errors.Temporary) as caught:
                    ADAPTER.publish_part(session, content, 0, ready, [])
                assert caught.value.until - timezone.now() < timedelta(seconds=10)
        later = replace(ready, data={**ready.data, "at": (timezone.now() - timedelta(hours=1)).isoformat()})
        far.processing, far.media[ready.data["media"][0]["id"]]["waits"] = 3, 3
        with pytest.raises(errors.Temporary) as caught:
            ADAPTER.publish_part(session, content, 0, later, [])
        assert caught.value.until - timezone.now() > timedelta(minutes=9)
        far.media[ready.data["media"][0]["id"]]["waits"] = 1
        ADAPTER.publish_part(session, content, 0, ready, [])
        assert far.alts() == ["A sofa"]
        assert len([one for one in far.asked if one.path == "/api/v2/media"]) == 1

    def test_a_picture_the_server_cannot_use_is_refused_with_its_field(self, far, session):
        far.processing = 3
        content = words("Look", media=[picture()])
        ready = prepared(session, content)
        far.fail(Failure(Reply(422, {"error": "Processing failed"})), method="GET", pattern="/media/")
        with pytest.raises(errors.Rejected) as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert caught.value.field == "media"

    def test_servers_without_the_newer_upload_get_the_older(self, far, session):
        far.has_v2_media = False
        send(session, words("Look", media=[picture("A sofa")]))
        assert far.alts() == ["A sofa"]

    def test_a_description_that_got_lost_is_not_called_delivered(self, far, session):
        content = words("Look", media=[picture("A sofa")])
        ready = prepared(session, content)
        for media in far.media.values():
            media["description"] = None
        assert ADAPTER.publish_part(session, content, 0, ready, []).alt == "not deliverable"

    def test_old_uploads_are_made_again(self, far, session):
        content = words("Look", media=[picture("A sofa")])
        ready = prepared(session, content)
        far.media.clear()
        old = replace(ready, data={**ready.data, "at": (timezone.now() - timedelta(hours=13)).isoformat()})
        ADAPTER.publish_part(session, content, 0, old, [])
        assert far.alts() == ["A sofa"]

    def test_the_key_is_bound_to_the_words(self, far, session):
        send(session, words("First words"))
        send(session, words("Other words"))
        assert far.texts() == ["First words", "Other words"]

    def test_pixelfed_gets_no_key_as_it_keeps_them_of_failures_too(self, far):
        send(open_session(far, software="pixelfed"), words("Look", media=[picture()]))
        assert "idempotency-key" not in far.created()[0].headers

    @pytest.mark.parametrize(
        ("status", "body", "software", "meaning", "field"),
        [
            (422, "", "snac", errors.NeedsReconnect, ""),
            (401, "", "snac", errors.NeedsReconnect, ""),
            (403, {"error": "This action is outside the authorized scopes"}, "mastodon", errors.NeedsReconnect, ""),
            (403, {"error": "Empty statuses are not allowed"}, "pixelfed", errors.Rejected, "media"),
            (400, {"error": "Duplicate idempotency key."}, "pixelfed", errors.Unclear, ""),
            (404, {"error": "Record not found"}, "mastodon", errors.Rejected, "text"),
            (404, "<html>", "snac", errors.Temporary, ""),
            (413, "<html>", "mastodon", errors.Rejected, "media"),
            (422, {"error": "Validation failed: Media type not supported"}, "mastodon", errors.Rejected, "media"),
            (422, {"error": "Cannot attach files that have not finished processing"}, "x", errors.Temporary, ""),
            (
                422,
                {"message": "The status is too long", "errors": {"status": ["x"]}},
                "pixelfed",
                errors.Rejected,
                "text",
            ),
        ],
    )
    def test_odd_answers_have_their_meaning(self, far, session, status, body, software, meaning, field):
        session.facts["software"] = software
        content = words("Hello")
        ready = prepared(session, content)
        reply = Reply(status, raw=body.encode()) if isinstance(body, str) else Reply(status, body)
        far.fail(Failure(reply))
        with pytest.raises(errors.PlatformError) as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert type(caught.value) is meaning
        assert getattr(caught.value, "field", "") == field

    def test_a_full_queue_of_gotosocial_made_nothing(self, far, session):
        session.facts["software"] = "gotosocial"
        content = words("Hello")
        ready = prepared(session, content)
        far.fail(Failure(Reply(503, {"error": "throttled"}, {"Retry-After": "7"})))
        with pytest.raises(errors.RateLimited) as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert caught.value.until - timezone.now() <= timedelta(seconds=7)

    def test_a_dead_token_is_told_in_every_dialect(self, far, session):
        far.dead_token = Reply(422, raw=b"", headers={"Content-Type": "text/html"})
        far.revoke()
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.probe(session)

    def test_an_account_that_moved_away_needs_a_person(self, far, session):
        far.moved = True
        with pytest.raises(errors.NeedsReconnect, match="moved"):
            ADAPTER.probe(session)

    def test_deleting_takes_the_pictures_along(self, far, session):
        (receipt,) = send(session, words("Hello", media=[picture()]))
        ADAPTER.delete(session, receipt)
        assert far.asked[-1].query == {"delete_media": ["true"]}

    def test_a_server_that_cannot_delete_says_so(self, far, session):
        (receipt,) = send(session, words("Hello"))
        far.can_delete = False
        with pytest.raises(errors.Unsupported):
            ADAPTER.delete(session, receipt)


class TestFinding:
    """Servers that ignore the key: the author's own list decides."""

    @pytest.fixture(autouse=True)
    def _ignores_keys(self, far):
        far.honours_key = False

    def look(self, session, content, ready, ago=HOUR):
        return ADAPTER.find(session, content, 0, ready, timezone.now() - ago)

    @pytest.mark.parametrize(
        "text",
        [
            "Hello",
            "Read https://library.example/a/very/long/address?with=a&question=mark today",
            "Thanks @reader@other.example & @friend! <3 #books",
            "Été\n\n日本語 👩‍🚀",
        ],
    )
    def test_what_arrived_is_recognised_however_the_server_shows_it(self, far, session, text):
        content = words(text)
        ready = dropped(far, session, content)
        found = self.look(session, content, ready)
        assert found.state == "present"
        assert found.receipt.remote_id in far.statuses

    def test_a_text_shown_quite_differently_is_asked_for_as_it_was_typed(self, far, session):
        far.formats = True
        content = words("Read http://library.example/a today")
        ready = dropped(far, session, content)
        assert self.look(session, content, ready).state == "present"

    def test_what_did_not_arrive_is_absent_after_the_server_settled(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        assert self.look(session, content, ready, timedelta(seconds=30)).state == "unknown"
        assert self.look(session, content, ready, timedelta(seconds=91)).state == "absent"

    def test_unknown_says_where_to_look(self, far, session):
        content = words("Hello")
        ready = prepared(session, content)
        assert self.look(session, content, ready, timedelta(0)).look_at == f"{far.url}/@library"

    def test_a_person_is_sent_to_the_page_the_server_names(self, far, session):
        session.url = f"{far.url}/profile/library"
        ready = prepared(session, words("Hello"))
        assert self.look(session, words("Hello"), ready, timedelta(0)).look_at == session.url

    def test_a_server_that_lists_late_is_given_longer(self, far, session):
        session.facts["software"] = "snac"
        content = words("Hello")
        ready = dropped(far, session, content)
        far.late = set(far.statuses)
        assert self.look(session, content, ready, timedelta(seconds=100)).state == "unknown"
        far.late = set()
        assert self.look(session, content, ready, timedelta(seconds=100)).state == "present"

    def test_a_picture_that_is_attached_already_forbids_calling_it_absent(self, far, session):
        content = words("Hello", media=[picture()])
        ready = dropped(far, session, content)
        far.late = set(far.statuses)
        assert self.look(session, content, ready).state == "unknown"

    def test_private_posts_of_servers_that_do_not_list_them_stay_unknown(self, far, session):
        session.facts["software"], far.lists_private = "snac", False
        content = words("Hello", options={"visibility": "private"})
        ready = prepared(session, content)
        assert self.look(session, content, ready).state == "unknown"

    def test_the_same_words_by_hand_are_not_ours(self, far, session):
        send(session, words("Last week"))
        content = words("Hello")
        ready = prepared(session, content)
        far.post_by_hand("Hello")
        assert self.look(session, content, ready).state == "absent"

    def test_a_server_that_names_one_app_for_all_posts_hides_none_of_ours(self, far, session):
        content = words("Hello")
        ready = dropped(far, session, content)
        (status,) = far.statuses.values()
        status["application"] = {"name": "Web"}
        assert self.look(session, content, ready).state == "present"

    def test_older_posts_that_move_up_when_others_are_deleted_are_not_ours(self, far, session):
        with time_machine.travel(timezone.now() - timedelta(days=7)):
            far.post_by_hand("Hello")
        with time_machine.travel(timezone.now() - timedelta(days=1)):
            numbers = [far.post_by_hand(f"Post {number}") for number in range(20)]
        ready = prepared(session, words("Hello"))
        del far.statuses[numbers[0]]
        assert self.look(session, words("Hello"), ready).state == "absent"

    @pytest.mark.parametrize("shown", ["<p>Hello to all the readers of our li…</p>", None])
    def test_a_post_that_may_be_ours_is_no_proof_of_absence(self, far, session, shown):
        content = words("Hello to all the readers of our library!")
        ready = dropped(far, session, content)
        (status,) = far.statuses.values()
        status["content"] = shown
        far.sources[status["id"]] = ""
        assert self.look(session, content, ready).state == "unknown"

    def test_a_list_full_of_newer_posts_proves_nothing(self, far, session):
        content = words("Hello")
        ready = dropped(far, session, content)
        for number in range(25):
            far.post_by_hand(f"Post {number}")
        assert self.look(session, content, ready).state == "unknown"

    def test_a_post_with_a_picture_only_is_found(self, far, session):
        content = words("", media=[picture()])
        ready = dropped(far, session, content)
        assert self.look(session, content, ready).state == "present"

    @given(st.text(alphabet="ab é日👍 .,#*_`~<>&\n@-", max_size=60))
    def test_the_essence_survives_being_shown(self, text):
        shown = find_rules.essence_of_html(_shown(text, formats=False))
        assert shown == find_rules.essence(text)


class TestFigures:
    def receipts(self, session, count=3):
        return [send(session, words(f"Post {n}"), key=f"k{n}")[0] for n in range(count)]

    def test_newer_servers_are_asked_for_many_at_once(self, far, session):
        receipts = self.receipts(session, 25)
        far.asked.clear()
        assert len(ADAPTER.metrics(session, receipts)) == 25
        assert len(far.asked) == 2

    def test_older_servers_are_asked_one_by_one(self, far, session):
        session.facts["api"], far.api = 0, 0
        receipts = self.receipts(session)
        ADAPTER.delete(session, receipts[0])
        figures = ADAPTER.metrics(session, receipts)
        assert [figures[one.remote_id].gone for one in receipts] == [True, False, False]

    def test_a_server_that_only_says_it_gives_many_at_once_is_asked_one_by_one(self, far, session):
        receipts = self.receipts(session, 2)
        far.fail(Failure(Reply(404, {"error": "Not Found"})), method="GET", pattern="/api/v1/statuses$")
        assert [one.gone for one in ADAPTER.metrics(session, receipts).values()] == [False, False]

    def test_a_missing_count_is_not_zero(self, far, session):
        (receipt,) = self.receipts(session, 1)
        assert "quotes" not in ADAPTER.metrics(session, [receipt])[receipt.remote_id].values

    def test_a_server_out_of_order_makes_nothing_gone(self, far, session):
        session.facts["api"] = 0
        far.fail(Failure(Reply(404, raw=b"<html>")), method="GET", pattern="/statuses/1$")
        far.fail(Failure(Reply(502, raw=b"<html>")), method="GET", pattern="verify")
        with pytest.raises(errors.Temporary):
            ADAPTER.metrics(session, [Receipt("1", "")])

    def test_followers_a_server_does_not_count_are_not_zero(self, far, session):
        session.facts["software"] = "snac"
        assert ADAPTER.audience(session).values == {}


@pytest.fixture
def here(settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    return Context("mastodon")


class TestConnecting:
    def begin(self, here, server):
        return ADAPTER.begin({"server": server}, redirect_uri=BACK, state="s-1", context=here)

    def finish(self, here, keep, **answer):
        return ADAPTER.finish(keep, answer or {"code": CODE}, redirect_uri=BACK, context=here)

    def test_a_person_is_sent_to_sign_in_with_proof_that_only_we_can_use(self, far, here):
        redirect = self.begin(here, far.url)
        query = {name: values[0] for name, values in parse_qs(urlsplit(redirect.url).query).items()}
        assert redirect.url.startswith(f"{far.url}/oauth/authorize?")
        assert (query["state"], query["redirect_uri"], query["scope"]) == ("s-1", BACK, NARROW)
        connected = self.finish(here, redirect.keep)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(far.verifiers[0].encode()).digest()).decode().rstrip("=")
        assert (query["code_challenge"], query["code_challenge_method"]) == (challenge, "S256")
        assert connected.secret["token"] == far.token
        assert connected.expires_at is None

    def test_the_account_is_the_servers_and_so_are_its_limits(self, far, here):
        connected = self.finish(here, self.begin(here, far.url).keep)
        account = connected.account
        assert (account.remote_id, account.handle, account.server) == (ME, "@library@library.example", far.url)
        assert account.facts["software"] == "mastodon"
        assert ADAPTER.capabilities_for(account.facts).text.limit == 500

    @pytest.mark.parametrize(
        "typed",
        ["127.0.0.1:{port}", "@library@127.0.0.1:{port}", " http://127.0.0.1:{port}/@me ", "127.0.0.1:{port}/@me"],
    )
    def test_a_server_in_the_house_is_found_however_it_is_typed(self, far, here, typed):
        assert self.begin(here, typed.format(port=far.port)).keep["server"] == far.url

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("{url}/social", "{url}/social"),
            ("{url}/social/@library", "{url}/social"),
            ("{at}/social/library?x=1#y", "{url}/social"),
            ("{url}/", ""),
            ("{url}/social%2f..%2f", ""),
            ("{url}/a/b/social", ""),
        ],
    )
    def test_a_server_under_a_path_is_found_where_it_is_typed(self, here, typed, found):
        with running(Fediverse(replace(SERVERS[0], place="/social"))) as far:
            url = far.url.removesuffix("/social")
            typed = typed.format(url=url, at=url.removeprefix("http://"))
            if found:
                assert self.begin(here, typed).keep["server"] == found.format(url=url)
            else:
                with pytest.raises(FieldProblem, match=r"library\.example/social"):
                    self.begin(here, typed)

    def test_a_domain_may_say_under_which_path_its_server_stands(self, here):
        with running(Fediverse(replace(SERVERS[0], place="/social"))) as far, running(FakeMastodon()) as front:
            front.versions = ()
            said = f'<Link template="{far.url}/.well-known/webfinger?resource={{uri}}"/>'
            front.fail(Failure(Reply(raw=said.encode())), method="GET", pattern="host-meta")
            assert self.begin(here, front.url).keep["server"] == far.url

    def test_a_page_of_the_server_leads_to_the_server(self, far, here):
        for page in ("/about", "/users/library", "/@library/110", "/tags/books?x"):
            assert self.begin(here, far.url + page).keep["server"] == far.url

    def test_a_path_out_of_order_hides_no_server(self, far, here):
        far.fail(Failure(Reply(503)), method="GET", pattern="/about/api/v2")
        far.fail(Failure(Reply(503)), method="GET", pattern="/about/api/v1")
        assert self.begin(here, far.url + "/about").keep["server"] == far.url

    def test_we_register_once_per_server(self, far, here):
        self.begin(here, far.url)
        self.begin(here, far.url + "/@library")
        assert len(far.apps) == AppRegistration.objects.count() == 1

    def test_a_server_that_knows_only_broad_rights_gets_the_broad_question(self, far, here):
        far.narrow_scopes = False
        assert self.begin(here, far.url).keep["scopes"] == BROAD
        self.begin(here, far.url)
        assert len(far.apps) == 1

    def test_a_forgotten_registration_is_made_anew(self, far, here):
        keep = self.begin(here, far.url).keep
        far.apps.clear()
        with pytest.raises(FieldProblem, match="try again"):
            self.finish(here, keep)
        assert self.finish(here, self.begin(here, far.url).keep).account.remote_id == ME

    @pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": ""}, {"state": "s-1"}])
    def test_a_declined_sign_in_connects_nothing(self, far, here, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(here, self.begin(here, far.url).keep, **answer)

    def test_a_key_that_opens_nothing_is_not_believed(self, far, here):
        keep = self.begin(here, far.url).keep
        far.fail(Failure(Reply(data={"access_token": "tok-of-nobody"})), pattern="/oauth/token")
        far.dead_token = Reply(422, raw=b"")
        with pytest.raises(FieldProblem, match="opens nothing"):
            self.finish(here, keep)

    def test_tokens_that_end_are_renewed(self, far, here, settings):
        far.expires_in = 3600
        connected = self.finish(here, self.begin(here, far.url).keep)
        assert timedelta(minutes=50) < connected.expires_at - timezone.now() < timedelta(minutes=61)
        session = TestSession(ADAPTER, connected.account, connected.secret)
        session.refresh()
        assert ADAPTER.probe(session).remote_id == ME
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.renew(session, connected.secret)

    @pytest.mark.parametrize("lasts", [10**12, "99999999999", -5, "soon", None])
    def test_a_token_that_lasts_beyond_the_calendar_breaks_nothing(self, far, here, lasts):
        keep = self.begin(here, far.url).keep
        far.fail(Failure(Reply(data={"access_token": far.token, "expires_in": lasts})), pattern="/oauth/token")
        assert self.finish(here, keep).secret["token"] == far.token

    @pytest.mark.parametrize("token", ["tok\r\nX-Evil: 1", "tök-日本"])
    def test_a_token_that_fits_into_no_header_is_told_in_words(self, far, lib, here, token):
        begun = services.connect_begin(by=lib.ada, unit=lib.north, platform="mastodon", fields={"server": far.url})
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
        far.fail(Failure(Reply(data={"access_token": token})), pattern="/oauth/token")
        with pytest.raises(FieldProblem) as caught:
            services.connect_finish(
                by=lib.ada, state=query["state"], answer={"code": CODE}, arrived_at=query["redirect_uri"]
            )
        assert "Evil" not in caught.value.sentence

    def test_a_token_that_cannot_be_renewed_needs_a_person(self, far, session):
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.renew(session, session.secret)

    def test_a_domain_may_keep_its_accounts_on_another_host(self, far, here, settings):
        with running(FakeMastodon()) as front:
            front.versions = ()
            front.fail(
                Failure(Reply(raw=f'<Link template="{far.url}/.well-known/webfinger?resource={{uri}}"/>'.encode())),
                method="GET",
                pattern="host-meta",
            )
            assert self.begin(here, front.url).keep["server"] == far.url

    def test_a_domain_may_send_only_webfinger_to_the_host_of_its_accounts(self, far, here):
        with running(FakeMastodon()) as front:
            front.versions = ()
            there = Reply(301, headers={"Location": f"{far.url}/.well-known/webfinger"})
            front.fail(Failure(there), method="GET", pattern="webfinger")
            assert self.begin(here, f"@library@127.0.0.1:{front.port}").keep["server"] == far.url

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("", "Which server"),
            ("not a server", "not the address"),
            ("http://93.184.216.34", "does not use https"),
            ("javascript:alert(1)", "not the address"),
            ("https://user:pass@library.example", "not the address"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, here, typed, says):
        with pytest.raises(FieldProblem, match=says) as caught:
            self.begin(here, typed)
        assert caught.value.field == "server"

    def test_a_web_site_that_is_no_mastodon_is_told(self, far, here):
        far.versions = ()
        with pytest.raises(FieldProblem, match="does not answer as Mastodon"):
            self.begin(here, far.url)

    def test_a_private_place_is_refused(self, here, settings, far):
        settings.PRIVATE_HOSTS = []
        with pytest.raises(FieldProblem):
            self.begin(here, far.url)
        assert far.asked == []
