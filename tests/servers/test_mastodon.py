"""What a Mastodon-compatible server really answers, seen with nothing but requests.

These are measurements: where snac2 changes its mind with a new version, the test that fails here
says which line of README.md has to change, and which fallback of the adapter is no longer proven.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.servers.mastodon.snac import MastodonAccount, MastodonServer

_REDIRECT = "http://127.0.0.1:9/channels/callback"
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def library(mastodon_server: MastodonServer) -> MastodonAccount:
    return mastodon_server.new_account("library")


def _headers(account: MastodonAccount, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.token}", **more}


def test_an_app_gets_in_through_the_form_a_person_fills(
    mastodon_server: MastodonServer, library: MastodonAccount
) -> None:
    app = mastodon_server.register_app("LibSocial", _REDIRECT)
    asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": _REDIRECT, "state": "s-1"}
    url = f"{mastodon_server.base_url}/oauth/authorize?{urlencode(asked)}"
    with pytest.raises(ValueError, match="LOGIN INCORRECT"):
        mastodon_server.log_in(url, library.acct, "wrong")
    back = urlsplit(mastodon_server.log_in(url, library.acct, library.password))
    assert parse_qs(back.query)["state"] == ["s-1"]
    assert f"{back.scheme}://{back.netloc}{back.path}" == _REDIRECT


def test_the_instance_answers_in_version_1_only(mastodon_server: MastodonServer) -> None:
    base = mastodon_server.base_url
    assert requests.get(f"{base}/api/v2/instance", timeout=30).status_code == 404
    told = requests.get(f"{base}/api/v1/instance", timeout=30).json()
    assert "snac/" in told["version"] and told["configuration"]["statuses"]["max_characters"] > 500


def test_a_bad_token_is_a_422_without_a_word(mastodon_server: MastodonServer) -> None:
    url = f"{mastodon_server.base_url}/api/v1/accounts/verify_credentials"
    answer = requests.get(url, headers={"Authorization": "Bearer nobody's"}, timeout=30)
    assert (answer.status_code, answer.text) == (422, "")


def test_a_bad_token_is_a_401_when_posting(mastodon_server: MastodonServer) -> None:
    url = f"{mastodon_server.base_url}/api/v1/statuses"
    answer = requests.post(url, headers={"Authorization": "Bearer nobody's"}, data={"status": "x"}, timeout=30)
    assert (answer.status_code, answer.text) == (401, "")


def test_a_revoked_token_opens_nothing(mastodon_server: MastodonServer) -> None:
    leaving = mastodon_server.new_account("leaving")
    mastodon_server.revoke(leaving)
    url = f"{mastodon_server.base_url}/api/v1/accounts/verify_credentials"
    assert requests.get(url, headers=_headers(leaving), timeout=30).status_code == 422


def test_the_idempotency_key_is_ignored_and_two_requests_are_two_posts(mastodon_server: MastodonServer) -> None:
    account = mastodon_server.new_account("twice")
    headers = _headers(account, **{"Idempotency-Key": "the same key"})
    body = {"status": "Story time at ten", "visibility": "public", "language": "en"}
    for _ in range(2):
        url = f"{mastodon_server.base_url}/api/v1/statuses"
        assert requests.post(url, headers=headers, data=body, timeout=30).status_code == 200
    assert len(mastodon_server.statuses(account)) == 2


def test_a_picture_keeps_its_description(mastodon_server: MastodonServer, library: MastodonAccount) -> None:
    upload = requests.post(
        f"{mastodon_server.base_url}/api/v2/media",
        headers=_headers(library),
        files={"file": ("point.png", _PIXEL, "image/png")},
        data={"description": "One red point"},
        timeout=30,
    )
    assert upload.status_code == 200
    media = upload.json()
    assert requests.get(media["url"], timeout=30).content == _PIXEL
    made = mastodon_server.post(library, "Look", media_ids=[media["id"]])
    stored = mastodon_server.status(library, made["id"])
    assert stored is not None
    assert [item["description"] for item in stored["media_attachments"]] == ["One red point"]


@pytest.mark.slow
def test_a_reader_s_reply_and_like_reach_the_library(mastodon_server: MastodonServer, library: MastodonAccount) -> None:
    reader = mastodon_server.new_account("reader")
    post = mastodon_server.post(library, "New books are in")
    mastodon_server.favourite(reader, post)
    mastodon_server.reblog(reader, post)
    mastodon_server.reply(reader, post, "which ones?")
    replies = mastodon_server.wait_replies(library, post)
    assert "which ones?" in re.sub("<[^>]+>", "", replies[0]["content"])
    mastodon_server.wait_notifications(library, "favourite")
    now = mastodon_server.status(library, post["id"])
    assert now is not None
    assert [now["favourites_count"], now["reblogs_count"], now["replies_count"]] == [1, 1, 1]
