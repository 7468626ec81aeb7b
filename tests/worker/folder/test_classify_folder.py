"""A folder in one go: what is written, for which files, and how it ends."""

import json
import re
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from classifier.models import Outfit, Release
from tests.support.images import draw_outfit, encode, outfit_jpeg
from tests.worker.folder.folders import COMMAND, ENVIRONMENT, classify_folder, read
from worker.classification import work

COLUMNS = ["path", "kind", "style", "confidence", "decided", "set", "top", "error"]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of several formats and names, and files that are none."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "2024" / "spring").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(outfit_jpeg(1))
    (folder / "2024" / "b, with a comma.PNG").write_bytes(encode(draw_outfit(2), "PNG"))
    (folder / "2024" / "spring" / "봄.webp").write_bytes(encode(draw_outfit(3), "WEBP"))
    (folder / "2024" / "large.jpg").write_bytes(encode(draw_outfit(4, (3000, 4500))))
    (folder / "2024" / "no-ending").write_bytes(outfit_jpeg(5))
    (folder / "2024" / "cut.jpg").write_bytes(outfit_jpeg(6)[:9000])
    (folder / "2024" / "empty.jpg").touch()
    (folder / "2024" / "tiny.jpg").write_bytes(encode(draw_outfit(7, (20, 30))))
    (folder / "notes.txt").write_text("no photo")
    (folder / ".hidden.jpg").write_bytes(outfit_jpeg(8))
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere.jpg").symlink_to(folder / "gone.jpg")
    return folder


def test_every_file_is_a_row_and_what_is_no_photo_says_why(mixed: Path, tmp_path: Path) -> None:
    output, report, copies = tmp_path / "r.csv", tmp_path / "sheet.html", tmp_path / "by-style"
    ended = classify_folder(mixed, "--output", output, "--report", report, "--copy-to", copies)
    assert ended.returncode == 1, ended.stderr
    assert "10 files" in ended.stderr
    assert "5 failed" in ended.stderr
    assert "notes.txt: not_an_image" in ended.stderr, "what failed is named"

    rows = read(output.read_text())
    assert list(rows[0]) == COLUMNS
    assert [row["path"] for row in rows] == [
        "a.jpg",
        "notes.txt",
        "nowhere.jpg",
        "2024/b, with a comma.PNG",
        "2024/cut.jpg",
        "2024/empty.jpg",
        "2024/large.jpg",
        "2024/no-ending",
        "2024/tiny.jpg",
        "2024/spring/봄.webp",
    ]
    errors = {row["path"]: row["error"].partition(":")[0] for row in rows if row["error"]}
    assert errors == {
        "notes.txt": "not_an_image",
        "nowhere.jpg": "unreadable",
        "2024/cut.jpg": "broken",
        "2024/empty.jpg": "empty",
        "2024/tiny.jpg": "too_small",
    }
    for row in rows:
        if row["error"]:
            assert not "".join(row[name] for name in COLUMNS[1:-1])
            continue
        best, *others = (each.rpartition(":") for each in row["top"].split())
        assert (best[0], best[2]) == (row["style"], row["confidence"])
        assert float(best[2]) >= float(others[0][2]) >= float(others[1][2])
        assert row["decided"] in ("true", "false")

    page = report.read_text()
    assert page.count("data:image/jpeg;base64,") == 5
    assert not re.search(r"(src|href)=.http|<script|url\(", page), "the page needs nothing else"
    assert "봄.webp" in page
    assert "notes.txt" in page

    copied = sorted(path for path in copies.rglob("*") if path.is_file())
    assert len(copied) == 5
    for row in rows:
        if not row["error"]:
            style = row["style"] if row["decided"] == "true" else "not-sure"
            assert (copies / style / row["path"]).read_bytes() == (mixed / row["path"]).read_bytes()


