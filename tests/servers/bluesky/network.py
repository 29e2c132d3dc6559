"""A Bluesky network on loopback, and what people on it do: the far side of the adapter's tests.

The servers are Bluesky's own (PLC directory, PDS, AppView); see network.mjs beside this file.
Nothing here is used by the product, and it shares no code with it on purpose: a mistake in
our reading of the protocol must not be made on both sides.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from tests.servers.installed import postgres_url, redis_address, servers_root

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
FOLLOW = "app.bsky.graph.follow"

_START_SECONDS = 150.0
_CALL_SECONDS = 30.0
_ADMIN = ("admin", "admin-pass")  # fixed by @atproto/dev-env

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BlueskyAccount:
    """Somebody on the test network. ``app_password`` is what a product is given."""

    did: str
    handle: str
    password: str
    app_password: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A record's address and the hash of its content, as other records point at it."""

    uri: str
    cid: str

    def as_json(self) -> Json:
        return {"uri": self.uri, "cid": self.cid}


class XrpcError(AssertionError):
    """The far side said no to something a test took for granted."""

    def __init__(self, nsid: str, answer: requests.Response) -> None:
        super().__init__(f"{nsid}: {answer.status_code} {answer.text}")
        self.status = answer.status_code
        self.error = _error_name(answer)


