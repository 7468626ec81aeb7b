"""Pictures for tests, drawn with Pillow: no photo of anybody is part of this repository."""

import random
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

register_heif_opener()  # tests write HEIC with it

UNITS = (1000, 1500)
SKIN = (224, 172, 135)
CLOTHS = (
    (222, 210, 190),
    (139, 111, 86),
    (85, 96, 63),
    (168, 58, 34),
    (46, 74, 98),
    (201, 165, 96),
    (107, 84, 118),
    (58, 54, 52),
    (190, 150, 150),
    (120, 150, 160),
    (240, 232, 214),
    (74, 44, 29),
)


def draw_outfit(seed: int = 0, size: tuple[int, int] = (480, 720)) -> Image.Image:
    """Somebody in a coat, a top, trousers and shoes, in colours that depend on `seed`."""
    chance = random.Random(seed)
    wall, coat, top, trousers = chance.sample(CLOTHS, 4)
    # No two seeds give the same file, though the colours be the same.
    wall = (wall[0], wall[1], chance.randrange(256) // 2 + wall[2] // 2)
    image = Image.new("RGB", UNITS, wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 860, 1000, 1500), fill=_darker(wall))
    draw.polygon([(390, 700), (495, 700), (480, 1350), (395, 1350)], fill=trousers)
    draw.polygon([(505, 700), (610, 700), (605, 1350), (520, 1350)], fill=trousers)
    for left, right in ((375, 482), (518, 625)):
        draw.rounded_rectangle((left, 1340, right, 1390), 24, fill=_darker(coat))
    draw.rounded_rectangle((400, 310, 600, 740), 40, fill=top)
    draw.rectangle((465, 250, 535, 330), fill=SKIN)
    for side in (-1, 1):
        shoulder, hem = 500 + side * 110, 500 + side * 150
        draw.ellipse((500 + side * 175 - 28, 780, 500 + side * 175 + 28, 840), fill=SKIN)
        sleeve = [(shoulder, 320), (500 + side * 160, 350), (500 + side * 208, 800)]
        draw.polygon([*sleeve, (500 + side * 145, 800)], fill=_darker(coat))
        front = [(shoulder, 315), (500 + side * 60, 300), (500 + side * 40, 860)]
        draw.polygon([*front, (hem, 880), (500 + side * 135, 400)], fill=coat)
    draw.ellipse((430, 110, 570, 290), fill=SKIN)
    draw.chord((420, 90, 580, 270), 180, 360, fill=_darker(trousers))
    return image.resize(size, Image.Resampling.LANCZOS)


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file's bytes."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def outfit_jpeg(seed: int = 0, size: tuple[int, int] = (480, 720)) -> bytes:
    """A drawn outfit as a JPEG file; another seed is another file."""
    return encode(draw_outfit(seed, size), quality=90)


def numbered(photo: bytes, number: int) -> bytes:
    """The same JPEG as another file: its number stands in a comment (ITU T.81, B.2.4.5)."""
    comment = f"photo {number}".encode()
    return photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photo[2:]


def _darker(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    return (colour[0] * 3 // 4, colour[1] * 3 // 4, colour[2] * 3 // 4)


def noise_jpeg(side: int) -> bytes:
    """A square photo of noise: as many bytes as a photo of its size can have."""
    pixels = random.Random(side).randbytes(3 * side * side)
    return encode(Image.frombytes("RGB", (side, side), pixels), quality=85)
