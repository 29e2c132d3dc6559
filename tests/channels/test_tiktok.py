"""TikTok's adapter: drafts that are called drafts, posts that are one post, choices nobody makes for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.check import check
from channels_app.platforms._tiktok_upload import PIECE, Plan
from libsocial.accounts.policy import DEFAULT
from tests.channels.tiktok_steps import (
    ADAPTER,
    BIG,
    DIRECT,
    INBOX_INIT,
    INIT,
    asked,
    direct,
    far,
    follow,
    of,
    open_session,
    send,
    session,
    set_up,
    steps,
)
from tests.contracts.platform import AT, NONSENSE, HttpContract, words
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import WatchedSession, film, picture
from tests.fakes.tiktok import FakePhotos, good, refusal

__all__ = ["far", "session"]
pytestmark = pytest.mark.django_db


class TestContract(HttpContract):
    """A film that is published at once: its last piece is the creating request, at the host for uploads."""

    adapter = ADAPTER
    public_at_once = False
    recordings = "tiktok/upload"
    looks = ("GET", "POST")
    # The address of an upload carries its own key: what is refused there says nothing about the account.
    refusals = {**HttpContract.refusals, 401: errors.Temporary, 403: errors.Temporary}

    def content(self, *texts, media=(), **rest):
        films = [film(one.alt) for one in media] or [film()]
        return words(*(texts or (self.text,)), media=films, options=DIRECT, **rest)

    def test_an_answer_that_cannot_be_read_is_unclear(self, far, session, nonsense):
        """The host for uploads says nothing but its status; TikTok is asked, and it knows."""
        content = self.content()
        prepared = self.prepare(session, content)
        far.fail(Failure(Reply(raw=nonsense), store=True))
        receipt = self.create(session, content, prepared)
        assert receipt.remote_id == prepared.data["publish_id"]
        assert far.texts() == [self.text]


class TestPictures(HttpContract):
    """Pictures: the request that names their addresses creates, and nothing but the account's list tells of it."""

    adapter = ADAPTER
    looks = ("GET", "POST")
    keys_are_known = False
    proves_absence = False
    public_at_once = False

    @pytest.fixture
    def far(self, settings):
        with running(FakePhotos()) as far:
            yield set_up(far, settings)

    @pytest.fixture
    def session(self, far):
        return open_session(far)

    def content(self, *texts, media=(), **rest):
        return words(*(texts or (self.text,)), media=media or [picture("")], options=DIRECT, **rest)

    def test_pictures_are_named_by_their_address_with_every_choice(self, far, session):
        content = of(
            picture(""),
            picture("", data=b"another"),
            text="Our new room",
            **{**DIRECT, "photo_title": "New", "music": True, "own_business": True, "comments": True},
        )
        (receipt,) = self.publish(session, content)
        (post,) = far.posts.values()
        assert len(far.fetched) == 2
        assert all(one.startswith("https://library.example/channels/outlet/") for one in far.fetched)
        assert post["info"] == {
            "title": "New",
            "description": "Our new room",
            "privacy_level": "PUBLIC_TO_EVERYONE",
            "disable_comment": False,
            "auto_add_music": True,
            "brand_content_toggle": False,
            "brand_organic_toggle": True,
        }
        assert receipt.url == f"https://www.tiktok.com/@townlibrary/photo/{receipt.remote_id}"

    def test_a_draft_of_pictures_brings_its_words_and_no_choices(self, far, session):
        (receipt,) = self.publish(session, of(picture(""), text="Look"))
        (request,) = far.created()
        assert request.json["post_mode"] == "MEDIA_UPLOAD"
        assert request.json["post_info"] == {"title": "", "description": "Look"}
        assert receipt.data["state"] == "inbox"

    def test_the_same_words_from_before_are_not_ours(self, far, session):
        self.publish(session, self.content())
        prepared = self.prepare(session, self.content())
        found = self.find(session, self.content(), prepared, began=timedelta(hours=1))
        assert (found.state, found.look_at) == ("unknown", "https://www.tiktok.com/@townlibrary")

    def test_an_older_post_that_moves_into_the_list_is_not_ours(self, far, session):
        prepared = self.prepare(session, self.content())
        self.publish(session, self.content())
        (post,) = far.posts.values()
        post["made"] -= 3600
        assert self.find(session, self.content(), prepared).state == "unknown"


