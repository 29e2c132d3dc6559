"""A server on loopback that answers with whatever bytes a test hands it, as slowly and as endlessly as it likes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Script = Callable[[socket.socket, bytes], None]


def read_request(client: socket.socket) -> bytes:
    """Head and, by its Content-Length, body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += client.recv(65536)
    return head + b"\r\n\r\n" + body


class Hostile:
    """Listens on 127.0.0.1; `requests` are the raw requests it got."""

    def __init__(self, script: Script, *, listens: bool = True) -> None:
        self.script, self.requests, self.listens = script, [], listens
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            self.requests.append(read_request(client) if self.listens else b"")
            self.script(client, self.requests[-1])


@contextlib.contextmanager
def hostile(script: Script, *, listens: bool = True) -> Iterator[Hostile]:
    server = Hostile(script, listens=listens)
    try:
        yield server
    finally:
        server.listener.close()


def says(data: bytes) -> Script:
    """Sends these bytes and closes."""
    return lambda client, request: client.sendall(data)


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
