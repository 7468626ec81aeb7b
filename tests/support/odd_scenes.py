"""Pictures that people send although they show no outfit, and outfits of an unusual kind: drawn."""

import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.support.images import draw_outfit

SIZE = (600, 800)
PAPER, INK = (248, 246, 240), (40, 38, 36)


def plain(colour: str) -> Image.Image:
    """One colour all over: a lens cap, an overexposed sheet."""
    return Image.new("RGB", SIZE, colour)


def noise() -> Image.Image:
    """Each pixel by chance."""
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    return Image.fromarray(pixels)


def tiny_detail() -> Image.Image:
    """A wall with one small thing on it."""
    picture = Image.new("RGB", (1600, 1600), (225, 224, 220))
    ImageDraw.Draw(picture).ellipse((1100, 700, 1110, 710), fill=(150, 20, 20))
    return picture


def screenshot() -> Image.Image:
    """A chat on a telephone."""
    chance = random.Random(1)
    picture = Image.new("RGB", (390, 844), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 390, 88), fill=(0, 110, 220))
    draw.text((20, 50), "Messages   9:41", fill="white", font_size=24)
    for row in range(9):
        left = 20 if row % 2 else 120
        top = 110 + 76 * row
        colour = (230, 230, 235) if row % 2 else (200, 225, 255)
        draw.rounded_rectangle((left, top, left + 240, top + 60), 18, fill=colour)
        for line in range(2):
            text = " ".join(chance.choice(("see", "you", "at", "ten", "tomorrow")) for _ in "1234")
            draw.text((left + 14, top + 8 + 24 * line), text, fill=INK, font_size=18)
    return picture


def receipt() -> Image.Image:
    """A slip of paper on a table."""
    chance = random.Random(2)
    picture = Image.new("RGB", SIZE, (110, 82, 60))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((170, 40, 430, 760), fill=PAPER)
    draw.text((230, 60), "MARKET", fill=INK, font_size=34)
    for row in range(24):
        goods = chance.choice(("bread", "milk", "tea", "soap", "apples", "rice"))
        draw.text((190, 120 + 24 * row), goods, fill=INK, font_size=18)
        draw.text((350, 120 + 24 * row), f"{chance.uniform(1, 9):.2f}", fill=INK, font_size=18)
    draw.text((190, 715), "TOTAL 87.40", fill=INK, font_size=24)
    return picture


def empty_shelf() -> Image.Image:
    """Boards on a wall, with nothing on them."""
    picture = Image.new("RGB", SIZE, (214, 205, 190))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 40, 540, 780), fill=(150, 108, 70))
    for top in range(60, 760, 145):
        draw.rectangle((80, top, 520, top + 120), fill=(96, 68, 46))
        draw.rectangle((80, top + 100, 520, top + 120), fill=(176, 132, 90))
    return picture


def mannequin() -> Image.Image:
    """A dressed body without a head, on a pole."""
    worn = draw_outfit(3, SIZE)
    draw = ImageDraw.Draw(worn)
    wall = worn.getpixel((5, 5))
    draw.rectangle((240, 30, 360, 158), fill=wall)
    draw.rectangle((292, 735, 308, 800), fill=(70, 70, 70))
    return worn


def flat_lay() -> Image.Image:
    """A shirt, trousers and shoes, laid out on a floor of boards."""
    picture = Image.new("RGB", SIZE, (196, 164, 128))
    draw = ImageDraw.Draw(picture)
    for left in range(0, 600, 75):
        draw.line((left, 0, left, 800), fill=(170, 138, 104), width=3)
    draw.polygon(
        [(110, 90), (230, 60), (270, 90), (310, 60), (430, 90), (470, 230), (400, 250),
         (385, 190), (385, 400), (155, 400), (155, 190), (140, 250), (70, 230)],
        fill=(60, 90, 140),
    )  # fmt: skip
    draw.polygon([(170, 430), (370, 430), (395, 720), (290, 720), (270, 520), (250, 720),
                  (145, 720)], fill=(70, 66, 62))  # fmt: skip
    for top in (500, 600):
        draw.ellipse((430, top, 560, top + 70), fill=(240, 240, 240), outline=INK, width=3)
    return picture.filter(ImageFilter.GaussianBlur(1))


def mirror_selfie() -> Image.Image:
    """Somebody with a telephone before a mirror, whose frame shows."""
    picture = Image.new("RGB", SIZE, (90, 70, 56))
    picture.paste(draw_outfit(5, (480, 720)), (60, 40))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((52, 32, 548, 768), outline=(40, 30, 24), width=16)
    draw.rounded_rectangle((270, 190, 330, 290), 8, fill=(25, 25, 28))
    return picture


def sketch() -> Image.Image:
    """A drawing of clothes: lines on paper."""
    edges = draw_outfit(6, SIZE).convert("L").filter(ImageFilter.FIND_EDGES)
    return edges.point(lambda value: 40 if value > 12 else 248).convert("RGB")


SCENES: dict[str, Callable[[], Image.Image]] = {
    "black": lambda: plain("black"),
    "white": lambda: plain("white"),
    "noise": noise,
    "tiny detail": tiny_detail,
    "screenshot": screenshot,
    "receipt": receipt,
    "empty shelf": empty_shelf,
    "mannequin": mannequin,
    "flat lay": flat_lay,
    "mirror selfie": mirror_selfie,
    "sketch": sketch,
}
