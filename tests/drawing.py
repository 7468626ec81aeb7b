"""Pictures for tests, drawn with Pillow: no photo of anybody is part of this repository."""

import random
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def draw_outfit(seed: int = 0, size: tuple[int, int] = (480, 720)) -> Image.Image:
    """Somebody in a top, trousers and shoes, in colours that depend on `seed`."""
    chance = random.Random(seed)
    width, height = size
    image = Image.new("RGB", size, _colour(chance))
    draw = ImageDraw.Draw(image)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
        return (left * width, top * height, right * width, bottom * height)

    draw.ellipse(box(0.42, 0.05, 0.58, 0.18), fill=(224, 172, 135))
    draw.rectangle(box(0.32, 0.18, 0.68, 0.52), fill=_colour(chance))
    draw.rectangle(box(0.35, 0.52, 0.48, 0.9), fill=_colour(chance))
    draw.rectangle(box(0.52, 0.52, 0.65, 0.9), fill=_colour(chance))
    draw.rectangle(box(0.32, 0.9, 0.48, 0.96), fill=_colour(chance))
    draw.rectangle(box(0.52, 0.9, 0.68, 0.96), fill=_colour(chance))
    return image


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file's bytes."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def outfit_jpeg(seed: int = 0, size: tuple[int, int] = (480, 720)) -> bytes:
    """A drawn outfit as a JPEG file; another seed is another file."""
    return encode(draw_outfit(seed, size), quality=90)


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return (chance.randrange(256), chance.randrange(256), chance.randrange(256))
