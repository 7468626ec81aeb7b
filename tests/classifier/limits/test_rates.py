"""What one person is refused uses up nothing that others share."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from classifier.limits.rates import MINUTE, first_over
from classifier.storage.cache_server import cache_server
from classifier.uploads.quota import count_upload
from classifier.uploads.refusals import Refused

ADDRESS = "192.0.2.1"


def accepted(person: User, times: int) -> int:
    """How many of so many uploads from one address are taken."""
    taken = 0
    for _ in range(times):
        try:
            count_upload(person.pk, ADDRESS)
        except Refused:
            continue
        taken += 1
    return taken


def test_ones_own_rate_is_counted_before_that_of_the_address(
    owner: User, stranger: User, settings: Any
) -> None:
    settings.FASI_UPLOADS_PER_MINUTE = 2
    settings.FASI_UPLOADS_PER_MINUTE_ADDRESS = 4
    assert accepted(owner, 8) == 2
    assert accepted(stranger, 8) == 2


@pytest.mark.usefixtures("site")
def test_windows_end() -> None:
    windows = (("mine", MINUTE, 1), ("everybodys", 2 * MINUTE, 1))
    assert [first_over(*windows) for _ in range(2)] == [None, 0]
    assert first_over(("other", MINUTE, 1), windows[1]) == 1
    ends = sorted(cache_server().ttl(key) for key in cache_server().scan_iter("*"))
    assert all(0 < end <= 2 * MINUTE for end in ends)
    assert ends[-1] > MINUTE
