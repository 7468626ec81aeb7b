"""What all pictures to share have in common: their size, paper and font, and who draws them."""

from functools import lru_cache
from pathlib import Path
from threading import Lock

from PIL import ImageFont

SIZE = (1080, 1350)
"""The size that feeds show whole."""
SMALLEST = 16
"""Pixels of a line that does not fit."""
PAPER, INK, MUTED, LINE, ACCENT = "#faf7f2", "#1f1b16", "#6a6157", "#e4dcd0", "#a83a22"
FONTS = Path(__file__).parent / "fonts"
"""Latin and Hangul, of text and of titles; their licences lie beside them."""

one_at_a_time = Lock()
"""Whoever draws a card holds it, so that threads are left for everybody else."""


# Each that is open has the whole font unpacked in memory.
@lru_cache(maxsize=8)
def font(size: int, title: bool = False) -> ImageFont.FreeTypeFont:
    """The font of cards, or of their titles, for so many pixels."""
    return ImageFont.truetype(FONTS / f"fasi-card{'-title' if title else ''}.woff2", size)


def fitting(text: str, size: int, room: int, title: bool = False) -> ImageFont.FreeTypeFont:
    """The font for a line of this text, smaller where the room is too narrow for it."""
    length = font(size, title).getlength(text)
    fits = length <= room
    return font(size if fits else max(SMALLEST, int(size * room / length)), title)
