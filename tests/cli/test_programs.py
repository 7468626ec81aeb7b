"""What programs read: `classify --json`, `version --json`; and what the other commands pass on."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.running import fasi, sentence
from tests.support.images import outfit_jpeg
from version import VERSION


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One photo, and one file that is none."""
    place = tmp_path / "photos"
    place.mkdir()
    (place / "a.jpg").write_bytes(outfit_jpeg(1))
    (place / "b.txt").write_text("no photo")
    return place


def test_one_photo_is_one_object_on_standard_output(folder: Path, tmp_path: Path) -> None:
    ended = fasi("classify", folder / "a.jpg", "--json", data=tmp_path)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["path"] == "a.jpg"
    assert said["kind"] == "outfit"
    assert said["style"]
    assert {"confidence", "decided", "set", "top"} <= set(said)


def test_a_folder_is_a_line_a_file_and_a_failure_the_exit_code(
    folder: Path, tmp_path: Path
) -> None:
    ended = fasi("classify", "photos", "--json", data=tmp_path / "data", cwd=tmp_path)
    assert ended.returncode == 1
    first, second = map(json.loads, ended.stdout.splitlines())
    assert (first["path"], first["error"]) == ("a.jpg", "")
    assert second["error"].startswith("not_an_image")
    assert list(tmp_path.glob("*.csv")) == []


def test_one_photo_without_json_is_a_table(folder: Path, tmp_path: Path) -> None:
    ended = fasi("classify", folder / "a.jpg", data=tmp_path)
    (row,) = csv.DictReader(ended.stdout.splitlines())
    assert (row["path"], row["kind"]) == ("a.jpg", "outfit")


def test_json_has_one_place(folder: Path, tmp_path: Path) -> None:
    ended = fasi("classify", folder, "--json", "--output", tmp_path / "r.jsonl", data=tmp_path)
    assert "--json writes to the standard output" in sentence(ended, 2)


def test_a_missing_model_is_said_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    ended = fasi("classify", folder, "--bundle", tmp_path / "none", data=tmp_path)
    assert "none" in sentence(ended, 2)


def test_the_version_comes_with_that_of_packages(tmp_path: Path) -> None:
    assert fasi("version", data=tmp_path).stdout == f"{VERSION}\n"
    assert fasi("--version", data=tmp_path).stdout == f"{VERSION}\n"
    said = json.loads(fasi("version", "--json", data=tmp_path).stdout)
    assert said["version"] == VERSION
    assert said["packages"]["django"]


def test_crawl_and_train_are_the_programs_of_their_packages(tmp_path: Path) -> None:
    for program in ("crawl", "train"):
        assert fasi(program, "--version", data=tmp_path).stdout == f"{VERSION}\n"
    ended = fasi("train", "fit", tmp_path / "no-run", data=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("training: There is no folder")
    ended = fasi("crawl", "--profile", "none", "--output", tmp_path / "snaps", data=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith("crawler: ")
    ended = fasi("crawl", "remove", "--output", tmp_path, "--source-url", "x", data=tmp_path)
    assert "is not the folder of a crawl" in ended.stderr
