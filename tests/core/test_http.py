"""The door to the outside against servers that mean harm."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import threading
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from libsocial.core import addresses, http, site_settings
from tests.core.hostile import answer, hostile, read_request, says

pytestmark = pytest.mark.django_db


def ask(server, path="/", *, total=60.0, max_bytes=200_000, **kwargs):
    session = http.outside(allow_private=[f"127.0.0.1:{server.port}"], total=total, max_bytes=max_bytes)
    return session.get(server.url + path, **kwargs)


def test_a_plain_answer_arrives_whole():
    with hostile(says(answer(b'{"a": 1}', Content_Type="application/json"))) as server:
        response = ask(server, "/x?token=hush")
    assert response.json() == {"a": 1}
    assert b"User-Agent: LibSocial/" in server.requests[0]


def test_loopback_is_refused_unless_allowed():
    with hostile(says(answer(b"secret"))) as server:
        with pytest.raises(http.Refused, match=r"private network"):
            http.outside().get(server.url)
        assert server.requests == []


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "127.0.0.1:{port}"])
def test_the_administrators_private_hosts_are_reached(entry):
    with hostile(says(answer(b"ok"))) as server:
        site_settings.put("outside.private_hosts", [entry.format(port=server.port)])
        assert http.outside().get(server.url).text == "ok"


def test_an_exception_for_one_port_opens_no_other(settings):
    with hostile(says(answer(b"ok"))) as server:
        settings.PRIVATE_HOSTS = [f"127.0.0.1:{server.port + 1}"]
        with pytest.raises(http.Refused):
            http.outside().get(server.url)


def test_a_name_that_resolves_to_loopback_is_refused(monkeypatch):
    """The address is judged, not the name; and the second, different answer of a rebinding name is never asked for."""
    asked = []

    def resolver(host, port, **kwargs):
        asked.append(host)
        place = "127.0.0.1" if len(asked) == 1 else "93.184.216.34"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(http.Refused):
        http.outside().get("http://library.example:8980/")
    assert asked == ["library.example"]


def test_the_judged_address_is_the_connected_one(monkeypatch):
    with hostile(says(answer(b"here"))) as server:
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, port, **_: [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port)) for place in ("10.0.0.9", "127.0.0.1")
            ],
        )
        session = http.outside(allow_private=["127.0.0.0/8"], total=60)
        assert session.get(f"http://library.example:{server.port}/").text == "here"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.1.2.3/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "//127.0.0.1/",
    ],
)
def test_a_redirect_into_the_private_network_is_refused(target):
    with hostile(says(answer(status="302 Found", Location=target))) as server, pytest.raises(http.Refused):
        ask(server)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "http:///x"])
def test_other_schemes_are_refused_directly_and_by_redirect(target):
    with pytest.raises(http.Refused):
        http.outside().get(target)
    with hostile(says(answer(status="301 Moved", Location=target))) as server, pytest.raises(http.OutsideError):
        ask(server)


def test_a_password_inside_an_address_is_refused():
    with hostile(says(answer(b"ok"))) as server, pytest.raises(http.Refused, match="name and password"):
        http.outside(allow_private=["127.0.0.1"]).get(f"http://user:pass@127.0.0.1:{server.port}/")


def test_a_password_inside_an_address_is_refused_behind_a_redirect_too():
    away = says(answer(status="302 Found", Location="http://me:hush@example.org/"))
    with hostile(away) as server, pytest.raises(http.Refused, match="name and password"):
        ask(server)


UNREADABLE = ["http://[", "http://[::1", "//[", "http://a:b:c/", "http://h:99999/", "http://\udcff.example/"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("place", UNREADABLE)
def test_a_redirect_that_cannot_be_read_is_one_of_our_errors(place, method):
    """Asked with POST the far side may have acted before it answered so: nothing may call that "not sent"."""
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + place.encode("utf-8", "surrogateescape")
    with hostile(says(head + b"\r\n\r\n")) as server:
        session = http.outside(allow_private=["127.0.0.1"])
        if method == "GET":
            with pytest.raises(http.OutsideError):
                session.get(server.url)
        else:
            try:
                assert session.post(server.url, data=b"once").status_code == 302
            except http.OutsideError as error:
                assert isinstance(error, http.NoAnswer)
        assert len(server.requests) == 1


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "tök-日本", "a\r\n\r\nGET / HTTP/1.1"])
def test_a_header_made_of_what_a_stranger_sent_smuggles_nothing(value):
    """A server that gives us such a key gets it back in a header, or nothing at all."""
    with hostile(says(answer(b"ok"))) as server:
        with pytest.raises(http.NotSent):
            ask(server, headers={"Authorization": f"Bearer {value}"})
        assert not any(server.requests)


def test_a_key_does_not_follow_a_redirect_to_another_place():
    with hostile(says(answer(b"ok"))) as there, hostile(says(answer(status="302 Found", Location=there.url))) as here:
        session = http.outside(allow_private=["127.0.0.1"])
        assert session.get(here.url, headers={"Authorization": "Bearer hush"}).text == "ok"
    assert b"hush" in here.requests[0]
    assert b"hush" not in there.requests[0]


def test_redirects_without_end_stop():
    with hostile(says(answer(status="302 Found", Location="/again"))) as server:
        with pytest.raises(http.NoAnswer):
            ask(server)
        assert len(server.requests) == http.MAX_REDIRECTS + 1


def test_a_creating_request_is_never_redirected():
    with hostile(says(answer(status="307 Temporary Redirect", Location="/elsewhere"))) as server:
        session = http.outside(allow_private=["127.0.0.1"], total=60)
        assert session.post(server.url, data=b"once").status_code == 307
        assert len(server.requests) == 1


def endless(client, request):
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        client.sendall(b"x" * 65536)


def test_an_endless_body_is_cut_at_the_limit():
    with hostile(endless) as server, pytest.raises(http.TooLarge):
        ask(server)


def test_an_announced_giant_is_not_even_read():
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    with hostile(says(said)) as server, pytest.raises(http.TooLarge):
        ask(server)


DRIPPED = 400  # bytes
DRIPS = {
    "status line": (b"HTTP/1.1 200 ", b"\r\nContent-Length: 0\r\n\r\n"),
    "headers": (b"HTTP/1.1 200 OK\r\nX-A: ", b"\r\nContent-Length: 0\r\n\r\n"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % DRIPPED, b""),
}


@pytest.mark.parametrize("where", DRIPS)
def test_a_slow_drip_ends_with_the_deadline(where):
    """The answer would be whole and good after 20 seconds at the least, with never a long silence: only the deadline
    of the exchange can end it before, however slow this machine is."""
    before, after = DRIPS[where]
    done = threading.Event()

    def drip(client, request):
        client.sendall(before)
        for _ in range(DRIPPED):
            client.sendall(b"H")
            if done.wait(0.05):
                return
        client.sendall(after)

    with hostile(drip) as server:
        try:
            with pytest.raises(http.NoAnswer):
                ask(server, total=0.6)
        finally:
            done.set()


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
def test_a_packed_bomb_is_cut_at_the_limit(pack):
    name = "gzip" if pack is gzip.compress else "deflate"
    bomb = pack(b"\0" * 50_000_000)
    assert len(bomb) < 200_000
    with hostile(says(answer(bomb, Content_Encoding=name))) as server, pytest.raises(http.TooLarge):
        ask(server)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_packing_nobody_asked_for_is_refused(encoding):
    with hostile(says(answer(b"x", Content_Encoding=encoding))) as server, pytest.raises(http.NoAnswer):
        ask(server)


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\x01\x02 garbage\r\n\r\n",
        b"HTTP/1.1 OK 200\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(500)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    ],
    ids=["bytes", "status", "nothing", "short", "flood", "long header", "chunks", "not gzip"],
)
def test_nonsense_is_no_answer(said):
    with hostile(says(said)) as server, pytest.raises(http.NoAnswer):
        ask(server)


def test_a_refused_connection_means_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(http.NotSent):
        http.outside(allow_private=["127.0.0.1"]).post(f"http://127.0.0.1:{port}/", data=b"x")


def test_an_unknown_name_means_nothing_was_sent(monkeypatch):
    def nobody(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(http.NotSent, match=r"library\.example was not found"):
        http.outside().post("https://library.example/", data=b"x")


def test_a_failing_tls_handshake_means_nothing_was_sent():
    plain = says(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with hostile(plain, listens=False) as server, pytest.raises(http.NotSent, match="secure"):
        http.outside(allow_private=["127.0.0.1"]).post(server.url.replace("http:", "https:"), data=b"x")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for `localhost` and 127.0.0.1, signed by an authority nobody knows: (its file, server context)."""
    folder = tmp_path_factory.mktemp("tls")
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    public = certificate.public_bytes(serialization.Encoding.PEM)
    pem.write_bytes(private + public)
    (folder / "ca.pem").write_bytes(public)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return str(folder / "ca.pem"), context


