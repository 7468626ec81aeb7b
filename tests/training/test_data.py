"""Labelled photos are read and counted; what is wrong with a manifest or a file is said."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from inference.taxonomy import Taxonomy
from tests.support.images import encode
from tests.training.drawn import TAXONOMY, draw_photos
from training.data.files import BadPhotoError, Reason, open_photo
from training.data.labelled import (
    Photo,
    check_counts,
    limited,
    of_taxonomy,
    read_dataset,
    read_photos,
)
from training.errors import TrainingError


@pytest.fixture
def taxonomy() -> Taxonomy:
    return Taxonomy.from_dict(TAXONOMY)


def write_manifest(
    folder: Path, *rows: str, header: str = "path,style,source,split,sha256"
) -> None:
    (folder / "manifest.csv").write_text("\n".join([header, *rows]), encoding="utf-8")


def photo(style: str, split: str = "train") -> Photo:
    return Photo(Path("x.jpg"), style, "drawn", split)


def test_plain_folders_give_style_and_source_and_no_split(tmp_path: Path) -> None:
    draw_photos(tmp_path / "drawn", count=2)

    assert read_photos(tmp_path / "drawn") == [
        Photo(tmp_path / "drawn" / style / f"{number}.jpg", style, "drawn", "")
        for style in ("cold", "warm")
        for number in (0, 1)
    ]


def test_files_that_are_no_photos_are_passed_over_in_plain_folders(tmp_path: Path) -> None:
    (tmp_path / "warm").mkdir()
    for name in ("1.JPG", "2.webp", "notes.txt", "._1.jpg"):
        (tmp_path / "warm" / name).touch()

    assert [photo.path.name for photo in read_photos(tmp_path)] == ["1.JPG", "2.webp"]


def test_a_manifest_says_where_everything_is(tmp_path: Path) -> None:
    write_manifest(tmp_path, "a/1.jpg,warm,web,val,ABC", "a/2.jpg,cold,,train,")
    first, second = read_photos(tmp_path)

    assert first == Photo(tmp_path / "a/1.jpg", "warm", "web", "val", "abc")
    assert second == Photo(tmp_path / "a/2.jpg", "cold", "unknown", "train", "")


def test_a_manifest_needs_path_and_style_and_may_say_more(tmp_path: Path) -> None:
    header = "\ufeffowner,path,style,source_url,wardrobe"
    write_manifest(
        tmp_path, "anna,1.jpg,warm,https://x.test/1,women,odd", "anna,2.jpg,cold", header=header
    )

    assert read_photos(tmp_path) == [
        Photo(tmp_path / "1.jpg", "warm", "unknown", ""),
        Photo(tmp_path / "2.jpg", "cold", "unknown", ""),
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("a/1.jpg,,web,val,", "Line 2 of .* has no path or no style"),
        ("a/1.jpg,warm,web,holdout,", "has the split 'holdout'; it must be train or val"),
        ("../1.jpg,warm,web,val,", "Line 2 of .* '../1.jpg', which leaves the manifest's folder"),
        ("a/../../1.jpg,warm,web,val,", "leaves the manifest's folder"),
        ("/etc/1.jpg,warm,web,val,", "leaves the manifest's folder"),
        ('"1.jpg,warm', "manifest.csv cannot be read: unexpected end of data"),
    ],
)
def test_a_wrong_line_of_a_manifest_is_named(tmp_path: Path, row: str, sentence: str) -> None:
    write_manifest(tmp_path, row)

    with pytest.raises(TrainingError, match=sentence):
        read_photos(tmp_path)


@pytest.mark.parametrize(("header", "missing"), [("path,kind", "style"), ("file,style", "path")])
def test_a_manifest_without_a_column_it_needs_is_refused(
    tmp_path: Path, header: str, missing: str
) -> None:
    write_manifest(tmp_path, "1.jpg,warm", header=header)

    with pytest.raises(TrainingError, match=f"manifest.csv has no column '{missing}'"):
        read_photos(tmp_path)


def test_a_manifest_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(b"path,style\n\xff\xfe,warm\n")

    with pytest.raises(TrainingError, match=r"cannot be read: .* codec"):
        read_photos(tmp_path)


def test_a_folder_must_exist_and_hold_photos(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="There is no folder"):
        read_photos(tmp_path / "nowhere")
    with pytest.raises(TrainingError, match="There are no photos in"):
        read_photos(tmp_path)


def test_a_folder_without_a_dataset_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="make one with: python -m training prepare"):
        read_dataset(tmp_path)


def test_a_dataset_with_a_broken_taxonomy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset.csv").touch()
    (tmp_path / "taxonomy.json").write_text('{"id": "tiny", "styles": []}')

    with pytest.raises(TrainingError, match=r"no readable taxonomy: .* at least two styles"):
        read_dataset(tmp_path)


def test_styles_outside_the_taxonomy_are_told_apart(taxonomy: Taxonomy) -> None:
    known, unknown = of_taxonomy([photo("warm"), photo("vintage"), photo("cold")], taxonomy)

    assert [p.style for p in known] == ["warm", "cold"]
    assert [p.style for p in unknown] == ["vintage"]


def test_a_limit_holds_for_each_style_and_split() -> None:
    photos = [photo("warm")] * 5 + [photo("warm", "val")] * 2 + [photo("cold")] * 4

    assert len(limited(photos, 3)) == 3 + 2 + 3


def test_a_style_with_too_few_photos_is_named(taxonomy: Taxonomy) -> None:
    photos = [photo("warm"), photo("warm", "val"), photo("cold")] * 9 + [photo("cold", "val")] * 3

    with pytest.raises(TrainingError, match="'cold' has 3 usable validation photos"):
        check_counts(photos, taxonomy)


def test_faults_of_files_are_found(tmp_path: Path) -> None:
    good = tmp_path / "good.jpg"
    Image.new("RGB", (80, 80)).save(good)
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(good.read_bytes()[:-80])
    small = tmp_path / "small.png"
    Image.new("RGB", (80, 63)).save(small)
    digest = hashlib.sha256(good.read_bytes()).hexdigest()

    assert open_photo(good, digest).sha256 == digest
    for path, expected, reason in (
        (good, "0" * 64, Reason.CHANGED),
        (cut, "", Reason.UNREADABLE),
        (tmp_path, "", Reason.UNREADABLE),
        (small, "", Reason.SMALL),
        (tmp_path / "no.jpg", "", Reason.MISSING),
    ):
        with pytest.raises(BadPhotoError) as caught:
            open_photo(path, expected)
        assert caught.value.reason == reason


def test_a_large_photo_that_lies_on_its_side_is_measured_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "lying.jpg").write_bytes(encode(Image.new("RGB", (1200, 900)), exif=exif))
    file = open_photo(tmp_path / "lying.jpg")

    assert (file.width, file.height) == (900, 1200)
    assert file.image.height > file.image.width >= 224
