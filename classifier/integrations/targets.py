"""Where webhooks may lead: to the outside, never to our own network.

A name is resolved once, every address that it has must be public, and the connection then goes to
the address that was checked, so a name that resolves differently a moment later gains nothing
(DNS rebinding; OWASP, "Server-Side Request Forgery Prevention Cheat Sheet"). Redirects are not
followed.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PRINTABLE = re.compile(r"[!-~]+")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
PORTS = {"https": 443, "http": 80}


class AddressRefused(ValueError):
    """No webhook leads there; the text is a sentence for the person."""


@dataclass(frozen=True)
class Target:
    """A checked address: what to connect to, and what to say there."""

    secure: bool
    host: str
    port: int
    path: str
    ip_address: str


def target(url: str) -> Target:
    """Check the address and resolve its name. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused(_("This is no address.")) from error
    schemes = ("https", "http") if settings.FASI_WEBHOOK_ALLOW_INTERNAL else ("https",)
    if not PRINTABLE.fullmatch(url) or parts.scheme not in schemes or not host:
        raise AddressRefused(_("A webhook's address begins with https:// and names a host."))
    if "@" in parts.netloc:
        raise AddressRefused(_("Leave user and password out of a webhook's address."))
    port = port or PORTS[parts.scheme]
    path = parts.path or "/"
    return Target(
        secure=parts.scheme == "https",
        host=host,
        port=port,
        path=f"{path}?{parts.query}" if parts.query else path,
        ip_address=_public_address(host, port),
    )


def _public_address(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(_("The host of this address is not known.")) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not settings.FASI_WEBHOOK_ALLOW_INTERNAL:
        for each in addresses:
            if not is_public(ipaddress.ip_address(each)):
                raise AddressRefused(_("This address leads into a private network."))
    return addresses[0]


def is_public(address: Address) -> bool:
    """Whether it belongs to the internet at large, also where an IPv4 address hides in it."""
    hidden = _hidden_ipv4(address)
    if hidden is not None:
        return is_public(hidden)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _hidden_ipv4(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to: mapped, 6to4, Teredo or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo
