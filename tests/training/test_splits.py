"""Every style and source has its share on each side, look-alikes stay together, seeds decide."""

import random
from collections import Counter
from pathlib import Path

import pytest

from training.data.labelled import Photo
from training.data.splits import folds, split_photos
from training.errors import TrainingError


def photos_of(style: str, source: str, count: int, split: str = "", group: str = "") -> list[Photo]:
    return [
        Photo(Path(f"{source}/{style}/{split}{group}{n}.jpg"), style, source, split, "", group)
        for n in range(count)
    ]


def with_groups(seed: int) -> list[Photo]:
    """Two styles of two sources, with look-alikes in groups of two to nine, some of two styles."""
    chance = random.Random(seed)
    photos = photos_of("warm", "web", 70) + photos_of("cold", "web", 50)
    photos += photos_of("cold", "shop", 60)
    for number in range(20):
        for _ in range(chance.randint(2, 9)):
            style, source = chance.choice([("warm", "web"), ("cold", "web"), ("cold", "shop")])
            name = f"{number}-{len(photos)}"
            photos.append(Photo(Path(name), style, source, "", "", f"group {number}"))
    chance.shuffle(photos)
    return photos


def sides_of_groups(photos: list[Photo]) -> dict[str, set[str]]:
    sides: dict[str, set[str]] = {}
    for photo in photos:
        if photo.group:
            sides.setdefault(photo.group, set()).add(photo.split)
    return sides


@pytest.mark.parametrize("seed", range(6))
def test_each_style_of_each_source_gives_its_share_to_validation(seed: int) -> None:
    split = split_photos(with_groups(seed), 0.2, seed)
    all_of = Counter((photo.style, photo.source) for photo in split)
    val = Counter((photo.style, photo.source) for photo in split if photo.split == "val")

    assert {photo.split for photo in split} == {"train", "val"}
    for key, count in all_of.items():
        assert abs(val[key] - 0.2 * count) <= 2


@pytest.mark.parametrize("seed", range(6))
def test_a_group_is_never_on_both_sides(seed: int) -> None:
    photos = with_groups(seed)

    for version in (split_photos(photos, 0.15, seed), *folds(photos, 5, seed)):
        assert len(sides_of_groups(version)) == 20
        assert all(len(sides) == 1 for sides in sides_of_groups(version).values())


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    photos = with_groups(0)

    assert split_photos(photos, 0.15, 7) == split_photos(photos, 0.15, 7)
    assert split_photos(photos, 0.15, 7) != split_photos(photos, 0.15, 8)
    assert folds(photos, 3, 7) == folds(photos, 3, 7)
    assert folds(photos, 3, 7) != folds(photos, 3, 8)


def test_a_small_style_of_many_sources_still_has_enough_to_validate_on() -> None:
    photos = photos_of("warm", "web", 200)
    photos += [photo for n in range(14) for photo in photos_of("cold", f"page {n}", 1)]
    split = split_photos(photos, 0.15)
    cold = Counter(photo.split for photo in split if photo.style == "cold")

    assert min(cold["train"], cold["val"]) >= 5
    assert abs(sum(photo.split == "val" for photo in split) - 0.15 * 200 - cold["val"]) <= 2


def test_given_splits_stay_and_the_rest_balances_them() -> None:
    given = photos_of("warm", "web", 30, "train") + photos_of("warm", "web", 5, "val")
    split = split_photos(given + photos_of("warm", "web", 65), 0.2)

    assert split[:35] == given
    assert sum(photo.split == "val" for photo in split) == 20


def test_a_photo_follows_its_look_alike_whose_split_is_given() -> None:
    photos = photos_of("warm", "web", 40)
    photos += photos_of("warm", "web", 1, "val", "a") + photos_of("warm", "shop", 3, "", "a")
    photos += photos_of("warm", "web", 1, "train", "b") + photos_of("warm", "shop", 3, "", "b")
    split = split_photos(photos, 0.15)

    assert sides_of_groups(split) == {"a": {"val"}, "b": {"train"}}


def test_each_photo_validates_in_one_fold() -> None:
    photos = with_groups(1)
    versions = folds(photos, 4, 0)

    assert [[photo.path for photo in version] for version in versions] == [
        [photo.path for photo in photos]
    ] * 4
    for index in range(len(photos)):
        assert sorted(version[index].split for version in versions) == ["train"] * 3 + ["val"]
    sizes = [sum(photo.split == "val" for photo in version) for version in versions]
    assert max(sizes) - min(sizes) <= 4


def test_folds_forget_the_splits_that_photos_have() -> None:
    photos = photos_of("warm", "web", 9, "train")

    assert all(sum(p.split == "val" for p in version) == 3 for version in folds(photos, 3))


@pytest.mark.parametrize("k", [0, 1, 5])
def test_a_number_of_folds_that_cannot_be_made_is_refused(k: int) -> None:
    photos = photos_of("warm", "web", 20) + photos_of("cold", "web", 3)
    photos += photos_of("cold", "web", 8, group="one")

    with pytest.raises(TrainingError, match=f"{k} folds cannot be made: .* at most 4"):
        folds(photos, k)
