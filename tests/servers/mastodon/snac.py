"""A Mastodon-compatible server on loopback: snac2, and what people on it do.

snac2 is small and takes the API lightly (README.md beside this folder lists how): an adapter that
works here and with a faithful server works with what libraries really meet.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from tests.servers.installed import servers_root
from tests.servers.waiting import free_port, wait_for

_CALL_SECONDS = 30.0
_REDIRECT = "http://127.0.0.1:9/callback"  # nobody is there: the browser's part ends before it
_SCOPES = "read write follow"

Json = dict[str, Any]
Version = Literal["newer", "older"]


@dataclass(frozen=True, slots=True)
class MastodonAccount:
    """Somebody on the server. ``token`` was got as an app gets it: registration, form, code."""

    id: str
    acct: str
    url: str
    password: str
    token: str
    client_id: str
    client_secret: str


class MastodonServer:
    """The running server. Helpers act as a person would and raise when refused."""

    def __init__(self, base_url: str, program: Path, data: Path) -> None:
        self.base_url = base_url
        self._program, self._data = program, data
        self._taken: set[str] = set()

    @property
    def version(self) -> str:
        """snac2's own version, "2.96" for example."""
        answer = requests.get(f"{self.base_url}/api/v1/instance", timeout=_CALL_SECONDS).json()
        return str(answer["version"]).rpartition("snac/")[2].rstrip(")")

    # --- accounts and the way in ---------------------------------------------------------------

    def new_account(self, name: str = "library") -> MastodonAccount:
        """Add a user ``name``, or ``name2`` and so on when that one is there, and log in."""
        uid, number = name, 1
        while uid in self._taken:
            number += 1
            uid = f"{name}{number}"
        self._taken.add(uid)
        said = self._tool("adduser", uid)
        password = re.search(r"password is (\S+)", said)
        assert password, said
        app = self.register_app()
        token = self._token(app, uid, password[1])
        me = self._call("GET", "/api/v1/accounts/verify_credentials", token).json()
        keys = app["client_id"], app["client_secret"]
        return MastodonAccount(me["id"], me["acct"], me["url"], password[1], token, *keys)

    def register_app(self, name: str = "A reader's app", redirect: str = _REDIRECT) -> Json:
        """Make an app as any client does; its id and secret are in the answer."""
        body = {"client_name": name, "redirect_uris": redirect, "scopes": _SCOPES}
        answer = requests.post(f"{self.base_url}/api/v1/apps", data=body, timeout=_CALL_SECONDS)
        answer.raise_for_status()
        return dict(answer.json())

    def log_in(self, authorize_url: str, acct: str, password: str) -> str:
        """Do what a person does at an app's authorize address; the address the browser goes to next.

        Opens the page, fills its form, sends it. A wrong password gives ValueError with the words
        the page shows.
        """
        page = requests.get(authorize_url, timeout=_CALL_SECONDS)
        page.raise_for_status()
        action = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert action, f"no form at {authorize_url}: {page.text[:300]}"
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        fields = {key: unescape(value) for key, value in hidden} | {"login": acct, "passwd": password}
        answer = requests.post(unescape(action[1]), data=fields, allow_redirects=False, timeout=_CALL_SECONDS)
        if "Location" not in answer.headers:
            raise ValueError(_words(answer.text))
        return answer.headers["Location"]

    def _token(self, app: Json, acct: str, password: str) -> str:
        asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": _REDIRECT, "scope": _SCOPES}
        went_to = self.log_in(f"{self.base_url}/oauth/authorize?{urlencode(asked)}", acct, password)
        code = parse_qs(urlsplit(went_to).query)["code"][0]
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "redirect_uri": _REDIRECT,
        }
        answer = requests.post(f"{self.base_url}/oauth/token", data=body, timeout=_CALL_SECONDS)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def revoke(self, account: MastodonAccount) -> None:
        """End the account's token, as when its owner takes the app's access back."""
        body = {"client_id": account.client_id, "client_secret": account.client_secret, "token": account.token}
        requests.post(f"{self.base_url}/oauth/revoke", data=body, timeout=_CALL_SECONDS).raise_for_status()

    # --- what people do ------------------------------------------------------------------------

    def post(self, account: MastodonAccount, text: str, **fields: Any) -> Json:
        """Publish a status; ``fields`` go along as the API names them."""
        return self._send(account, "/api/v1/statuses", {"status": text, **fields})

    def reply(self, account: MastodonAccount, status: Json, text: str) -> Json:
        """Answer ``status``. Its author sees it after some seconds: see ``wait_replies``."""
        author = status["account"]["acct"].split("@")[0]
        return self.post(account, f"@{author} {text}", in_reply_to_id=status["id"])

    def favourite(self, account: MastodonAccount, status: Json) -> Json:
        """Like ``status``; the count is there at once, the author's notice later."""
        self._make_known(account, status)
        return self._send(account, f"/api/v1/statuses/{status['id']}/favourite", {})

    def reblog(self, account: MastodonAccount, status: Json) -> Json:
        """Boost ``status``."""
        self._make_known(account, status)
        return self._send(account, f"/api/v1/statuses/{status['id']}/reblog", {})

    def delete(self, account: MastodonAccount, status: Json) -> None:
        """Take back one's own post; the older version cannot, and refuses."""
        self._call("DELETE", f"/api/v1/statuses/{status['id']}", account.token)

    def _make_known(self, account: MastodonAccount, status: Json) -> None:
        # Somebody on the older version can only like what is in their timeline, followed or fetched.
        self._tool("insert", account.acct, status["uri"])

    # --- what is there -------------------------------------------------------------------------

    def statuses(self, account: MastodonAccount) -> list[Json]:
        """The account's own public and unlisted posts, newest first; others are never listed."""
        return list(self.get(account, f"/api/v1/accounts/{account.id}/statuses?limit=40"))

    def status(self, account: MastodonAccount, status_id: str) -> Json | None:
        """One post with its counts, or None when the server does not have it."""
        answer = self._call("GET", f"/api/v1/statuses/{status_id}", account.token, refuse=False)
        return None if answer.status_code == 404 else dict(_accepted(answer).json())

    def wait_replies(self, account: MastodonAccount, status: Json, *, count: int = 1) -> list[Json]:
        """The replies to ``status``, once the server's queue has brought ``count`` (about 10 s)."""

        def look() -> list[Json] | None:
            found = self.get(account, f"/api/v1/statuses/{status['id']}/context")["descendants"]
            return found if len(found) >= count else None

        return wait_for(look, what=f"{count} replies to {status['uri']}", seconds=90, every=0.3)

    def wait_notifications(self, account: MastodonAccount, kind: str, *, count: int = 1) -> list[Json]:
        """The account's notices of one kind, once there are ``count`` of them."""

        def look() -> list[Json] | None:
            found = [note for note in self.get(account, "/api/v1/notifications?limit=80") if note["type"] == kind]
            return found if len(found) >= count else None

        return wait_for(look, what=f"{count} {kind} notices for {account.acct}", seconds=90, every=0.3)

    def get(self, account: MastodonAccount, path: str) -> Any:
        """The JSON at one API path, asked as ``account``."""
        return self._call("GET", path, account.token).json()

    # --- how -----------------------------------------------------------------------------------

    def _send(self, account: MastodonAccount, path: str, body: Json) -> Json:
        return dict(self._call("POST", path, account.token, json=body).json())

    def _call(self, method: str, path: str, token: str, *, refuse: bool = True, **how: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.request(method, self.base_url + path, headers=headers, timeout=_CALL_SECONDS, **how)
        return _accepted(answer) if refuse else answer

    def _tool(self, command: str, *words: str) -> str:
        """Run snac's own command on the server's folder, as its administrator would."""
        ran = subprocess.run(
            [str(self._program), command, str(self._data), *words],
            input="\n\n\n",
            capture_output=True,
            text=True,
            timeout=_CALL_SECONDS,
            check=True,
        )
        return ran.stdout


def _accepted(answer: requests.Response) -> requests.Response:
    assert answer.ok, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]}"
    return answer


