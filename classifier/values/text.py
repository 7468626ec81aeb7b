"""Text from outside: which characters no text has, and which no single line has."""

import re

from django.core.exceptions import BadRequest, ValidationError
from django.utils.translation import gettext as _

# PostgreSQL's text cannot hold NUL; no form, address or cookie of ours needs the others.
NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_text(value: str) -> bool:
    """Whether it can be stored and shown: no control character but tabs and ends of lines."""
    return NOT_IN_TEXT.search(value) is None


def is_line(value: str) -> bool:
    """Whether it is text without an end of a line, a tab or any other control character."""
    return NOT_IN_A_LINE.search(value) is None


def line(value: str, most: int) -> str:
    """The line without blanks around it, cut to `most` characters. Raises BadRequest."""
    stripped = value.strip()
    if not is_line(stripped):
        raise BadRequest("a control character in a line")
    return stripped[:most]


def single_line(value: str) -> None:
    """A validator of forms. Raises ValidationError."""
    if not is_line(value):
        raise ValidationError(_("Enter a single line."))
