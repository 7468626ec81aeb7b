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
FONT = Path(__file__).parent / "fonts" / "fasi-card.woff2"
"""Latin and Hangul; its licence lies beside it."""

one_at_a_time = Lock()
"""Whoever draws a card holds it, so that threads are left for everybody else."""


# Each that is open has the whole font unpacked in memory.
@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font of cards, for so many pixels."""
    return ImageFont.truetype(FONT, size)


def fitting(text: str, size: int, room: int) -> ImageFont.FreeTypeFont:
    """The font for a line of this text, smaller where the room is too narrow for it."""
    length = font(size).getlength(text)
    return font(size) if length <= room else font(max(SMALLEST, int(size * room / length)))
