"""The adapter against a Mastodon-compatible server nobody here wrote: snac2, which takes the interface lightly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone

from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, Part
from channels_app.errors import NeedsReconnect, Unsupported
from channels_app.platforms.mastodon import Mastodon
from tests.fakes.session import PIXEL, TestSession, picture
from tests.servers.mastodon.snac import MastodonAccount, MastodonServer

pytestmark = [pytest.mark.network, pytest.mark.django_db]
ADAPTER = Mastodon()
BACK = "http://127.0.0.1:9/channels/callback"


@pytest.fixture(autouse=True)
def _addresses(settings) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def account(mastodon_server: MastodonServer) -> MastodonAccount:
    return mastodon_server.new_account("adapter")


@pytest.fixture
def session(mastodon_server: MastodonServer, account: MastodonAccount) -> TestSession:
    return connect(mastodon_server, account)


def connect(server: MastodonServer, account: MastodonAccount) -> TestSession:
    """As a person does: type the server, sign in on its page, come back."""
    context = Context("mastodon")
    redirect = ADAPTER.begin({"server": server.base_url}, redirect_uri=BACK, state="s-1", context=context)
    back = server.log_in(redirect.url, account.acct, account.password)
    answer = dict(parse_qsl(urlsplit(back).query))
    assert answer["state"] == "s-1"
    connected = ADAPTER.finish(redirect.keep, answer, redirect_uri=BACK, context=context)
    return TestSession(ADAPTER, connected.account, connected.secret)


def publish(session, content, key="k"):
    receipts, at = [], datetime.now(UTC)
    for index in range(len(content.parts)):
        prepared = ADAPTER.prepare(session, content, index, f"{key}:{index}", at)
        receipts.append(ADAPTER.publish_part(session, content, index, prepared, receipts))
    return receipts


def test_signing_in_on_the_server_connects_the_account(mastodon_server, account, session):
    assert session.remote_id == account.id
    assert session.facts["software"].startswith("snac")
    assert ADAPTER.probe(session).handle.startswith(f"@{account.acct}@")
    assert ADAPTER.capabilities_for(session.facts).text.limit > 500


def test_a_wrong_code_connects_nothing(mastodon_server, account):
    context = Context("mastodon")
    keep = ADAPTER.begin({"server": mastodon_server.base_url}, redirect_uri=BACK, state="s", context=context).keep
    with pytest.raises(FieldProblem):
        ADAPTER.finish(keep, {"code": "made up"}, redirect_uri=BACK, context=context)


def test_text_picture_and_description_are_read_back_from_the_server(mastodon_server, account, session):
    content = Content(
        parts=(Part("Été #livres https://library.example/a", media=(picture("Two children read"),)),), language="fr"
    )
    (receipt,) = publish(session, content)
    stored = mastodon_server.status(account, receipt.remote_id)
    assert "Été" in stored["content"]
    assert [one["description"] for one in stored["media_attachments"]] == ["Two children read"]
    assert receipt.alt == "delivered"
    assert session.http().get(stored["media_attachments"][0]["url"]).content == PIXEL


def test_a_thread_is_a_thread_there(mastodon_server, account, session):
    one, two, three = publish(session, Content(parts=(Part("One"), Part("Two"), Part("Three"))))
    assert mastodon_server.status(account, two.remote_id)["in_reply_to_id"] == one.remote_id
    assert mastodon_server.status(account, three.remote_id)["in_reply_to_id"] == two.remote_id


@pytest.mark.parametrize(
    "text", ["Plain words", "Read https://library.example/a?b=c *today* & #tomorrow", "Été\n\n日本語 👩‍🚀 <b>x</b>"]
)
def test_a_post_whose_answer_was_lost_is_found_and_not_sent_again(mastodon_server, account, session, text):
    """The server ignores the key: looking first is the only way to one post."""
    content = Content(parts=(Part(text, media=(picture(),)),))
    prepared = ADAPTER.prepare(session, content, 0, "same", datetime.now(UTC))
    began = timezone.now()
    receipt = ADAPTER.publish_part(session, content, 0, prepared, [])  # and its answer is forgotten
    found = ADAPTER.find(session, content, 0, prepared, began)
    assert (found.state, found.receipt.remote_id) == ("present", receipt.remote_id)
    assert len(mastodon_server.statuses(account)) == 1


def test_what_was_never_sent_is_absent_once_the_server_has_settled(session):
    content = Content(parts=(Part("Never sent"),))
    prepared = ADAPTER.prepare(session, content, 0, "never", datetime.now(UTC))
    assert ADAPTER.find(session, content, 0, prepared, timezone.now()).state == "unknown"
    assert ADAPTER.find(session, content, 0, prepared, timezone.now() - timedelta(minutes=5)).state == "absent"


def test_the_same_words_twice_on_purpose_are_two_posts_and_told_apart(mastodon_server, account, session):
    content = Content(parts=(Part("Open today"),))
    (first,) = publish(session, content, "monday")
    prepared = ADAPTER.prepare(session, content, 0, "tuesday", datetime.now(UTC))
    assert ADAPTER.find(session, content, 0, prepared, timezone.now() - timedelta(minutes=5)).state == "absent"
    second = ADAPTER.publish_part(session, content, 0, prepared, [])
    assert first.remote_id != second.remote_id


@pytest.mark.slow
def test_what_readers_do_comes_back_as_figures(mastodon_server, account, session):
    reader = mastodon_server.new_account("patron")
    (receipt,) = publish(session, Content(parts=(Part("New books"),)))
    status = mastodon_server.status(account, receipt.remote_id)
    mastodon_server.favourite(reader, status)
    mastodon_server.reply(reader, status, "which ones?")
    mastodon_server.wait_replies(account, status)
    figures = ADAPTER.metrics(session, [receipt])[receipt.remote_id]
    assert (figures.values["favourites"], figures.values["replies"]) == (1, 1)
    assert ADAPTER.audience(session).values == {}


def test_deleting_removes_it_and_its_figures_say_gone(mastodon_server, account, session):
    (first,) = publish(session, Content(parts=(Part("Wrong date"),)))
    (second,) = publish(session, Content(parts=(Part("Right date"),)))
    ADAPTER.delete(session, first)
    ADAPTER.delete(session, first)
    assert mastodon_server.status(account, first.remote_id) is None
    figures = ADAPTER.metrics(session, [first, second])
    assert [figures[one.remote_id].gone for one in (first, second)] == [True, False]


def test_an_older_server_that_cannot_delete_says_so_and_takes_everything_else(older_mastodon_server):
    account = older_mastodon_server.new_account("older")
    session = connect(older_mastodon_server, account)
    content = Content(parts=(Part("Été #livres", media=(picture("Two children read"),)), Part("More")))
    receipts = publish(session, content)
    assert [one.alt for one in receipts] == ["delivered", "none"]
    prepared = ADAPTER.prepare(session, content, 0, "again", datetime.now(UTC))
    assert ADAPTER.find(session, content, 0, prepared, timezone.now() - timedelta(minutes=5)).state == "absent"
    with pytest.raises(Unsupported):
        ADAPTER.delete(session, receipts[0])
    assert not ADAPTER.metrics(session, receipts)[receipts[0].remote_id].gone


def test_an_answer_lost_by_an_older_server_is_found(older_mastodon_server):
    session = connect(older_mastodon_server, older_mastodon_server.new_account("lost"))
    content = Content(parts=(Part("Read https://library.example/a *today*", media=(picture(),)),))
    prepared = ADAPTER.prepare(session, content, 0, "same", datetime.now(UTC))
    receipt = ADAPTER.publish_part(session, content, 0, prepared, [])
    assert ADAPTER.find(session, content, 0, prepared, timezone.now()).receipt.remote_id == receipt.remote_id


def test_a_post_is_recognised_by_its_address(session):
    (receipt,) = publish(session, Content(parts=(Part("Here"),)))
    assert ADAPTER.recognise(session, receipt.url).remote_id == receipt.remote_id


def test_a_revoked_token_stops_the_channel(mastodon_server, session):
    form = {name: session.secret[name] for name in ("client_id", "client_secret", "token")}
    session.http().post(f"{mastodon_server.base_url}/oauth/revoke", data=form)
    with pytest.raises(NeedsReconnect):
        ADAPTER.probe(session)
    with pytest.raises(NeedsReconnect):
        publish(session, Content(parts=(Part("Too late"),)))
