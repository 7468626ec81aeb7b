"""From untrusted bytes to the two JPEGs that are stored: `photo` and `thumb`.

Nothing of the upload survives but its pixels: metadata, profiles, comments and whatever was
appended to the file are dropped by encoding anew from one decode.
"""

import threading
from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from PIL import Image, ImageCms, UnidentifiedImageError
from pillow_heif import register_heif_opener

from classifier.uploads.refusals import Refusal, Refused
from inference.thumbnails import THUMB_SIDE, jpeg, thumb_of

register_heif_opener()

ACCEPTED = ("JPEG", "PNG", "WEBP", "HEIF")
PHOTO_SIDE = 1600
# Twice a thumb: what is left for LANCZOS to average.
THUMB_FROM_SIDE = 2 * THUMB_SIDE

ORIENTATION_TAG = 0x0112  # EXIF 2.32, 4.6.4 A
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# A 20-megapixel PNG is 80 MB while it is decoded: two at a time bound a process's memory.
_decoders = threading.BoundedSemaphore(2)
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True)
class Sanitised:
    """Two JPEGs of one decode; `width` and `height` are those of `photo`, in pixels."""

    photo: bytes
    thumb: bytes
    width: int
    height: int


def sanitise(data: bytes) -> Sanitised:
    """Decode an upload whole and encode it anew, upright, in sRGB, without metadata.

    Raises Refused with the reason: not an image, a format or size that is not accepted, more than
    one frame, or damaged.
    """
    with _open(data) as image:
        _check_header(image)
        with _decoders:
            photo = _decode(image, PHOTO_SIDE)
            return Sanitised(
                photo=jpeg(photo),
                thumb=jpeg(thumb_of(photo)),
                width=photo.width,
                height=photo.height,
            )


def thumb(data: bytes) -> bytes:
    """The thumb that `sanitise` would make, from no more pixels than it needs.

    For those who keep no photo. Checks the same and raises the same. Of a photo that `sanitise`
    makes smaller, the thumb differs by that one resize; of any other, in nothing.
    """
    with _open(data) as image:
        _check_header(image)
        return jpeg(thumb_of(_decode(image, THUMB_FROM_SIDE, resize=False)))


def _open(data: bytes) -> Image.Image:
    if not data:
        raise Refused(Refusal.EMPTY)
    try:
        return Image.open(BytesIO(data), formats=ACCEPTED)
    except Image.DecompressionBombError as error:
        raise Refused(Refusal.TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise Refused(_why_unidentified(data)) from error
    except Exception as error:  # a decoder met bytes that its authors did not think of
        raise Refused(Refusal.BROKEN) from error


def _why_unidentified(data: bytes) -> Refusal:
    """Tell a damaged photo and a picture of another kind from something that is no picture."""
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or data[8:12] == b"WEBP":
        return Refusal.BROKEN
    head = data[:1024].lstrip().lower()
    known = (b"gif8", b"bm", b"ii*\0", b"mm\0*", b"<svg", b"%pdf", b"\0\0\1\0", b"8bps")
    if head.startswith(known) or b"<svg" in head or data[4:12] == b"ftypavif":
        return Refusal.FORMAT
    return Refusal.NOT_AN_IMAGE


def _check_header(image: Image.Image) -> None:
    width, height = image.size
    if width * height > settings.FASI_MAX_PIXELS:
        raise Refused(Refusal.TOO_MANY_PIXELS)
    if min(width, height) < settings.FASI_MIN_SIDE:
        raise Refused(Refusal.TOO_SMALL)
    # The further frames of a phone's JPEG (MPO) or HEIC are previews and depth, no animation.
    if image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
        raise Refused(Refusal.ANIMATED)


def _decode(image: Image.Image, side: int, *, resize: bool = True) -> Image.Image:
    """All pixels, upright, RGB in sRGB; at most `side` on the longest side.

    Without `resize` only what a decoder can scale by itself is scaled, and never below `side`.
    """
    try:
        orientation = image.getexif().get(ORIENTATION_TAG, 1)
        profile = image.info.get("icc_profile")
        scale = min(1.0, side / max(image.size))
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image.draft(None, size)  # a JPEG is decoded at 1/2, 1/4 or 1/8 where that is enough
        image.load()
        flat = _eight_bits(image)
        if resize and flat.size != size:
            # Half the time of LANCZOS, which is most of what a phone's photo costs, for a picture
            # that nobody tells apart (docs/performance.md).
            flat = flat.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
        rgb = _without_alpha(_in_srgb(flat, profile))
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise Refused(Refusal.TOO_MANY_PIXELS) from error
    except Exception as error:  # decoders raise OSError, SyntaxError, ValueError, struct.error, ...
        raise Refused(Refusal.BROKEN) from error
    if orientation in UPRIGHT:
        rgb = rgb.transpose(UPRIGHT[orientation])
    rgb.info.clear()  # or the JPEG encoder would copy the comment
    return rgb


def _eight_bits(image: Image.Image) -> Image.Image:
    """Modes that can be resized well and keep their alpha: L, RGB, CMYK, RGBa."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode in ("RGBA", "LA", "La"):
        # Premultiplied, or the colour of invisible pixels would bleed in when resizing.
        return image.convert("RGBA").convert("RGBa")
    if image.mode == "1":
        return image.convert("L")
    return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply the embedded profile; one that is damaged or does not fit the mode is ignored."""
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(embedded):
                converted = ImageCms.profileToProfile(image, embedded, _SRGB, outputMode="RGB")
                return converted or image
        except (ImageCms.PyCMSError, OSError):
            pass
    return image


def _without_alpha(image: Image.Image) -> Image.Image:
    """RGB; what is transparent lies on white."""
    if image.mode != "RGBa":
        return image.convert("RGB")
    straight = image.convert("RGBA")
    white = Image.new("RGB", straight.size, "white")
    white.paste(straight, mask=straight.getchannel("A"))
    return white
