"""What reading one photo may cost."""

from dataclasses import dataclass

MEBIBYTE = 1024**2


@dataclass(frozen=True)
class Limits:
    """Bounds of one photo, checked before it is decoded; CPU and wall-clock time while it is.

    `scans` are the passes of a progressive JPEG: encoders write about ten, and each costs a walk
    over all pixels. `chunks` are the parts of a file (JPEG segments, PNG chunks, HEIC items).
    `tiles` are the parts that a HEIC or AVIF is put together from: a phone's 48 megapixels have
    192. `memory` is what decoding may take, in bytes, beside what the process itself needs; what
    takes more than `heavy` is decoded one at a time.
    """

    pixels: int = 64_000_000
    least_side: int = 64
    scans: int = 40
    scanned_pixels: int = 1_000_000_000
    chunks: int = 20_000
    tiles: int = 600
    memory: int = 512 * MEBIBYTE
    heavy: int = 208 * MEBIBYTE
    cpu_s: int = 8
    wall_s: int = 20
