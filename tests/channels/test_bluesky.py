"""Bluesky's adapter against a Bluesky that behaves, and misbehaves on command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from channels_app import errors, services
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, LinkCard, Part
from channels_app.platforms import _atproto, _wire
from channels_app.platforms.base import Account
from channels_app.platforms.bluesky import Bluesky
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.bluesky import DID, HANDLE, PASSWORD, FakeBluesky
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import TestSession, picture

pytestmark = pytest.mark.django_db


class FarBluesky(FakeBluesky):
    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))


@pytest.fixture
def far():
    with running(FarBluesky()) as far:
        yield far


@pytest.fixture
def session(far, settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    return TestSession(Bluesky(), Account(DID, "Town Library", f"@{HANDLE}", ""), far.secret())


class TestContract(HttpContract):
    adapter = Bluesky()


class TestPublishing:
    adapter = Bluesky()

    def send(self, session, content, key="k", before=()):
        prepared = self.adapter.prepare(session, content, 0, key, AT)
        return self.adapter.publish_part(session, content, 0, prepared, before)

    def test_links_tags_and_known_people_are_marked_by_bytes(self, far, session):
        text = "Été 📚 #livres https://library.example/é @friend.test @nobody.test"
        self.send(session, words(text))
        (post,) = far.posts()
        marked = [
            (text.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), facet["features"][0])
            for facet in post["facets"]
        ]
        assert [piece for piece, _ in marked] == ["#livres", "https://library.example/é", "@friend.test"]
        assert marked[2][1]["did"] == far.known_handles["friend.test"]

    @pytest.mark.parametrize("text", ["See https://. There", "https://: and", "#e" + "\u0301" * 400, "(https://!)"])
    def test_what_only_looks_like_a_link_or_a_tag_keeps_no_post_back(self, far, session, text):
        """The protocol takes addresses and tags of its own form only, and refuses a post for one that is not."""
        self.send(session, words(text))
        (post,) = far.posts()
        assert not post.get("facets")

    def test_the_record_says_when_and_in_which_language(self, far, session):
        self.send(session, words("Hello"))
        (post,) = far.posts()
        assert post["createdAt"] == "2026-11-23T09:30:00.123Z"
        assert post["langs"] == ["en"]

    def test_a_card_brings_its_words_and_its_picture(self, far, session):
        card = LinkCard("https://library.example/a", "New books", "This week", picture(""))
        self.send(session, Content(parts=(Part("Read", card=card),)))
        external = far.posts()[0]["embed"]["external"]
        assert (external["uri"], external["title"], external["description"]) == (card.url, "New books", "This week")
        assert external["thumb"]["ref"]["$link"] in far.blobs

    def test_a_decorative_picture_has_an_empty_description(self, far, session):
        receipt = self.send(session, words("Look", media=[replace(picture("x"), decorative=True)]))
        assert far.alts() == [""]
        assert receipt.alt == "none"

    def test_a_picture_can_be_put_behind_a_warning(self, far, session):
        self.send(session, words("Look", media=[picture()], options={"label": "graphic-media"}))
        assert far.posts()[0]["labels"]["values"] == [{"val": "graphic-media"}]

    def test_each_part_of_a_thread_answers_the_one_before(self, far, session):
        content = words("One", "Two", "Three")
        receipts = []
        for index in range(3):
            prepared = self.adapter.prepare(session, content, index, f"k{index}", AT)
            receipts.append(self.adapter.publish_part(session, content, index, prepared, receipts))
        one, two, three = far.posts()
        assert "reply" not in one
        assert (
            two["reply"]["root"]
            == two["reply"]["parent"]
            == {
                "uri": receipts[0].remote_id,
                "cid": receipts[0].data["cid"],
            }
        )
        assert three["reply"]["root"]["uri"] == receipts[0].remote_id
        assert three["reply"]["parent"]["uri"] == receipts[1].remote_id

    def test_an_expired_token_is_renewed_and_the_post_goes_out_once(self, far, session):
        content = words("Hello")
        prepared = self.adapter.prepare(session, content, 0, "k", AT)
        far.expire_access()
        self.adapter.publish_part(session, content, 0, prepared, [])
        assert (session.renewals, far.texts()) == (1, ["Hello"])

    def test_pictures_lost_meanwhile_are_uploaded_again(self, far, session):
        content = words("Look", media=[picture("A sofa")])
        prepared = self.adapter.prepare(session, content, 0, "k", AT)
        far.lose_blobs = True
        self.adapter.publish_part(session, content, 0, prepared, [])
        assert far.alts() == ["A sofa"]

    def test_a_stranger_at_our_key_is_not_taken_for_ours(self, far, session):
        content = words("Hello")
        prepared = self.adapter.prepare(session, content, 0, "k", AT)
        far.records[prepared.data["rkey"]] = {"text": "Other", "createdAt": "2020-01-01T00:00:00.000Z"}
        with pytest.raises(errors.Rejected, match="already has the place"):
            self.adapter.publish_part(session, content, 0, prepared, [])
        assert far.texts() == ["Other"]

    @pytest.mark.parametrize(
        ("name", "meaning", "field"),
        [
            ("InvalidRequest", errors.Rejected, "text"),
            ("InvalidMimeType", errors.Rejected, "media"),
            ("BlobTooLarge", errors.Rejected, "media"),
            ("AccountTakedown", errors.NeedsReconnect, ""),
            ("RateLimitExceeded", errors.RateLimited, ""),
        ],
    )
    def test_names_of_errors_decide(self, far, session, name, meaning, field):
        content = words("Hello")
        prepared = self.adapter.prepare(session, content, 0, "k", AT)
        far.fail(Failure(Reply(400, {"error": name, "message": "because"})))
        with pytest.raises(meaning) as caught:
            self.adapter.publish_part(session, content, 0, prepared, [])
        assert getattr(caught.value, "field", "") == field

    def test_a_token_called_invalid_is_renewed_once_and_then_believed(self, far, session):
        content = words("Hello")
        prepared = self.adapter.prepare(session, content, 0, "k", AT)
        invalid = Failure(Reply(400, {"error": "InvalidToken", "message": "Token could not be verified"}))
        far.fail(invalid)
        self.adapter.publish_part(session, content, 0, prepared, [])
        assert (far.texts(), session.renewals) == (["Hello"], 1)
        far.fail(invalid)
        far.fail(invalid)
        with pytest.raises(errors.NeedsReconnect):
            self.adapter.publish_part(session, content, 0, prepared, [])

    def test_a_post_not_read_in_yet_is_not_gone(self, far, session):
        receipt = self.send(session, words("Hello"))
        far.hidden.add(receipt.remote_id)
        figures = self.adapter.metrics(session, [receipt])[receipt.remote_id]
        assert (figures.values, figures.gone) == ({}, False)

    def test_an_account_taken_down_needs_a_person_and_proves_nothing(self, far, session):
        content = words("Hello")
        prepared = self.adapter.prepare(session, content, 0, "k", AT)
        far.active = False
        assert self.adapter.find(session, content, 0, prepared, AT).state == "unknown"
        with pytest.raises(errors.NeedsReconnect):
            self.adapter.probe(session)

    def test_a_picture_refused_in_the_record_names_the_picture(self, far, session):
        content = words("Hello", media=[picture()])
        prepared = self.adapter.prepare(session, content, 0, "k", AT)
        said = "Invalid record: blob too big (maximum 2000000, got 2100069) at $.record.embed.images[0].image"
        far.fail(Failure(Reply(400, {"error": "InvalidRequest", "message": said})))
        with pytest.raises(errors.Rejected) as caught:
            self.adapter.publish_part(session, content, 0, prepared, [])
        assert caught.value.field == "media"

    def test_figures_are_asked_in_batches(self, far, session):
        receipts = [self.send(session, words(f"Post {n}"), key=f"k{n}") for n in range(30)]
        assert len(self.adapter.metrics(session, receipts)) == 30
        assert len([one for one in far.asked if "getPosts" in one.path]) == 2


@pytest.fixture
def here(far, settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    settings.PLATFORM_HOSTS = dict.fromkeys(("BLUESKY_ENTRYWAY", "BLUESKY_APPVIEW", "BLUESKY_PLC"), far.url)
    return Context("bluesky")


class TestConnecting:
    adapter = Bluesky()

    def begin(self, here, handle=HANDLE, app_password=PASSWORD, server=""):
        fields = {"handle": handle, "app_password": app_password, "server": server}
        return self.adapter.begin(fields, redirect_uri="", state="", context=here)

    @pytest.mark.parametrize(
        "handle", [HANDLE, "@Library.test ", f"https://bsky.app/profile/{HANDLE}", "\u202alibrary.test\u202c"]
    )
    def test_a_handle_and_an_app_password_are_enough(self, far, here, handle):
        connected = self.begin(here, handle)
        assert connected.account.remote_id == DID
        assert (connected.account.name, connected.account.handle) == ("Town Library", f"@{HANDLE}")
        assert connected.secret == far.secret()
        assert timedelta(hours=1) < connected.expires_at - datetime.now(UTC) < timedelta(hours=3)
        assert PASSWORD not in str(connected)

    def test_a_server_of_ones_own_may_be_named(self, far, here):
        assert self.begin(here, server=far.url).account.remote_id == DID
        assert not [one for one in far.asked if "resolveHandle" in one.path]

    def test_the_address_a_person_typed_stays_whatever_the_document_says(self, far, here, settings):
        settings.PLATFORM_HOSTS = {**settings.PLATFORM_HOSTS, "BLUESKY_ENTRYWAY": "https://entryway.example"}
        elsewhere = {"id": "#atproto_pds", "serviceEndpoint": "https://pds.example"}
        far._document = lambda: {"id": DID, "alsoKnownAs": [f"at://{HANDLE}"], "service": [elsewhere]}
        connected = self.begin(here, server=f"{far.url}/")
        assert connected.secret["pds"] == far.url
        session = TestSession(self.adapter, connected.account, connected.secret)
        assert session.refresh()["pds"] == far.url
        assert self.adapter.probe(session).remote_id == DID

    def test_a_web_site_that_is_no_bluesky_is_told_at_its_field(self, far, lib, here):
        far.fail(Failure(Reply(405, raw=b"<html>")), pattern="createSession")
        typed = {"handle": HANDLE, "app_password": PASSWORD, "server": far.url}
        with pytest.raises(FieldProblem, match="Is it a Bluesky server") as caught:
            services.connect_begin(by=lib.ada, unit=lib.north, platform="bluesky", fields=typed)
        assert caught.value.field == "server"

    def test_a_handle_that_cannot_be_proven_today_keeps_its_name(self, far, session):
        far.fail(
            Failure(Reply(data={"did": DID, "handle": "handle.invalid", "active": True})),
            method="GET",
            pattern="getSession",
        )
        far.fail(
            Failure(Reply(data={"did": DID, "handle": "handle.invalid", "active": True})),
            method="GET",
            pattern="getSession",
        )
        assert self.adapter.probe(session).handle == session.handle

    @pytest.mark.parametrize(
        ("typed", "field", "says"),
        [
            ({"app_password": "my main password"}, "app_password", "does not look like an app password"),
            ({"app_password": ""}, "app_password", "missing"),
            ({"app_password": "aaaa-bbbb-cccc-dddd"}, "app_password", "does not accept"),
            ({"handle": "library"}, "handle", r"library\.bsky\.social"),
            ({"handle": ""}, "handle", "not a Bluesky handle"),
            ({"handle": "me@library.test"}, "handle", "not a Bluesky handle"),
            ({"handle": "nobody.test"}, "handle", "knows no account"),
            ({"server": "not a server"}, "server", "not the address"),
            ({"server": "http://93.184.216.34"}, "server", "does not use https"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, far, here, typed, field, says):
        with pytest.raises(FieldProblem, match=says) as caught:
            self.begin(here, **typed)
        assert caught.value.field == field
        assert far.texts() == []

    def test_the_main_password_never_leaves(self, far, here):
        with pytest.raises(FieldProblem):
            self.begin(here, app_password="correct horse battery staple")
        assert far.asked == []

    def test_a_handle_that_its_account_does_not_use_is_refused(self, far, here):
        far.known_handles["false.test"] = DID
        with pytest.raises(FieldProblem, match="does not use this handle"):
            self.begin(here, handle="false.test")

    def test_an_inactive_account_is_not_connected(self, far, here):
        far.active = False
        with pytest.raises(FieldProblem, match="not active"):
            self.begin(here)

    def test_a_server_that_is_no_bluesky_is_temporary_or_told(self, far, here):
        far.fail(Failure(Reply(raw=b"<html>")), pattern="createSession")
        with pytest.raises(errors.Temporary):
            self.begin(here)

    def test_refreshing_spends_the_token_once(self, far, session):
        before = session.secret
        renewed = self.adapter.renew(session, before)
        assert renewed.secret != before
        with pytest.raises(errors.NeedsReconnect):
            self.adapter.renew(session, before)

    def test_a_trouble_while_refreshing_is_not_the_end_of_the_channel(self, far, session):
        far.fail(Failure(Reply(502, raw=b"")), pattern="refreshSession")
        with pytest.raises(errors.Temporary):
            self.adapter.renew(session, session.secret)


class TestKeys:
    moments = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))

    @given(st.text(max_size=40), moments, st.integers(min_value=0, max_value=24))
    def test_a_key_is_valid_and_always_the_same(self, key, at, index):
        tid = _atproto.tid(key, at, index)
        assert regex.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", tid)
        assert tid == _atproto.tid(key, at, index)

    @given(st.text(max_size=40), moments)
    def test_the_parts_of_a_thread_sort(self, key, at):
        keys = [_atproto.tid(f"{key}{index}", at, index) for index in range(25)]
        assert keys == sorted(set(keys))

    def test_different_posts_of_one_moment_do_not_meet(self):
        assert len({_atproto.tid(f"delivery-{n}", AT, 0) for n in range(300)}) == 300


class TestPauses:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    cases: ClassVar = [
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"Retry-After": "Mon, 23 Nov 2026 12:10:00 GMT"}, timedelta(minutes=10)),
        ({"RateLimit-Reset": "1795436100"}, timedelta(minutes=15)),
        ({"X-RateLimit-Reset": "2026-11-23T12:05:00.000Z"}, timedelta(minutes=5)),
        ({"X-RateLimit-Reset": "1795436100000"}, timedelta(minutes=15)),
        ({"Retry-After": "0"}, timedelta(seconds=1)),
        ({"Retry-After": "-5"}, _wire.DEFAULT_PAUSE),
        ({"Retry-After": "nan"}, _wire.DEFAULT_PAUSE),
        ({"Retry-After": "soon"}, _wire.DEFAULT_PAUSE),
        ({"Retry-After": "99999999"}, timedelta(hours=24)),
        ({"X-RateLimit-Reset": "2001-01-01T00:00:00Z"}, timedelta(seconds=1)),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "2026-11-23T12:05:00Z"}, timedelta(minutes=5)),
        ({}, _wire.DEFAULT_PAUSE),
    ]

    @pytest.mark.parametrize(("headers", "pause"), cases)
    def test_every_way_to_say_how_long_is_understood(self, headers, pause):
        assert _wire.pause_until(headers, self.now) - self.now == pause

    @given(st.text(max_size=40))
    def test_no_header_breaks_it_or_silences_a_channel(self, value):
        until = _wire.pause_until({"Retry-After": value}, self.now)
        assert self.now < until <= self.now + timedelta(hours=24)
