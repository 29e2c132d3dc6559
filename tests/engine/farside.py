"""A small network in a process of its own: it stores, counts, and misbehaves as told. It never forgives a double.

Unlike a friendly platform it does not fold equal keys into one post, so what it
holds afterwards is the engine's doing alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Network:
    """What the server knows. `script`: what to do with the next creating requests, one word each."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.script: list[str] = []
        self.uploads = self.asked = self.made = self.busy = self.most_at_once = 0
        self.find = "works"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    net: Network

    def log_message(self, *args: Any) -> None:
        pass

    def answer(self, status: int, body: Any, **headers: str) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(data)

    def body(self) -> dict[str, Any]:
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")

    def cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(2)

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        net = self.net
        if path == "/state":
            names = ("posts", "uploads", "asked", "made", "most_at_once")
            return self.answer(200, {name: getattr(net, name) for name in names})
        net.asked += 1
        if net.find == "down":
            return self.answer(503, {})
        if net.find == "blind":
            return self.answer(501, {})
        return self.answer(200, [post for post in net.posts if post["key"] == query["key"][0]])

    def do_DELETE(self) -> None:
        number = self.path.rpartition("/")[2]
        with self.net.lock:
            self.net.posts = [post for post in self.net.posts if post["id"] != number]
        self.answer(200, {})

    def do_POST(self) -> None:
        body, net = self.body(), self.net
        match self.path:
            case "/reset":
                net.reset()
                self.answer(200, {})
            case "/script":
                net.script, net.find = body["script"], body.get("find", net.find)
                self.answer(200, {})
            case "/uploads":
                net.uploads += 1
                self.answer(200, {"id": f"upload-{net.uploads}"})
            case _:
                with self.counted():
                    self.create(body)

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        net = self.net
        with net.lock:
            net.busy += 1
            net.most_at_once = max(net.most_at_once, net.busy)
        yield
        with net.lock:
            net.busy -= 1

    def create(self, body: dict[str, Any]) -> None:
        with self.net.lock:
            word = self.net.script.pop(0) if self.net.script else "normal"
        refusals = {"401": 401, "402": 402, "422": 422, "429": 429, "500": 500, "404": 404}
        if word in refusals:
            return self.answer(refusals[word], {}, Retry_After="120")
        if word in ("drop", "kill"):
            return self.cut() if word == "drop" else os.kill(body["pid"], signal.SIGKILL)
        if word.startswith("slow"):
            time.sleep(float(word.removeprefix("slow") or 0.05))
        post = self.store(body)
        if word == "store_kill":
            os.kill(body["pid"], signal.SIGKILL)
        if word.startswith("store_drop"):
            return self.cut()
        if word == "store_500":
            return self.answer(500, {})
        return self.answer(201, {**post, "processing": word == "processing"})

    def store(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.net.lock:
            self.net.made += 1
            post = {"id": str(self.net.made), **{name: body[name] for name in ("key", "text", "reply_to")}}
            self.net.posts.append(post)
        return post


class FarSide:
    """The test's own eye on the server: what does it really hold?"""

    def __init__(self, url: str) -> None:
        self.url = url

    def _call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data), timeout=10) as answer:
            return json.load(answer)

    def reset(self) -> None:
        self._call("/reset", {})

    def script(self, *words: str, find: str = "works") -> None:
        self._call("/script", {"script": list(words), "find": find})

    @property
    def state(self) -> dict[str, Any]:
        return self._call("/state")

    @property
    def texts(self) -> list[str]:
        return [post["text"] for post in self.state["posts"]]


@contextlib.contextmanager
def running() -> Iterator[FarSide]:
    command = [sys.executable, "-m", "tests.engine.farside"]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            yield FarSide(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()


def serve() -> None:
    Handler.net = Network()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve()
