"""Films, moving pictures, galleries, quotations, and who may answer: what Bluesky has besides words and pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.capabilities import Capabilities
from channels_app.check import check
from channels_app.content import Captions, Content, LinkCard, Part
from channels_app.platforms import _bluesky_video as video
from channels_app.platforms.base import Account, Receipt
from channels_app.platforms.bluesky import Bluesky, facts_of
from libsocial.accounts.policy import DEFAULT
from tests.channels.test_bluesky import FarBluesky
from tests.contracts.platform import AT, words
from tests.fakes.bluesky import DID, HANDLE, POSTS
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import TestSession, captions, film, picture

pytestmark = pytest.mark.django_db
ADAPTER = Bluesky()
GIF = picture("A page turns", mime="image/gif", seconds=2.0, width=40, height=30)
THREADGATE, POSTGATE = "app.bsky.feed.threadgate", "app.bsky.feed.postgate"


@pytest.fixture
def far():
    with running(FarBluesky()) as far:
        yield far


@pytest.fixture
def session(far, settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    hosts = ("BLUESKY_ENTRYWAY", "BLUESKY_APPVIEW", "BLUESKY_PLC", "BLUESKY_VIDEO")
    settings.PLATFORM_HOSTS = dict.fromkeys(hosts, far.url)
    return TestSession(ADAPTER, Account(DID, "Town Library", f"@{HANDLE}", ""), far.secret())


def prepared(session, content, index=0, key="k"):
    return ADAPTER.prepare(session, content, index, key, AT)


def ready(session, content, made):
    """Every step, as the engine takes them; waiting is asked again."""
    for _ in range(40):
        try:
            further = ADAPTER.ready(session, content, 0, made)
        except errors.Temporary as error:
            assert error.until
            continue
        if further == made:
            return made
        made = further
    raise AssertionError("never ready")


def send(session, content, key="k") -> Receipt:
    return ADAPTER.publish_part(session, content, 0, ready(session, content, prepared(session, content, key=key)), [])


def found(content: Content, can: Capabilities = ADAPTER.capabilities) -> list[tuple[str, str]]:
    return [(one.field, one.message) for one in check(content, can, DEFAULT)]


def uploads(far, name="uploadVideo"):
    return [one for one in far.asked if name in one.path]


class TestFilms:
    content = words("Look", media=[film("A tour of the library", captions=(captions("en"), captions("")))])

    def test_a_film_arrives_with_its_description_and_captions(self, far, session):
        far.converting = 2
        assert found(self.content) == []
        receipt = send(session, self.content)
        embed = far.posts()[0]["embed"]
        assert (embed["$type"], embed["presentation"]) == ("app.bsky.embed.video", "default")
        assert embed["aspectRatio"] == {"width": 1080, "height": 1920}
        assert far.blobs[embed["video"]["ref"]["$link"]] == b"converted " + b"film" * 1000
        assert [one["lang"] for one in embed["captions"]] == ["en", "en"]
        assert embed["captions"][0]["file"]["mimeType"] == "text/vtt"
        assert (far.alts(), receipt.alt) == (["A tour of the library"], "delivered")
        assert len(uploads(far)) == 1

    def test_the_upload_token_is_for_the_accounts_own_server_and_short_lived(self, far, session):
        send(session, self.content)
        limits, upload = far.service_tokens.values()
        assert (limits["aud"], limits["lxm"]) == ("did:web:video.bsky.app", "app.bsky.video.getUploadLimits")
        assert (upload["aud"], upload["lxm"]) == (f"did:web:127.0.0.1%3A{far.port}", "com.atproto.repo.uploadBlob")
        (sent,) = uploads(far)
        assert sent.query["did"] == [DID]
        assert sent.headers["content-length"] == "4000"
        assert "transfer-encoding" not in sent.headers
        assert far.access not in str(sent.headers)

    def test_a_server_behind_the_entryway_is_named_by_the_identity(self, far, session, settings):
        far._document = lambda: {"service": [{"id": "#atproto_pds", "serviceEndpoint": "https://pds.example"}]}
        with pytest.raises(errors.Temporary, match="did not let us in"):
            ADAPTER.ready(session, self.content, 0, prepared(session, self.content))
        assert [one["aud"] for one in far.service_tokens.values()][-1] == "did:web:pds.example"

    def test_every_step_is_stored_before_the_next_and_nothing_sleeps(self, far, session):
        far.converting = 1
        made = prepared(session, self.content)
        assert "embed" not in made.data["record"]
        sent = ADAPTER.ready(session, self.content, 0, made)
        assert sent.data["film"]["job"] == "job-0"
        with pytest.raises(errors.Temporary) as caught:
            ADAPTER.ready(session, self.content, 0, sent)
        assert timedelta(seconds=3) < caught.value.until - timezone.now() < timedelta(seconds=5)
        done = ADAPTER.ready(session, self.content, 0, sent)
        assert done.data["record"]["embed"]["video"] == done.data["film"]["blob"]
        asked = len(far.asked)
        assert ADAPTER.ready(session, self.content, 0, done) == done
        assert len(far.asked) == asked

    def test_what_takes_very_long_counts_as_a_failed_try(self, far, session):
        far.converting = 5
        sent = ADAPTER.ready(session, self.content, 0, prepared(session, self.content))
        with time_machine.travel(timezone.now() + timedelta(minutes=30)), pytest.raises(errors.Temporary) as caught:
            ADAPTER.ready(session, self.content, 0, sent)
        assert caught.value.until
        with time_machine.travel(timezone.now() + timedelta(hours=2)), pytest.raises(errors.Temporary) as caught:
            ADAPTER.ready(session, self.content, 0, sent)
        assert caught.value.until is None

    def test_a_wrapped_answer_is_read_too(self, far, session):
        far.wrapped = True
        send(session, self.content)
        assert far.alts() == ["A tour of the library"]

    @pytest.mark.parametrize("status", [200, 409])
    def test_a_film_it_had_before_is_used_at_once(self, far, session, status):
        blob = far.keep_blob(b"converted before", "video/mp4")
        told = {"jobId": "old", "state": "JOB_STATE_FAILED", "error": "already_exists", "blob": blob}
        far.fail(Failure(Reply(status, told)), pattern="uploadVideo")
        send(session, self.content)
        assert far.posts()[0]["embed"]["video"] == blob

    def test_a_conflict_that_only_names_the_job_is_followed(self, far, session):
        far.jobs["old"] = {"body": b"x", "mime": "video/mp4", "waits": 1, "ends": {}}
        far.fail(Failure(Reply(409, {"jobId": "old", "error": "already_exists"})), pattern="uploadVideo")
        send(session, self.content)
        assert far.alts() == ["A tour of the library"]

    @pytest.mark.parametrize("code", ["validation_failure", "encoding_failure", "pds_upload_unsupported_blob_size"])
    def test_a_film_it_cannot_use_is_refused_with_its_words(self, far, session, code):
        far.job_fails = [{"failureCode": code, "message": "Video is too odd"}]
        with pytest.raises(errors.Rejected, match="Video is too odd") as caught:
            send(session, self.content)
        assert (caught.value.field, far.texts()) == ("media", [])

    def test_a_film_that_failed_by_chance_is_sent_again_and_not_for_ever(self, far, session):
        far.job_fails = [{"failureCode": "generic_failure"}]
        send(session, self.content)
        assert len(uploads(far)) == len(far.films) == 2  # under another name each
        far.job_fails = [{"failureCode": "something_new", "message": "Hm"}] * 5
        other = words("Other", media=[film("B", b"other")])
        with pytest.raises(errors.Rejected, match="Hm"):
            send(session, other, key="other")
        assert len(uploads(far)) == 5
        assert far.texts() == ["Look"]

    def test_a_job_nobody_knows_any_more_is_begun_again(self, far, session):
        sent = ADAPTER.ready(session, self.content, 0, prepared(session, self.content))
        far.jobs.clear()
        done = ready(session, self.content, sent)
        assert done.data["film"]["tries"] == 1
        assert done.data["film"]["blob"]

    @pytest.mark.parametrize("why", ["no tokens", "not reached"])
    def test_a_server_the_service_cannot_reach_gets_the_film_itself(self, far, session, why):
        if why == "no tokens":
            far.gives_service_tokens = False
        else:
            far.job_fails = [{"failureCode": "pds_upload_failure"}]
        receipt = send(session, self.content)
        embed = far.posts()[0]["embed"]
        assert far.blobs[embed["video"]["ref"]["$link"]] == b"film" * 1000
        assert receipt.alt == "delivered"

    def test_a_token_that_ends_during_a_direct_upload_is_renewed_and_the_film_sent_whole(self, far, session):
        far.gives_service_tokens = False
        made = ADAPTER.ready(session, self.content, 0, prepared(session, self.content))
        assert made.data["film"]["direct"]
        far.expire_access()
        done = ADAPTER.ready(session, self.content, 0, made)
        assert far.blobs[done.data["film"]["blob"]["ref"]["$link"]] == b"film" * 1000
        assert session.renewals == 1

    @pytest.mark.parametrize(
        ("left", "meaning"),
        [
            ({"canUpload": False, "remainingDailyVideos": 0, "message": "daily limit"}, errors.Temporary),
            ({"canUpload": True, "remainingDailyBytes": 10}, errors.Temporary),
            ({"canUpload": False, "error": "unconfirmed_email"}, errors.Rejected),
        ],
    )
    def test_an_account_that_may_send_no_film_is_told_before_sending(self, far, session, left, meaning):
        far.left = left
        made = prepared(session, self.content)
        with pytest.raises(meaning) as caught:
            ADAPTER.ready(session, self.content, 0, made)
        assert type(caught.value) is meaning
        assert uploads(far) == []
        if meaning is errors.Temporary:
            assert caught.value.until - timezone.now() > timedelta(minutes=50)

    @pytest.mark.parametrize(
        ("reply", "meaning"),
        [
            (Reply(401, {"error": "x"}), errors.Temporary),
            (Reply(429, {"error": "x"}), errors.RateLimited),
            (Reply(503, raw=b"<html>"), errors.Temporary),
            (Reply(400, {"error": "InvalidRequest", "message": "too long"}), errors.Rejected),
            (Reply(413, raw=b"<html>"), errors.Rejected),
            (Reply(200, raw=b"<html>"), errors.Temporary),
            (Reply(200, {"jobStatus": 7}), errors.Temporary),
            (Reply(200, {"jobId": {"a": 1}, "blob": 3}), errors.Temporary),
        ],
    )
    def test_refusals_of_the_service_stop_no_channel(self, far, session, reply, meaning):
        made = prepared(session, self.content)
        far.fail(Failure(reply), pattern="uploadVideo")
        with pytest.raises(errors.PlatformError) as caught:
            ADAPTER.ready(session, self.content, 0, made)
        assert type(caught.value) is meaning
        assert getattr(caught.value, "field", "media") == "media"

    def test_its_tokens_stay_out_of_errors(self, far, session):
        made = prepared(session, self.content)
        far.fail(Failure(Reply(400), echo=True), pattern="uploadVideo")
        with pytest.raises(errors.Rejected) as caught:
            ADAPTER.ready(session, self.content, 0, made)
        assert not [one for one in far.service_tokens if one in f"{caught.value.reason} {caught.value.detail}"]

    def test_a_film_nobody_kept_is_brought_again_with_the_post(self, far, session):
        made = ready(session, self.content, prepared(session, self.content))
        far.lose_blobs = True
        receipt = ADAPTER.publish_part(session, self.content, 0, made, [])
        (post,) = far.posts()
        assert far.blobs[post["embed"]["video"]["ref"]["$link"]] == b"film" * 1000
        assert receipt.alt == "delivered"

    def test_a_film_converted_long_ago_is_sent_again(self, far, session):
        made = ready(session, self.content, prepared(session, self.content))
        with time_machine.travel(timezone.now() + timedelta(hours=13)):
            far.expire_access()
            again = ready(session, self.content, made)
        assert len(uploads(far)) == 2
        assert again.data["record"]["embed"]["video"] == again.data["film"]["blob"]

    def test_captions_have_their_weight(self, session):
        heavy = replace(captions("en"), size=video.CAPTION_BYTES + 1)
        with pytest.raises(errors.Rejected, match="20000 bytes") as caught:
            prepared(session, words("Look", media=[film("A tour", captions=(heavy,))]))
        assert caught.value.field == "media"

    def test_captions_of_another_kind_are_told_while_writing(self):
        many = tuple(Captions("x.vtt", "x", 10, "en") for _ in range(21))
        assert ("media", "check.captions_many") in found(words("x", media=[film("A tour", captions=many)]))

    def test_a_moving_picture_moves(self, far, session):
        content = words("Look", media=[GIF])
        assert found(content) == []
        send(session, content)
        embed = far.posts()[0]["embed"]
        assert (embed["presentation"], embed["alt"]) == ("gif", "A page turns")
        assert far.jobs["job-0"]["mime"] == "image/gif"
        assert next(iter(far.films)).endswith(".gif")

    def test_a_moving_picture_stands_alone(self, session):
        content = words("Look", media=[GIF, picture()])
        assert ("media", "check.moving_alone") in found(content)
        with pytest.raises(errors.Rejected, match="nothing beside it"):
            prepared(session, content)

    def test_a_dropped_post_with_a_film_is_one_post(self, far, session):
        made = ready(session, self.content, prepared(session, self.content))
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, self.content, 0, made, [])
        assert ADAPTER.find(session, self.content, 0, made, AT).receipt.alt == "delivered"
        assert ADAPTER.publish_part(session, self.content, 0, made, []).alt == "delivered"
        assert far.texts() == ["Look"]


class TestGallery:
    many = words("Look", media=[picture(f"Picture {number}") for number in range(6)])

    def test_more_than_four_pictures_are_a_gallery(self, far, session):
        can = ADAPTER.capabilities_for({"gallery": True})
        assert (found(self.many, can), can.media.max_images) == ([], 10)
        receipt = send(session, self.many)
        embed = far.posts()[0]["embed"]
        assert embed["$type"] == "app.bsky.embed.gallery"
        assert {one["$type"] for one in embed["items"]} == {"app.bsky.embed.gallery#image"}
        assert embed["items"][5]["aspectRatio"] == {"width": 1, "height": 1}
        assert (far.alts(), receipt.alt) == ([f"Picture {number}" for number in range(6)], "delivered")

    def test_it_is_offered_only_where_the_server_is_known_to_have_it(self, far, session):
        assert ("media", "check.too_many_media") in found(self.many)
        assert ADAPTER.probe(session).facts == {}

    @pytest.mark.parametrize(
        ("pds", "facts"),
        [
            ("https://oyster.us-east.host.bsky.network", {"gallery": True}),
            ("https://pds.library.example", {}),
            ("https://host.bsky.network.library.example", {}),
        ],
    )
    def test_bluesky_s_own_servers_have_it(self, pds, facts):
        assert facts_of(pds) == facts

    def test_a_server_that_does_not_know_it_refuses_with_the_field(self, far, session):
        far.knows_gallery = False
        with pytest.raises(errors.Rejected) as caught:
            send(session, self.many)
        assert caught.value.field == "media"

    def test_four_are_pictures_as_always(self, far, session):
        send(session, words("Look", media=[picture()] * 4))
        assert far.posts()[0]["embed"]["$type"] == "app.bsky.embed.images"


class TestQuotes:
    @pytest.fixture
    def other(self, session) -> Receipt:
        return send(session, words("Worth reading"), key="other")

    def quotation(self, url, **rest: Any) -> Content:
        return words("Look at this", options={"quote": url}, **rest)

    def embed(self, far) -> dict[str, Any]:
        return next(post["embed"] for post in far.posts() if post["text"] == "Look at this")

    @pytest.mark.parametrize("author", [DID, HANDLE, DID.replace(":", "%3A")])
    def test_a_quotation_names_the_post_and_its_content(self, far, session, other, author):
        url = f"https://bsky.app/profile/{author}/post/{other.url.rpartition('/')[2]}?ref=1"
        assert found(self.quotation(url)) == []
        send(session, self.quotation(url))
        quoted = {"uri": other.remote_id, "cid": other.data["cid"]}
        assert self.embed(far) == {"$type": "app.bsky.embed.record", "record": quoted}

    def test_a_quotation_may_have_pictures(self, far, session, other):
        receipt = send(session, self.quotation(other.url, media=[picture("A sofa")]))
        embed = self.embed(far)
        assert embed["$type"] == "app.bsky.embed.recordWithMedia"
        assert embed["record"]["record"]["uri"] == other.remote_id
        assert embed["media"]["$type"] == "app.bsky.embed.images"
        assert (far.alts(), receipt.alt) == (["A sofa"], "delivered")

    def test_a_quotation_may_have_a_film(self, far, session, other):
        receipt = send(session, self.quotation(other.url, media=[film("A tour")]))
        embed = self.embed(far)
        assert (embed["$type"], embed["media"]["$type"]) == ("app.bsky.embed.recordWithMedia", "app.bsky.embed.video")
        assert receipt.alt == "delivered"

    def test_a_quotation_may_have_a_card(self, far, session, other):
        part = Part("Look at this", card=LinkCard("https://library.example/a", "New books"))
        send(session, Content(parts=(part,), options={"quote": other.url}))
        assert self.embed(far)["media"]["external"]["title"] == "New books"

    def test_only_the_first_part_quotes(self, far, session, other):
        content = words("One", "Two", options={"quote": other.url})
        assert "quoted" not in prepared(session, content, index=1).data

    @pytest.mark.parametrize(
        ("url", "says"),
        [
            ("https://library.example/news", "not the address of a post"),
            ("https://bsky.app/profile/nobody.test/post/3lbaaaaaaaaaa", "knows no post"),
            (f"https://bsky.app/profile/{DID}/post/3lbaaaaaaaaaa", "knows no post"),
        ],
    )
    def test_what_cannot_be_quoted_is_said_at_its_field(self, far, session, url, says):
        with pytest.raises(errors.Rejected, match=says) as caught:
            prepared(session, self.quotation(url))
        assert (caught.value.field, far.texts()) == ("options.quote", [])

    def test_authors_may_forbid_it(self, far, session, other):
        far.closed.add(other.remote_id)
        with pytest.raises(errors.Rejected, match="does not let others quote"):
            prepared(session, self.quotation(other.url))

    @pytest.mark.parametrize("answer", [{"posts": [7]}, {"posts": {}}, {"posts": [{"uri": 1, "cid": None}]}, []])
    def test_an_answer_that_cannot_be_read_is_no_post(self, far, session, other, answer):
        far.fail(Failure(Reply(200, answer)), method="GET", pattern="getPosts")
        with pytest.raises(errors.Rejected, match="knows no post"):
            prepared(session, self.quotation(other.url))


class TestGates:
    def gated(self, *texts, **options: Any) -> Content:
        return words(*(texts or ("Hello",)), options=options)

    @pytest.mark.parametrize(
        ("replies", "rules"),
        [
            ("nobody", []),
            ("followers", ["followerRule"]),
            ("following", ["followingRule"]),
            ("mentioned", ["mentionRule"]),
            ("known", ["followingRule", "mentionRule"]),
        ],
    )
    def test_who_may_answer_stands_under_the_key_of_the_post(self, far, session, replies, rules):
        content = self.gated(replies=replies)
        assert found(content) == []
        receipt = send(session, content)
        rkey = receipt.remote_id.rpartition("/")[2]
        assert far.gates == {
            (THREADGATE, rkey): {
                "$type": THREADGATE,
                "post": f"at://{DID}/{POSTS}/{rkey}",
                "createdAt": far.records[rkey]["createdAt"],
                "allow": [{"$type": f"{THREADGATE}#{rule}"} for rule in rules],
            }
        }
        assert not receipt.processing

    def test_nobody_may_quote(self, far, session):
        receipt = send(session, self.gated(no_quotes=True))
        (gate,) = far.gates.values()
        assert gate["embeddingRules"] == [{"$type": f"{POSTGATE}#disableRule"}]
        assert (gate["$type"], gate["post"]) == (POSTGATE, receipt.remote_id)

    def test_an_open_post_has_no_gates(self, far, session):
        send(session, self.gated(replies="", no_quotes=False))
        assert far.gates == {}

    def test_the_thread_is_shut_at_its_head_and_every_part_to_quotations(self, far, session):
        content, receipts = self.gated("One", "Two", replies="nobody", no_quotes=True), []
        for index in range(2):
            made = prepared(session, content, index, f"k{index}")
            receipts.append(ADAPTER.publish_part(session, content, index, made, receipts))
        assert [kind for kind, _key in far.gates] == [THREADGATE, POSTGATE, POSTGATE]

    @pytest.mark.parametrize("store", [True, False])
    def test_a_gate_that_failed_is_written_later_and_once(self, far, session, store):
        content = self.gated(replies="nobody", no_quotes=True)
        made = prepared(session, content)
        far.asked.clear()
        put, failed = far.put, []

        def breaking(request):
            if request.json["collection"] == THREADGATE and not failed:
                failed.append(store and put(request))
                return Reply(502, raw=b"")
            return put(request)

        far.routes = [(method, path, breaking if handler == put else handler) for method, path, handler in far.routes]
        receipt = ADAPTER.publish_part(session, content, 0, made, [])
        assert failed
        assert receipt.processing
        assert far.texts() == ["Hello"]
        followed = ADAPTER.follow(session, Receipt(**vars(receipt)))
        assert not followed.processing
        assert sorted(kind for kind, _key in far.gates) == [POSTGATE, THREADGATE]
        assert ADAPTER.follow(session, followed) == followed
        assert len(far.gates) == 2

    def test_a_post_found_again_gets_its_gates(self, far, session):
        content = self.gated(replies="nobody")
        made = prepared(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, made, [])
        assert far.gates == {}
        receipt = ADAPTER.find(session, content, 0, made, AT).receipt
        assert receipt.processing
        assert not ADAPTER.follow(session, receipt).processing
        assert len(far.gates) == 1
        assert far.texts() == ["Hello"]

    def test_a_gate_made_by_hand_meanwhile_stays(self, far, session):
        content = self.gated(replies="nobody")
        made = prepared(session, content)
        there = {"$type": THREADGATE, "allow": ["by hand"]}
        far.gates[THREADGATE, made.data["rkey"]] = there
        assert not ADAPTER.publish_part(session, content, 0, made, []).processing
        assert list(far.gates.values()) == [there]

    def test_a_gate_refused_for_good_is_a_matter_for_a_person_not_for_the_post(self, far, session):
        receipt = send(session, self.gated(replies="nobody"))
        far.fail(Failure(Reply(400, {"error": "InvalidRequest", "message": "Invalid record"})))
        with pytest.raises(errors.Temporary, match="by hand"):
            ADAPTER.follow(session, receipt)

    def test_a_deleted_post_takes_its_gates_along(self, far, session):
        receipt = send(session, self.gated(replies="nobody", no_quotes=True))
        ADAPTER.delete(session, receipt)
        assert (far.texts(), far.gates) == ([], {})
