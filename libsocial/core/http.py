"""The one door to the outside. Every request of the product, the vendor libraries' too, goes through it.

`outside()` gives a `requests.Session` that

- speaks http and https only, and reaches public addresses only. The address is
  judged after the name was resolved, and exactly the judged address is
  connected, so a name that changes its mind in between gains nothing. Private
  places listed by the administrator are allowed (settings.PRIVATE_HOSTS, the
  site setting `outside.private_hosts`, `allow_private`);
- bounds everything: connecting, silence while reading, the whole exchange, the
  size of the answer after unpacking, the number of redirects. A request that
  changes something is never redirected;
- asks one question per connection: a connection kept for later may be dead or
  hold the rest of another answer, and then nobody knows what was sent;
- never tries again by itself, keeps no cookies, reads no proxy and no password
  from the environment;
- writes one log line per exchange, without query, headers or body.

What went wrong is told by the class: `NotSent` means the far side certainly
got nothing, `NoAnswer` means it may have acted.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import io
import logging
import re
import socket
import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from libsocial.core import addresses, site_settings

log = logging.getLogger("libsocial.outside")
# urllib3 would write whole addresses, tokens in their query included, at level DEBUG.
logging.getLogger("urllib3").setLevel(logging.WARNING)

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0  # longest silence of the far side
TOTAL_SECONDS = 60.0  # one exchange with all its redirects
MAX_BYTES = 10 * 1024 * 1024  # of an answer, unpacked
MAX_REDIRECTS = 5
MOST_ADDRESSES = 4  # of one name that are tried
USER_AGENT = "LibSocial/0.1 (library social media; self-hosted)"
_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}


class OutsideError(Exception):
    """Base. The text is a sentence for staff, without addresses' queries or secrets."""


class Refused(OutsideError):
    """We do not go there: not http or https, not a public address, or redirected to such a place."""


class NotSent(OutsideError):
    """Nothing of the request left: name not found, no connection, TLS failed."""


class NoAnswer(OutsideError):
    """Something of the request was sent and no usable answer came: the far side may have acted."""


class TooLarge(NoAnswer):
    """The answer is larger than allowed. The far side may have acted."""


@dataclass
class _Exchange:
    """What the connection must know of the request under way."""

    private: tuple[str, ...]
    proxy: tuple[str, int] | None  # host and port of the one that connects for us
    deadline: float
    sent: bool = False
    received: int = 0
    began: float = field(default_factory=time.monotonic)

    def left(self, most: float) -> float:
        """Seconds until the deadline, at most `most`; TimeoutError when it has passed."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the exchange took too long")
        return min(left, most)

    def permits(self, host: str, port: int, address: addresses.Address) -> bool:
        if addresses.is_public(address):
            return True
        if addresses.Exceptions.of((*settings.PRIVATE_HOSTS, *self.private)).allow(host, port, address):
            return True
        return addresses.Exceptions.of(site_settings.get("outside.private_hosts")).allow(host, port, address)


_exchange: ContextVar[_Exchange] = ContextVar("outside_exchange")
_session_deadline: ContextVar[float] = ContextVar("outside_deadline", default=0.0)


# --- connection -----------------------------------------------------------
class _DeadlineReader(io.RawIOBase):
    """Reads a socket under the exchange's deadline, however slowly the bytes drip."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_exchange.get().left(READ_SECONDS))
        return self._raw.readinto(buffer)

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = cast(io.BufferedReader, self.fp).detach()
        self.fp = io.BufferedReader(_DeadlineReader(cast(io.RawIOBase, raw), sock))


class _Guarded:
    """Mixed into urllib3's connections: connects to judged addresses only, and knows whether anything was sent."""

    response_class = _Response
    host: str
    port: int
    sock: Any

    def _new_conn(self) -> socket.socket:
        exchange = _exchange.get()
        last: OSError | None = None
        to_proxy = (self.host, self.port) == exchange.proxy
        for family, kind, proto, place in _allowed_places(self.host, self.port, exchange, anywhere=to_proxy):
            sock = socket.socket(family, kind, proto)
            try:
                sock.settimeout(exchange.left(CONNECT_SECONDS))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(place)
            except OSError as error:
                last = error
                sock.close()
            else:
                return sock
        raise NotSent(_no_connection(self.host, last)) from None

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        _exchange.get().sent = False  # a tunnel's own question to the proxy does not count

    def send(self, data: Any) -> None:
        exchange = _exchange.get()
        if self.sock is None:
            self.connect()
        self.sock.settimeout(exchange.left(READ_SECONDS))
        exchange.sent = True
        super().send(data)  # type: ignore[misc]


