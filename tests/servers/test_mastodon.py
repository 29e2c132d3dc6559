"""What a Mastodon-compatible server really answers, seen with nothing but requests.

These are measurements: where snac2 changes its mind with a new version, the test that fails here
says which line of README.md has to change, and which fallback of the adapter is no longer proven.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.servers.mastodon.snac import Json, MastodonAccount, MastodonServer

pytestmark = pytest.mark.network

_REDIRECT = "http://127.0.0.1:9/channels/callback"
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(scope="module", params=["mastodon_server", "older_mastodon_server"])
def server(request: pytest.FixtureRequest) -> MastodonServer:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def library(server: MastodonServer) -> MastodonAccount:
    return server.new_account("library")


def _ask(server: MastodonServer, token: str, method: str, path: str, **how: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} | how.pop("headers", {})
    return requests.request(method, server.base_url + path, headers=headers, timeout=30, **how)


def _upload(server: MastodonServer, account: MastodonAccount, description: str, path: str = "/api/v2/media") -> Json:
    files = {"file": ("point.png", _PIXEL, "image/png")}
    answer = _ask(server, account.token, "POST", path, files=files, data={"description": description})
    assert answer.status_code == 200
    return answer.json()


def test_an_app_gets_in_through_the_form_a_person_fills(server: MastodonServer, library: MastodonAccount) -> None:
    app = server.register_app("LibSocial", _REDIRECT)
    asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": _REDIRECT, "state": "s-1"}
    url = f"{server.base_url}/oauth/authorize?{urlencode(asked)}"
    with pytest.raises(ValueError, match="LOGIN INCORRECT"):
        server.log_in(url, library.acct, "wrong")
    back = urlsplit(server.log_in(url, library.acct, library.password))
    assert parse_qs(back.query)["state"] == ["s-1"]
    assert f"{back.scheme}://{back.netloc}{back.path}" == _REDIRECT


def test_several_redirect_addresses_cannot_be_registered(server: MastodonServer) -> None:
    body = {"client_name": "LibSocial", "redirect_uris": [_REDIRECT, _REDIRECT + "2"], "scopes": "read"}
    assert requests.post(f"{server.base_url}/api/v1/apps", json=body, timeout=30).status_code == 404


def test_an_invented_code_gets_a_token_that_opens_nothing(server: MastodonServer) -> None:
    app = server.register_app("LibSocial", _REDIRECT)
    keys = {"client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": _REDIRECT}
    body = {"grant_type": "authorization_code", "code": "invented", **keys}
    answer = requests.post(f"{server.base_url}/oauth/token", data=body, timeout=30)
    assert answer.status_code == 200
    token = answer.json()["access_token"]
    assert _ask(server, token, "GET", "/api/v1/accounts/verify_credentials").status_code == 422


def test_the_instance_answers_in_version_1_only(server: MastodonServer) -> None:
    assert requests.get(f"{server.base_url}/api/v2/instance", timeout=30).status_code == 404
    told = requests.get(f"{server.base_url}/api/v1/instance", timeout=30).json()
    assert "snac/" in told["version"]
    limits = told["configuration"]["statuses"]
    assert (limits["max_characters"], limits["characters_reserved_per_url"]) == (100000, 32)
    assert "description_limit" not in told["configuration"]["media_attachments"]


def test_a_bad_token_is_a_422_without_a_word_when_reading_and_a_401_when_posting(server: MastodonServer) -> None:
    reading = _ask(server, "nobody's", "GET", "/api/v1/accounts/verify_credentials")
    posting = _ask(server, "nobody's", "POST", "/api/v1/statuses", data={"status": "x"})
    assert [(answer.status_code, answer.text) for answer in (reading, posting)] == [(422, ""), (401, "")]


def test_a_revoked_token_opens_nothing(server: MastodonServer) -> None:
    leaving = server.new_account("leaving")
    server.revoke(leaving)
    assert _ask(server, leaving.token, "GET", "/api/v1/accounts/verify_credentials").status_code == 422


def test_the_idempotency_key_is_ignored_and_two_requests_are_two_posts(server: MastodonServer) -> None:
    account = server.new_account("twice")
    body = {"status": "Story time at ten", "visibility": "public", "language": "de"}
    for _ in range(2):
        key = {"Idempotency-Key": "the same key"}
        answer = _ask(server, account.token, "POST", "/api/v1/statuses", headers=key, data=body)
        assert answer.status_code == 200
    found = server.statuses(account)
    assert len(found) == 2
    assert "application" not in found[0] and found[0]["language"] == "en"


def test_the_own_list_leaves_out_what_is_not_public(server: MastodonServer) -> None:
    account = server.new_account("quiet")
    made = [server.post(account, "For a few", visibility=which) for which in ("unlisted", "private", "direct")]
    expected = ["public", "private", "private"] if server.version == "2.75" else ["unlisted", "private", "direct"]
    assert [status["visibility"] for status in made] == expected
    assert [status["id"] for status in server.statuses(account)] == [made[0]["id"]]


def test_a_picture_keeps_its_description(server: MastodonServer, library: MastodonAccount) -> None:
    media = _upload(server, library, "One red point")
    assert requests.get(media["url"], timeout=30).content == _PIXEL
    made = server.post(library, "Look", media_ids=[media["id"]])
    stored = server.status(library, made["id"])
    assert stored is not None
    assert [item["description"] for item in stored["media_attachments"]] == ["One red point"]


def test_asking_for_a_medium_does_not_tell_whether_it_is_attached(
    server: MastodonServer, library: MastodonAccount
) -> None:
    media = _upload(server, library, "One red point", "/api/v1/media")
    before = _ask(server, library.token, "GET", f"/api/v1/media/{media['id']}").status_code
    server.post(library, "Look again", media_ids=[media["id"]])
    after = _ask(server, library.token, "GET", f"/api/v1/media/{media['id']}").status_code
    assert (before, after) == ((404, 404) if server.version == "2.75" else (200, 200))


def test_a_medium_nobody_knows_is_left_out_without_a_word(server: MastodonServer, library: MastodonAccount) -> None:
    made = server.post(library, "A picture of our new shelf", media_ids=["12345"])
    assert made["media_attachments"] == []


def test_a_post_is_edited_in_place(server: MastodonServer, library: MastodonAccount) -> None:
    made = server.post(library, "Wrong date")
    answer = _ask(server, library.token, "PUT", f"/api/v1/statuses/{made['id']}", json={"status": "Right date"})
    assert answer.json()["edited_at"] and "Right date" in answer.json()["content"]
    source = server.get(library, f"/api/v1/statuses/{made['id']}/source")
    assert source["text"] == "Right date"


def test_the_newer_server_deletes_and_says_what_was_there(mastodon_server: MastodonServer) -> None:
    account = mastodon_server.new_account("deleting")
    made = mastodon_server.post(account, "Wrong date")
    path = f"/api/v1/statuses/{made['id']}"
    answers = [_ask(mastodon_server, account.token, "DELETE", path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].json()["text"] == "Wrong date"
    assert mastodon_server.status(account, made["id"]) is None and mastodon_server.statuses(account) == []


def test_the_older_server_knows_no_deletion_and_keeps_the_post(older_mastodon_server: MastodonServer) -> None:
    account = older_mastodon_server.new_account("deleting")
    made = older_mastodon_server.post(account, "Wrong date")
    answer = _ask(older_mastodon_server, account.token, "DELETE", f"/api/v1/statuses/{made['id']}")
    assert answer.status_code == 404
    assert older_mastodon_server.status(account, made["id"]) is not None


@pytest.mark.slow
def test_a_reader_s_reply_and_like_reach_the_library(server: MastodonServer) -> None:
    library, reader = server.new_account("asked"), server.new_account("reader")
    post = server.post(library, "New books are in")
    server.favourite(reader, post)
    server.reblog(reader, post)
    server.reply(reader, post, "which ones?")
    replies = server.wait_replies(library, post)
    assert "which ones?" in re.sub("<[^>]+>", "", replies[0]["content"])
    server.wait_notifications(library, "favourite")
    server.wait_notifications(library, "reblog")
    server.wait_notifications(library, "mention")
    now = server.status(library, post["id"])
    assert now is not None
    assert [now["favourites_count"], now["reblogs_count"], now["replies_count"]] == [1, 1, 1]
    unlimited = server.get(library, "/api/v1/notifications")
    assert len(unlimited) == (3 if server.version == "2.75" else 1)
    filtered = {note["type"] for note in server.get(library, "/api/v1/notifications?types[]=mention&limit=80")}
    assert filtered == ({"favourite", "reblog", "mention"} if server.version == "2.75" else {"mention"})
