"""The adapter against Bluesky's own servers: what it says it did is what is there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, LinkCard, Part
from channels_app.errors import NeedsReconnect
from channels_app.platforms.bluesky import Bluesky
from tests.fakes.session import PIXEL, TestSession, picture
from tests.servers.bluesky.network import BlueskyAccount, BlueskyNetwork, Ref

pytestmark = [pytest.mark.network, pytest.mark.django_db]
ADAPTER = Bluesky()


@pytest.fixture(autouse=True)
def _addresses(settings, bluesky_network: BlueskyNetwork) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1", "localhost"]
    settings.PLATFORM_HOSTS = {
        "BLUESKY_ENTRYWAY": bluesky_network.pds_url,
        "BLUESKY_APPVIEW": bluesky_network.appview_url,
        "BLUESKY_PLC": bluesky_network.plc_url,
    }


@pytest.fixture
def account(bluesky_network: BlueskyNetwork) -> BlueskyAccount:
    return bluesky_network.new_account("adapter")


@pytest.fixture
def session(bluesky_network: BlueskyNetwork, account: BlueskyAccount) -> TestSession:
    return connect(account)


def connect(account: BlueskyAccount, server: str = "") -> TestSession:
    fields = {"handle": account.handle, "app_password": account.app_password, "server": server}
    connected = ADAPTER.begin(fields, redirect_uri="", state="", context=Context("bluesky"))
    return TestSession(ADAPTER, connected.account, connected.secret)


def publish(session, content, key="k"):
    receipts, at = [], datetime.now(UTC)
    for index in range(len(content.parts)):
        prepared = ADAPTER.prepare(session, content, index, f"{key}:{index}", at)
        receipts.append(ADAPTER.publish_part(session, content, index, prepared, receipts))
    return receipts


def test_an_account_is_found_by_its_handle_alone(bluesky_network, account):
    bluesky_network.wait_indexed()
    session = connect(account)
    assert session.remote_id == account.did
    assert session.secret["pds"] == bluesky_network.pds_url
    assert ADAPTER.probe(session).handle == f"@{account.handle}"


def test_a_wrong_app_password_is_told_at_its_field(bluesky_network, account):
    fields = {"handle": account.handle, "app_password": "aaaa-bbbb-cccc-dddd", "server": bluesky_network.pds_url}
    with pytest.raises(FieldProblem) as caught:
        ADAPTER.begin(fields, redirect_uri="", state="", context=Context("bluesky"))
    assert caught.value.field == "app_password"


def test_text_picture_and_description_are_read_back_from_the_server(bluesky_network, account, session):
    content = Content(
        parts=(Part("Été #livres https://library.example/a", media=(picture("Two children read"),)),), language="fr"
    )
    (receipt,) = publish(session, content)
    stored = bluesky_network.get_record(receipt.remote_id)
    assert stored["value"]["text"] == content.parts[0].text
    assert stored["value"]["langs"] == ["fr"]
    image = stored["value"]["embed"]["images"][0]
    assert image["alt"] == "Two children read"
    assert bluesky_network.blob(account.did, image["image"]["ref"]["$link"]) == PIXEL
    assert [facet["features"][0]["$type"].partition("#")[2] for facet in stored["value"]["facets"]] == ["tag", "link"]


def test_a_link_card_is_kept_with_its_picture(bluesky_network, session):
    card = LinkCard("https://library.example/new", "New books", "Every week", picture(""))
    (receipt,) = publish(session, Content(parts=(Part("Read this", card=card),)))
    external = bluesky_network.get_record(receipt.remote_id)["value"]["embed"]["external"]
    assert external["title"] == "New books"
    assert external["thumb"]["size"] == len(PIXEL)


def test_a_thread_is_a_thread_there(bluesky_network, session):
    one, two, three = publish(session, Content(parts=(Part("One"), Part("Two"), Part("Three"))))
    assert bluesky_network.post_view(one.remote_id)["replyCount"] == 1
    reply = bluesky_network.get_record(three.remote_id)["value"]["reply"]
    assert (reply["root"]["uri"], reply["parent"]["uri"]) == (one.remote_id, two.remote_id)


def test_the_same_key_twice_is_one_post(bluesky_network, account, session):
    content = Content(parts=(Part("Once", media=(picture(),)),))
    prepared = ADAPTER.prepare(session, content, 0, "same", datetime.now(UTC))
    assert ADAPTER.find(session, content, 0, prepared, datetime.now(UTC)).state == "absent"
    first = ADAPTER.publish_part(session, content, 0, prepared, [])
    again = ADAPTER.publish_part(session, content, 0, prepared, [])
    assert first == again == ADAPTER.find(session, content, 0, prepared, datetime.now(UTC)).receipt
    assert bluesky_network.count_posts(account.did) == 1


def test_what_readers_do_comes_back_as_figures(bluesky_network, account, session):
    reader = bluesky_network.new_account("patron")
    (receipt,) = publish(session, Content(parts=(Part("New books"),)))
    post = Ref(receipt.remote_id, receipt.data["cid"])
    bluesky_network.like(reader, post.uri, post.cid)
    bluesky_network.reply(reader, "Which?", post)
    bluesky_network.follow(reader, account.did)
    bluesky_network.wait_indexed()
    figures = ADAPTER.metrics(session, [receipt])[receipt.remote_id]
    assert figures.values == {"likes": 1, "reposts": 0, "replies": 1, "quotes": 0}
    assert ADAPTER.audience(session).values == {"followers": 1, "posts": 1}


def test_a_post_is_recognised_by_its_address(session):
    (receipt,) = publish(session, Content(parts=(Part("Here"),)))
    assert ADAPTER.recognise(session, receipt.url).remote_id == receipt.remote_id


def test_deleting_removes_it_and_its_figures_say_gone(bluesky_network, account, session):
    (receipt,) = publish(session, Content(parts=(Part("Wrong date"),)))
    ADAPTER.delete(session, receipt)
    ADAPTER.delete(session, receipt)
    assert bluesky_network.count_posts(account.did) == 0
    bluesky_network.wait_indexed()
    assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].gone


def test_a_renewed_session_posts_and_the_old_refresh_token_is_no_longer_needed(bluesky_network, account, session):
    session.refresh()
    publish(session, Content(parts=(Part("After renewing"),)))
    assert bluesky_network.count_posts(account.did) == 1


def test_a_revoked_app_password_stops_the_channel(bluesky_network, account, session):
    bluesky_network.revoke_app_password(account)
    with pytest.raises(NeedsReconnect):
        session.refresh()


def test_an_account_taken_down_stops_the_channel(bluesky_network, session, account):
    bluesky_network.take_down(account)
    with pytest.raises(NeedsReconnect):
        publish(session, Content(parts=(Part("Too late"),)))
    with pytest.raises(NeedsReconnect):
        ADAPTER.probe(session)
