"""``python -m training prepare``: what it writes, what it drops, and what it refuses."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.images import encode
from tests.training.drawn import TAXONOMY
from tests.training.patterns import COPIES, NEAR_COPIES, draw_pattern, draw_styles
from training.cli import main
from training.data.labelled import Dataset, read_dataset

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = Path(os.environ.get("FASI_PHOTOS", ROOT.parent / "shared" / "data" / "styles"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Forty photos of each of two styles, none like another, in plain folders."""
    draw_styles(tmp_path / "photos")
    return tmp_path / "photos"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "datasets" / "tiny"


def arguments(output: Path, *folders: Path, taxonomy: dict[str, Any] = TAXONOMY) -> list[str]:
    file = output.parent.parent / "tiny.json"
    file.write_text(json.dumps(taxonomy))
    photos = [f"--photos={folder}" for folder in folders]
    return ["prepare", *photos, f"--taxonomy={file}", f"--output={output}"]


def prepared(output: Path, *folders: Path, more: tuple[str, ...] = ()) -> Dataset:
    assert main([*arguments(output, *folders), *more]) == 0
    return read_dataset(output)


def refused(capsys: pytest.CaptureFixture[str], command: list[str]) -> str:
    """The one sentence of a run that must fail and leave nothing behind."""
    output = Path(next(a for a in command if a.startswith("--output=")).split("=", 1)[1])
    before = files_in(output.parent)

    assert main(command) == 1
    assert files_in(output.parent) == before
    error = capsys.readouterr().err
    return next(line for line in error.splitlines() if line.startswith("training: "))


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def dropped(output: Path) -> dict[str, tuple[str, str]]:
    """Name of each dropped photo of the taxonomy: reason, and name of its twin."""
    return {
        Path(row["path"]).name: (row["reason"], Path(row["of"]).name)
        for row in rows(output / "dropped.csv")
        if row["style"] in ("warm", "cold")
    }


def write_manifest(folder: Path, **changes: str) -> None:
    """A manifest of the folder's photos with checksums; ``changes`` by file name."""
    lines = ["path,style,sha256,source_url"]
    for path in sorted(folder.glob("*/*")):
        digest = changes.get(path.stem, hashlib.sha256(path.read_bytes()).hexdigest())
        lines.append(f"{path.parent.name}/{path.name},{path.parent.name},{digest},https://x.test/")
    (folder / "manifest.csv").write_text("\n".join(lines))


def test_a_folder_becomes_a_dataset_that_fit_reads(photos: Path, output: Path) -> None:
    dataset = prepared(output, photos)

    assert dataset.taxonomy.ids == ("warm", "cold")
    assert len(dataset.photos) == 80
    assert sum(photo.split == "val" for photo in dataset.photos) == 12
    for photo in dataset.photos:
        assert photo.path.is_absolute()
        assert photo.source == "photos"
        assert photo.sha256 == hashlib.sha256(photo.path.read_bytes()).hexdigest()
    first = rows(output / "dataset.csv")[0]
    assert (first["width"], first["height"]) == ("96", "144")
    assert sorted(files_in(output.parent)) == [
        f"tiny/{name}" for name in ("dataset.csv", "dropped.csv", "summary.json", "taxonomy.json")
    ]


def test_weights_of_a_manifest_come_through_to_the_run(photos: Path, output: Path) -> None:
    from training.recipe import Recipe
    from training.runs import open_run, start_run

    write_manifest(photos)
    lines = (photos / "manifest.csv").read_text().splitlines()
    said = ["weight", *("0.25" if "warm" in line else "" for line in lines[1:])]
    (photos / "manifest.csv").write_text(
        "\n".join(f"{line},{weight}" for line, weight in zip(lines, said, strict=True))
    )
    dataset = prepared(output, photos)

    assert {(each.style, each.weight) for each in dataset.photos} == {("warm", 0.25), ("cold", 1)}
    run = start_run(output.parent / "run", Recipe(), dataset)
    assert open_run(run.folder) == run


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf", "heavy", "101"])
def test_a_weight_that_is_none_is_refused(
    photos: Path, output: Path, weight: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "manifest.csv").write_text(f"path,style,weight\nwarm/000.jpg,warm,{weight}\n")

    sentence = refused(capsys, arguments(output, photos))
    assert f"Line 2 of {photos / 'manifest.csv'} has the weight {weight!r}" in sentence
    assert "a number above 0 and at most 100" in sentence


def test_the_summary_counts_what_is_there(photos: Path, output: Path) -> None:
    prepared(output, photos, more=("--seed=3",))
    summary = json.loads((output / "summary.json").read_text())

    assert summary["options"] == {
        "photos": [str(photos)],
        "others": [],
        "skip_bad": False,
        "twin_distance": 12,
        "val_share": 0.15,
        "resplit": False,
        "seed": 3,
    }
    assert summary["photos"] == {"train": 68, "val": 12}
    assert summary["styles"]["warm"] == {"train": 34, "val": 6}
    assert summary["sources"] == {"photos": {"train": 68, "val": 12}}
    assert summary["dropped"] == {}
    assert summary["splits"] == {"given": 0, "made": 80, "groups": 0, "look_alikes_across": 0}


