"""Labelled photos are read, checked and split; what is wrong with them is said."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from classifier.taxonomy import Taxonomy
from tests.training.drawn import TAXONOMY, draw_photos
from training.data import Photo, check_counts, fault_of, limited, of_taxonomy, read_photos
from training.dataset import load_splits
from training.errors import TrainingError


@pytest.fixture
def taxonomy() -> Taxonomy:
    return Taxonomy.from_dict(TAXONOMY)


def write_manifest(folder: Path, *rows: str) -> None:
    (folder / "manifest.csv").write_text("\n".join(["path,style,source,split,sha256", *rows]))


def photo(style: str, split: str = "train") -> Photo:
    return Photo(Path("x.jpg"), style, "drawn", split)


def test_plain_folders_give_style_and_a_split_that_never_changes(tmp_path: Path) -> None:
    draw_photos(tmp_path / "drawn", count=40)
    photos = read_photos(tmp_path / "drawn")

    assert len(photos) == 80
    assert {photo.style for photo in photos} == {"warm", "cold"}
    assert 2 < sum(photo.split == "val" for photo in photos) < 30
    assert read_photos(tmp_path / "drawn") == photos


def test_a_manifest_says_where_everything_is(tmp_path: Path) -> None:
    write_manifest(tmp_path, "a/1.jpg,warm,web,val,abc", "a/2.jpg,cold,,train,")
    first, second = read_photos(tmp_path)

    assert first == Photo(tmp_path / "a/1.jpg", "warm", "web", "val", "abc")
    assert second == Photo(tmp_path / "a/2.jpg", "cold", "unknown", "train", "")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("a/1.jpg,,web,val,", "Line 2 of .* has no path or no style"),
        ("a/1.jpg,warm,web,holdout,", "has the split 'holdout'; it must be train or val"),
    ],
)
def test_a_wrong_line_of_a_manifest_is_named(tmp_path: Path, row: str, sentence: str) -> None:
    write_manifest(tmp_path, row)

    with pytest.raises(TrainingError, match=sentence):
        read_photos(tmp_path)


def test_a_folder_must_exist_and_hold_photos(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="There is no folder"):
        read_photos(tmp_path / "nowhere")
    with pytest.raises(TrainingError, match="There are no photos in"):
        read_photos(tmp_path)


def test_styles_outside_the_taxonomy_are_left_out_and_counted(taxonomy: Taxonomy) -> None:
    kept, left_out = of_taxonomy([photo("warm"), photo("vintage"), photo("vintage")], taxonomy)

    assert [p.style for p in kept] == ["warm"]
    assert left_out == {"vintage": 2}


def test_a_limit_holds_for_each_style_and_split() -> None:
    photos = [photo("warm")] * 5 + [photo("warm", "val")] * 2 + [photo("cold")] * 4

    assert len(limited(photos, 3)) == 3 + 2 + 3


def test_a_style_with_too_few_photos_is_named(taxonomy: Taxonomy) -> None:
    photos = [photo("warm"), photo("warm", "val"), photo("cold")] * 9 + [photo("cold", "val")] * 3

    with pytest.raises(TrainingError, match="'cold' has 3 readable validation photos"):
        check_counts(photos, taxonomy)


def test_faults_of_photos_are_found(tmp_path: Path) -> None:
    good = tmp_path / "good.jpg"
    Image.new("RGB", (80, 80)).save(good)
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(good.read_bytes()[:300])
    digest = hashlib.sha256(good.read_bytes()).hexdigest()

    assert fault_of(Photo(good, "warm", "drawn", "train", digest)) is None
    assert fault_of(Photo(good, "warm", "drawn", "train", "0" * 64)) == (
        "its checksum differs from the manifest"
    )
    assert fault_of(Photo(cut, "warm", "drawn", "train")) == "not a readable image"
    assert fault_of(Photo(tmp_path / "no.jpg", "warm", "drawn", "train")) == (
        "No such file or directory"
    )


def test_skipped_and_left_out_photos_are_said(tmp_path: Path, taxonomy: Taxonomy) -> None:
    folder = tmp_path / "drawn"
    draw_photos(folder, ("warm", "cold", "vintage"), count=60)
    (folder / "warm" / "0.jpg").write_bytes(b"no photo")
    said: list[str] = []
    train, val = load_splits(read_photos(folder), taxonomy, said.append)

    assert said == [
        "Left out: 60 photos of 'vintage', a style that 'tiny' does not have.",
        f"Skipped: {folder / 'warm' / '0.jpg'} (not a readable image).",
    ]
    assert len(train.labels) + len(val.labels) == 119
    assert train.images.shape == (len(train.labels), 224, 224, 3)
    assert train.sources[0] == "drawn"