def over_tls(context):
    """The script of a server that shakes hands first."""

    def serve(client, request):
        with context.wrap_socket(client, server_side=True) as secure:
            read_request(secure)
            secure.sendall(answer(b"safe"))

    return serve


def test_only_known_authorities_and_right_names_are_believed(authority, settings):
    ca_file, context = authority
    with hostile(over_tls(context), listens=False) as server:

        def get(host, **kwargs):
            session = http.outside(allow_private=["127.0.0.1", "localhost"], total=60)
            return session.get(f"https://{host}:{server.port}/", **kwargs)

        with pytest.raises(http.NotSent, match="secure connection"):
            get("localhost")
        with pytest.raises(http.NotSent, match="secure connection"):
            get("localhost", verify=False)
        settings.CA_FILE = ca_file
        assert get("localhost").text == "safe"
        with pytest.raises(http.NotSent, match="secure connection"):
            get("127.0.0.1")


def test_a_connection_cut_after_the_request_is_no_answer_and_is_not_tried_again():
    with hostile(says(b"")) as server:
        with pytest.raises(http.NoAnswer):
            http.outside(allow_private=["127.0.0.1"]).post(server.url, data=b"one post")
        assert len(server.requests) == 1


def test_logs_and_errors_hold_no_query_no_header_and_no_body(caplog):
    secrets = ("tok-query", "tok-header", "tok-body", "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    with hostile(says(b"")) as server, caplog.at_level(logging.DEBUG), pytest.raises(http.NoAnswer) as caught:
        http.outside(allow_private=["127.0.0.1"], label="test").post(
            f"{server.url}/bot{secrets[3]}/send?access_token={secrets[0]}",
            headers={"Authorization": f"Bearer {secrets[1]}"},
            data=secrets[2],
        )
    record = next(record for record in caplog.records if record.name == "libsocial.outside")
    assert (record.label, record.method, record.status) == ("test", "POST", "failed")
    told = caplog.text + str(vars(record)) + str(caught.value) + repr(caught.value.__cause__)
    assert not [secret for secret in secrets if secret in told]


def test_the_rest_of_one_answer_is_not_taken_for_the_next():
    """A server that sends more than it announced, on a connection it keeps open."""
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Left Over\r\nContent-Length: 0\r\n\r\n"

    def lingering(client, request):
        client.sendall(said)
        client.recv(1)

    with hostile(lingering) as server:
        session = http.outside(allow_private=["127.0.0.1"], total=60)
        assert [session.get(server.url).status_code for _ in range(3)] == [200, 200, 200]


def test_environment_proxies_and_netrc_are_not_read(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hush")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with hostile(says(answer(b"ok"))) as server:
        assert ask(server).text == "ok"
    assert b"authorization" not in server.requests[0].lower()


def test_a_configured_proxy_is_used_and_private_targets_stay_refused(settings):
    with hostile(says(answer(b"by proxy"))) as proxy:
        settings.PROXY = proxy.url
        assert http.outside(total=60).get("http://93.184.216.34/page").text == "by proxy"
        assert proxy.requests[0].startswith(b"GET http://93.184.216.34/page")
        with pytest.raises(http.Refused):
            http.outside(total=60).get("http://169.254.169.254/")


def test_the_proxys_own_neighbours_are_not_reached_through_it(settings):
    """That we may go to the proxy does not mean that the proxy may be sent to its own host."""
    with hostile(says(answer(b"secret"))) as proxy, hostile(says(answer(b"secret"))) as neighbour:
        settings.PROXY = proxy.url
        for place in (neighbour.url, proxy.url):
            with pytest.raises(http.Refused):
                http.outside().get(place)
        assert proxy.requests == neighbour.requests == []


def test_cookies_are_not_kept():
    with hostile(says(answer(b"", Set_Cookie="a=b"))) as server:
        session = http.outside(allow_private=["127.0.0.1"])
        session.get(server.url)
        session.get(server.url)
    assert b"cookie" not in server.requests[1].lower()


PUBLIC = ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "8.8.8.8"]
PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::", "::127.0.0.1",
    "fec0::1", "2001:db8::1", "2001:0:7f00:1::", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_may_be_reached(text):
    assert addresses.is_public(addresses.parse(text))


@pytest.mark.parametrize("text", PRIVATE)
def test_private_and_special_addresses_may_not(text):
    assert not addresses.is_public(addresses.parse(text))
