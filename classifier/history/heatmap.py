"""Why: the activation map as a picture to lay over the photo."""

from io import BytesIO

from PIL import Image

MAP_SIDE = 7
SIDE = 224
COLOUR = (255, 84, 40)
STRONGEST = 190
"""Of 255: how little of the photo the strongest place lets through."""


def heat_png(activation_map: bytes) -> bytes:
    """A PNG, 224 pixels square, that is the more opaque the more a place spoke for the style.

    `activation_map` is 7 x 7 bytes, row by row. The model saw the photo squashed to a square, so
    stretching the picture over the whole photo puts each place where it was.
    """
    grid = Image.frombytes("L", (MAP_SIDE, MAP_SIDE), activation_map)
    smooth = grid.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    alpha = smooth.point([value * STRONGEST // 255 for value in range(256)])
    heat = Image.new("RGB", (SIDE, SIDE), COLOUR)
    heat.putalpha(alpha)
    out = BytesIO()
    heat.save(out, "PNG")
    return out.getvalue()
