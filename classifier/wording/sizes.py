"""Sizes of files as people write them."""

import re

from django.template.defaultfilters import filesizeformat


def size(number_of_bytes: int) -> str:
    """10485760 -> `10 MB`, 1572864 -> `1.5 MB`: no decimal that says nothing."""
    return re.sub(r"[.,]0(?=\D)", "", filesizeformat(number_of_bytes))
