"""Copies are found whatever was done to them, and what merely looks alike is not taken for one."""

from pathlib import Path

import pytest
from PIL import ImageOps

from tests.support.images import encode
from tests.training.patterns import COPIES, NEAR_COPIES, draw_pattern
from training.data.checking import Checked, check_all
from training.data.deduplicate import sort_twins
from training.data.files import Reason
from training.data.labelled import Photo

SEEDS = range(8)


def checked(folder: Path, **files: tuple[str, str, bytes]) -> list[Checked]:
    """Checked photos from name = (style, split, bytes of the file)."""
    photos = []
    for name, (style, split, content) in files.items():
        (folder / name).write_bytes(content)
        photos.append(Photo(folder / name, style, "drawn", split))
    good, bad = check_all(photos)
    assert not bad
    return good


def names(photos: list[Checked]) -> list[str]:
    return [photo.photo.path.name for photo in photos]


def original(seed: int) -> bytes:
    return encode(draw_pattern(seed), quality=90)


@pytest.mark.parametrize("kind", COPIES)
def test_one_of_two_copies_stays(tmp_path: Path, kind: str) -> None:
    for seed in SEEDS:
        copy = COPIES[kind](draw_pattern(seed))
        photos = checked(tmp_path, a=("warm", "", original(seed)), b=("warm", "", copy))
        kept, (dropped,) = sort_twins(photos)

        assert names(kept) == ["a"]
        assert (dropped.photo.path, dropped.reason) == (tmp_path / "b", Reason.TWIN)
        assert dropped.of == tmp_path / "a"


@pytest.mark.parametrize("kind", NEAR_COPIES)
def test_near_copies_stay_and_share_a_group(tmp_path: Path, kind: str) -> None:
    for seed in SEEDS:
        near = NEAR_COPIES[kind](draw_pattern(seed))
        photos = checked(
            tmp_path,
            a=("warm", "", original(seed)),
            b=("warm", "", near),
            c=("warm", "", original(seed + 100)),
        )
        kept, dropped = sort_twins(photos)
        groups = {photo.photo.path.name: photo.photo.group for photo in kept}

        assert dropped == []
        assert groups["a"] == groups["b"] != ""
        assert groups["c"] == ""


def test_photos_that_have_nothing_in_common_stay_alone(tmp_path: Path) -> None:
    files = {f"{seed}": ("warm", "", original(seed)) for seed in range(60)}
    kept, dropped = sort_twins(checked(tmp_path, **files))

    assert dropped == []
    assert {photo.photo.group for photo in kept} == {""}


def test_one_product_in_two_colours_is_two_photos(tmp_path: Path) -> None:
    grey = draw_pattern(5).convert("L")
    red, blue = (ImageOps.colorize(grey, "black", colour) for colour in ("salmon", "skyblue"))
    photos = checked(tmp_path, a=("warm", "", encode(red)), b=("cold", "", encode(blue)))
    kept, dropped = sort_twins(photos)

    assert dropped == []
    assert len({photo.photo.group for photo in kept}) == 1


@pytest.mark.parametrize("copy", [original(1), COPIES["mirrored"](draw_pattern(1))])
def test_twins_of_two_styles_are_all_dropped(tmp_path: Path, copy: bytes) -> None:
    photos = checked(
        tmp_path,
        a=("warm", "", original(1)),
        b=("cold", "", copy),
        c=("warm", "", COPIES["smaller"](draw_pattern(1))),
        d=("cold", "", original(2)),
    )
    kept, dropped = sort_twins(photos)

    assert names(kept) == ["d"]
    assert {drop.photo.path.name for drop in dropped} == {"a", "b", "c"}
    assert {drop.reason for drop in dropped} == {Reason.CONFLICT}
    assert next(drop.of for drop in dropped if drop.photo.path.name == "a") == tmp_path / "b"


def test_of_twins_on_both_sides_the_one_in_train_is_dropped(tmp_path: Path) -> None:
    photos = checked(
        tmp_path,
        same=("warm", "train", original(1)),
        encoded=("warm", "train", COPIES["encoded anew"](draw_pattern(1))),
        val=("warm", "val", original(1)),
    )
    kept, dropped = sort_twins(photos)

    assert names(kept) == ["val"]
    assert {drop.of for drop in dropped} == {tmp_path / "val"}


def test_distance_zero_finds_equal_files_only(tmp_path: Path) -> None:
    photos = checked(
        tmp_path,
        a=("warm", "", original(1)),
        b=("warm", "", COPIES["encoded anew"](draw_pattern(1))),
        c=("warm", "", original(1)),
    )
    kept, dropped = sort_twins(photos, 0)

    assert names(kept) == ["a", "b"]
    assert [drop.photo.path.name for drop in dropped] == ["c"]
    assert {photo.photo.group for photo in kept} == {""}


def test_nothing_has_no_twins() -> None:
    assert sort_twins([]) == ([], [])