def test_json_lines_and_the_standard_output_say_the_same(mixed: Path, tmp_path: Path) -> None:
    output = tmp_path / "r.jsonl"
    assert classify_folder(mixed / "2024", "--output", output).returncode == 1
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    piped = classify_folder(mixed / "2024", "--output", "-")
    rows = read(piped.stdout)
    assert [line["path"] for line in lines] == [row["path"] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        assert list(line) == COLUMNS
        assert line["style"] == row["style"]
        assert (line["decided"] is None) == bool(line["error"])
        assert (
            " ".join(f"{top['style']}:{top['probability']:.4f}" for top in line["top"])
            == (row["top"])
        )


def test_parquet_has_types(mixed: Path, tmp_path: Path) -> None:
    output = tmp_path / "r.parquet"
    assert classify_folder(mixed / "2024", "--output", output).returncode == 1
    table = pq.read_table(output)
    assert table.column_names == COLUMNS
    assert {str(table.schema.field(name).type) for name in ("confidence", "decided")} == {
        "float",
        "bool",
    }
    assert table["decided"].null_count == 3
    assert list(tmp_path.iterdir()) == [output], "nothing else is left"


def test_results_inside_the_folder_are_no_photos_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(outfit_jpeg(1))
    asked = (tmp_path, "--output", tmp_path / "r.csv", "--report", tmp_path / "r.html")
    copies = ("--copy-to", tmp_path / "sorted")
    for again in ("--overwrite", "--overwrite"):
        ended = classify_folder(*asked, *copies, again)
        assert ended.returncode == 0, ended.stderr
        assert [row["path"] for row in read((tmp_path / "r.csv").read_text())] == ["a.jpg"]


@pytest.mark.usefixtures("site")
def test_it_says_what_the_site_says(make_outfit: object, release: Release, tmp_path: Path) -> None:
    seeds = range(6)
    for seed in seeds:
        make_outfit(seed)  # type: ignore[operator]
        (tmp_path / f"{seed}.jpg").write_bytes(outfit_jpeg(seed))
    work(budget_s=60)
    outfits = Outfit.objects.order_by("created")
    said = [outfit.predictions.get() for outfit in outfits]
    rows = read(classify_folder(tmp_path, "--output", "-").stdout)
    assert [row["style"] for row in rows] == [each.style for each in said]
    for row, prediction in zip(rows, said, strict=True):
        assert float(row["confidence"]) == pytest.approx(prediction.confidence, abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--output", "{tmp}/r.csv", "--report", "{tmp}/nowhere/r.html"), "no folder"),
        (("--output", "{tmp}/r.csv", "--report", "{tmp}"), "name a file"),
        (("--output", "{tmp}/r.csv", "--copy-to", "{folder}"), "become photos of the folder"),
        (("--output", "{tmp}/r.csv", "--copy-to", "{folder}/.."), "become photos of the folder"),
        (("--output", "{tmp}/r.xlsx"), "should end in .csv, .jsonl or .parquet"),
        (("--output", "{tmp}/nowhere/r.csv"), "cannot be written"),
        (("--output", "{tmp}/there.csv"), "--resume goes on, --overwrite replaces it"),
        (("--output", "{tmp}/there.csv", "--resume"), "no result of this command"),
        (("--output", "-", "--resume"), "cannot be resumed"),
        (("--output", "-", "--wardrobe", "street-2021"), "no wardrobe"),
        (("--output", "-", "--bundle", "{tmp}"), "bundle"),
        (("--output", "-", "--engine", "abacus"), "abacus"),
    ],
)
def test_what_cannot_begin_says_so_and_touches_nothing(
    arguments: tuple[str, ...], says: str, mixed: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("somebody's,own,table\n1,2,3\n")
    options = [each.format(tmp=tmp_path, folder=mixed) for each in arguments]
    with pytest.raises(CommandError) as refused:
        call_command("classify_folder", str(mixed), *options)
    assert refused.value.returncode == 2
    assert says in str(refused.value)
    assert there.read_text() == "somebody's,own,table\n1,2,3\n"


def test_no_such_folder(tmp_path: Path) -> None:
    ended = classify_folder(tmp_path / "gone", "--output", "-")
    assert ended.returncode == 2
    assert "there is no photo and no folder" in ended.stderr


def test_an_empty_folder_is_no_failure(tmp_path: Path) -> None:
    ended = classify_folder(tmp_path, "--output", "-")
    assert ended.returncode == 0
    assert read(ended.stdout) == []


def test_a_reader_that_has_enough_is_no_failure(mixed: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, str(mixed), "--output", "-"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read().decode()
    assert process.returncode == 0
    assert "Traceback" not in said
