"""Which URLs are fetched: of the public internet, and of hosts that the operator names."""

from __future__ import annotations

from collections.abc import Collection

import httpx

from crawler.errors import Skipped
from outbound.targets import Refusal, Rules, Target, TargetRefused, resolve

PORTS = (80, 443, 8443)


def check_address(url: str, trusted: Collection[str] = ()) -> Target:
    """Resolve and check a URL; `trusted` hosts may be internal, on any port. Raises Skipped.

    Whoever connects must use `Target.ip_address`: the name may lead elsewhere a moment later.
    """
    rules = Rules(schemes=("http", "https"), ports=PORTS, trusted_hosts=trusted)
    try:
        return resolve(str(httpx.URL(url)), rules)
    except httpx.InvalidURL as error:
        raise Skipped(f"not an address: {url[:200]}") from error
    except TargetRefused as error:
        raise Skipped(_reason(error, url)) from error


def _reason(error: TargetRefused, url: str) -> str:
    host, scheme = error.host, url.partition(":")[0]
    return {
        Refusal.NO_URL: f"not an address: {url[:200]}",
        Refusal.SCHEME: f"refused: {scheme or 'no'} address, only http and https are fetched",
        Refusal.CREDENTIALS: "refused: the address has a user in it",
        Refusal.PORT: f"refused: {host}'s port is none of {PORTS} (--allow-host {host} allows it)",
        Refusal.UNKNOWN_HOST: f"the host {host} is not known",
        Refusal.NOT_PUBLIC: (
            f"refused: {host} is an internal address (--allow-host {host} allows it)"
        ),
    }[error.reason]