class TestDrafts:
    """The usual way: TikTok's inbox."""

    def test_a_draft_is_the_usual_way_and_says_what_is_left_to_do(self, far, session):
        receipt = send(session, of())
        assert far.texts() == []
        assert far.drafts == [receipt.remote_id]
        assert receipt.data["state"] == "inbox"
        assert "TikTok app" in receipt.data["to_do"]
        assert receipt.data["caption"] == "Story time at ten"
        assert receipt.url == "https://www.tiktok.com/@townlibrary"
        (begun,) = asked(far, "POST", INBOX_INIT)
        assert set(begun.json) == {"source_info"}
        assert asked(far, "POST", "/v2/post/publish/creator_info/") == []

    def test_words_that_do_not_travel_are_not_called_delivered(self, far, session):
        assert send(session, of(film("A red sofa"), text="A red sofa")).alt == "not deliverable"
        assert send(session, direct(film("A red sofa"), text="A red sofa")).alt == "in the text"

    def test_a_draft_a_person_published_has_figures(self, far, session):
        receipt = send(session, of())
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values == {}
        number = far.finish_in_the_app(receipt.remote_id, "Come in")
        far.posts[number]["waits"] = 0
        far.like(number)
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values["likes"] == 1

    def test_a_post_that_was_turned_into_a_draft_says_so(self, far, session):
        content = direct()
        receipt = ADAPTER.publish_part(session, content, 0, steps(session, content), [])
        upload = far.uploads[receipt.remote_id]
        upload["in_inbox"] = True
        assert follow(session, receipt).data["state"] == "inbox"


