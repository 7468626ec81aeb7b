"""CSV for people: spreadsheet programs open it without taking a cell for a formula.

A cell that begins like a formula gets an apostrophe before it, and every cell is quoted (OWASP,
"CSV Injection"). Full-width forms count too: some programs read them as the plain ones.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

# Spreadsheet programs take a file without a byte order mark for another encoding.
BYTE_ORDER_MARK = "\ufeff"
# Apostrophes of the cell's own before it count, so that `unescaped` finds exactly what was there.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def escaped(cell: str) -> str:
    """The cell as text that is no formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unescaped(cell: str) -> str:
    """What was escaped."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_line(cells: Iterable[object], end: str = "\r\n") -> str:
    """One line, with its end. None is an empty cell."""
    line = StringIO()
    texts = ["" if cell is None else escaped(str(cell)) for cell in cells]
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator=end).writerow(texts)
    return line.getvalue()


def csv_download(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A whole file, line by line."""
    yield BYTE_ORDER_MARK + csv_line(columns)
    yield from map(csv_line, rows)
