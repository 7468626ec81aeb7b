"""Flat backgrounds are found and exchanged; variants of a photo follow from the seed."""

import numpy as np
import pytest
from PIL import Image

from tests.support.images import draw_outfit
from training.recipe import Augment
from training.train.augment import augmented, mixed
from training.train.backgrounds import flat_background, random_background, replaced

WHITE, BLACK, RED = (255, 255, 255), (0, 0, 0), (200, 30, 30)


def cut_out(background: tuple[int, int, int]) -> Image.Image:
    """A red body with a white shirt front, on a flat background."""
    image = Image.new("RGB", (80, 120), background)
    image.paste(RED, (20, 20, 60, 110))
    image.paste(WHITE, (32, 40, 48, 60))
    return image


@pytest.mark.parametrize("background", [WHITE, BLACK, (128, 140, 128)])
def test_the_flat_background_is_found_and_nothing_of_the_person(
    background: tuple[int, int, int],
) -> None:
    mask = flat_background(cut_out(background))

    assert mask is not None
    assert mask[:20].all()
    assert mask[:, :20].all()
    assert not mask[20:110, 20:60].any(), "a white shirt is no background, even on white"


def test_a_photo_with_a_background_of_its_own_has_no_flat_one() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (120, 80, 3)).astype(np.uint8)

    assert flat_background(Image.fromarray(noise)) is None


def test_only_the_background_is_exchanged() -> None:
    image = cut_out(WHITE)
    mask = flat_background(image)
    assert mask is not None
    new = np.asarray(replaced(image, mask, Image.new("RGB", image.size, (0, 0, 255))))

    assert (new[5, 5] == (0, 0, 255)).all()
    assert (new[100, 40] == RED).all()
    assert (new[50, 40] == WHITE).all()


def test_a_background_comes_from_natural_photos_where_there_are_any() -> None:
    green = Image.new("RGB", (50, 50), (0, 255, 0))
    some = [
        np.asarray(random_background((40, 60), lambda: green, np.random.default_rng(seed)))
        for seed in range(20)
    ]
    taken = sum((picture == (0, 255, 0)).all() for picture in some)

    assert {picture.shape for picture in some} == {(60, 40, 3)}
    assert 0 < taken < 20
    assert random_background((40, 60), lambda: None, np.random.default_rng(0)).size == (40, 60)


def test_the_same_seed_gives_the_same_variant_and_another_one_another() -> None:
    photo = draw_outfit(1, (120, 180))
    first, again, other = (
        augmented(photo, 96, Augment(), lambda: photo, np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )

    assert first.shape == (96, 96, 3)
    assert first.dtype == np.uint8
    assert (first == again).all()
    assert (first != other).any()


def test_with_everything_off_a_variant_is_what_is_served() -> None:
    photo = draw_outfit(1, (120, 180))
    off = Augment(
        background=0, crop=1, stretch=1, flip=0, colour=0, grey=0, rotate=0, jpeg=0, erase=0
    )
    plain = np.asarray(photo.resize((96, 96), Image.Resampling.BILINEAR))

    assert (augmented(photo, 96, off, lambda: None, np.random.default_rng(0)) == plain).all()


def test_mixed_targets_say_what_the_images_are_made_of() -> None:
    images = np.stack([np.full((4, 4, 3), value, np.uint8) for value in (0, 100, 200)])
    targets = np.eye(3, dtype=np.float32)
    blended, shares = mixed(images, targets, 1.0, np.random.default_rng(3))

    assert shares.sum(axis=1) == pytest.approx([1, 1, 1])
    assert blended[:, 0, 0, 0] == pytest.approx(shares @ [0, 100, 200], abs=1)
    assert (shares.argmax(axis=1) == [0, 1, 2]).all(), "the first photo has the larger share"