class TestUploading:
    def test_the_number_of_an_upload_is_stored_before_its_first_byte(self, far, session):
        content = of(BIG)
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        assert begun.data["publish_id"] in far.uploads
        assert far.created() == []

    def test_everything_but_the_last_piece_is_preparing(self, far, session):
        content = direct(BIG)
        ready = steps(session, content)
        assert far.texts() == []
        assert [len(one.body) for one in far.created()] == [1000, 1000]
        receipt = follow(session, ADAPTER.publish_part(session, content, 0, ready, []))
        assert far.uploads[receipt.data["publish_id"]]["data"] == bytes(range(250)) * 14
        assert len(far.created()[-1].body) == 1500

    @pytest.mark.parametrize(
        ("size", "chunk", "count", "last"),
        [
            (4_000_000, 4_000_000, 1, 0),
            (19_999_999, 19_999_999, 1, 0),
            (20_000_000, 10_000_000, 2, 10_000_000),
            (39_999_999, 10_000_000, 3, 20_000_000),
            (4_000_000_000, 10_000_000, 400, 3_990_000_000),
        ],
    )
    def test_pieces_are_cut_as_tiktok_wants_them(self, size, chunk, count, last):
        plan = Plan(size, PIECE)
        told = plan.source()
        assert (told["chunk_size"], told["total_chunk_count"], plan.last) == (chunk, count, last)
        assert size - plan.last < 64_000_000
        assert count == 1 or 5_000_000 <= told["chunk_size"] <= 64_000_000

    def test_a_film_is_read_in_pieces_and_never_whole(self, far):
        session = WatchedSession(ADAPTER, open_session(far))
        content = direct(BIG)
        ADAPTER.publish_part(session, content, 0, steps(session, content), [])
        assert [len(piece) for piece in session.pieces] == [1000, 1000, 1500]
        assert all(file.closed for file in session.files)

    @pytest.mark.parametrize("failure", [Failure(cut=True), Failure(Reply(503)), Failure(store=True, cut=True)])
    def test_a_piece_that_fails_is_sent_again_and_no_other(self, far, session, failure):
        content = direct(BIG)
        begun = ADAPTER.prepare(session, content, 0, "k", AT)
        for _ in range(2):
            begun = ADAPTER.ready(session, content, 0, begun)
        far.fail(failure)
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, begun)
        ready = steps(session, content, begun)
        ADAPTER.publish_part(session, content, 0, ready, [])
        assert far.uploads[ready.data["publish_id"]]["data"] == bytes(range(250)) * 14
        assert len(asked(far, "POST", INIT)) == 1

    def test_a_beginning_of_which_no_answer_came_is_made_again_and_posts_once(self, far, session):
        content = direct()
        begun = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, "k", AT))
        far.fail(Failure(store=True, cut=True), method="POST", pattern="video/init")
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, begun)
        ADAPTER.publish_part(session, content, 0, steps(session, content, begun), [])
        assert len(far.uploads) == 2
        assert far.texts() == ["Story time at ten"]

    def test_an_address_that_ended_is_replaced_when_nothing_arrived(self, far, session):
        content = direct(BIG)
        ready = steps(session, content)
        far.fail(Failure(Reply(403, raw=b"")))
        with pytest.raises(errors.Temporary) as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert timedelta(minutes=50) < caught.value.until - timezone.now() < timedelta(hours=1)
        with time_machine.travel(caught.value.until + timedelta(seconds=1)):
            again = steps(session, content, ready)
            assert again.data["earlier"] == [ready.data["publish_id"]]
            ADAPTER.publish_part(session, content, 0, again, [])
        assert far.texts() == ["Story time at ten"]

    def test_an_old_upload_that_arrived_is_not_begun_again(self, far, session):
        content = direct()
        ready = steps(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])
        with time_machine.travel(timezone.now() + timedelta(hours=2)):
            again = steps(session, content, ready)
            receipt = ADAPTER.publish_part(session, content, 0, again, [])
        assert receipt.remote_id == ready.data["publish_id"]
        assert far.texts() == ["Story time at ten"]
        assert len(asked(far, "POST", INIT)) == 1

    def test_a_first_upload_that_arrived_after_all_is_the_post(self, far, session):
        content = direct()
        first = steps(session, content)
        with time_machine.travel(timezone.now() + timedelta(hours=1)):
            second = steps(session, content, first)
            assert second.data["publish_id"] != first.data["publish_id"]
            ADAPTER.publish_part(session, content, 0, first, [])  # a worker thought dead
            receipt = ADAPTER.publish_part(session, content, 0, second, [])
        assert receipt.remote_id == first.data["publish_id"]
        assert far.texts() == ["Story time at ten"]

    def test_an_upload_that_failed_by_tiktoks_own_fault_is_begun_again(self, far, session):
        content = direct()
        ready = steps(session, content)
        far.failure = "internal"
        ADAPTER.publish_part(session, content, 0, ready, [])
        far.uploads[ready.data["publish_id"]]["waits"] = 0
        with pytest.raises(errors.Temporary):
            ADAPTER.publish_part(session, content, 0, ready, [])
        with time_machine.travel(timezone.now() + timedelta(minutes=3)):
            assert steps(session, content, ready).data["publish_id"] != ready.data["publish_id"]

    def test_a_person_who_put_right_what_it_failed_for_may_try_again(self, far, session):
        content = of()
        ready = steps(session, content)
        far.failure = "app_version_check_failed"
        ADAPTER.publish_part(session, content, 0, ready, [])
        far.uploads[ready.data["publish_id"]]["waits"] = 0
        with pytest.raises(errors.Rejected, match="too old"):
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert ADAPTER.find(session, content, 0, ready, timezone.now()).state == "absent"
        with time_machine.travel(timezone.now() + timedelta(hours=3)):
            again = steps(session, content, ready)
            far.failure = ""
            ADAPTER.publish_part(session, content, 0, again, [])
        assert far.drafts == [again.data["publish_id"]]

    def test_bytes_nobody_counted_prove_nothing(self, far, session):
        content = direct()
        ready = steps(session, content)
        far.counts_late = True
        found = ADAPTER.find(session, content, 0, ready, timezone.now() - timedelta(hours=1))
        assert (found.state, found.look_at) == ("unknown", session.url)

    def test_absence_is_not_believed_at_once(self, far, session):
        content = direct()
        ready = steps(session, content)
        assert ADAPTER.find(session, content, 0, ready, timezone.now()).state == "unknown"

    @pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())
    def test_a_status_that_cannot_be_read_proves_nothing(self, far, session, nonsense):
        content = direct()
        ready = steps(session, content)
        far.fail(Failure(Reply(raw=nonsense)), method="POST", pattern="status")
        with pytest.raises(errors.Temporary):
            ADAPTER.find(session, content, 0, ready, timezone.now() - timedelta(hours=1))

    @pytest.mark.parametrize("status", [200, 204])
    def test_another_good_answer_is_looked_into(self, far, session, status):
        far.takes_status = status
        assert send(session, direct()).data["state"] == "published"

    @pytest.mark.parametrize("status", [None, Failure(cut=True), Failure(Reply(503)), Failure(Reply(raw=b"<html>"))])
    def test_a_good_answer_without_the_film_is_unclear(self, far, session, status):
        content = direct()
        ready = steps(session, content)
        far.fail(Failure(Reply(200, raw=b"")))
        if status:
            far.fail(
                Failure(good({"status": "PROCESSING_UPLOAD", "uploaded_bytes": 0})), method="POST", pattern="status"
            )
            far.fail(status, method="POST", pattern="status")
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])

    def test_a_film_goes_to_tiktok_and_to_nobody_else(self, far, session):
        content = of()
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        for place in ("https://evil.example/upload", "http://open-upload.tiktokapis.com/x", ""):
            told = good({"publish_id": "v_1", "upload_url": place})
            far.fail(Failure(told), method="POST", pattern="init")
            with pytest.raises(errors.Temporary):
                ADAPTER.ready(session, content, 0, prepared)
        told = good({"publish_id": "v_1", "upload_url": "https://open-upload.tiktokapis.com/upload/v_1?upload_token=2"})
        far.fail(Failure(told), method="POST", pattern="init")
        assert ADAPTER.ready(session, content, 0, prepared).data["upload_url"].startswith(f"{far.url}/upload/v_1")

    def test_the_key_in_an_uploads_address_is_not_told(self, far, session):
        content = direct()
        ready = steps(session, content)
        far.fail(Failure(Reply(400, {"error": "upload_token=upload-key-0123456789 is bad"})))
        with pytest.raises(errors.Rejected) as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert "upload-key" not in f"{caught.value} {caught.value.detail}"
        assert caught.value.field == "media"

    def test_a_key_that_ends_meanwhile_is_renewed(self, far, session):
        content = direct(BIG)
        ready = steps(session, content)
        far.expire()
        ADAPTER.publish_part(session, content, 0, ready, [])
        assert session.renewals == 1
        assert far.texts() == ["Story time at ten"]


