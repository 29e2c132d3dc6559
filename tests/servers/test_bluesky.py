"""The Bluesky network answers as the platform page says, seen with nothing but requests."""

from __future__ import annotations

import pytest
import requests

from tests.servers.bluesky.network import POST, BlueskyAccount, BlueskyNetwork, running_network

_KEY = "3lbaaaaaaaa22"
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def _session(network: BlueskyNetwork, account: BlueskyAccount) -> requests.Session:
    answer = requests.post(
        f"{network.pds_url}/xrpc/com.atproto.server.createSession",
        json={"identifier": account.handle, "password": account.app_password},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {answer.json()['accessJwt']}"
    return session


def _put(network: BlueskyNetwork, account: BlueskyAccount, text: str) -> dict[str, object]:
    record = {"$type": POST, "text": text, "createdAt": "2026-11-23T09:30:00.000Z"}
    return {
        "repo": account.did,
        "collection": POST,
        "rkey": _KEY,
        "record": record,
        "swapRecord": None,
    }


def test_an_app_password_opens_a_session_that_names_the_pds(
    bluesky_network: BlueskyNetwork,
) -> None:
    account = bluesky_network.new_account("session")
    answer = requests.post(
        f"{bluesky_network.pds_url}/xrpc/com.atproto.server.createSession",
        json={"identifier": account.handle, "password": account.app_password},
        timeout=30,
    ).json()
    assert answer["did"] == account.did
    assert answer["didDoc"]["service"][0]["serviceEndpoint"] == bluesky_network.pds_url


def test_a_record_put_twice_under_a_chosen_key_is_one_post(bluesky_network: BlueskyNetwork) -> None:
    account = bluesky_network.new_account("twice")
    session = _session(bluesky_network, account)
    url = f"{bluesky_network.pds_url}/xrpc/com.atproto.repo.putRecord"
    body = _put(bluesky_network, account, "Story time at ten")
    first = session.post(url, json=body, timeout=30)
    again = session.post(url, json=body, timeout=30)
    other = session.post(url, json=_put(bluesky_network, account, "Other words"), timeout=30)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["cid"] == first.json()["cid"] and "commit" not in again.json()
    assert (other.status_code, other.json()["error"]) == (400, "InvalidSwap")
    assert bluesky_network.count_posts(account.did) == 1


def test_creating_under_a_used_key_answers_500_and_adds_nothing(
    bluesky_network: BlueskyNetwork,
) -> None:
    account = bluesky_network.new_account("create")
    session = _session(bluesky_network, account)
    url = f"{bluesky_network.pds_url}/xrpc/com.atproto.repo.createRecord"
    body = _put(bluesky_network, account, "Story time at ten")
    del body["swapRecord"]
    assert session.post(url, json=body, timeout=30).status_code == 200
    assert session.post(url, json=body, timeout=30).status_code == 500
    assert bluesky_network.count_posts(account.did) == 1


def test_a_picture_comes_back_byte_for_byte(bluesky_network: BlueskyNetwork) -> None:
    account = bluesky_network.new_account("picture")
    answer = _session(bluesky_network, account).post(
        f"{bluesky_network.pds_url}/xrpc/com.atproto.repo.uploadBlob",
        data=_PIXEL,
        headers={"Content-Type": "image/png"},
        timeout=30,
    )
    blob = answer.json()["blob"]
    image = {"image": blob, "alt": "One red point", "aspectRatio": {"width": 1, "height": 1}}
    embed = {"$type": "app.bsky.embed.images", "images": [image]}
    ref = bluesky_network.post(account, "Look", embed=embed)
    stored = bluesky_network.get_record(ref.uri)
    assert stored is not None and stored["value"]["embed"]["images"][0]["alt"] == "One red point"
    assert bluesky_network.blob(account.did, blob["ref"]["$link"]) == _PIXEL


def test_what_readers_do_is_counted_by_the_appview(bluesky_network: BlueskyNetwork) -> None:
    library = bluesky_network.new_account("counted")
    reader = bluesky_network.new_account("reader")
    post = bluesky_network.post(library, "New books")
    bluesky_network.like(reader, post.uri, post.cid)
    bluesky_network.repost(reader, post.uri, post.cid)
    bluesky_network.reply(reader, "Which ones?", post)
    bluesky_network.quote(reader, "See this", post)
    view = bluesky_network.post_view(post.uri)
    assert view is not None
    counts = [view[f"{what}Count"] for what in ("like", "repost", "reply", "quote")]
    assert counts == [1, 1, 1, 1]


def test_the_library_is_told_of_replies_and_mentions(bluesky_network: BlueskyNetwork) -> None:
    library = bluesky_network.new_account("told")
    reader = bluesky_network.new_account("asker")
    post = bluesky_network.post(library, "Closed on Friday")
    bluesky_network.reply(reader, "All day?", post)
    bluesky_network.mention(reader, f"Is @{library.handle} open?", library)
    bluesky_network.wait_indexed()
    # Through the PDS, which passes app.bsky reads on to the AppView.
    notes = bluesky_network.query(
        "app.bsky.notification.listNotifications", account=library, reasons=["reply", "mention"]
    )["notifications"]
    assert sorted(note["reason"] for note in notes) == ["mention", "reply"]


def test_a_deleted_post_is_gone_for_the_pds_and_the_appview(
    bluesky_network: BlueskyNetwork,
) -> None:
    library = bluesky_network.new_account("deleted")
    post = bluesky_network.post(library, "Wrong date")
    assert bluesky_network.post_view(post.uri) is not None
    bluesky_network.delete(library, post.uri)
    assert bluesky_network.get_record(post.uri) is None
    assert bluesky_network.post_view(post.uri) is None


def test_a_key_is_free_again_after_its_post_was_deleted(bluesky_network: BlueskyNetwork) -> None:
    account = bluesky_network.new_account("freed")
    session = _session(bluesky_network, account)
    url = f"{bluesky_network.pds_url}/xrpc/com.atproto.repo.putRecord"
    body = _put(bluesky_network, account, "Story time at ten")
    made = session.post(url, json=body, timeout=30).json()
    bluesky_network.delete(account, made["uri"])
    assert session.post(url, json=body, timeout=30).json()["cid"] == made["cid"]
    assert bluesky_network.count_posts(account.did) == 1


def test_an_app_password_taken_back_shows_at_the_refresh_only(bluesky_network: BlueskyNetwork) -> None:
    account = bluesky_network.new_account("revoked")
    keys = {"identifier": account.handle, "password": account.app_password}
    base = f"{bluesky_network.pds_url}/xrpc/com.atproto.server"
    session = requests.post(f"{base}.createSession", json=keys, timeout=30).json()
    bluesky_network.revoke_app_password(account)
    access = {"Authorization": f"Bearer {session['accessJwt']}"}
    refresh = {"Authorization": f"Bearer {session['refreshJwt']}"}
    assert requests.get(f"{base}.getSession", headers=access, timeout=30).status_code == 200
    refused = requests.post(f"{base}.refreshSession", headers=refresh, timeout=30)
    assert (refused.status_code, refused.json()["error"]) == (400, "ExpiredToken")
    again = requests.post(f"{base}.createSession", json=keys, timeout=30)
    assert (again.status_code, again.json()["error"]) == (401, "AuthenticationRequired")


def test_an_account_taken_down_may_not_write_and_its_posts_are_not_found(bluesky_network: BlueskyNetwork) -> None:
    account = bluesky_network.new_account("removed")
    session = _session(bluesky_network, account)
    post = bluesky_network.post(account, "Before")
    bluesky_network.take_down(account)
    base = f"{bluesky_network.pds_url}/xrpc/com.atproto.repo"
    refused = session.post(f"{base}.putRecord", json=_put(bluesky_network, account, "After"), timeout=30)
    assert (refused.status_code, refused.json()["error"]) == (401, "AccountTakedown")
    asked = {"repo": account.did, "collection": POST, "rkey": post.uri.rpartition("/")[2]}
    hidden = requests.get(f"{base}.getRecord", params=asked, timeout=30)
    assert (hidden.status_code, hidden.json()["error"]) == (400, "InvalidRequest")


def test_a_handle_is_given_once(bluesky_network: BlueskyNetwork) -> None:
    handles = [bluesky_network.new_account("branch").handle for _ in range(2)]
    assert handles == ["branch.test", "branch-2.test"]


def test_the_servers_of_a_run_can_be_told_to_limit_and_say_so(
    tmp_path_factory: pytest.TempPathFactory, bluesky_network: BlueskyNetwork
) -> None:
    with running_network(tmp_path_factory.mktemp("limited"), rate_limits=True) as limited:
        told = requests.get(f"{limited.pds_url}/xrpc/com.atproto.server.describeServer", timeout=30).headers
    free = requests.get(f"{bluesky_network.pds_url}/xrpc/com.atproto.server.describeServer", timeout=30).headers
    assert (told["RateLimit-Limit"], told["RateLimit-Policy"]) == ("3000", "3000;w=300")
    assert "RateLimit-Limit" not in free
