"""People upload while every process of the product is killed, again and again."""

import sys

import pytest

from tests.support.live_stack import LiveStack
from tests.support.soak import soak

PHOTOS = 500


def test_nothing_is_lost_doubled_or_stuck_while_everything_dies(
    stack: LiveStack, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = soak(stack, PHOTOS)
    with capsys.disabled():
        sys.stdout.write(f"\n{tally.line()}\n")
    assert tally.accepted == PHOTOS
    assert (tally.lost, tally.doubled, tally.stuck) == (0, 0, 0)
    assert tally.predicted + tally.failed == PHOTOS
    assert tally.failed == 0, tally.reasons
    assert len(tally.strikes) == 13
