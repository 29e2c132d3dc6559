"""A far side on loopback that behaves: it stores, counts, remembers what it was asked, and fails on command.

A fake of one platform subclasses `FarSide`, names its routes and keeps its
posts. Tests then ask the far side how many posts there are: the one question
that matters.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes import ledger


@dataclass
class Request:
    """What was asked. `form` and `files` hold a multipart body's parts, `json` a JSON body."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    json: Any = None

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass
class Reply:
    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return b"" if self.data is None else json.dumps(self.data).encode()


@dataclass
class Failure:
    """What goes wrong with the next matching request.

    `store`: the request is carried out first. `cut`: the connection is closed
    without an answer. Otherwise `reply` is sent; `echo` puts the request's own
    headers and body into it, as careless servers do.
    """

    reply: Reply = field(default_factory=Reply)
    store: bool = False
    cut: bool = False
    echo: bool = False


Handler = Callable[..., Reply]


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Names a method of a fake as the answer to a path; groups of the pattern become arguments."""

    def mark(handler: Handler) -> Handler:
        handler.route = (method, re.compile(pattern))  # type: ignore[attr-defined]
        return handler

    return mark


class FarSide:
    """Serves on 127.0.0.1 with its own port; `asked` is every request, in order."""

    platform: str = ""  # whose fake this is: the key of its adapter
    creating: tuple[str, str] = ("POST", "")  # method and pattern of the request that makes something public

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.asked: list[Request] = []
        self.failures: list[tuple[str, re.Pattern[str], Failure]] = []
        self.routes = [
            (*getattr(type(self), name).route, getattr(self, name))
            for name in dir(type(self))
            if hasattr(getattr(type(self), name), "route")
        ]
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self.http.daemon_threads = True
        self.port = self.http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def cut_next(self) -> None:
        """The next creating request is cut off before anything is done."""
        self.fail(Failure(cut=True))

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def fail(self, failure: Failure, *, method: str = "", pattern: str = "") -> None:
        """The next request of this method and path (the creating one, when not named) goes wrong."""
        self.failures.append((method or self.creating[0], re.compile(pattern or self.creating[1]), failure))

    def created(self) -> list[Request]:
        """The creating requests that came in."""
        method, pattern = self.creating
        return [one for one in self.asked if one.method == method and re.search(pattern, one.path)]

    # --- one request ------------------------------------------------------
    def handle(self, request: Request) -> Reply | None:
        """The answer, or None: cut the connection."""
        with self.lock:
            self.asked.append(request)
            ledger.write(self.platform, request)
            failure = self._failure_for(request)
            if failure is None:
                return self.answer(request)
            if failure.store:
                self.answer(request)
            if failure.cut:
                return None
            return _echoing(failure.reply, request) if failure.echo else failure.reply

    def _failure_for(self, request: Request) -> Failure | None:
        for index, (method, pattern, failure) in enumerate(self.failures):
            if method == request.method and pattern.search(request.path):
                del self.failures[index]
                return failure
        return None

    def answer(self, request: Request) -> Reply:
        for method, pattern, handler in self.routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                return handler(request, *match.groups())
        return Reply(404, {"error": "Not Found"})


def _echoing(reply: Reply, request: Request) -> Reply:
    told = f"{request.headers} {request.body[:2000]!r} {request.token}"
    return Reply(reply.status, {"error": f"Refused {told}", "message": told}, reply.headers)


def _handler_for(far: FarSide) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args: Any) -> None:
            return

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or _chunks(self)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, parts.path, parse_qs(parts.query), headers, body, _json(headers, body))
            reply = far.handle(request)
            if reply is None:
                self.close_connection = True
                with contextlib.suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                return
            data = reply.body()
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    return Handler


def _chunks(handler: BaseHTTPRequestHandler) -> bytes:
    """The body of a request that tells no length."""
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return b""
    body = b""
    while size := int(handler.rfile.readline().split(b";")[0] or b"0", 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


def _json(headers: dict[str, str], body: bytes) -> Any:
    if "json" not in headers.get("content-type", ""):
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None


@contextlib.contextmanager
def running(far: Any) -> Iterator[Any]:
    far.start()
    try:
        yield far
    finally:
        far.stop()