def test_several_folders_become_one_dataset_that_knows_its_sources(
    tmp_path: Path, photos: Path, output: Path
) -> None:
    draw_styles(tmp_path / "crawled", count=20, seed=1)
    write_manifest(tmp_path / "crawled")
    dataset = prepared(output, photos, tmp_path / "crawled")
    val = [photo.source for photo in dataset.photos if photo.split == "val"]

    assert len(dataset.photos) == 120
    assert (val.count("photos"), val.count("unknown")) == (12, 6)


def test_the_same_seed_gives_the_same_dataset(tmp_path: Path, photos: Path, output: Path) -> None:
    first = prepared(output, photos)
    again = prepared(output.with_name("again"), photos)
    other = prepared(output.with_name("other"), photos, more=("--seed=1",))

    assert files_in(output) == files_in(output.with_name("again"))
    assert first == again != other


def test_a_dataset_takes_the_place_of_an_older_one(photos: Path, output: Path) -> None:
    prepared(output, photos)
    for number in range(10):
        (photos / "warm" / f"{number:03}.jpg").unlink()

    assert len(prepared(output, photos).photos) == 70
    assert [entry.name for entry in output.parent.iterdir()] == ["tiny"]


def test_no_two_copies_stand_on_both_sides(photos: Path, output: Path) -> None:
    kinds = {**COPIES, **NEAR_COPIES}
    for number, kind in enumerate(kinds.values()):
        for seed in range(3):
            drawn = draw_pattern(50_000 + 3 * number + seed)
            name = f"copy-{number}-{seed}"
            (photos / "warm" / f"{name}-0").with_suffix(".jpg").write_bytes(encode(drawn))
            (photos / "warm" / f"{name}-1").with_suffix(".jpg").write_bytes(kind(drawn))
    dataset = prepared(output, photos, more=("--val-share=0.5",))
    sides: dict[str, set[str]] = {}
    for photo in dataset.photos:
        if photo.path.stem.startswith("copy-"):
            sides.setdefault(photo.path.stem[:-2], set()).add(photo.split)

    assert len(sides) == 3 * len(kinds)
    assert all(len(split) == 1 for split in sides.values())
    assert {split for both in sides.values() for split in both} == {"train", "val"}
    assert len(dropped(output)) == 3 * len(COPIES)


