"""Which IP addresses belong to the public internet (IANA's special-purpose registries, 2025)."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST = ipaddress.IPv6Network("2000::/3")
"""Global unicast (RFC 4291); mapped IPv4, NAT64 and everything local lie outside."""
_SPECIAL_IPV4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24"),
            *("192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_SPECIAL_IPV6 = tuple(
    map(
        ipaddress.IPv6Network,
        # Protocols such as Teredo, documentation, 6to4: an IPv4 address may hide in the first and
        # the third.
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)


def is_public(address: Address) -> bool:
    """Whether a request may go there. What is written as another kind of address is not public."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    return address in _UNICAST and not any(address in network for network in _SPECIAL_IPV6)