class BlueskyNetwork:
    """The running network. Every helper acts as a person would and raises when refused."""

    def __init__(self, addresses: Json) -> None:
        self.plc_url: str = addresses["plc"]
        self.pds_url: str = addresses["pds"]
        self.appview_url: str = addresses["appview"]
        self.appview_did: str = addresses["appview_did"]
        self._control: str = addresses["control"]
        self._given: set[str] = set()
        self._tokens: dict[str, str] = {}

    # --- calls ---------------------------------------------------------------------------------

    def query(self, nsid: str, *, at: str | None = None, account: BlueskyAccount | None = None, **params: Any) -> Json:
        """GET one XRPC method, at the PDS unless another base URL is given."""
        answer = requests.get(
            f"{at or self.pds_url}/xrpc/{nsid}",
            params=params,
            headers=self._bearer(account),
            timeout=_CALL_SECONDS,
        )
        return _checked(nsid, answer)

    def procedure(self, nsid: str, body: Json, *, account: BlueskyAccount | None = None) -> Json:
        """POST one XRPC method at the PDS."""
        answer = requests.post(
            f"{self.pds_url}/xrpc/{nsid}",
            json=body,
            headers=self._bearer(account),
            timeout=_CALL_SECONDS,
        )
        return _checked(nsid, answer)

    def _bearer(self, account: BlueskyAccount | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token(account)}"} if account else {}

    def _token(self, account: BlueskyAccount) -> str:
        if account.did not in self._tokens:
            session = self.procedure(
                "com.atproto.server.createSession",
                {"identifier": account.did, "password": account.password},
            )
            self._tokens[account.did] = session["accessJwt"]
        return self._tokens[account.did]

    # --- accounts ------------------------------------------------------------------------------

    def new_account(self, name: str = "library") -> BlueskyAccount:
        """Open an account ``name.test``, or ``name-2.test`` and so on when that one is taken.

        Servers keep many plain words for themselves ("reader", "picture"): those count as taken.
        """
        for number in itertools.count(1):
            stem = name if number == 1 else f"{name}-{number}"
            made = None if stem in self._given else self._open_account(stem)
            self._given.add(stem)
            if made:
                return made
        raise AssertionError("unreachable: the count has no end")

    def _open_account(self, stem: str) -> BlueskyAccount | None:
        handle, password = f"{stem}.test", f"main password of {stem}"
        body = {"handle": handle, "email": f"{stem}@mail.test", "password": password}
        try:
            made = self.procedure("com.atproto.server.createAccount", body)
        except XrpcError as refusal:
            if refusal.error == "HandleNotAvailable" or "already taken" in str(refusal):
                return None
            raise
        self._tokens[made["did"]] = made["accessJwt"]
        bare = BlueskyAccount(made["did"], handle, password, app_password="")
        return replace(bare, app_password=self.new_app_password(bare))

    def new_app_password(self, account: BlueskyAccount, name: str = "LibSocial") -> str:
        """Make one more app password in the account's settings."""
        made = self.procedure("com.atproto.server.createAppPassword", {"name": name}, account=account)
        return str(made["password"])

    def revoke_app_password(self, account: BlueskyAccount, name: str = "LibSocial") -> None:
        """Take an app password back: its sessions end with it."""
        self._post_for_nothing("com.atproto.server.revokeAppPassword", {"name": name}, self._bearer(account))

    def take_down(self, account: BlueskyAccount, *, applied: bool = True) -> None:
        """What the host's moderators do to an account, or (``applied=False``) take back."""
        body = {
            "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": account.did},
            "takedown": {"applied": applied, "ref": "test"},
        }
        answer = requests.post(
            f"{self.pds_url}/xrpc/com.atproto.admin.updateSubjectStatus",
            json=body,
            auth=_ADMIN,
            timeout=_CALL_SECONDS,
        )
        _checked("com.atproto.admin.updateSubjectStatus", answer)
        self.wait_indexed()

    def _post_for_nothing(self, nsid: str, body: Json, headers: dict[str, str]) -> None:
        answer = requests.post(f"{self.pds_url}/xrpc/{nsid}", json=body, headers=headers, timeout=_CALL_SECONDS)
        if not answer.ok:
            raise XrpcError(nsid, answer)

    # --- what people do ------------------------------------------------------------------------

    def post(self, account: BlueskyAccount, text: str, **fields: Any) -> Ref:
        """Publish a post; ``fields`` are further fields of the record (embed, langs, ...)."""
        return self._create(account, POST, {"text": text, **fields})

    def reply(self, account: BlueskyAccount, text: str, parent: Ref, *, root: Ref | None = None) -> Ref:
        """Answer ``parent``; ``root`` is the thread's first post when that is another one."""
        thread = {"root": (root or parent).as_json(), "parent": parent.as_json()}
        return self.post(account, text, reply=thread)

    def quote(self, account: BlueskyAccount, text: str, quoted: Ref) -> Ref:
        """Publish a post that shows ``quoted`` inside it."""
        embed = {"$type": "app.bsky.embed.record", "record": quoted.as_json()}
        return self.post(account, text, embed=embed)

    def mention(self, account: BlueskyAccount, text: str, mentioned: BlueskyAccount) -> Ref:
        """Publish ``text``, which holds ``@handle``, as a mention that notifies."""
        start = text.encode().index(f"@{mentioned.handle}".encode())
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": mentioned.did}
        index = {"byteStart": start, "byteEnd": start + len(mentioned.handle.encode()) + 1}
        return self.post(account, text, facets=[{"index": index, "features": [feature]}])

    def like(self, account: BlueskyAccount, uri: str, cid: str) -> Ref:
        return self._create(account, LIKE, {"subject": {"uri": uri, "cid": cid}})

    def repost(self, account: BlueskyAccount, uri: str, cid: str) -> Ref:
        return self._create(account, REPOST, {"subject": {"uri": uri, "cid": cid}})

    def follow(self, account: BlueskyAccount, did: str) -> Ref:
        return self._create(account, FOLLOW, {"subject": did})

    def delete(self, account: BlueskyAccount, uri: str) -> None:
        """Take back any record of one's own: a post, a like, a follow."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        self.procedure(
            "com.atproto.repo.deleteRecord",
            {"repo": repo, "collection": collection, "rkey": rkey},
            account=account,
        )

    def _create(self, account: BlueskyAccount, collection: str, fields: Json) -> Ref:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"$type": collection, "createdAt": now, **fields}
        # People act on what they see. The AppView reads accounts side by side and never tells of an
        # answer that it met before the post it answers.
        self.wait_indexed()
        made = self.procedure(
            "com.atproto.repo.createRecord",
            {"repo": account.did, "collection": collection, "record": record},
            account=account,
        )
        return Ref(made["uri"], made["cid"])

    # --- what is there -------------------------------------------------------------------------

    def get_record(self, uri: str) -> Json | None:
        """The record as its PDS has it (``uri``, ``cid``, ``value``), or None."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        answer = requests.get(
            f"{self.pds_url}/xrpc/com.atproto.repo.getRecord",
            params={"repo": repo, "collection": collection, "rkey": rkey},
            timeout=_CALL_SECONDS,
        )
        if answer.status_code == 400 and answer.json().get("error") == "RecordNotFound":
            return None
        return _checked("com.atproto.repo.getRecord", answer)

    def records(self, did: str, collection: str = POST) -> list[Json]:
        """All records of a collection from the PDS, newest first."""
        found: list[Json] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.query("com.atproto.repo.listRecords", repo=did, collection=collection, limit=100, **cursor)
            found += page["records"]
            if not page.get("cursor"):
                return found
            cursor = {"cursor": page["cursor"]}

    def count_posts(self, did: str) -> int:
        """How many posts the account has on its PDS: the proof of once, never twice."""
        return len(self.records(did))

    def blob(self, did: str, cid: str) -> bytes:
        """The bytes of a picture or film as the PDS kept them."""
        answer = requests.get(
            f"{self.pds_url}/xrpc/com.atproto.sync.getBlob",
            params={"did": did, "cid": cid},
            timeout=_CALL_SECONDS,
        )
        answer.raise_for_status()
        return answer.content

    def wait_indexed(self) -> None:
        """Return when the AppView has taken in everything written so far."""
        answer = requests.post(f"{self._control}/settle", timeout=3 * _CALL_SECONDS)
        if answer.status_code != 200:
            raise TimeoutError(answer.text)

    def post_view(self, uri: str) -> Json | None:
        """A post as the AppView shows it, with its counts; None when it does not show it."""
        self.wait_indexed()
        posts = self.query("app.bsky.feed.getPosts", at=self.appview_url, uris=[uri])["posts"]
        return posts[0] if posts else None


