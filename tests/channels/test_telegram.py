"""Telegram's adapter against a far side with a bot, channels, and files that get names."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from channels_app import errors
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.content import LinkCard, Part
from channels_app.fixes import apply
from channels_app.platforms._telegram_line import Form
from channels_app.platforms.base import Account, Receipt
from channels_app.platforms.telegram import Telegram
from libsocial.accounts.policy import DEFAULT
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import PIXEL, TestSession, captions, document, film, picture
from tests.fakes.telegram import CHANNEL, GROUP, PRIVATE, STAGING, FakeTelegram

pytestmark = pytest.mark.django_db
ADAPTER = Telegram()


@pytest.fixture
def far(settings):
    with running(FakeTelegram()) as far:
        settings.PLATFORM_HOSTS = {"TELEGRAM_API": far.url}
        yield far


@pytest.fixture
def session(far):
    return open_session(far)


@pytest.fixture
def staged(far):
    """A channel with a chat for preparing."""
    return open_session(far, staging=str(STAGING))


def open_session(far, **facts):
    account = Account(str(CHANNEL), "Town Library", "@townlibrary", "https://t.me/townlibrary", facts=facts)
    return TestSession(ADAPTER, account, far.secret())


def prepared(session, content, index=0):
    ready = ADAPTER.prepare(session, content, index, f"k{index}", AT)
    while (further := ADAPTER.ready(session, content, index, ready)) != ready:
        ready = further
    return ready


def send(session, content):
    receipts = []
    for index in range(len(content.parts)):
        receipts.append(ADAPTER.publish_part(session, content, index, prepared(session, content, index), receipts))
    return receipts


class TestContract(HttpContract):
    adapter = ADAPTER
    keys_are_known = False
    proves_absence = False


class TestPublishing:
    def test_words_go_as_they_are(self, far, session):
        (receipt,) = send(session, words("Tom & <i>Jerry</i> *_[at]_* library.org #books"))
        (message,) = far.sent()
        assert message["asked"] == {
            "chat_id": str(CHANNEL),
            "text": "Tom & <i>Jerry</i> *_[at]_* library.org #books",
        }
        assert receipt == Receipt(
            str(message["message_id"]),
            f"https://t.me/townlibrary/{message['message_id']}",
            "none",
            {"ids": [str(message["message_id"])]},
        )

    @pytest.mark.parametrize(
        ("media", "kind"),
        [
            (picture(), "photo"),
            (replace(picture(), mime="image/gif", seconds=2.0), "animation"),
            (film(), "video"),
            (document(), "document"),
        ],
    )
    @pytest.mark.parametrize("with_staging", [False, True])
    def test_one_of_each_kind_arrives_whole(self, far, session, staged, media, kind, with_staging):
        session = staged if with_staging else session
        send(session, words("Look", media=[media]))
        (message,) = far.sent()
        assert message["caption"] == "Look"
        assert kind in message
        assert far.bytes_of(message) == session.read(media)

    def test_a_film_says_how_large_and_long_it_is(self, far, session):
        send(session, words("Watch", media=[film()]))
        asked = far.sent()[0]["asked"]
        assert (asked["width"], asked["height"], asked["duration"], asked["supports_streaming"]) == (
            1080,
            1920,
            12,
            True,
        )

    def test_a_file_keeps_its_name(self, far, session):
        send(session, words("Read", media=[document('Sum"mer\r\nPlan é.pdf')]))
        head = far.created()[0].body
        assert 'filename="SummerPlan é.pdf"'.encode() in head

    @pytest.mark.parametrize("with_staging", [False, True])
    def test_an_album_is_one_request_with_the_words_at_its_first(self, far, session, staged, with_staging):
        session = staged if with_staging else session
        media = [picture("A"), film(data=b"film" * 9), picture("B", data=PIXEL)]
        (receipt,) = send(session, words("Look", media=media))
        one, two, three = far.sent()
        assert [one.get("caption"), two.get("caption"), three.get("caption")] == ["Look", None, None]
        assert far.bytes_of(two) == b"film" * 9
        assert receipt.data["ids"] == [str(item["message_id"]) for item in far.sent()]
        assert receipt.remote_id == receipt.data["ids"][0]
        assert len([one for one in far.created() if one.path.endswith("sendMediaGroup")]) == 1

    @pytest.mark.parametrize("with_staging", [False, True])
    @pytest.mark.parametrize("beside", [[], [picture("A")]])
    def test_a_picture_of_ours_stands_for_a_film(self, far, session, staged, beside, with_staging):
        session = staged if with_staging else session
        poster = picture("The first page")
        send(session, words("Watch", media=[film(poster=poster), *beside]))
        asked = far.sent()[0]["asked"]
        if with_staging:
            assert far.files[asked["cover"]][1] == PIXEL
        else:
            assert asked["cover"] == "attach://cover0"

    def test_a_thread_answers_part_by_part(self, far, session):
        one, two, _three = send(session, words("One", "Two", "Three"))
        above = [message["asked"].get("reply_parameters") for message in far.sent()]
        assert above == [None, {"message_id": int(one.remote_id)}, {"message_id": int(two.remote_id)}]

    @pytest.mark.parametrize(
        ("options", "asked"),
        [
            ({"silent": True}, {"disable_notification": True}),
            ({"protect": True}, {"protect_content": True}),
            ({"silent": False, "preview": ""}, {}),
            ({"preview": "none"}, {"link_preview_options": {"is_disabled": True}}),
            ({"preview": "large"}, {"link_preview_options": {"prefer_large_media": True}}),
            ({"preview": "small"}, {"link_preview_options": {"prefer_small_media": True}}),
            (
                {"preview": "above"},
                {"link_preview_options": {"prefer_large_media": True, "show_above_text": True}},
            ),
        ],
    )
    def test_choices_arrive_with_words(self, far, session, options, asked):
        send(session, words("Hello", options=options))
        assert far.sent()[0]["asked"] == {"chat_id": str(CHANNEL), "text": "Hello", **asked}

    @pytest.mark.parametrize("media", [[picture()], [picture(), picture()]])
    @pytest.mark.parametrize(
        ("option", "asked"), [("spoiler", "has_spoiler"), ("caption_above", "show_caption_above_media")]
    )
    def test_choices_arrive_with_pictures(self, far, session, media, option, asked):
        send(session, words("Hello", media=media, options={option: True}))
        assert [message["asked"].get(asked) for message in far.sent()] == [True] * len(media)
        send(session, words("Hello", media=media))
        assert asked not in far.sent()[-1]["asked"]

    def test_a_file_has_no_choices_of_pictures(self, far, session):
        send(session, words("Read", media=[document()], options={"spoiler": True, "caption_above": True}))
        assert set(far.sent()[0]["asked"]) == {"chat_id", "caption"}

    def test_the_link_of_the_card_is_the_one_shown(self, far, session):
        content = words("https://a.example and https://b.example")
        card = LinkCard("https://b.example")
        content = replace(content, parts=(replace(content.parts[0], card=card),))
        send(session, content)
        assert far.sent()[0]["asked"]["link_preview_options"] == {"url": "https://b.example"}

    def test_a_poll_asks_with_its_words(self, far, session):
        options = {"kind": "poll", "poll": "Cats\n Dogs \n", "poll_several": True, "silent": True}
        send(session, words("Which?", "And why?", options=options))
        poll, further = far.sent()
        assert poll["asked"] == {
            "chat_id": str(CHANNEL),
            "question": "Which?",
            "options": [{"text": "Cats"}, {"text": "Dogs"}],
            "is_anonymous": True,
            "allows_multiple_answers": True,
            "disable_notification": True,
        }
        assert further["text"] == "And why?"


class TestPreparing:
    def test_files_travel_before_the_post_and_each_is_kept(self, far, staged):
        content = words("Look", media=[picture("A"), film()])
        ready = ADAPTER.prepare(staged, content, 0, "k", AT)
        kept = []
        while (further := ADAPTER.ready(staged, content, 0, ready)) != ready:
            ready = further
            kept.append([one["as"] for one in ready.data["files"]])
        assert kept == [["photo"], ["photo", "video"]]
        assert far.texts() == []
        assert [one["asked"]["disable_notification"] for one in far.messages[STAGING].values()] == [True, True]
        ADAPTER.publish_part(staged, content, 0, ready, [])
        assert "json" in far.created()[-1].headers["content-type"]

    def test_a_film_that_becomes_an_animation_is_sent_as_one(self, far, staged):
        far.silent_films_move = True
        send(staged, words("Watch", media=[film()]))
        assert "animation" in far.sent()[0]

    def test_in_an_album_such_a_film_travels_with_the_post(self, far, staged):
        far.silent_films_move = True
        content = words("Watch", media=[film(), picture()])
        ready = prepared(staged, content)
        assert [one.get("as") for one in ready.data["files"]] == [None, "photo"]
        far.silent_films_move = False
        ADAPTER.publish_part(staged, content, 0, ready, [])
        assert "video" in far.sent()[0]

    @pytest.mark.parametrize("trouble", [Failure(Reply(502)), Failure(cut=True), Failure(Reply(raw=b"<html>"))])
    def test_trouble_while_preparing_may_be_tried_again(self, far, staged, trouble):
        far.fail(trouble)
        with pytest.raises(errors.Temporary):
            prepared(staged, words("Look", media=[picture()]))

    @pytest.mark.parametrize(
        ("status", "said"),
        [(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"), (413, "Request Entity Too Large")],
    )
    def test_a_picture_telegram_refuses_is_refused_before_the_post(self, far, staged, status, said):
        far.fail(Failure(Reply(status, {"ok": False, "error_code": status, "description": said})))
        with pytest.raises(errors.Rejected) as caught:
            prepared(staged, words("Look", media=[picture()]))
        assert caught.value.field == "media"

    def test_a_chat_for_preparing_that_is_gone_is_named(self, far, staged):
        del far.chats[STAGING]
        with pytest.raises(errors.NeedsReconnect, match="private chat"):
            prepared(staged, words("Look", media=[picture()]))

    def test_a_film_is_read_in_pieces(self, session):
        class Slow:
            def __init__(self):
                self.asked = []

            def read(self, size=-1):
                self.asked.append(size)
                return b"x" * min(size, 40) if len(self.asked) < 3 else b""

            def close(self):
                self.asked.append("closed")

        slow = Slow()
        session.open = lambda media: slow
        media = film(data=b"x" * 80)
        with Form(session, {"caption": "Ü", "media": [{"type": "video"}]}, {"file0": media}) as form:
            body = b"".join(form)
        assert len(body) == len(form)
        assert -1 not in slow.asked
        assert slow.asked[-1] == "closed"

    def test_a_file_that_is_not_the_approved_one_is_refused_before_anything_is_sent(self, far, session):
        def changed(media):
            raise errors.Rejected("A picture is not the one that was approved.", field="media")

        content = words("Look", media=[picture()])
        ready = prepared(session, content)
        session.open = changed
        with pytest.raises(errors.Rejected):
            ADAPTER.publish_part(session, content, 0, ready, [])
        assert far.asked == []


class TestLimits:
    def told(self, content):
        return {problem.message for problem in check(replace(content, language=""), ADAPTER.capabilities, DEFAULT)}

    def test_beside_a_picture_less_may_be_said(self):
        assert self.told(words("a" * 4096)) == set()
        assert self.told(words("a" * 4097)) == {"check.too_long"}
        decorative = replace(picture(), decorative=True)
        assert self.told(words("a" * 1024, media=[decorative])) == set()
        assert self.told(words("a" * 1025, media=[decorative])) == {"check.too_long"}
        assert self.told(words("👍" * 513, media=[decorative])) == {"check.too_long"}

    def test_a_caption_too_long_is_split_to_fit_beside_its_picture(self):
        content = replace(words("word " * 400, media=[replace(picture(), decorative=True)]), language="")
        (problem,) = check(content, ADAPTER.capabilities, DEFAULT)
        fixed = apply(content, problem, ADAPTER.capabilities)
        assert check(fixed, ADAPTER.capabilities, DEFAULT) == []
        assert len(fixed.parts) == 2

    def test_ten_pictures_and_films_go_together(self):
        shown = replace(picture(), decorative=True)
        assert self.told(words("Look", media=[shown] * 9 + [film()])) == set()
        assert "check.too_many_media" in self.told(words("Look", media=[shown] * 11))
        assert "check.media_mixed" in self.told(words("Look", media=[shown, document()]))

    def test_captions_have_no_place(self):
        assert self.told(words("Look", media=[film(captions=(captions(),))])) == {"check.captions_nowhere"}

    @pytest.mark.parametrize(
        ("answers", "message"),
        [("", "check.option_required"), ("One", "check.option_lines"), ("A\n" + "b" * 101, "check.option_long")],
    )
    def test_answers_of_a_poll_are_counted(self, answers, message):
        assert self.told(words("Which?", options={"kind": "poll", "poll": answers})) == {message}

    def test_the_question_of_a_poll_is_short_and_stands_alone(self):
        options = {"kind": "poll", "poll": "A\nB"}
        assert self.told(words("a" * 301, options=options)) == {"check.too_long"}
        assert self.told(words("Which?", media=[replace(picture(), decorative=True)], options=options)) == {
            "check.no_media"
        }


class TestRefusals:
    def refused(self, far, session, status, description, **parameters):
        content = words("Hello")
        ready = prepared(session, content)
        body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
        far.fail(Failure(Reply(status, body)))
        with pytest.raises(errors.PlatformError) as caught:
            ADAPTER.publish_part(session, content, 0, ready, [])
        return caught.value

    def test_a_limit_is_waited_for_exactly(self, far, session):
        error = self.refused(far, session, 429, "Too Many Requests: retry after 35", retry_after=35)
        assert timedelta(seconds=33) < error.until - timezone.now() <= timedelta(seconds=35)

    def test_a_token_in_an_answer_is_blotted_out(self, far, session):
        secret = far.token.partition(":")[2]
        error = self.refused(far, session, 400, f"Bad Request: /bot{far.token}/sendMessage {secret}")
        assert secret not in f"{error} {error.reason} {error.detail}"
        assert error.field == "text"

    def test_a_lost_answer_is_a_question_for_a_person(self, far, session):
        assert "find" not in ADAPTER.capabilities.features
        with pytest.raises(errors.Unsupported):
            ADAPTER.find(session, words("Hello"), 0, prepared(session, words("Hello")), timezone.now())

    def test_half_an_album_in_the_answer_is_no_proof(self, far, session):
        content = words("Look", media=[picture(), picture()])
        ready = prepared(session, content)
        far.fail(Failure(Reply(data={"ok": True, "result": [{"message_id": 7}, {"message_id": "x"}]})))
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])


class TestAfterwards:
    def test_an_album_is_deleted_whole(self, far, session):
        (receipt,) = send(session, words("Look", media=[picture(), picture()]))
        stored = Receipt(**json.loads(json.dumps(vars(receipt))))
        ADAPTER.delete(session, stored)
        assert far.sent() == []
        ADAPTER.delete(session, stored)

    def test_a_post_telegram_keeps_is_told(self, far, session):
        (receipt,) = send(session, words("Hello"))
        far.can_delete = False
        with pytest.raises(errors.Unsupported, match="by hand"):
            ADAPTER.delete(session, receipt)

    def test_an_answer_without_a_number_is_no_zero(self, far, session):
        far.fail(Failure(Reply(data={"ok": True, "result": "many"})), pattern="MemberCount")
        assert ADAPTER.audience(session).values == {}

    @pytest.mark.parametrize(
        ("url", "found"),
        [
            ("https://t.me/TownLibrary/55", "55"),
            ("t.me/townlibrary/55?single", "55"),
            ("https://t.me/otherlibrary/55", ""),
            ("https://t.me/c/1000000001/55", ""),
            ("https://t.me/townlibrary", ""),
        ],
    )
    def test_an_address_is_ours_by_the_name_of_the_channel(self, session, url, found):
        if found:
            assert ADAPTER.recognise(session, url).remote_id == found
        else:
            with pytest.raises(errors.Rejected):
                ADAPTER.recognise(session, url)

    def test_posts_of_a_private_channel_have_an_address_too(self, far):
        account = Account(str(PRIVATE), "Staff", "Staff", "https://t.me/c/1000000002")
        session = TestSession(ADAPTER, account, far.secret())
        (receipt,) = send(session, words("Hello"))
        assert receipt.url == f"https://t.me/c/1000000002/{receipt.remote_id}"
        assert ADAPTER.recognise(session, receipt.url).remote_id == receipt.remote_id


class TestConnecting:
    @pytest.fixture
    def here(self, far):
        return Context("telegram")

    def begin(self, here, far, **fields):
        typed = {"token": far.token, "channel": "@townlibrary", **fields}
        return ADAPTER.begin(typed, redirect_uri="", state="", context=here)

    @pytest.mark.parametrize(
        "typed", ["@townlibrary", "townlibrary", " https://t.me/townlibrary/ ", "t.me/townlibrary", str(CHANNEL)]
    )
    def test_a_channel_is_found_however_it_is_typed(self, far, here, typed):
        connected = self.begin(here, far, channel=typed, token=f" {far.token}\n")
        account = connected.account
        assert (account.remote_id, account.name, account.handle) == (str(CHANNEL), "Town Library", "@townlibrary")
        assert account.url == "https://t.me/townlibrary"
        assert connected.secret == far.secret()
        assert connected.expires_at is None

    def test_a_private_channel_goes_by_its_title(self, far, here):
        account = self.begin(here, far, channel=str(PRIVATE)).account
        assert (account.handle, account.url) == ("Staff", "https://t.me/c/1000000002")

    def test_a_chat_for_preparing_is_kept_and_outlives_a_look(self, far, here):
        connected = self.begin(here, far, staging=str(STAGING))
        assert connected.account.facts == {"staging": str(STAGING)}
        session = TestSession(ADAPTER, connected.account, connected.secret)
        assert ADAPTER.probe(session).facts == {"staging": str(STAGING)}

    @pytest.mark.parametrize(
        ("fields", "field", "says"),
        [
            ({"token": ""}, "token", "no token"),
            ({"token": "my bot"}, "token", "no token"),
            ({"token": "123456789:AAF-unknown_0123456789abcdefghijklmn"}, "token", "knows no bot"),
            ({"channel": ""}, "channel", "not the name"),
            ({"channel": "our channel!"}, "channel", "not the name"),
            ({"channel": "@nowhere"}, "channel", "does not find"),
            ({"channel": "@townreaders"}, "channel", "not a channel"),
            ({"channel": str(GROUP)}, "channel", "not a channel"),
            ({"staging": "@nowhere"}, "staging", "does not find"),
            ({"staging": "@townlibrary"}, "staging", "the channel itself"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, far, here, fields, field, says):
        with pytest.raises(FieldProblem, match=says) as caught:
            self.begin(here, far, **fields)
        assert caught.value.field == field

    @pytest.mark.parametrize(("field", "chat"), [("channel", CHANNEL), ("staging", STAGING)])
    def test_a_bot_that_may_not_post_there_is_told(self, far, here, field, chat):
        far.members.discard(chat)
        with pytest.raises(FieldProblem, match="may not post") as caught:
            self.begin(here, far, staging=str(STAGING))
        assert caught.value.field == field

    def test_a_bot_that_lost_its_right_needs_a_person(self, far, session):
        far.members.discard(CHANNEL)
        with pytest.raises(errors.NeedsReconnect, match="administrator"):
            ADAPTER.probe(session)

    @pytest.mark.parametrize("method", ["getMe", "getChat", "getChatMember"])
    @pytest.mark.parametrize("reply", [Reply(502), Reply(raw=b"<html>"), Reply(404, raw=b"<html>")])
    def test_telegram_out_of_order_blames_nobody(self, far, here, method, reply):
        far.fail(Failure(reply), pattern=method + "$")
        with pytest.raises(errors.Temporary):
            self.begin(here, far)

    def test_the_token_stays_out_of_what_is_told(self, far, here, caplog):
        caplog.set_level("DEBUG")
        far.fail(Failure(cut=True), pattern="getMe")
        with pytest.raises(errors.Temporary) as caught:
            self.begin(here, far)
        secret = far.token.partition(":")[2]
        told = f"{caught.value} {caught.value.detail} {caplog.text}" + str([vars(one) for one in caplog.records])
        assert secret not in told


def test_one_part_without_words_or_media_is_no_call():
    assert check(replace(words(""), parts=(Part(),)), ADAPTER.capabilities, DEFAULT)
