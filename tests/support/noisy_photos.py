"""Photos of a given size in bytes, drawn: each is another file, so none is recognised."""

import random
from io import BytesIO

from PIL import Image


def noisy_photo(seed: int, kilobytes: int = 200) -> bytes:
    """A JPEG of about so many kilobytes, 960 x 1280: blocks of colour under noise, as cloth is."""
    chance = random.Random(seed)
    image = Image.effect_noise((960, 1280), 24).convert("RGB")
    for _ in range(12):
        colour = tuple(chance.randrange(256) for _ in range(3))
        left, top = chance.randrange(900), chance.randrange(1200)
        box = (left, top, min(960, left + 300), min(1280, top + 400))
        image.paste(Image.blend(image.crop(box), Image.new("RGB", _size(box), colour), 0.7), box)
    for quality in range(95, 10, -5):
        out = BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() <= kilobytes * 1024:
            break
    return out.getvalue()


def _size(box: tuple[int, int, int, int]) -> tuple[int, int]:
    return (box[2] - box[0], box[3] - box[1])
