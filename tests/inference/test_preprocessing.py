"""Whatever Pillow opens becomes the same kind of input."""

import numpy as np
import pytest
from PIL import Image

from inference.preprocessing import model_input

MODES = ["1", "L", "P", "RGB", "RGBA", "LA", "PA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "I;16"]


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_becomes_rgb_bytes(mode: str) -> None:
    result = model_input(Image.new(mode, (90, 160)))

    assert result.shape == (224, 224, 3)
    assert result.dtype == np.uint8


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (224, 224), (320, 213)])
def test_every_size_becomes_the_square(size: tuple[int, int]) -> None:
    assert model_input(Image.new("RGB", size, "teal")).shape == (224, 224, 3)


def test_colours_keep_their_order() -> None:
    result = model_input(Image.new("RGB", (300, 200), (250, 120, 10)))

    assert (result == (250, 120, 10)).all()


def test_transparency_becomes_white() -> None:
    assert (model_input(Image.new("RGBA", (50, 50), (0, 0, 0, 0))) == 255).all()


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    assert (model_input(Image.new("I;16", (50, 50), 128 * 256)) == 128).all()


def test_the_whole_photo_is_seen() -> None:
    photo = Image.new("RGB", (100, 300), "blue")
    photo.paste("red", (0, 0, 100, 30))
    photo.paste("red", (0, 270, 100, 300))
    result = model_input(photo)

    assert result[2, 112, 0] > 200
    assert result[-3, 112, 0] > 200
    assert result[112, 112, 2] > 200


def test_the_photo_is_left_as_it_was() -> None:
    photo = Image.new("RGBA", (60, 40), (1, 2, 3, 4))
    before = photo.tobytes()
    model_input(photo)

    assert photo.tobytes() == before