def test_what_is_dropped_is_listed_and_said(
    photos: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_styles(photos, ("vintage",), count=5, seed=2)
    (photos / "warm" / "small.png").write_bytes(encode(draw_pattern(1, (200, 60)), "PNG"))
    (photos / "warm" / "twin.jpg").write_bytes(COPIES["mirrored"](draw_pattern(3, (96, 144))))
    (photos / "warm" / "other.jpg").write_bytes((photos / "cold" / "007.jpg").read_bytes())
    prepared(output, photos)
    said = capsys.readouterr().out

    assert dropped(output) == {
        "small.png": ("smaller than 64 pixels a side", ""),
        "twin.jpg": ("twin of another photo", "003.jpg"),
        "other.jpg": ("twins carry different styles", "007.jpg"),
        "007.jpg": ("twins carry different styles", "other.jpg"),
    }
    assert json.loads((output / "summary.json").read_text())["dropped"] == {
        "smaller than 64 pixels a side": 1,
        "style not in the taxonomy": 5,
        "twin of another photo": 1,
        "twins carry different styles": 2,
    }
    assert "Dropped 5 photos: style not in the taxonomy." in said
    assert "and 2 more" in said
    assert f"{photos / 'warm' / 'twin.jpg'} (warm, of {photos / 'warm' / '003.jpg'})" in said


def spoil(photos: Path, fault: str) -> str:
    """Make one photo bad; what its reason is."""
    victim = photos / "warm" / "000.jpg"
    if fault == "missing":
        write_manifest(photos)
        victim.unlink()
        return "missing"
    if fault == "changed":
        write_manifest(photos)
        victim.write_bytes(encode(draw_pattern(77)))
        return "checksum differs from the manifest"
    victim.write_bytes(victim.read_bytes()[:-200] if fault == "cut" else b"no photo")
    return "not a readable image"


@pytest.mark.parametrize("fault", ["missing", "changed", "cut", "no image"])
def test_a_bad_file_ends_the_run_unless_it_may_be_skipped(
    photos: Path, output: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = spoil(photos, fault)

    assert refused(capsys, arguments(output, photos)) == (
        f"training: 1 photo cannot be used (1 {reason}); the first: "
        f"{photos / 'warm' / '000.jpg'} ({reason})."
        " Mend or remove the files, or leave them out with --skip-bad."
    )
    assert len(prepared(output, photos, more=("--skip-bad",)).photos) == 79
    assert dropped(output) == {"000.jpg": (reason, "")}


def test_a_refused_run_leaves_the_older_dataset(
    photos: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(output, photos)
    spoil(photos, "cut")
    refused(capsys, arguments(output, photos))

    assert len(read_dataset(output).photos) == 80


def test_a_style_of_three_photos_is_refused(
    photos: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in sorted((photos / "cold").iterdir())[3:]:
        path.unlink()

    assert "The style 'cold' has" in refused(capsys, arguments(output, photos))


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        ("path,kind\n1.jpg,warm\n", "has no column 'style'"),
        ("path,style\n../1.jpg,warm\n", "which leaves the manifest's folder"),
        ("path,style\n", "There are no photos in"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(
    tmp_path: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    manifest: str,
    sentence: str,
) -> None:
    (tmp_path / "manifest.csv").write_text(manifest)

    assert sentence in refused(capsys, arguments(output, tmp_path))


def test_a_taxonomy_with_one_style_twice_is_refused(
    photos: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warm = {"id": "warm", "names": {"en": "Warm"}}
    twice = {**TAXONOMY, "styles": [warm, warm]}

    assert "names the style 'warm' twice" in refused(
        capsys, arguments(output, photos, taxonomy=twice)
    )


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--val-share=0", "must lie between 0 and 1"),
        ("--val-share=1.5", "must lie between 0 and 1"),
        ("--twin-distance=-1", "must lie between 0 and 20"),
        ("--twin-distance=64", "must lie between 0 and 20"),
    ],
)
def test_options_out_of_range_are_refused(
    photos: Path, output: Path, capsys: pytest.CaptureFixture[str], option: str, sentence: str
) -> None:
    assert sentence in refused(capsys, [*arguments(output, photos), option])


def test_an_output_that_is_something_else_is_left_alone(
    photos: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output.mkdir(parents=True)
    (output / "diary.txt").write_text("mine")

    assert "exists and is no dataset" in refused(capsys, arguments(output, photos))


def test_given_splits_are_kept_unless_they_are_to_be_made_anew(
    photos: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    near = NEAR_COPIES["trimmed by 2 %"](draw_pattern(90_000))
    (photos / "warm" / "a.jpg").write_bytes(encode(draw_pattern(90_000)))
    (photos / "warm" / "b.jpg").write_bytes(near)
    in_val = {"a", *(f"{number:03}" for number in range(9))}
    lines = ["path,style,split"]
    for path in sorted(photos.glob("*/*")):
        split = "val" if path.stem in in_val else "train"
        lines.append(f"{path.parent.name}/{path.name},{path.parent.name},{split}")
    (photos / "manifest.csv").write_text("\n".join(lines))
    given = prepared(output, photos)
    said = capsys.readouterr().out
    anew = prepared(output, photos, more=("--resplit",))

    assert all((photo.split == "val") == (photo.path.stem in in_val) for photo in given.photos)
    assert "82 photos kept the split of their manifest" in said
    assert "2 photos have look-alikes on the other side" in said
    assert any((photo.split == "val") != (photo.path.stem in in_val) for photo in anew.photos)
    assert len({photo.split for photo in anew.photos if photo.path.stem in ("a", "b")}) == 1


KILLED = """
import csv, os, pathlib, signal, sys
from training.cli import main
def die(*args, **options): os.kill(os.getpid(), signal.SIGKILL)
{moment} = die
main(sys.argv[1:])
"""


@pytest.mark.parametrize("moment", ["csv.writer", "pathlib.Path.rename"])
@pytest.mark.parametrize("older", [False, True])
def test_a_kill_while_writing_leaves_the_older_dataset_or_none(
    photos: Path, output: Path, moment: str, older: bool
) -> None:
    if older:
        prepared(output, photos)
        (photos / "warm" / "000.jpg").unlink()
    code = KILLED.format(moment=moment)
    command = [sys.executable, "-c", code, *arguments(output, photos)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)

    assert run.returncode == -signal.SIGKILL
    assert output.exists() == older
    if older:
        assert len(read_dataset(output).photos) == 80


@pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"no labelled photos at {PHOTOS} (FASI_PHOTOS)")
def test_of_many_real_photos_none_is_taken_for_another(tmp_path: Path) -> None:
    output = tmp_path / "dataset"

    assert main(["prepare", f"--photos={PHOTOS}", f"--output={output}"]) == 0
    assert json.loads((output / "summary.json").read_text())["dropped"].keys() <= {
        "smaller than 64 pixels a side",
        "style not in the taxonomy",
    }
