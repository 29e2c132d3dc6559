"""Discord's adapter as a webhook, as a bot, and as both."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from channels_app import errors, services
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, LinkCard, Part
from channels_app.platforms import _discord_messages as messages
from channels_app.platforms._form import Form
from channels_app.platforms.discord import Discord
from channels_app.selectors import capabilities_of
from libsocial.accounts.policy import DEFAULT
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.discord import BOT_TOKEN, CHANNEL, GUILD, HOOK, HOOK_TOKEN, FakeDiscord
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import PIXEL, TestSession, document, film, picture

pytestmark = pytest.mark.django_db
ADAPTER = Discord()
HOUR = timedelta(hours=1)
ADDRESS = f"https://discord.com/api/webhooks/{HOOK}/{HOOK_TOKEN}"
HOOKED: dict[str, str] = {"webhook": ADDRESS}
BOTTED: dict[str, str] = {"bot_token": BOT_TOKEN, "channel_id": CHANNEL}


class FarDiscord(FakeDiscord):
    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))


@pytest.fixture
def far(settings):
    with running(FarDiscord()) as far:
        settings.PLATFORM_HOSTS = {"DISCORD_API": far.url}
        yield far


def begin(**fields):
    return ADAPTER.begin(fields, redirect_uri="", state="", context=Context("discord"))


def opened(**fields):
    connected = begin(**fields)
    return TestSession(ADAPTER, connected.account, connected.secret)


@pytest.fixture
def hook(far):
    return opened(**HOOKED)


@pytest.fixture
def bot(far):
    return opened(**BOTTED)


@pytest.fixture
def both(far):
    return opened(**HOOKED, **BOTTED)


def prepared(session, content, key="k", index=0):
    return ADAPTER.prepare(session, content, index, key, AT)


def send(session, content, key="k"):
    receipts: list[Any] = []
    for index in range(len(content.parts)):
        ready = prepared(session, content, f"{key}{index}", index)
        receipts.append(ADAPTER.publish_part(session, content, index, ready, receipts))
    return receipts


def only(far):
    (body,) = far.sent.values()
    return body


class TestBot(HttpContract):
    adapter = ADAPTER

    @property
    def can(self):
        return ADAPTER.capabilities_for({"mode": "bot"})

    @pytest.fixture
    def session(self, bot):
        return bot


class TestWebhook(HttpContract):
    adapter = ADAPTER
    keys_are_known = False
    ends_by = "DELETE"

    @property
    def can(self):
        return ADAPTER.capabilities_for({"mode": "webhook"})

    @pytest.fixture
    def session(self, hook):
        return hook


class TestBoth(HttpContract):
    adapter = ADAPTER
    keys_are_known = False

    @property
    def can(self):
        """The webhook's end is tested above; the bot's token cannot be ended."""
        can = ADAPTER.capabilities_for({"mode": "both"})
        return can.with_facts(features=can.features - {"revoke"})

    @pytest.fixture
    def session(self, both):
        return both


class TestPublishing:
    def test_nobody_is_notified_unless_a_person_chose_that(self, far, hook):
        send(hook, words("Hello @everyone"))
        assert only(far)["allowed_mentions"] == {"parse": []}
        assert far.created()[0].query["wait"] == ["true"]

    @pytest.mark.parametrize(
        ("chosen", "parse"), [("people", ["users", "roles"]), ("everyone", ["users", "roles", "everyone"])]
    )
    def test_a_person_may_choose_who_is_notified(self, far, bot, chosen, parse):
        send(bot, words("Hello", options={"mentions": chosen}))
        assert only(far)["allowed_mentions"] == {"parse": parse}

    @pytest.mark.parametrize(
        ("text", "sent"),
        [
            ("5 * 3 _a_ ~x~ |b| `c` [d](e)", r"5 \* 3 \_a\_ \~x\~ \|b\| \`c\` \[d](e)"),
            (
                "# Not a heading\n> no quote\n-# small\n- a list",
                "\\# Not a heading\n\\> no quote\n\\-# small\n- a list",
            ),
            ("#books and <@123>", r"#books and \<@123>"),
            ("https://library.example/a_b_c*d", "https://library.example/a_b_c*d"),
            ("a \\ b", r"a \\ b"),
        ],
    )
    def test_signs_are_shown_and_not_carried_out(self, text, sent):
        assert messages.text_of(words(text), 0) == sent
        assert messages.text_of(words(text, options={"formatting": True}), 0) == text

    @given(st.text(alphabet="ab é*_~|`[<>#-\\\n", max_size=60))
    def test_what_is_protected_reads_as_it_was_written(self, text):
        far = FakeDiscord.__new__(FakeDiscord)
        far.messages = {"1": {"content": messages.text_of(words(text), 0)}}
        assert FakeDiscord.texts(far) == [text]

    def test_a_text_too_long_once_protected_is_refused_before_it_is_sent(self, far, hook):
        with pytest.raises(errors.Rejected, match="2000") as caught:
            prepared(hook, words("*" * 1500))
        assert caught.value.field == "text"
        assert far.created() == []

    def test_choices_arrive(self, far, hook):
        options = {"quiet": True, "no_preview": True, "spoiler": True}
        send(hook, words("Look", media=[picture("A sofa")], options=options))
        body = only(far)
        assert body["flags"] == 4096 | 4
        assert body["attachments"] == [
            {"id": 0, "filename": "SPOILER_image-1.png", "description": "A sofa", "is_spoiler": True}
        ]

    def test_files_go_along_with_their_descriptions(self, far, bot):
        media = [picture("A sofa"), picture("", decorative=True), film("A tour")]
        (receipt,) = send(bot, words("Look", media=media))
        (files,) = far.files.values()
        assert list(files) == ["files[0]", "files[1]", "files[2]"]
        assert files["files[0]"] == PIXEL
        assert [one.get("description") for one in only(far)["attachments"]] == ["A sofa", None, "A tour"]
        assert receipt.alt == "delivered"

    def test_a_document_keeps_its_name(self, far, hook):
        send(hook, words("Look", media=[document("Our programme (May).pdf")]))
        assert only(far)["attachments"][0]["filename"] == "Our-programme-May-.pdf"

    def test_files_that_weigh_too_much_together_are_refused_before(self, far, hook):
        media = [film(size=9_900_000) for _ in range(3)]
        with pytest.raises(errors.Rejected) as caught:
            prepared(hook, words("Look", media=media))
        assert caught.value.field == "media"

    def test_a_card_of_ours_replaces_the_preview(self, far, hook):
        card = LinkCard("https://library.example/e", "Evening", "In the hall", picture("A hall"))
        content = Content((Part("Come: https://library.example/e", card=card),), options={"no_preview": True})
        send(hook, content)
        body = only(far)
        assert body["content"] == "Come: <https://library.example/e>"
        (embed,) = body["embeds"]
        assert (embed["title"], embed["description"]) == ("Evening", "In the hall")
        assert embed["image"] == {"url": f"attachment://{body['attachments'][0]['filename']}"}
        assert body["attachments"][0]["description"] == "A hall"
        assert "flags" not in body  # it would hide the card too

    def test_a_poll_arrives(self, far, hook):
        options = {"poll": "several", "poll_question": "When?", "poll_answers": "Ten\n\nEleven ", "poll_hours": "72"}
        content = words("Vote", options=options)
        assert check(content, ADAPTER.capabilities, DEFAULT) == []
        send(hook, content)
        assert only(far)["poll"] == {
            "question": {"text": "When?"},
            "answers": [{"poll_media": {"text": "Ten"}}, {"poll_media": {"text": "Eleven"}}],
            "duration": 72,
            "allow_multiselect": True,
            "layout_type": 1,
        }

    def test_a_poll_without_answers_is_named_before(self):
        fields = [one.field for one in check(words("Vote", options={"poll": "one"}), ADAPTER.capabilities, DEFAULT)]
        assert fields == ["options.poll_question", "options.poll_answers"]

    def test_the_parts_of_a_bots_thread_answer_each_other(self, far, bot):
        one, two, _three = send(bot, words("One", "Two", "Three"))
        references = [body.get("message_reference", {}).get("message_id") for body in far.sent.values()]
        assert references == [None, one.remote_id, two.remote_id]

    def test_a_forum_gets_a_thread_of_the_name_and_all_parts_in_it(self, far, hook):
        far.forum = True
        with pytest.raises(errors.Rejected) as caught:
            send(hook, words("One"))
        assert caught.value.field == "options.thread_name"
        one, two = send(hook, words("One", "Two", options={"thread_name": "Summer"}))
        (thread,) = far.threads
        assert far.threads[thread] == "Summer"
        assert {message["channel_id"] for message in far.messages.values()} == {thread}
        assert one.url == f"https://discord.com/channels/{GUILD}/{thread}/{one.remote_id}"
        assert ADAPTER.recognise(hook, one.url).data == one.data
        ADAPTER.delete(hook, two)
        assert far.texts() == ["One"]

    def test_a_deleted_thread_took_its_messages_along(self, far, hook):
        far.forum = True
        (receipt,) = send(hook, words("One", options={"thread_name": "Summer"}))
        for method in ("GET", "DELETE"):
            far.fail(Failure(Reply(404, {"message": "Unknown Channel", "code": 10003})), method=method, pattern=".")
        assert ADAPTER.metrics(hook, [receipt])[receipt.remote_id].gone
        ADAPTER.delete(hook, receipt)

    def test_we_say_who_we_are(self, far, hook):
        assert far.asked[0].headers["user-agent"].startswith("DiscordBot (http")

    def test_another_version_may_be_configured(self, far, hook, settings):
        settings.PLATFORM_VERSIONS = {"DISCORD": "v11"}
        with pytest.raises(errors.Rejected):
            ADAPTER.probe(hook)
        assert far.asked[-1].path.startswith("/v11/webhooks/")


class TestLimits:
    def refused(self, far, session, reply):
        ready = prepared(session, words("Hello"))
        far.fail(Failure(reply))
        with pytest.raises(errors.RateLimited) as caught:
            ADAPTER.publish_part(session, words("Hello"), 0, ready, [])
        return caught.value

    @pytest.mark.parametrize(
        ("body", "headers", "seconds", "scope"),
        [
            ({"retry_after": 64.57, "global": False}, {"Retry-After": "65"}, 64.57, "channel"),
            ({"retry_after": 0.3, "global": True}, {}, 1, "app"),
            ({"message": "x"}, {"X-RateLimit-Reset-After": "7.5"}, 7.5, "channel"),
            ({"retry_after": "soon"}, {"Retry-After": "9"}, 9, "channel"),
            ({"retry_after": 1e300}, {"Retry-After": "9"}, 9, "channel"),
            (None, {"Retry-After": "3600"}, 3600, "app"),
        ],
    )
    def test_how_long_is_understood(self, far, hook, body, headers, seconds, scope):
        error = self.refused(far, hook, Reply(429, body, headers))
        assert abs((error.until - timezone.now()).total_seconds() - seconds) < 2
        assert error.scope == scope


class TestFinding:
    def look(self, session, content, ready, ago=HOUR):
        return ADAPTER.find(session, content, 0, ready, timezone.now() - ago)

    def dropped(self, far, session, content):
        ready = prepared(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, ready, [])
        return ready

    def test_a_webhook_alone_can_be_asked_nothing(self, far, hook):
        content = words("Hello")
        found = self.look(hook, content, self.dropped(far, hook, content))
        assert found.state == "unknown"
        assert found.look_at == f"https://discord.com/channels/{GUILD}/{CHANNEL}"

    def test_a_bot_beside_it_sees_what_the_webhook_said(self, far, both):
        content = words("Hello *there*", media=[picture("A sofa")])
        found = self.look(both, content, self.dropped(far, both, content))
        assert found.state == "present"
        assert found.receipt.remote_id in far.messages
        ADAPTER.delete(both, found.receipt)
        assert far.texts() == []

    def test_a_bot_that_is_shown_no_words_proves_nothing(self, far, both):
        content = words("Hello")
        ready = self.dropped(far, both, content)
        far.shows_words = False
        assert self.look(both, content, ready).state == "unknown"

    def test_the_same_words_of_somebody_else_are_not_ours(self, far, bot):
        content = words("Hello")
        ready = prepared(bot, content)
        far.post_by_hand("Hello")
        assert self.look(bot, content, ready).state == "absent"

    def test_what_may_still_be_under_way_is_not_called_absent(self, far, bot):
        content = words("Hello")
        ready = prepared(bot, content)
        assert self.look(bot, content, ready, timedelta(seconds=30)).state == "unknown"
        assert self.look(bot, content, ready, timedelta(seconds=91)).state == "absent"

    def test_a_busy_channel_is_read_page_by_page(self, far, bot):
        content = words("Hello")
        ready = prepared(bot, content)
        for number in range(130):
            far.post_by_hand(f"Message {number}")
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(bot, content, 0, ready, [])
        assert self.look(bot, content, ready).state == "present"

    def test_a_channel_too_busy_proves_nothing(self, far, bot):
        content = words("Hello")
        ready = prepared(bot, content)
        for number in range(501):
            far.post_by_hand(f"Message {number}")
        assert self.look(bot, content, ready).state == "unknown"

    def test_a_new_thread_is_not_looked_for_in_the_channel(self, far, both):
        content = words("Hello", options={"thread_name": "Summer"})
        assert self.look(both, content, self.dropped(far, both, content)).state == "unknown"

    def test_a_message_with_a_card_is_found_though_its_picture_is_inside(self, far, bot):
        card = LinkCard("https://library.example/e", "Evening", "", picture("A hall"))
        content = Content((Part("Come", card=card, media=(picture("A sofa"),)),))
        assert self.look(bot, content, self.dropped(far, bot, content)).state == "present"

    def test_a_message_of_somebody_else_is_not_recognised(self, far, bot, hook):
        number = far.post_by_hand("Hello")
        for session in (bot, hook):
            with pytest.raises(errors.Rejected):
                ADAPTER.recognise(session, f"https://discord.com/channels/{GUILD}/{CHANNEL}/{number}")


class TestFigures:
    def test_what_a_webhook_is_not_shown_is_not_zero(self, far, hook):
        (receipt,) = send(hook, words("Hello"))
        assert ADAPTER.metrics(hook, [receipt])[receipt.remote_id].values == {}

    def test_a_bot_knows_that_nobody_reacted(self, far, bot):
        (receipt,) = send(bot, words("Hello"))
        far.messages[receipt.remote_id]["thread"] = {"id": receipt.remote_id, "message_count": 4}
        assert ADAPTER.metrics(bot, [receipt])[receipt.remote_id].values == {"reactions": 0, "replies": 4}

    def test_a_webhook_counts_no_members(self, far, hook):
        assert ADAPTER.audience(hook).values == {}


class TestConnecting:
    @pytest.mark.parametrize(
        "typed",
        [
            ADDRESS,
            f"  {ADDRESS}/ ",
            f"https://discord.com/api/v10/webhooks/{HOOK}/{HOOK_TOKEN}",
            f"https://discordapp.com/api/webhooks/{HOOK}/{HOOK_TOKEN}",
            f"https://canary.discord.com/api/webhooks/{HOOK}/{HOOK_TOKEN}?wait=true",
            f"ptb.discord.com/api/webhooks/{HOOK}/{HOOK_TOKEN}",
        ],
    )
    def test_the_address_of_a_webhook_is_enough(self, far, typed):
        connected = begin(webhook=typed)
        account = connected.account
        assert (account.remote_id, account.handle, account.name) == (HOOK, "@Town Library", "Town Library")
        assert account.url == f"https://discord.com/channels/{GUILD}/{CHANNEL}"
        assert account.avatar_url == f"https://cdn.discordapp.com/avatars/{HOOK}/a1b2.png?size=128"
        assert connected.secret == {"webhook": f"{HOOK}/{HOOK_TOKEN}"}
        assert account.facts["mode"] == "webhook"

    def test_a_thread_in_the_address_is_where_we_write(self, far):
        session = opened(webhook=f"{ADDRESS}?thread_id=99999")
        (receipt,) = send(session, words("Hello"))
        assert far.created()[-1].query["thread_id"] == ["99999"]
        assert receipt.url.startswith(f"https://discord.com/channels/{GUILD}/99999/")
        assert ADAPTER.probe(session).url.endswith("/99999")

    @pytest.mark.parametrize("channel", [CHANNEL, f"https://discord.com/channels/{GUILD}/{CHANNEL}"])
    def test_a_bot_writes_in_a_channel(self, far, channel):
        connected = begin(bot_token=BOT_TOKEN, channel_id=channel)
        account = connected.account
        assert (account.remote_id, account.handle, account.name) == (CHANNEL, "@librarybot", "#news")
        assert account.facts["mode"] == "bot"

    def test_a_webhook_keeps_its_identity_when_a_bot_comes_along(self, far):
        account = begin(**HOOKED, bot_token=BOT_TOKEN).account
        assert (account.remote_id, account.name, account.facts["mode"]) == (HOOK, "#news", "both")

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({}, "webhook"),
            ({"webhook": "https://evil.example/api/webhooks/12345678/abcdefghijk"}, "webhook"),
            ({"webhook": f"https://discord.com.evil.example/api/webhooks/{HOOK}/{HOOK_TOKEN}"}, "webhook"),
            ({"webhook": "https://discord.com/channels/1/2"}, "webhook"),
            ({"webhook": f"https://discord.com/api/webhooks/{HOOK}/{'x' * 68}"}, "webhook"),
            ({"bot_token": BOT_TOKEN}, "channel_id"),
            ({"bot_token": BOT_TOKEN, "channel_id": "#news"}, "channel_id"),
            ({"bot_token": "wrong", "channel_id": CHANNEL}, "bot_token"),
            ({"bot_token": BOT_TOKEN, "channel_id": "12345"}, "bot_token"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, far, fields, field):
        with pytest.raises(FieldProblem) as caught:
            begin(**fields)
        assert caught.value.field == field

    def test_a_bot_in_a_forum_is_told_to_use_a_webhook(self, far):
        far.channel_type = 15
        with pytest.raises(FieldProblem, match="webhook"):
            begin(**BOTTED)

    def test_a_moved_webhook_is_followed(self, far, hook):
        hook.facts["channel"] = "1"
        assert ADAPTER.probe(hook).facts["channel"] == CHANNEL

    def test_a_bots_token_is_left_to_its_owner(self, far, both):
        with pytest.raises(errors.Unsupported):
            ADAPTER.revoke(both)
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.probe(both)

    def test_connecting_and_ending_by_our_own_pages(self, far, lib):
        channel = services.connect_begin(by=lib.ada, unit=lib.north, platform="discord", fields=HOOKED)
        assert (channel.name, channel.remote_id) == ("Town Library", HOOK)
        assert "find" not in capabilities_of(channel).features
        assert services.disconnect(by=lib.ada, channel=channel).there
        assert far.hook_token != HOOK_TOKEN

    def test_from_a_file(self, far):
        for fields, number in (({"token": ADDRESS}, HOOK), ({"token": BOT_TOKEN, "channel_id": CHANNEL}, CHANNEL)):
            assert ADAPTER.from_token(fields, context=Context("discord")).account.remote_id == number


class TestForm:
    """A form is read in pieces of any size and tells its length before."""

    @given(st.lists(st.binary(max_size=30), max_size=4), st.integers(min_value=1, max_value=50))
    def test_it_is_as_long_as_it_says(self, contents, size):
        files = [
            (f"files[{number}]", f"{number}.png", "image/png", io.BytesIO(one)) for number, one in enumerate(contents)
        ]
        form = Form([("payload_json", "{}")], files)
        said, got = len(form), b""
        while piece := form.read(size):
            assert len(piece) <= size
            got += piece
        assert len(got) == said
        assert all(one in got for one in contents)

    def test_a_file_begun_is_sent_from_where_it_stands(self):
        file = io.BytesIO(b"abcdef")
        file.read(2)
        form = Form([], [("file", "x", "text/plain", file)])
        said = len(form)
        data = form.read()
        assert len(data) == said
        assert b"cdef" in data
        assert b"abcdef" not in data


def test_what_a_kind_of_account_cannot_do_is_not_offered():
    can = {mode: ADAPTER.capabilities_for({"mode": mode}).features for mode in ("webhook", "bot", "both")}
    assert can["webhook"] == ADAPTER.capabilities.features - {"find", "audience"}
    assert can["bot"] == ADAPTER.capabilities.features - {"revoke"}
    assert can["both"] == ADAPTER.capabilities.features
    assert ADAPTER.capabilities.version.name == "v10"
