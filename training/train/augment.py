"""Random changes of training photos, each as strong as the recipe says."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageEnhance

from training.arrays import Floats, Images
from training.recipe import Augment
from training.train.backgrounds import flat_background, random_background, replaced


def augmented(
    image: Image.Image,
    size: int,
    options: Augment,
    natural: Callable[[], Image.Image | None],
    random: np.random.Generator,
) -> Images:
    """A random variant of an RGB photo, squashed to uint8 [size, size, 3] as serving does.

    ``natural`` gives photos to take backgrounds from (``training.train.backgrounds``). The same
    state of ``random`` gives the same variant.
    """
    if random.random() < options.background:
        mask = flat_background(image)
        if mask is not None:
            image = replaced(image, mask, random_background(image.size, natural, random))
    image = image.resize((size, size), Image.Resampling.BILINEAR, _crop(image, options, random))
    if random.random() < options.flip:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if options.rotate:
        angle = random.uniform(-options.rotate, options.rotate)
        image = image.rotate(angle, Image.Resampling.BILINEAR, fillcolor=_mean_colour(image))
    image = _recoloured(image, options, random)
    if random.random() < options.jpeg:
        image = _compressed(image, int(random.integers(35, 90)))
    pixels = np.array(image, dtype=np.uint8)
    if random.random() < options.erase:
        _erase(pixels, random)
    return pixels


def mixed(
    images: Images, targets: Floats, strength: float, random: np.random.Generator
) -> tuple[Images, Floats]:
    """Each image and its target blended with another of the batch.

    Zhang et al.: mixup, 2018 (https://arxiv.org/abs/1710.09412). ``strength`` is the parameter of
    the Beta distribution of the share, one share a batch; the larger share stays first.
    """
    share = random.beta(strength, strength)
    share = max(share, 1 - share)
    other = random.permutation(len(images))
    blended = share * images.astype(np.float32) + (1 - share) * images[other]
    return blended.round().astype(np.uint8), np.float32(share) * targets + np.float32(
        1 - share
    ) * targets[other]


def _crop(
    image: Image.Image, options: Augment, random: np.random.Generator
) -> tuple[float, float, float, float]:
    """A box inside the image that holds at least ``crop`` of its area."""
    side = np.sqrt(random.uniform(options.crop, 1))
    stretch = np.exp(random.uniform(-1, 1) * np.log(options.stretch) / 2)
    width = min(side * stretch, 1.0) * image.width
    height = min(side / stretch, 1.0) * image.height
    left = random.uniform(0, image.width - width)
    top = random.uniform(0, image.height - height)
    return left, top, left + width, top + height


def _recoloured(image: Image.Image, options: Augment, random: np.random.Generator) -> Image.Image:
    if random.random() < options.grey:
        return image.convert("L").convert("RGB")
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = change(image).enhance(1 + random.uniform(-options.colour, options.colour))
    return image


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _mean_colour(image: Image.Image) -> tuple[int, int, int]:
    red, green, blue = np.asarray(image.resize((1, 1), Image.Resampling.BOX))[0, 0]
    return int(red), int(green), int(blue)


def _erase(pixels: Images, random: np.random.Generator) -> None:
    """Fill a random rectangle with one colour (Zhong et al. 2017, arXiv:1708.04896)."""
    size = len(pixels)
    height, width = random.integers(size // 8, size // 3, 2)
    top, left = random.integers(0, size - height), random.integers(0, size - width)
    pixels[top : top + height, left : left + width] = random.integers(0, 256, 3)
