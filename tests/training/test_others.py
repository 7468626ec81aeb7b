"""Photos without an outfit: from a folder to the gate of a bundle."""

import json
from pathlib import Path

import pytest

from tests.training.drawn import TAXONOMY, draw_others, draw_photos
from training.cli import main
from training.data.labelled import read_dataset


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    draw_photos(tmp_path / "photos", count=24)
    draw_others(tmp_path / "others")
    (tmp_path / "tiny.json").write_text(json.dumps(TAXONOMY))
    return tmp_path


def prepare(photos: Path, *more: str) -> list[str]:
    return [
        "prepare",
        f"--photos={photos / 'photos'}",
        f"--others={photos / 'others'}",
        f"--taxonomy={photos / 'tiny.json'}",
        f"--output={photos / 'dataset'}",
        "--twin-distance=0",
        *more,
    ]


def test_others_come_beside_the_outfits(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(prepare(photos)) == 0

    dataset = read_dataset(photos / "dataset")
    assert {photo.style for photo in dataset.photos} == {"warm", "cold"}
    assert [photo.style for photo in dataset.others].count("food") == 16
    assert {photo.source for photo in dataset.others} == {"site0", "site1", "site2"}
    assert "32 photos without an outfit, of 2 kinds and 3 sources." in capsys.readouterr().out
    summary = json.loads((photos / "dataset" / "summary.json").read_text())
    assert summary["others"] == {"face": 16, "food": 16}


def test_others_may_stand_in_plain_folders(photos: Path) -> None:
    (photos / "others" / "manifest.csv").unlink()
    assert main(prepare(photos)) == 0

    assert len(read_dataset(photos / "dataset").others) == 32


def test_a_bad_file_among_the_others_is_named_or_left_out(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = photos / "others" / "food" / "0.jpg"
    bad.write_bytes(b"no picture")

    assert main(prepare(photos)) == 1
    assert f"{bad} (not a readable image)" in capsys.readouterr().err
    assert main(prepare(photos, "--skip-bad")) == 0
    assert len(read_dataset(photos / "dataset").others) == 31


def test_a_manifest_without_kinds_is_refused(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "others" / "manifest.csv").write_text("path,style\nfood/0.jpg,food\n")

    assert main(prepare(photos)) == 1
    assert "has no column 'kind'" in capsys.readouterr().err
