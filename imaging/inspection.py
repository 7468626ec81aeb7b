"""What a file is, and whether it may be decoded. Reads headers; decodes nothing."""

from imaging import bmff, jpeg, png, webp
from imaging.limits import Limits
from imaging.picture import Kind, Picture
from imaging.reasons import Reason, Rejected

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")
_OTHERS = (
    (b"GIF8", Reason.GIF),
    (b"BM", Reason.BMP),
    (b"II*\0", Reason.TIFF),
    (b"MM\0*", Reason.TIFF),
    (b"II+\0", Reason.TIFF),
    (b"MM\0+", Reason.TIFF),
    (b"\xff\x0a", Reason.JPEG_XL),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Reason.JPEG_XL),
    (b"%PDF", Reason.FORMAT),
    (b"\0\0\1\0", Reason.FORMAT),
    (b"8BPS", Reason.FORMAT),
    (b"\0\0\0\x0cjP  ", Reason.FORMAT),
    (b"\xff\x4f\xff\x51", Reason.FORMAT),
)


def inspect(data: bytes, limits: Limits) -> Picture:
    """What is in the file's header. Raises Rejected for all that must not or cannot be decoded."""
    if not data:
        raise Rejected(Reason.EMPTY)
    picture = _read(data, limits)
    if picture.width * picture.height > limits.pixels:
        raise Rejected(Reason.TOO_MANY_PIXELS)
    if not picture.width or not picture.height:
        raise Rejected(Reason.BROKEN)
    if min(picture.width, picture.height) < limits.least_side:
        raise Rejected(Reason.TOO_SMALL)
    if picture.memory > limits.memory:
        raise Rejected(Reason.TOO_MANY_PIXELS_FOR_FORMAT)
    return picture


def _read(data: bytes, limits: Limits) -> Picture:
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.read(data, limits)
    if data.startswith(png.SIGNATURE):
        return png.read(data, limits)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return webp.read(data, limits)
    if data[4:8] == b"ftyp" and (kind := _brand(data)):
        return bmff.read(data, kind, limits)
    raise Rejected(_why_not(data))


def _brand(data: bytes) -> Kind | None:
    """HEIC or AVIF, by the major brand, or by the compatible ones where that says neither."""
    if data[8:12] in _AVIF_BRANDS:
        return Kind.AVIF
    end = min(int.from_bytes(data[:4], "big"), 256)
    compatible = {data[at : at + 4] for at in range(16, end, 4)}
    if compatible & {*_AVIF_BRANDS} and not compatible & {*_HEIC_BRANDS[:6]}:
        return Kind.AVIF
    return Kind.HEIC if data[8:12] in _HEIC_BRANDS else None


def _why_not(data: bytes) -> Reason:
    """Tell a picture of another kind from something that is no picture."""
    for start, reason in _OTHERS:
        if data.startswith(start):
            return reason
    head = data[:1024].lstrip().lower()
    return Reason.FORMAT if b"<svg" in head else Reason.NOT_AN_IMAGE
