"""A folder whose classification was stopped: nothing twice, nothing missing, no half line."""

import signal
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.support.images import outfit_jpeg
from tests.support.starting import wait_until
from tests.worker.folder.folders import COMMAND, ENVIRONMENT, classify_folder, fill, read

FILES = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("many")
    fill(place, FILES)
    (place / "not-a-photo.txt").write_text("no photo")
    return place


def stopped_by(number: signal.Signals, folder: Path, output: Path, grows: Path) -> tuple[int, str]:
    """Begin, and send the signal when some rows are there. The exit code, and what was said."""
    with subprocess.Popen(
        [*COMMAND, str(folder), "--output", str(output)], env=ENVIRONMENT, stderr=subprocess.PIPE
    ) as process:
        wait_until(
            lambda: (grows.exists() and grows.read_bytes().count(b"\n") > 20) or process.poll(),
            "some rows",
        )
        process.send_signal(number)
        assert process.stderr
        said = process.stderr.read().decode()
    return process.returncode, said


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_after_a_kill_the_rest_is_added(kind: str, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / f"r.{kind}"
    code, _ = stopped_by(signal.SIGKILL, folder, output, output)
    assert code == -signal.SIGKILL
    before = output.read_bytes()
    assert before.endswith(b"\n"), "never half a line"
    assert before.count(b"\n") < FILES

    ended = classify_folder(folder, "--output", output, "--resume")
    assert ended.returncode == 1, "a file that failed before has failed still"
    after = output.read_bytes()
    assert after.startswith(before), "what was written stays as it was"
    whole = tmp_path / f"whole.{kind}"
    classify_folder(folder, "--output", whole)
    assert sorted(after.splitlines()) == sorted(whole.read_bytes().splitlines())

    again = classify_folder(folder, "--output", output, "--resume")
    assert "0 files" in again.stderr
    assert output.read_bytes() == after


def test_ctrl_c_says_how_to_go_on(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "r.csv"
    code, said = stopped_by(signal.SIGINT, folder, output, output)
    assert code == 130
    assert "--resume goes on" in said
    assert "Traceback" not in said
    assert output.read_bytes().endswith(b"\n")


def test_half_a_line_that_a_power_cut_left_is_written_anew(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "r.csv"
    classify_folder(folder / "1", "--output", output)
    whole = output.read_bytes()
    output.write_bytes(whole[: len(whole) * 2 // 3])
    assert classify_folder(folder / "1", "--output", output, "--resume").returncode == 0
    assert output.read_bytes() == whole


def test_a_parquet_file_is_there_when_it_is_whole(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "r.parquet"
    growing = tmp_path / "r.parquet.partial.jsonl"
    stopped_by(signal.SIGKILL, folder, output, growing)
    assert not output.exists()
    refused = classify_folder(folder, "--output", output)
    assert refused.returncode == 2
    assert "--resume goes on" in refused.stderr

    classify_folder(folder, "--output", output, "--resume")
    paths = pq.read_table(output)["path"].to_pylist()
    assert len(paths) == len(set(paths)) == FILES + 1
    assert not growing.exists()


def test_new_files_are_added_to_a_finished_result(tmp_path: Path) -> None:
    names = fill(tmp_path / "photos", 4)
    for kind in ("csv", "parquet"):
        output = tmp_path / f"r.{kind}"
        classify_folder(tmp_path / "photos", "--output", output)
    more = tmp_path / "photos" / "later.jpg"
    more.hardlink_to(tmp_path / "photos" / names[0])
    for kind in ("csv", "parquet"):
        ended = classify_folder(tmp_path / "photos", "--output", tmp_path / f"r.{kind}", "--resume")
        assert "1 files" in ended.stderr or "1 file " in ended.stderr
    rows = read((tmp_path / "r.csv").read_text())
    assert [row["path"] for row in rows] == [*names_in_order(names), "later.jpg"]
    assert pq.read_table(tmp_path / "r.parquet")["path"].to_pylist() == [
        *names_in_order(names),
        "later.jpg",
    ]


def names_in_order(names: list[str]) -> list[str]:
    return sorted(names)


def test_a_name_like_a_formula_is_text_for_a_spreadsheet_and_is_not_done_twice(
    tmp_path: Path,
) -> None:
    folder, output = tmp_path / "photos", tmp_path / "r.csv"
    folder.mkdir()
    (folder / "=1+1.jpg").write_bytes(outfit_jpeg(1))
    classify_folder(folder, "--output", output)
    assert [row["path"] for row in read(output.read_text())] == ["'=1+1.jpg"]
    again = classify_folder(folder, "--output", output, "--resume")
    assert "0 files" in again.stderr
    assert len(read(output.read_text())) == 1
