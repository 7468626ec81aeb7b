"""The guard of outgoing requests: what is public, which URLs are refused, and how long it takes."""

import socket
import threading
import time
from ipaddress import ip_address
from typing import Any

import pytest

from outbound import lookup
from outbound.addresses import is_public
from outbound.targets import Refusal, Rules, TargetRefused, resolve


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2001:200::1"],
)
def test_the_outside_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255"),
        *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
        *("203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "fe80::1"),
        *("2001::1", "2001:db8::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fec0::1"),
        *("ff02::1", "4000::1"),
    ],
)
def test_nothing_else_is(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://[::1/", Refusal.NO_URL),
        ("https://93.184.215.14:99999/", Refusal.NO_URL),
        ("http://93.184.215.14/", Refusal.SCHEME),
        ("https://", Refusal.SCHEME),
        ("https://93.184.215.14/a b", Refusal.SCHEME),
        ("https://user@93.184.215.14/", Refusal.CREDENTIALS),
        ("https://93.184.215.14:22/", Refusal.PORT),
        ("https://nowhere.invalid/", Refusal.UNKNOWN_HOST),
        ("https://localhost/", Refusal.NOT_PUBLIC),
        ("https://2130706433/", Refusal.NOT_PUBLIC),
    ],
)
def test_a_url_is_refused_with_its_reason(url: str, reason: Refusal) -> None:
    with pytest.raises(TargetRefused) as refused:
        resolve(url, Rules())
    assert refused.value.reason is reason


def test_a_checked_url_names_what_to_connect_to_and_what_to_say() -> None:
    target = resolve("https://93.184.215.14:8443/hook?shop=1", Rules())
    assert (target.ip_address, target.port) == ("93.184.215.14", 8443)
    assert (target.secure, target.path) == (True, "/hook?shop=1")


def test_a_trusted_host_may_be_internal_and_on_any_port() -> None:
    rules = Rules(schemes=("http",), trusted_hosts={"127.0.0.1"})
    assert resolve("http://127.0.0.1:9000/", rules).ip_address == "127.0.0.1"
    with pytest.raises(TargetRefused):
        resolve("http://localhost:9000/", rules)


def test_one_internal_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(host: str, port: int, type: int) -> list[Any]:
        return [(0, 0, 0, "", (each, port)) for each in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(TargetRefused, match="not_public"):
        resolve("https://example.org/", Rules())


def test_a_look_up_that_hangs_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    hangs = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        hangs.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    with pytest.raises(TargetRefused, match="unknown_host"):
        resolve("https://example.org/", Rules(), lookup_s=0.05)
    assert time.monotonic() - began < 5
    hangs.set()


def test_look_ups_that_hang_are_limited_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_places", threading.BoundedSemaphore(1))
    assert lookup._places.acquire(blocking=False)
    with pytest.raises(TargetRefused, match="unknown_host"):
        resolve("https://93.184.215.14/", Rules(), lookup_s=0.01)
