"""From an inspected file to the two JPEGs that are kept of it: `photo` and `thumb`.

Nothing of the file survives but its pixels and the moment it was taken: metadata, profiles,
comments and whatever was appended to it are dropped by encoding anew from one decode.

Runs whatever decoder the file needs: for files that nobody vouches for, call it through
`imaging.decoders`, where it can be killed.
"""

from collections.abc import Callable
from io import BytesIO

from PIL import Image
from pillow_heif import register_heif_opener

from imaging.colour import in_srgb, resizable
from imaging.exif import ORIENTATION
from imaging.inspection import inspect
from imaging.limits import Limits
from imaging.moment import moment_taken
from imaging.picture import Kind, Picture
from imaging.reasons import Reason, Rejected
from imaging.sanitised import Sanitised
from imaging.thumbnails import THUMB_SIDE, jpeg, thumb_of

# A thumbnail inside a HEIC may show something else than the picture.
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)

PHOTO_SIDE = 1600
# Twice a thumb: what is left for LANCZOS to average.
THUMB_FROM_SIDE = 2 * THUMB_SIDE

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def sanitise(data: bytes, limits: Limits, admit: Callable[[int], None]) -> Sanitised:
    """Decode a file whole and encode it anew, upright, in sRGB, without metadata.

    `admit` is told how many bytes decoding takes before it begins, and may raise. Raises Rejected
    with the reason: no picture, of a format or size that is not accepted, costly or damaged.
    """
    picture = inspect(data, limits)
    photo = _decode(picture, PHOTO_SIDE, limits, admit)
    taken = moment_taken(picture.exif, picture.xmp)
    return Sanitised(jpeg(photo), jpeg(thumb_of(photo)), photo.width, photo.height, taken)


def thumb(data: bytes, limits: Limits, admit: Callable[[int], None]) -> bytes:
    """The thumb that `sanitise` would make, from no more pixels than it needs.

    For those who keep no photo. Checks the same and raises the same. Of a photo that `sanitise`
    makes smaller, the thumb differs by that one resize; of any other, in nothing.
    """
    picture = inspect(data, limits)
    return jpeg(thumb_of(_decode(picture, THUMB_FROM_SIDE, limits, admit, resize=False)))


def _decode(
    picture: Picture,
    side: int,
    limits: Limits,
    admit: Callable[[int], None],
    *,
    resize: bool = True,
) -> Image.Image:
    """All pixels, upright, RGB in sRGB; at most `side` on the longest side.

    Without `resize` only what a decoder can scale by itself is scaled, and never below `side`.
    """
    try:
        with Image.open(BytesIO(picture.data), formats=[picture.kind]) as image:
            if image.width * image.height > picture.width * picture.height:
                raise Rejected(Reason.BROKEN)  # larger than its header says
            scale = min(1.0, side / max(image.size))
            size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
            image.draft(None, size)  # a JPEG is decoded at 1/2, 1/4 or 1/8 where that is enough
            _check_memory(picture, image.width * image.height, limits, admit)
            image.load()
            profile = picture.profile or image.info.get("icc_profile")
            orientation = picture.orientation
            if picture.kind is Kind.AVIF:  # from its own boxes: EXIF is not in what was opened
                orientation = image.getexif().get(ORIENTATION, 1)
            flat = resizable(image)
        if resize and flat.size != size:
            # Half the time of LANCZOS, which is most of what a phone's photo costs, for a picture
            # that nobody tells apart (docs/performance.md).
            flat = flat.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
        rgb = in_srgb(flat, profile)
    except (Rejected, MemoryError):
        raise
    except Exception as error:  # decoders raise OSError, SyntaxError, ValueError, struct.error, ...
        raise Rejected(Reason.BROKEN) from error
    if orientation in _UPRIGHT:
        rgb = rgb.transpose(_UPRIGHT[orientation])
    rgb.info.clear()  # or the JPEG encoder would copy the comment
    return rgb


def _check_memory(
    picture: Picture, pixels: int, limits: Limits, admit: Callable[[int], None]
) -> None:
    """Now that the size is known that is decoded at."""
    scaled = picture.scaled_memory * pixels // (picture.width * picture.height)
    if picture.memory + scaled > limits.memory:
        raise Rejected(Reason.TOO_MANY_PIXELS_FOR_FORMAT)
    admit(picture.memory + scaled)
