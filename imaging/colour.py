"""Pixels as RGB in sRGB, whatever the file has: modes, profiles, transparency.

A profile is applied by what it does, not by what it is called, and to pixels with alpha and of
palettes as to any. What is transparent lies on white.
"""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")
_SHADES = range(0, 256, 51)
# The colours of which a profile must change none to count as sRGB.
_COLOURS = [(red, green, blue) for red in _SHADES for green in _SHADES for blue in _SHADES]


def resizable(image: Image.Image) -> Image.Image:
    """A mode that can be resized well and keeps its alpha: L, RGB, CMYK, La, RGBa."""
    if image.mode.startswith("I"):
        return _grey_of_sixteen_bits(image)
    if image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    # Premultiplied, or the colour of invisible pixels would bleed in when resizing.
    if image.mode in ("LA", "RGBA"):
        return image.convert(image.mode[:-1] + "a")
    return image.convert("L") if image.mode == "1" else image


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB of a picture that `resizable` made.

    A profile that is damaged, or is for another kind of colours, is left out.
    """
    alpha = None
    if image.mode in ("La", "RGBa"):
        straight = image.convert(image.mode[:-1] + "A")
        alpha, image = straight.getchannel("A"), straight.convert(image.mode[:-1])
    transform = _transform(profile, image.mode) if profile else None
    if transform is not None:
        rgb = transform.apply(image)
    else:  # which would copy what is RGB already
        rgb = image if image.mode == "RGB" else image.convert("RGB")
    if alpha is None:
        return rgb
    white = Image.new("RGB", rgb.size, "white")
    white.paste(rgb, mask=alpha)
    return white


def _grey_of_sixteen_bits(image: Image.Image) -> Image.Image:
    """L of 16 bits a pixel, or La where one value is transparent (PNG, tRNS)."""
    wide = image.convert("I")
    grey = wide.point(lambda value: value * (1 / 256)).convert("L")
    invisible = image.info.get("transparency")
    if not isinstance(invisible, int):
        return grey
    mask = wide.point([0 if value == invisible else 255 for value in range(65536)], "L")
    return Image.merge("LA", (grey, mask)).convert("La")


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From the profile's colours to sRGB; nothing where it is damaged, or sRGB itself."""
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(BytesIO(profile)), _SRGB, mode, "RGB"
        )
        if mode == "RGB" and _changes_nothing(transform):
            return None
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    before = Image.new("RGB", (len(_COLOURS), 1))
    before.putdata(_COLOURS)
    after = transform.apply(before)
    pairs = zip(before.tobytes(), after.tobytes(), strict=True)
    return all(abs(given - shown) <= 2 for given, shown in pairs)
