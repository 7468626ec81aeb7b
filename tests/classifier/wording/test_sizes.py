"""Sizes of files say no more digits than they need."""

from classifier.wording.sizes import size


def test_whole_numbers_have_no_decimals() -> None:
    assert size(10 * 1024 * 1024) == "10\N{NO-BREAK SPACE}MB"
    assert size(1024) == "1\N{NO-BREAK SPACE}KB"


def test_a_decimal_that_says_something_stays() -> None:
    assert size(3 * 512 * 1024) == "1.5\N{NO-BREAK SPACE}MB"
    assert size(512) == "512\N{NO-BREAK SPACE}bytes"
