"""A URL that somebody else chose is checked, and its name resolved, once.

Every address that the name has must be public, and the connection then goes to the address that was
checked, so a name that resolves differently a moment later gains nothing (DNS rebinding; OWASP,
"Server-Side Request Forgery Prevention Cheat Sheet"). Redirects are new URLs, to be checked again.
"""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from outbound.addresses import is_public
from outbound.lookup import addresses_of

PRINTABLE = re.compile(r"[!-~]+")
DEFAULT_PORTS = {"https": 443, "http": 80}
LOOKUP_S = 5.0


class Refusal(StrEnum):
    """Why a URL is refused."""

    NO_URL = "no_url"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    PORT = "port"
    UNKNOWN_HOST = "unknown_host"
    NOT_PUBLIC = "not_public"


class TargetRefused(ValueError):
    """Nothing is sent there."""

    def __init__(self, reason: Refusal, host: str = "") -> None:
        super().__init__(f"{reason.value}: {host}" if host else reason.value)
        self.reason = reason
        self.host = host


@dataclass(frozen=True)
class Rules:
    """What is allowed. `trusted_hosts`, or all where `internal`, may be internal, on any port."""

    schemes: Collection[str] = ("https",)
    ports: Collection[int] = (443, 8443)
    trusted_hosts: Collection[str] = ()
    internal: bool = False


@dataclass(frozen=True)
class Target:
    """A checked URL: what to connect to, and what to say there."""

    secure: bool
    host: str
    port: int
    path: str
    ip_address: str


def resolve(url: str, rules: Rules, lookup_s: float = LOOKUP_S) -> Target:
    """Check the URL and look its name up. Raises TargetRefused."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise TargetRefused(Refusal.NO_URL) from error
    if not PRINTABLE.fullmatch(url) or parts.scheme not in rules.schemes or not host:
        raise TargetRefused(Refusal.SCHEME)
    if "@" in parts.netloc:
        raise TargetRefused(Refusal.CREDENTIALS, host)
    port = port or DEFAULT_PORTS[parts.scheme]
    trusted = rules.internal or host in rules.trusted_hosts
    ip_address = _checked_address(host, port, trusted=trusted, lookup_s=lookup_s)
    if not trusted and port not in rules.ports:
        raise TargetRefused(Refusal.PORT, host)
    path = parts.path or "/"
    return Target(
        secure=parts.scheme == "https",
        host=host,
        port=port,
        path=f"{path}?{parts.query}" if parts.query else path,
        ip_address=ip_address,
    )


def _checked_address(host: str, port: int, *, trusted: bool, lookup_s: float) -> str:
    try:
        addresses = addresses_of(host, port, lookup_s)
        parsed = [ipaddress.ip_address(each) for each in addresses]
    except (OSError, ValueError) as error:  # TimeoutError and UnicodeError are some of these
        raise TargetRefused(Refusal.UNKNOWN_HOST, host) from error
    # A scope ("fe80::1%eth0") belongs to a link, so to no public address.
    if not trusted and not all(map(is_public, parsed)):
        raise TargetRefused(Refusal.NOT_PUBLIC, host)
    return addresses[0]
