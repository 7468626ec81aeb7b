"""Which addresses may be fetched: http and https on the open internet, and nothing within."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.errors import Skipped

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Target:
    """A checked address: its host's name, and the address to connect to."""

    host: str
    ip_address: str


def check_address(url: str, trusted: Collection[str] = ()) -> Target:
    """Resolve and check an address; `trusted` hosts may be internal. Raises Skipped.

    Whoever connects must use `Target.ip_address`: the name may lead elsewhere a moment later.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Skipped(f"not an address: {url[:200]}") from error
    if parts.scheme not in PORTS or not host:
        raise Skipped(f"refused: {parts.scheme or 'no'} address, only http and https are fetched")
    if parts.username is not None:
        raise Skipped("refused: the address has a user in it")
    try:
        found = socket.getaddrinfo(host, port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Skipped(f"the host {host} is not known") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if host not in trusted and not all(map(is_public, map(ipaddress.ip_address, addresses))):
        raise Skipped(f"refused: {host} is an internal address (--allow-host {host} allows it)")
    return Target(host, addresses[0])


def is_public(address: Address) -> bool:
    """Whether it is on the open internet, also where an IPv4 address hides in it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        teredo = address.teredo[1] if address.teredo else None
        if hidden := address.ipv4_mapped or address.sixtofour or teredo:
            return is_public(hidden)
    return address.is_global and not address.is_multicast and not address.is_reserved
