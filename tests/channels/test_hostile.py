"""Addresses people type while connecting, and servers that mean harm."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import pytest

from channels_app import services
from channels_app.connect import FieldProblem
from channels_app.models import AppRegistration, Channel, ConnectAttempt
from tests import cast
from tests.core.hostile import Script, answer, hostile, says

pytestmark = pytest.mark.parametrize("platform", ["bluesky", "mastodon"])


def refused(lib: cast.Library, platform: str, server: str) -> FieldProblem:
    """Tries to connect an account on this server and returns the sentence."""
    fields = {"handle": "library.example", "app_password": "abcd-efgh-ijkl-mnop", "server": server}
    with pytest.raises(FieldProblem) as caught:
        services.connect_begin(by=lib.ada, unit=lib.north, platform=platform, fields=fields)
    assert not Channel.objects.exists()
    assert not ConnectAttempt.objects.exists()
    assert not AppRegistration.objects.exists()
    return caught.value


@pytest.mark.parametrize(
    "server",
    [
        "http://127.0.0.1:{port}", "127.0.0.1:{port}", "https://localhost:{port}", "http://[::1]:{port}",
        "http://[::ffff:127.0.0.1]:{port}", "http://0x7f000001:{port}", "http://2130706433:{port}",
        "http://10.0.0.1", "http://192.168.1.1", "http://169.254.169.254/latest/meta-data", "http://172.16.0.1",
        "http://user:word@127.0.0.1:{port}", "file:///etc/passwd", "gopher://127.0.0.1:{port}", "http://", "ht tp://x",
        "http://0.0.0.0:{port}", "//127.0.0.1:{port}", "x" * 400,
    ],
)  # fmt: skip
def test_private_and_strange_addresses_are_refused_and_never_reached(
    lib: cast.Library, platform: str, server: str
) -> None:
    with hostile(says(answer(b"{}"))) as far:
        problem = refused(lib, platform, server.format(port=far.port))
        assert far.requests == []
    assert problem.sentence
    assert "abcd-efgh" not in problem.sentence


def test_an_administrators_list_opens_one_private_server_only(lib: cast.Library, platform: str, settings: Any) -> None:
    with hostile(says(answer(b"{}"))) as listed, hostile(says(answer(b"{}"))) as other:
        settings.PRIVATE_HOSTS = [f"127.0.0.1:{listed.port}"]
        refused(lib, platform, listed.url)
        refused(lib, platform, other.url)
        assert listed.requests
        assert other.requests == []


def endless(client: socket.socket, request: bytes) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
    with contextlib.suppress(OSError):
        while True:
            client.sendall(b'"a":' * 16384)


@pytest.mark.parametrize(
    "script",
    [
        says(answer(status="302 Found", Location="http://10.0.0.1/")),
        says(answer(status="307 Temporary Redirect", Location="http://169.254.169.254/")),
        endless,
        says(b""),
        says(b"\x00" * 2000),
        says(answer(b"<html>Welcome</html>")),
        says(answer(b"[" * 60000)),
        says(answer(b'{"accessJwt": 7, "did": {"a": 1}, "handle": []}')),
        says(answer(b'{"error": "<script>alert(1)</script>"}', "401 Unauthorized")),
        says(answer(b"", "500 Internal Server Error")),
    ],
)
def test_a_server_that_means_harm_gets_a_sentence_and_leaves_nothing(
    lib: cast.Library, platform: str, settings: Any, script: Script
) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with hostile(script) as far:
        problem = refused(lib, platform, far.url)
        assert far.requests
    assert problem.sentence
    assert "abcd-efgh" not in problem.sentence
    assert "Traceback" not in problem.sentence