class _HTTP(_Guarded, HTTPConnection):
    """http:// behind the guard."""


class _HTTPS(_Guarded, HTTPSConnection):
    """https:// behind the guard."""


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


def _allowed_places(
    host: str, port: int, exchange: _Exchange, *, anywhere: bool = False
) -> list[tuple[Any, Any, int, Any]]:
    """Resolves once and returns only the socket addresses that may be connected; `anywhere`: every one of them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent(_("The name %(host)s was not found.") % {"host": host}) from None
    good = []
    for family, kind, proto, _name, place in found:
        address = addresses.parse(str(place[0]))
        if address is not None and (anywhere or exchange.permits(host, port, address)):
            good.append((family, kind, proto, place))
    if not good:
        raise Refused(_private_place(host))
    return good[:MOST_ADDRESSES]


def _private_place(host: str) -> str:
    return _(
        "%(host)s is inside a private network, where LibSocial does not go. "
        "An administrator can allow it under private hosts."
    ) % {"host": host}


def _no_connection(host: str, error: OSError | None) -> str:
    if isinstance(error, TimeoutError):
        return _("%(host)s did not take the connection in time.") % {"host": host}
    return _("No connection to %(host)s could be made.") % {"host": host}


@cache
def _tls(ca_file: str) -> ssl.SSLContext:
    """One context for all: reading the authorities anew for each connection would cost 17 ms of a core."""
    context = ssl.create_default_context(cafile=requests.certs.where())
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


# --- adapter --------------------------------------------------------------
class _Adapter(HTTPAdapter):
    def __init__(self, *, private: tuple[str, ...], label: str, max_bytes: int, total: float) -> None:
        self.private, self.label, self.max_bytes, self.total = private, label, max_bytes, total
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_tls(settings.CA_FILE), **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, ssl_context=_tls(settings.CA_FILE), **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """The shared context knows the authorities; nobody may switch checking off."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """One exchange, one log line. Whatever fails is raised as one of our four errors."""
        proxy = (kwargs.get("proxies") or {}).get(urlsplit(request.url or "").scheme, "")
        exchange = _Exchange(
            private=self.private,
            proxy=_place_of(proxy) if proxy else None,
            deadline=_session_deadline.get() or time.monotonic() + self.total,
        )
        token, status = _exchange.set(exchange), "refused"
        try:
            _check_url(request.url or "", exchange)
            status = "failed"
            kwargs["timeout"] = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
            kwargs["stream"], kwargs["verify"], kwargs["cert"] = True, True, None
            response = super().send(request, *args, **kwargs)
            _read_body(response, exchange, self.max_bytes)
            _check_redirect(response)
            status = str(response.status_code)
            return response
        except (OSError, UnicodeError, urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
            raise _as_ours(error, exchange, urlsplit(request.url or "").hostname or "") from None
        finally:
            self.close()  # no connection is kept
            _exchange.reset(token)
            _log(self.label, request, status, exchange)


def _check_url(url: str, exchange: _Exchange) -> None:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise Refused(_("An address with a name and password inside is not opened."))
    if exchange.proxy:
        _check_behind_proxy(*_place_of(url), exchange)


def _place_of(url: str) -> tuple[str, int]:
    """Host and port of an address that was read before."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _check_redirect(response: requests.Response) -> None:
    """Requests reads where an answer leads to even when it is not followed, and stumbles over what is no address."""
    try:
        urlsplit(requests.Session().get_redirect_target(response) or "").port  # noqa: B018
    except ValueError:
        raise NoAnswer(_("The answer leads to an address that cannot be read.")) from None


def _check_behind_proxy(host: str, port: int, exchange: _Exchange) -> None:
    """The proxy connects for us; what we can resolve ourselves must be public all the same."""
    try:
        _allowed_places(host, port, exchange)
    except NotSent:
        return  # only the proxy knows names here


