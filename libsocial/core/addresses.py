"""Which network addresses are nobody's business to reach from here. Pure: no name is looked up.

A server that fetches what people type can be made to fetch its own neighbours
(the database, the router, a cloud's metadata service). So every address is
judged after the name was resolved, and addresses that carry another one inside
(mapped, translated, tunnelled) are judged by what they carry.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_NEVER = (
    ipaddress.ip_network("64:ff9b:1::/48"),  # RFC 8215, translation for local use
    ipaddress.ip_network("::/96"),  # IPv4-compatible, deprecated by RFC 4291
    ipaddress.ip_network("fec0::/10"),  # site-local, deprecated by RFC 3879
    ipaddress.ip_network("5f00::/16"),  # segment routing, RFC 9602
)


def parse(text: str) -> Address | None:
    """The address written in `text` (a scope such as %eth0 and brackets are dropped), or None."""
    try:
        return ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None


def inside(address: Address) -> Iterator[Address]:
    """The address itself and every one it carries."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    yield from (one for one in carried if one is not None)


def is_public(address: Address) -> bool:
    """Whether the whole internet may be meant by it: not private, loopback, link-local, multicast or reserved."""
    if isinstance(address, ipaddress.IPv6Address) and _is_wrapper(address):
        return all(_plainly_public(one) for one in list(inside(address))[1:])
    return all(_plainly_public(one) for one in inside(address))


def _is_wrapper(address: ipaddress.IPv6Address) -> bool:
    """Translated forms are not 'global' by themselves; only what they carry counts."""
    return address.ipv4_mapped is not None or address in _NAT64


def _plainly_public(address: Address) -> bool:
    if any(address.version == net.version and address in net for net in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


@dataclass(frozen=True)
class Exceptions:
    """Private places that may be reached all the same: 'host', 'host:port', an address or a network 'a.b.c.d/nn'."""

    entries: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Exceptions:
        return cls(tuple(entry.strip().lower() for entry in entries if entry.strip()))

    def allow(self, host: str, port: int, address: Address) -> bool:
        host = host.strip("[]").rstrip(".").lower()
        return any(self._matches(entry, host, port, address) for entry in self.entries)

    @staticmethod
    def _matches(entry: str, host: str, port: int, address: Address) -> bool:
        if "/" in entry:
            try:
                network = ipaddress.ip_network(entry, strict=False)
            except ValueError:
                return False
            return any(network.version == one.version and one in network for one in inside(address))
        bare = entry.strip("[]")
        if bare == host or parse(bare) == address:
            return True
        name, _, wanted = entry.rpartition(":")
        if not name or not wanted.isdigit() or int(wanted) != port:
            return False
        name = name.strip("[]")
        return name == host or parse(name) == address
