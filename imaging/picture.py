"""What a file's header says, without anything decoded."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The formats that are read; the values are Pillow's names of them."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIC = "HEIF"
    AVIF = "AVIF"


@dataclass(frozen=True)
class Picture:
    """A file that may be decoded.

    `width` and `height` are the coded ones, before any turn. `parts`, joined, are the file as the
    decoder gets it: without the metadata that decoders trip over. `memory` is an upper estimate
    of what decoding takes at any size, in bytes; `scaled_memory` comes on top at full size, and
    lessens with the size that is asked for (a JPEG is scaled while it is decoded). `profile`,
    `exif` and `xmp` are what the file carries, unchecked; the profile of a HEIC, AVIF or WebP is
    left to its decoder. `orientation` is the EXIF one (2.32, 4.6.4 A).
    """

    kind: Kind
    width: int
    height: int
    parts: tuple[bytes | memoryview, ...]
    memory: int
    scaled_memory: int = 0
    profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    orientation: int = 1

    @property
    def data(self) -> bytes:
        """The file that the decoder gets."""
        return b"".join(self.parts)