def _read_body(response: requests.Response, exchange: _Exchange, most: int) -> None:
    """Reads the answer in small pieces; a few bytes that unpack to gigabytes end at `most`."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    length = response.headers.get("Content-Length", "")
    pieces: list[bytes] = []
    try:
        if encoding not in _ENCODINGS:
            raise NoAnswer(_("The answer was packed in a way that was not asked for."))
        if length.isdigit() and int(length) > most and response.request.method != "HEAD":
            raise TooLarge(_too_large(most))
        for piece in response.raw.stream(8192, decode_content=True):
            exchange.received += len(piece)
            if exchange.received > most:
                raise TooLarge(_too_large(most))
            exchange.left(READ_SECONDS)
            pieces.append(piece)
    except BaseException:
        response.close()
        raise
    response._content, response._content_consumed = b"".join(pieces), True  # type: ignore[attr-defined]


def _too_large(most: int) -> str:
    return _("The answer is larger than the %(mb)d MB allowed.") % {"mb": max(1, most // 1_048_576)}


def _as_ours(error: Exception, exchange: _Exchange, host: str) -> OutsideError:
    if exchange.sent:
        return NoAnswer(_("%(host)s gave no usable answer.") % {"host": host})
    if isinstance(error, UnicodeError):
        return NotSent(_("The request holds characters that cannot be sent."))
    if isinstance(error, requests.exceptions.SSLError | ssl.SSLError):
        return NotSent(_("The secure connection to %(host)s could not be set up.") % {"host": host})
    if isinstance(error, requests.exceptions.InvalidURL):
        return Refused(_("This is not an address that can be opened."))
    return NotSent(_no_connection(host, error if isinstance(error, OSError) else None))


_SECRET_SEGMENT = re.compile(r"[^/]*:[^/]{16,}|[A-Za-z0-9_~.-]{40,}")


def safe_path(url: str) -> str:
    """The path for the log: no query, and segments that may be tokens (a bot's, a webhook's) hidden."""
    return "/".join("…" if _SECRET_SEGMENT.fullmatch(part) else part for part in urlsplit(url).path.split("/"))


def _log(label: str, request: requests.PreparedRequest, status: str, exchange: _Exchange) -> None:
    """Fields stand in `extra`, where the log formatter finds them."""
    log.info(
        "outside",
        extra={
            "label": label,
            "method": request.method,
            "host": urlsplit(request.url or "").netloc.rpartition("@")[2],
            "path": safe_path(request.url or ""),
            "status": status,
            "ms": round((time.monotonic() - exchange.began) * 1000),
            "bytes": exchange.received,
        },
    )


# --- session --------------------------------------------------------------
class _Session(requests.Session):
    def __init__(self, adapter: _Adapter) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = MAX_REDIRECTS
        self.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", "Connection": "close"})
        self.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        self.mount("http://", adapter)
        self.mount("https://", adapter)
        self._total = adapter.total
        proxy = getattr(settings, "PROXY", "")
        if proxy:
            self.proxies = {"http": proxy, "https": proxy}

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """As requests does; only questions (GET, HEAD) are redirected, and all hops share one deadline."""
        kwargs.setdefault("allow_redirects", str(method).upper() in {"GET", "HEAD"})
        token = _session_deadline.set(time.monotonic() + self._total)
        try:
            return super().request(method, url, *args, **kwargs)
        except requests.exceptions.TooManyRedirects:
            raise NoAnswer(_("The address leads from one place to the next without end.")) from None
        except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
            raise Refused(_("This is not an address that can be opened. It begins with https://.")) from None
        except requests.exceptions.InvalidHeader:  # its own words hold the header
            raise NotSent(_("The request holds characters that cannot be sent.")) from None
        finally:
            _session_deadline.reset(token)


def outside(
    *,
    allow_private: Iterable[str] = (),
    label: str = "",
    max_bytes: int = MAX_BYTES,
    total: float = TOTAL_SECONDS,
) -> requests.Session:
    """A session to the outside (see above).

    `allow_private`: further private hosts ('host', 'host:port', network) for this
    session. `label`: what the log line calls it, such as 'bluesky'. `max_bytes`:
    of an answer, unpacked. `total`: seconds of one exchange with its redirects.
    Raises `Refused`, `NotSent`, `NoAnswer` or `TooLarge`; a status such as 500 is
    an answer and raises nothing.
    """
    return _Session(_Adapter(private=tuple(allow_private), label=label, max_bytes=max_bytes, total=total))
