"""The folder command with a model that has a gate and sets."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image

from tests.support.gated_bundle import add_gate_and_sets
from tests.support.images import draw_outfit, encode
from tests.worker.folder.folders import classify_folder, read


def test_photos_without_an_outfit_have_a_kind_and_no_style(
    starter_copy: Callable[[], Path], tmp_path: Path
) -> None:
    bundle = starter_copy()
    add_gate_and_sets(bundle)
    model = ("--bundle", bundle, "--engine", "tests.support.engines:ByColour")
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "coat.jpg").write_bytes(encode(draw_outfit(1)))
    (photos / "night.png").write_bytes(encode(Image.new("RGB", (200, 300), "black"), "PNG"))
    (photos / "snow.png").write_bytes(encode(Image.new("RGB", (200, 300), "white"), "PNG"))
    table, report, copies = (tmp_path / name for name in ("r.csv", "r.html", "sorted"))
    ended = classify_folder(
        photos, "--output", table, "--report", report, "--copy-to", copies, *model, gate=True
    )
    assert ended.returncode == 0, ended.stderr
    assert "no outfit                 2" in ended.stderr

    coat, night, snow = read(table.read_text())
    assert [row["kind"] for row in (coat, night, snow)] == ["outfit", "none", "people"]
    assert coat["style"] == coat["set"].split()[0] == coat["top"].partition(":")[0]
    for row in (night, snow):
        assert (row["style"], row["confidence"], row["set"], row["error"]) == ("", "", "", "")
        assert row["decided"] == "false"
        assert row["top"], "what it would be"
    assert {path.name for path in (copies / "no-outfit").iterdir()} == {"night.png", "snow.png"}
    page = report.read_text()
    assert "2 without an outfit" in page
    assert '<h2 id="no-outfit">No outfit' in page
    assert page.count("data:image/jpeg;base64,") == 3

    (photos / "dusk.png").write_bytes(encode(Image.new("RGB", (300, 200), "black"), "PNG"))
    again = classify_folder(photos, "--output", table, "--resume", *model, gate=True)
    assert again.returncode == 0, again.stderr
    assert "3 were done before" in again.stderr
    assert [row["kind"] for row in read(table.read_text())] == ["outfit", "none", "people", "none"]

    frame = tmp_path / "r.parquet"
    for option in ((), ("--resume",)):
        ended = classify_folder(photos, "--output", frame, *option, *model, gate=True)
        assert ended.returncode == 0, ended.stderr
        stored = pq.read_table(frame)
        assert stored["set"].to_pylist() == [coat["set"].split(), [], [], []]
        assert stored["kind"].to_pylist() == ["outfit", "none", "none", "people"]


def test_without_the_gate_every_photo_is_an_outfit(
    starter_copy: Callable[[], Path], tmp_path: Path
) -> None:
    bundle = starter_copy()
    add_gate_and_sets(bundle)
    (tmp_path / "night.png").write_bytes(encode(Image.new("RGB", (200, 300), "black"), "PNG"))
    model = ("--bundle", bundle, "--engine", "tests.support.engines:ByColour")
    ended = classify_folder(tmp_path, "--output", "-", *model)
    (row,) = read(ended.stdout)
    assert row["kind"] == "outfit"
    assert row["style"]