def _error_name(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("error", ""))
    except ValueError:
        return ""


def _checked(nsid: str, answer: requests.Response) -> Json:
    if not answer.ok:
        raise XrpcError(nsid, answer)
    return answer.json() if answer.content else {}


@contextmanager
def running_network(data: Path, *, rate_limits: bool = False) -> Iterator[BlueskyNetwork]:
    """Start a network that keeps its files in ``data``, and stop it at the end.

    The servers end with their standard input, so also when the test run is killed.
    """
    log = data / "network.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            _command(data, rate_limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(data),
            text=True,
        )
    try:
        yield BlueskyNetwork(_first_line(process, log))
    finally:
        _stop(process)


def _command(data: Path, rate_limits: bool) -> list[str]:
    root = servers_root()
    script = Path(__file__).with_name("network.mjs")
    command = [str(root / "bin" / "node"), str(script), "--modules", str(root / "bluesky")]
    command += ["--data", str(data), "--postgres", postgres_url(), "--redis", redis_address()]
    return command + (["--rate-limits"] if rate_limits else [])


def _environment(data: Path) -> dict[str, str]:
    # Nothing of ours reaches it: no proxy, no settings. Its errors go to the log beside its data.
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(data),
        "TMPDIR": str(data),
        "NODE_NO_WARNINGS": "1",
        "LOG_ENABLED": "1",
        "LOG_LEVEL": "error",
        "LOG_DESTINATION": str(data / "servers.log"),
    }


def _first_line(process: subprocess.Popen[str], log: Path) -> Json:
    assert process.stdout is not None
    limit = threading.Timer(_START_SECONDS, process.kill)
    limit.start()
    try:
        line = process.stdout.readline()
    finally:
        limit.cancel()
    if not line:
        raise RuntimeError(f"the Bluesky network did not start:\n{log.read_text()[-4000:]}")
    return dict(json.loads(line))


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