def _words(page: str) -> str:
    told = re.search(r'<div style="background-color: red[^>]*>([^<]*)<', page)
    return unescape(told[1]) if told else page[:200]


@contextmanager
def running_server(folder: Path, *, version: Version = "newer") -> Iterator[MastodonServer]:
    """Start a server that keeps its files in ``folder``, and stop it at the end.

    It ends with the pipe that holds it, so also when the test run is killed.
    """
    program, data, port = servers_root() / "snac" / version, folder / "data", free_port()
    _prepare(program, data, port)
    server = MastodonServer(f"http://127.0.0.1:{port}", program, data)
    log = folder / "snac.log"
    with log.open("w") as out:
        hold = '"$0" httpd "$1" & read -r _; kill -9 $!'
        command = ["/bin/sh", "-c", hold, str(program), str(data)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out)
    try:
        wait_for(lambda: _answers(server.base_url), what=f"snac2 (its log: {log})", every=0.05)
        yield server
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _prepare(program: Path, data: Path, port: int) -> None:
    asked = f"127.0.0.1\n{port}\n127.0.0.1:{port}\n\n\n"  # address, port, host name, prefix, mail
    subprocess.run([str(program), "init", str(data)], input=asked, text=True, capture_output=True, check=True)
    settings = data / "server.json"
    known = json.loads(settings.read_text())
    # It sends to itself what one user does to another: with few threads all wait for one another.
    settings.write_text(json.dumps(known | {"protocol": "http", "num_threads": 16}))


def _answers(base_url: str) -> bool:
    try:
        return requests.get(f"{base_url}/api/v1/instance", timeout=5).ok
    except requests.ConnectionError:
        return False
