"""Why a file is not read as a photo."""

from enum import StrEnum


class Reason(StrEnum):
    """One code for each way in which a file is no photo for us; the site's refusals use them."""

    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    FORMAT = "format_not_accepted"
    GIF = "format_gif"
    BMP = "format_bmp"
    TIFF = "format_tiff"
    JPEG_XL = "format_jpeg_xl"
    BROKEN = "broken"
    ANIMATED = "animated"
    TOO_SMALL = "too_small"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PIXELS_FOR_FORMAT = "too_many_pixels_for_format"
    TOO_MANY_SCANS = "too_many_scans"
    TOO_MANY_CHUNKS = "too_many_chunks"
    TOO_MANY_TILES = "too_many_tiles"
    DECODING_TOO_LONG = "decoding_too_long"
    DECODING_FAILED = "decoding_failed"
    BUSY = "decoders_busy"


class Rejected(Exception):
    """This file is not read as a photo; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
