"""A downloaded file: an image that is whole and large enough, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from crawler.errors import Skipped
from imaging.decoders import Decoders
from imaging.inspection import inspect
from imaging.limits import Limits
from imaging.picture import Kind
from imaging.reasons import Reason, Rejected

ENDINGS = {
    Kind.JPEG: ".jpg",
    Kind.PNG: ".png",
    Kind.WEBP: ".webp",
    Kind.HEIC: ".heic",
    Kind.AVIF: ".avif",
}
SIDE = 16
ALIKE = 10
"""Bits of 256 by which two pictures may differ and still be the same photo, stored anew."""

_BROKEN = (Reason.BROKEN, Reason.EMPTY, Reason.NOT_AN_IMAGE, Reason.FORMAT)


@dataclass(frozen=True)
class Checked:
    """A good image; `look` is a perceptual hash, uint8 [32]."""

    ending: str
    width: int
    height: int
    look: npt.NDArray[np.uint8]


def check_image(data: bytes, least_side: int, decoders: Decoders) -> Checked:
    """Decode all of it, in another process. Raises Skipped; what costs too much is not decoded."""
    limits = Limits(least_side=1)
    try:
        picture = inspect(data, limits)
        width, height = picture.width, picture.height
        if min(width, height) < least_side:
            raise Skipped(f"too small: {width} x {height}, at least {least_side} a side")
        with Image.open(BytesIO(decoders.thumb(data, limits))) as image:
            grey = image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    except Rejected as rejected:
        if rejected.reason in _BROKEN:
            raise Skipped("broken: not a whole JPEG, PNG, WebP, HEIC or AVIF image") from rejected
        raise Skipped(f"refused: {rejected.reason.replace('_', ' ')}") from rejected
    return Checked(ENDINGS[picture.kind], width, height, _look(np.asarray(grey, dtype=np.int16)))


def _look(grey: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
    """Which of two neighbours is lighter (N. Krawetz, "Kind of Like That", 2013: dHash).

    From [16, 17] to uint8 [32].
    """
    return np.packbits(grey[:, 1:] > grey[:, :-1])


class Looks:
    """All looks of a crawl, 32 bytes each, to find one that is nearly the same."""

    def __init__(self) -> None:
        self._all = np.empty((1024, SIDE * SIDE // 8), np.uint8)
        self._paths: list[str] = []

    def add(self, look: npt.NDArray[np.uint8], path: str) -> None:
        """Remember a file's look."""
        if len(self._paths) == len(self._all):
            self._all = np.concatenate([self._all, np.empty_like(self._all)])
        self._all[len(self._paths)] = look
        self._paths.append(path)

    def alike(self, look: npt.NDArray[np.uint8]) -> str:
        """The path of the file that looks most like it, if any does; else empty."""
        known = self._all[: len(self._paths)]
        if not len(known):
            return ""
        bits = np.unpackbits(known ^ look, axis=1).sum(axis=1)
        nearest = int(bits.argmin())
        return self._paths[nearest] if bits[nearest] <= ALIKE else ""
