"""Links, rights and names that old folders have: each is a row or a warning, nothing is lost."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from classifier.models import Batch
from tests.support.images import outfit_jpeg
from tests.worker.folder.folders import COMMAND, ENVIRONMENT, classify_folder, read
from worker.folder.files import files_below


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one sound photo."""
    place = tmp_path / "photos"
    place.mkdir()
    (place / "sound.jpg").write_bytes(outfit_jpeg(1))
    return place


@pytest.fixture
def forbidden(folder: Path) -> Iterator[Path]:
    """A folder below it that may not be read; root may read all, so nobody's rights are tried."""
    place = folder / "forbidden"
    place.mkdir()
    (place / "inside.jpg").write_bytes(outfit_jpeg(2))
    place.chmod(0)
    yield place
    place.chmod(0o755)


def errors_of(output: Path) -> dict[str, str]:
    """Reason codes by path, and nothing for what was classified."""
    rows = read(output.read_text("utf-8-sig"))
    return {row["path"]: row["error"].partition(":")[0] for row in rows}


def test_links_that_lead_nowhere_are_rows(folder: Path, tmp_path: Path) -> None:
    (folder / "itself.jpg").symlink_to(folder / "itself.jpg")
    (folder / "gone.jpg").symlink_to(folder / "was-here.jpg")
    (folder / "into-gone.jpg").symlink_to(folder / "gone" / "photo.jpg")
    output = tmp_path / "r.csv"
    ended = classify_folder(folder, "--output", output, "--report", tmp_path / "r.html")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert errors_of(output) == {
        "gone.jpg": "unreadable",
        "into-gone.jpg": "unreadable",
        "itself.jpg": "unreadable",
        "sound.jpg": "",
    }


def test_a_folder_and_a_link_that_may_not_be_read_are_rows(
    folder: Path, forbidden: Path, tmp_path: Path
) -> None:
    (folder / "link.jpg").symlink_to(forbidden / "inside.jpg")
    if os.geteuid() == 0:  # as somebody whom rights bind; the tests' folders belong to root
        code = (
            "import os, sys; from pathlib import Path; sys.path.insert(0, '.');"
            "from worker.folder.files import files_below; folder = Path(sys.argv[1]);"
            "os.setuid(65534); print(*(f'{each.name(folder)}={each.error.partition(\":\")[0]}'"
            " for each in files_below(folder)))"
        )
        for parent in (folder, *folder.parents):
            if parent.stat().st_uid == 0 and Path(tempfile.gettempdir()) in parent.parents:
                parent.chmod(0o755)
        found = subprocess.run(
            [COMMAND[0], "-c", code, str(folder)],
            cwd=Path(COMMAND[1]).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert found == ["link.jpg=unreadable", "sound.jpg=", "forbidden/=unreadable"]
    else:
        output = tmp_path / "r.csv"
        assert classify_folder(folder, "--output", output).returncode == 1
        assert errors_of(output) == {
            "link.jpg": "unreadable",
            "sound.jpg": "",
            "forbidden/": "unreadable",
        }


def test_a_folder_that_vanishes_meanwhile_is_told(folder: Path) -> None:
    (folder / "later").mkdir()
    found = files_below(folder)
    assert next(found).path.name == "sound.jpg"
    (folder / "later").rmdir()
    assert [(each.name(folder), each.error) for each in found] == [
        ("later/", "unreadable: No such file or directory.")
    ]


def test_a_photo_that_vanishes_meanwhile_is_a_row(folder: Path, tmp_path: Path) -> None:
    (folder / "zz.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    output = tmp_path / "r.csv"
    assert classify_folder(folder, "--output", output).returncode == 1
    assert errors_of(output) == {"sound.jpg": "", "zz.jpg": "unreadable"}


def test_the_longest_name_is_copied_and_one_that_is_too_long_there_is_told(
    folder: Path, tmp_path: Path
) -> None:
    long = "n" * 249 + ".jpg"
    (folder / long).write_bytes(outfit_jpeg(3))
    copies, output = tmp_path / "copies", tmp_path / "r.csv"
    ended = classify_folder(folder, "--output", output, "--copy-to", copies)
    assert ended.returncode == 0, ended.stderr
    copied = {path.name for path in copies.rglob("*") if path.is_file()}
    assert copied == {"sound.jpg", long}

    (tmp_path / "again").mkdir()
    for style in {row["style"] for row in read(output.read_text("utf-8-sig"))} | {"not-sure"}:
        (tmp_path / "again" / style).write_text("a file where a folder should be")
    ended = classify_folder(
        folder, "--output", output, "--overwrite", "--copy-to", tmp_path / "again"
    )
    assert ended.returncode == 1, "what was not copied is no success"
    assert "2 not copied" in ended.stderr
    assert f"{long}: not copied" in ended.stderr
    assert set(errors_of(output).values()) == {""}, "they are classified all the same"


def test_names_that_are_no_utf8_are_in_every_kind_of_result(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.jpg")).write_bytes(outfit_jpeg(4))
    for kind in ("csv", "jsonl", "parquet"):
        report = tmp_path / f"{kind}.html"
        ended = classify_folder(
            folder,
            "--output",
            tmp_path / f"r.{kind}",
            "--report",
            report,
            "--copy-to",
            tmp_path / "copies",
        )
        assert ended.returncode == 0, ended.stderr
        assert r"caf\xe9" in report.read_text()
    assert list(errors_of(tmp_path / "r.csv")) == [r"\xff.jpg"]


@pytest.mark.usefixtures("site")
def test_odd_names_go_through_the_site_too(owner: User, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    deep = folder / ("d" * 120) / ("e" * 120) / ("f" * 120)
    deep.mkdir(parents=True)
    (deep / "broken.jpg").write_text("no photo")
    (folder / "sound.jpg").write_bytes(outfit_jpeg(5))
    (folder / "itself.jpg").symlink_to(folder / "itself.jpg")
    from django.core.management import call_command

    with pytest.raises(SystemExit) as ended:
        call_command("classify_folder", str(folder), "--enqueue", "--user", owner.username)
    assert ended.value.code == 1
    batch = Batch.objects.get()
    assert batch.name == r"caf\xe9"
    assert batch.total == 1
    (left_out,) = batch.left_out.all()
    assert left_out.name.endswith("/broken.jpg")


def test_a_spreadsheets_true_reads_back_as_true(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "r.csv"
    classify_folder(folder, "--output", output)
    text = output.read_text()
    output.write_text(text.replace("true", "TRUE").replace("false", "FALSE"))
    report = tmp_path / "r.html"
    assert (
        classify_folder(folder, "--output", output, "--resume", "--report", report).returncode == 0
    )
    decided = "true" in text
    assert f"{int(decided)} decided, {int(not decided)} not sure" in report.read_text()


def test_without_an_output_the_results_are_named_after_the_folder(folder: Path) -> None:
    ended = subprocess.run(
        [*COMMAND, str(folder)],
        env=ENVIRONMENT,
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "The results are in photos-styles.csv." in ended.stderr
    assert errors_of(folder.parent / "photos-styles.csv") == {"sound.jpg": ""}


def test_help_has_our_options_only() -> None:
    said = classify_folder("--help").stdout
    assert "--resume" in said
    assert "--pythonpath" not in said
