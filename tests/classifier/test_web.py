"""What counts as one address where requests are counted."""

import pytest

from classifier.web import ip_group


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_addresses_of_one_line_count_as_one(one: str, other: str) -> None:
    assert ip_group(one) == ip_group(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:3::1"),
        ("192.0.2.1", "192.0.2.2"),
        ("", "192.0.2.2"),
    ],
)
def test_addresses_of_two_lines_count_apart(one: str, other: str) -> None:
    assert ip_group(one) != ip_group(other)
