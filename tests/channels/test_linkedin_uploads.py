"""Pictures, films and documents on their way to LinkedIn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors
from channels_app.content import Captions
from tests.channels.linkedin import ADAPTER, member_session, only, page_session, point_at, ready, send
from tests.contracts.platform import AT, KEY, words
from tests.fakes.linkedin import PART, FakeLinkedIn
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import FILES, PIXEL, document, film, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def far(settings):
    with running(FakeLinkedIn()) as far:
        point_at(far, settings)
        yield far


@pytest.fixture
def session(far):
    return page_session(far)


def film_captions():
    from hashlib import sha256

    data = b"1\n00:00:00,000 --> 00:00:02,000\nWelcome\n"
    digest = sha256(data).hexdigest()
    FILES[digest] = data
    return Captions(f"{digest}.srt", digest, len(data), "en", "srt")


class TestUploads:
    def steps(self, session, content):
        """Every step on its own, with the state it left."""
        prepared = ADAPTER.prepare(session, content, 0, KEY, AT)
        while True:
            further = ADAPTER.ready(session, content, 0, prepared)
            if further == prepared:
                return
            prepared = further
            yield prepared.data["uploads"][0]["stage"]

    def test_a_film_goes_up_in_parts_with_captions_and_picture(self, far, session):
        data = b"a" * PART + b"b" * PART + b"c" * 10
        srt = replace(film_captions(), format="srt")
        content = words("Film", media=[film(data=data, captions=(srt,), poster=picture(""), name="Story time.mp4")])
        assert list(self.steps(session, content)) == ["parts", "beside", "finalize", "sent", "ready"]
        send(session, content)
        media = only(far)["content"]["media"]
        asset = far.assets[media["id"]]
        assert media["title"] == "Story time"
        assert b"".join(asset["pieces"][piece] for piece in sorted(asset["pieces"])) == data
        assert asset["beside"]["captions"].startswith(b"1\n00:")
        assert asset["beside"]["thumbnail"] == PIXEL
        parts = [one for one in far.asked if one.method == "PUT" and one.path.rpartition("/")[2].isdigit()]
        assert not [one for one in parts if "authorization" in one.headers]

    def test_a_long_film_is_stored_as_it_goes(self, far, session):
        content = words("Film", media=[film(data=b"x" * (PART * 9 + 1))])
        assert list(self.steps(session, content))[:3] == ["parts", "parts", "beside"]

    def test_a_film_in_the_works_is_waited_for_without_sleeping(self, far, session):
        far.processing = 2
        content = words("Film", media=[film()])
        prepared = ADAPTER.prepare(session, content, 0, KEY, AT)
        waits = 0
        for _ in range(20):
            try:
                prepared = ADAPTER.ready(session, content, 0, prepared)
            except errors.Temporary as error:
                assert timedelta(0) < error.until - timezone.now() <= timedelta(minutes=1)
                waits += 1
        assert (waits, prepared.data["uploads"][0]["stage"]) == (2, "ready")

    def test_a_film_linkedin_cannot_use_is_refused_with_its_reason(self, far, session):
        far.processing, far.fails_processing = 1, True
        with pytest.raises(errors.Rejected, match="codec") as caught:
            ready(session, words("Film", media=[film()]))
        assert caught.value.field == "media"
        assert far.created() == []

    def test_an_address_that_ended_is_asked_for_anew(self, far, session):
        gone = Failure(Reply(400, {"status": 400, "code": "EXPIRED_UPLOAD_URL", "message": "The upload URL expired"}))
        far.fail(gone, method="PUT", pattern="/dms-uploads/")
        send(session, words("Look", media=[picture("A sofa")]))
        assert far.alts() == ["A sofa"]
        assert len(far.assets) == 2

    def test_it_is_not_asked_for_without_end(self, far, session):
        for _ in range(9):
            far.fail(Failure(Reply(400, {"code": "EXPIRED_UPLOAD_URL"})), method="PUT", pattern="/dms-uploads/")
        with pytest.raises(errors.PlatformError):
            ready(session, words("Look", media=[picture()]))
        assert len(far.assets) == 4

    def test_a_finished_film_whose_answer_was_lost_is_not_sent_again(self, far, session):
        content = words("Film", media=[film()])
        prepared = ADAPTER.prepare(session, content, 0, KEY, AT)
        while prepared.data["uploads"][0]["stage"] != "finalize":
            prepared = ADAPTER.ready(session, content, 0, prepared)
        far.fail(Failure(store=True, cut=True), pattern="/rest/videos$")
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, prepared)
        assert ADAPTER.ready(session, content, 0, prepared).data["uploads"][0]["stage"] == "sent"
        assert len(far.assets) == 1

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_part_that_was_refused_says_nothing_about_our_key(self, far, session, status):
        """It went without the key."""
        for _ in range(4):
            far.fail(Failure(Reply(status, raw=b"<html>")), method="PUT", pattern="/dms-uploads/")
        with pytest.raises(errors.Temporary):
            ready(session, words("Film", media=[film()]))
        assert len(far.assets) == 4
        ready(session, words("Film", media=[film()]))

    @pytest.mark.parametrize(
        ("reply", "meaning"),
        [
            (Reply(413), errors.Rejected),
            (Reply(503), errors.Temporary),
            (Reply(429), errors.RateLimited),
            (Reply(401), errors.NeedsReconnect),
        ],
    )
    def test_what_a_refused_upload_means(self, far, session, reply, meaning):
        far.fail(Failure(reply), method="PUT", pattern="/dms-uploads/")
        with pytest.raises(errors.PlatformError) as caught:
            ready(session, words("Look", media=[picture()]))
        assert type(caught.value) is meaning
        assert getattr(caught.value, "field", "media") == "media"

    def test_a_part_without_its_mark_is_sent_again_later(self, far, session):
        far.fail(Failure(Reply(200)), method="PUT", pattern="/dms-uploads/")
        with pytest.raises(errors.Temporary):
            ready(session, words("Film", media=[film()]))

    def test_captions_that_fail_begin_the_film_anew(self, far, session):
        srt = film_captions()
        far.fail(Failure(Reply(400)), method="PUT", pattern="/captions$")
        send(session, words("Film", media=[film(captions=(srt,))]))
        assert len(far.assets) == 2
        assert len(far.posts) == 1

    def test_captions_nobody_wants_are_not_left_out_in_silence(self, far, session):
        part = {"uploadUrl": f"{far.url}/dms-uploads/1/0", "firstByte": 0, "lastByte": 3}
        far.assets["urn:li:video:C41"] = {"kind": "video", "pieces": {}, "beside": {}, "state": "WAITING_UPLOAD"}
        value = {"video": "urn:li:video:C41", "uploadToken": "t", "uploadInstructions": [part]}
        far.fail(Failure(Reply(data={"value": value})), pattern="/rest/videos")
        with pytest.raises(errors.Temporary, match="captions"):
            ready(session, words("Film", media=[film(captions=(film_captions(),))]))

    def test_bytes_that_got_lost_are_sent_again(self, far, session):
        content = words("Look", media=[picture()])
        prepared = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, KEY, AT))
        (asset,) = far.assets.values()
        asset["state"] = "WAITING_UPLOAD"
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, prepared)
        with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
            assert ADAPTER.ready(session, content, 0, prepared).data["uploads"][0]["stage"] == "new"

    def test_a_key_that_ended_meanwhile_sends_the_whole_file_again(self, far):
        far.refresh_token = "refresh-0123456789abcdef"
        session, content = page_session(far), words("Programme", media=[document(data=b"%PDF whole")])
        far.fail(
            Failure(Reply(401, {"status": 401, "code": "EXPIRED_ACCESS_TOKEN"})), method="PUT", pattern="/dms-uploads/"
        )
        ready(session, content)
        (asset,) = far.assets.values()
        assert asset["pieces"][0] == b"%PDF whole"
        assert session.renewals == 1

    def test_our_key_goes_to_no_other_place(self, far, session):
        value = {"image": "urn:li:image:C41", "uploadUrl": "https://linkedin.com.evil.example/x"}
        far.fail(Failure(Reply(data={"value": value})), pattern="/rest/images")
        with pytest.raises(errors.Temporary, match="not its own"):
            ready(session, words("Look", media=[picture()]))

    def test_a_member_who_may_not_ask_waits_a_little(self, far):
        session, content = member_session(far), words("Look", media=[picture("A sofa")])
        far.can_read_media = False
        prepared = ADAPTER.ready(session, content, 0, ADAPTER.prepare(session, content, 0, KEY, AT))
        with pytest.raises(errors.Temporary) as caught:
            ADAPTER.ready(session, content, 0, prepared)
        with time_machine.travel(caught.value.until + timedelta(seconds=1), tick=False):
            prepared = ADAPTER.ready(session, content, 0, prepared)
            assert ADAPTER.ready(session, content, 0, prepared) == prepared
        ADAPTER.publish_part(session, content, 0, prepared, [])
        assert far.alts() == ["A sofa"]

    def test_a_picture_that_is_not_there_yet_made_nothing(self, far, session):
        body = {"status": 400, "code": "MEDIA_ASSET_WAITING_UPLOAD", "message": "not uploaded"}
        content = words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(Reply(400, body)))
        with pytest.raises(errors.Temporary) as caught:
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert caught.value.until is not None

    @pytest.mark.parametrize("value", [None, [], {"video": 7}, {"video": "urn:li:video:1", "uploadInstructions": [7]}])
    def test_an_answer_that_cannot_be_read_breaks_nothing(self, far, session, value):
        far.fail(Failure(Reply(data={"value": value})), pattern="/rest/videos")
        with pytest.raises(errors.Temporary):
            ready(session, words("Film", media=[film()]))