class TestDirectPosts:
    def test_every_choice_arrives(self, far, session):
        far.creator["stitch_disabled"] = False
        chosen = {"comments": True, "duet": True, "stitch": True, "own_business": True, "branded_content": True}
        send(session, direct(**chosen, synthetic=True, cover_second="1,5", text="Hello\r\nyou"))
        (post,) = far.posts.values()
        assert post["info"] == {
            "title": "Hello\nyou",
            "privacy_level": "PUBLIC_TO_EVERYONE",
            "disable_comment": False,
            "disable_duet": False,
            "disable_stitch": False,
            "brand_content_toggle": True,
            "brand_organic_toggle": True,
            "is_aigc": True,
            "video_cover_timestamp_ms": 1500,
        }

    def test_nothing_is_allowed_that_nobody_allowed(self, far, session):
        send(session, direct())
        (post,) = far.posts.values()
        assert [post["info"][f"disable_{one}"] for one in ("comment", "duet", "stitch")] == [True, True, True]
        assert not post["info"]["brand_content_toggle"]
        assert "video_cover_timestamp_ms" not in post["info"]

    def test_what_the_account_switched_off_stays_off(self, far, session):
        send(session, direct(stitch=True, duet=True))
        (post,) = far.posts.values()
        assert (post["info"]["disable_stitch"], post["info"]["disable_duet"]) == (True, False)

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({"privacy": ""}, "options.privacy"),
            ({"consent": False}, "options.consent"),
            ({"branded_content": True, "privacy": "SELF_ONLY"}, "options.branded_content"),
            ({"cover_second": "soon"}, "options.cover_second"),
            ({"privacy": "FOLLOWER_OF_CREATOR"}, "options.privacy"),  # not offered to this account
        ],
    )
    def test_what_tiktok_would_refuse_is_refused_before_a_byte_is_sent(self, far, session, options, field):
        with pytest.raises(errors.Rejected) as caught:
            steps(session, direct(**options))
        assert caught.value.field == field
        assert far.uploads == {}

    def test_a_film_too_long_for_this_account_is_refused(self, far, session):
        with pytest.raises(errors.Rejected, match="300") as caught:
            steps(session, direct(film(seconds=301.0)))
        assert caught.value.field == "media"

    def test_the_checks_ask_for_what_tiktok_wants(self):
        can = ADAPTER.capabilities
        assert check(of(), can, DEFAULT) == []
        assert [one.field for one in check(of(mode="direct"), can, DEFAULT)] == ["options.privacy", "options.consent"]
        assert [one.message for one in check(words("Only words"), can, DEFAULT)] == ["check.media_required"]
        long = direct(text="😀" * 1101)
        assert [(one.field, one.params["over"]) for one in check(long, can, DEFAULT)] == [("text", 2)]
        assert [one.message for one in check(direct(film(seconds=2.0)), can, DEFAULT)] == ["check.film_short"]

    def test_a_public_post_gets_its_number_once_tiktok_has_looked_at_it(self, far, session):
        far.moderation = 4
        receipt = send(session, direct())
        assert receipt.remote_id in far.posts
        assert receipt.url == f"https://www.tiktok.com/@townlibrary/video/{receipt.remote_id}"
        assert receipt.data["publish_id"].startswith("v_pub_file~")

    def test_a_number_that_does_not_come_is_not_waited_for_for_ever(self, far, session):
        far.moderation = 1000
        content = direct()
        receipt = ADAPTER.publish_part(session, content, 0, steps(session, content), [])
        for _ in range(5):
            assert ADAPTER.follow(session, receipt).processing
        with time_machine.travel(timezone.now() + timedelta(minutes=31)):
            done = ADAPTER.follow(session, receipt)
        assert not done.processing
        assert done.remote_id == receipt.data["publish_id"]
        far.posts[next(iter(far.posts))]["waits"] = 0  # days later
        assert ADAPTER.metrics(session, [done])[done.remote_id].values["views"] == 7

    def test_figures_of_the_others_come_although_one_number_cannot_be_asked_for(self, far, session):
        known, draft = send(session, direct()), send(session, of())
        for trouble in (Failure(Reply(503)), Failure(refusal(400, "invalid_publish_id"))):
            far.fail(trouble, method="POST", pattern="status")
            figures = ADAPTER.metrics(session, [known, draft])
            assert figures[known.remote_id].values["views"] == 7
            assert figures[draft.remote_id].values == {}
        far.revoke()
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.metrics(session, [draft])

    def test_a_post_for_nobody_else_is_done_without_a_number(self, far, session):
        receipt = send(session, direct(privacy="SELF_ONLY"))
        assert receipt.url == "https://www.tiktok.com/@townlibrary"
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values == {}

    @pytest.mark.parametrize(
        ("reason", "kind", "field"),
        [
            ("duration_check_failed", errors.Rejected, "media"),
            ("spam_risk_text", errors.Rejected, "text"),
            ("something_new", errors.Rejected, "media"),
            ("auth_removed", errors.NeedsReconnect, ""),
            ("internal", errors.Temporary, ""),
        ],
    )
    def test_a_film_that_fails_later_is_told_in_words(self, far, session, reason, kind, field):
        far.failure = reason
        content = direct()
        receipt = ADAPTER.publish_part(session, content, 0, steps(session, content), [])
        with pytest.raises(kind) as caught:
            follow(session, receipt)
        assert getattr(caught.value, "field", "") == field

    @pytest.mark.parametrize(
        ("code", "kind", "hours"),
        [
            ("spam_risk_too_many_posts", errors.RateLimited, 24),
            ("reached_active_user_cap", errors.RateLimited, 24),
            ("spam_risk_user_banned_from_posting", errors.Rejected, 0),
            ("unaudited_client_can_only_post_to_private_accounts", errors.Rejected, 0),
        ],
    )
    def test_an_account_that_may_not_post_now_is_left_alone(self, far, session, code, kind, hours):
        content = direct()
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        far.fail(Failure(refusal(200, code)), method="POST", pattern="creator_info")
        with pytest.raises(kind) as caught:
            ADAPTER.ready(session, content, 0, prepared)
        if hours:
            assert timedelta(hours=hours - 1) < caught.value.until - timezone.now() <= timedelta(hours=hours)

    def test_too_many_drafts_say_what_to_do(self, far, session):
        content = of()
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        far.fail(Failure(refusal(403, "spam_risk_too_many_pending_share")), method="POST", pattern="init")
        with pytest.raises(errors.RateLimited, match="drafts wait"):
            ADAPTER.ready(session, content, 0, prepared)
