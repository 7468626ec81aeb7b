"""CSV that spreadsheet programs open without taking a cell for a formula."""

import csv
from io import StringIO

import pytest

from classifier.spreadsheets import csv_download, csv_line, escaped, unescaped

DANGEROUS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"),
    *("＝1", "＋1", "－1", "＠x", "'=1"),
]
HARMLESS = ["", "coat.jpg", "봄/1.jpg", "'twas.jpg", "a=1", "O'Neill", "' =1"]


@pytest.mark.parametrize("cell", DANGEROUS)
def test_what_begins_like_a_formula_is_text(cell: str) -> None:
    assert escaped(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", HARMLESS)
def test_anything_else_stays_as_it_is(cell: str) -> None:
    assert escaped(cell) == cell


@pytest.mark.parametrize("cell", [*DANGEROUS, *HARMLESS, "''=1", "''"])
def test_what_was_there_is_found_again(cell: str) -> None:
    assert unescaped(escaped(cell)) == cell


def test_every_cell_is_quoted() -> None:
    assert csv_line(['a "b"', 1, None]) == '"a ""b""","1",""\r\n'


def test_a_download_begins_with_a_byte_order_mark_and_reads_as_a_table() -> None:
    text = "".join(csv_download(["name", "style"], [["=1", "boho"], ["봄.jpg", None]]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(StringIO(text.removeprefix("\ufeff")))) == [
        ["name", "style"],
        ["'=1", "boho"],
        ["봄.jpg", ""],
    ]
