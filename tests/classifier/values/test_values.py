"""Lines, moments and places: what is taken from outside, and what is refused."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.exceptions import BadRequest

from classifier.values.moments import read_moment
from classifier.values.places import Place
from classifier.values.text import is_text, line

ID = uuid.UUID("b596cbdb-dc2d-43dd-8d05-d781211a65ed")


def test_a_moment_is_in_utc_whatever_its_offset() -> None:
    assert read_moment("2026-05-01T09:30:00+23:59") == datetime(2026, 4, 30, 9, 31, tzinfo=UTC)
    assert read_moment("2026-05-01T09:30:00-16:00").tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-05-01T09:30:00"]
)
def test_a_moment_outside_the_calendar_or_without_an_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_moment(text)


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place(datetime(2026, 5, 1, 9, 30, 0, 123456, UTC), ID)
    assert Place.read(str(place)) == place
    assert Place.from_cursor(place.cursor) == place


@pytest.mark.parametrize("text", ["", "x", "_", f"_{ID}", f"2026-05-01_{ID}", "é", "\0"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Place.read(text)
    with pytest.raises(ValueError, match=r"."):
        Place.from_cursor(text)


def test_a_line_has_no_control_characters() -> None:
    assert line("  spring lookbook ", 6) == "spring"
    for character in "\0\x07\t\n\x85\u2028":
        with pytest.raises(BadRequest):
            line(f"spring{character}lookbook", 200)


def test_text_may_have_several_lines() -> None:
    assert is_text("a\tb\r\nc")
    assert not is_text("a\x1b[31m")
    assert not is_text("\ud800")
