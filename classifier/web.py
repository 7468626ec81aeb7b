"""Facts about a request that pages and API need alike."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

JSON = "application/json"
IPV6_PREFIX = 64


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, which prefers JSON to a page."""
    return request.get_preferred_type(["text/html", JSON]) == JSON


def on_phone(request: HttpRequest) -> bool:
    """Whether the browser says that it is a phone's: by its client hint, else by its name.

    A hint to count by, nothing more: browsers say what they like. "Mobi" is what every phone's
    browser has in its name (https://developer.mozilla.org/docs/Web/HTTP/Browser_detection).
    """
    hint = request.headers.get("Sec-CH-UA-Mobile", "")
    return hint == "?1" if hint else "Mobi" in request.headers.get("User-Agent", "")


def client_ip(request: HttpRequest) -> str:
    """The IP address of whoever asks. allauth knows how many proxies before us are our own."""
    return str(get_adapter().get_client_ip(request))


def ip_group(ip_address: str) -> str:
    """What counts as one address where requests are counted.

    One line gets a whole IPv6 /64 (RFC 6177), so its 2**64 addresses count as one; an IPv4 address
    counts as itself, also where it is written as an IPv6 one. What is no address is left as it is.
    """
    try:
        address = ipaddress.ip_address(ip_address.partition("%")[0])
    except ValueError:
        return ip_address
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
