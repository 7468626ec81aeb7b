"""``python -m training all``, whole, on drawn photos; and what export refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import load_bundle, write_sums
from inference.engine import load_engine
from inference.probe import check_probe, read_probe
from inference.reference import REFERENCE, read_reference
from tests.training.drawn import TAXONOMY, draw_others, draw_photos
from tests.training.made_up import make_run
from training.cli import main

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = Path(os.environ.get("FASI_PHOTOS", ROOT.parent / "shared" / "data" / "styles"))


@pytest.fixture
def taxonomy(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(TAXONOMY))
    return path


def arguments(tmp_path: Path, taxonomy: Path, *more: str) -> list[str]:
    return [
        f"--work={tmp_path / 'work'}",
        "all",
        f"--photos={tmp_path / 'photos'}",
        f"--output={tmp_path / 'models' / 'tiny'}",
        f"--taxonomy={taxonomy}",
        "--twin-distance=0",
        "--name=tiny",
        "--set=tune.epochs=0",
        "--set=export.calibration_photos=8",
        *more,
    ]


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def test_drawn_photos_become_a_bundle_that_tells_them_apart(tmp_path: Path, taxonomy: Path) -> None:
    pytest.importorskip("nncf", reason="needs requirements/training.txt")
    draw_photos(tmp_path / "photos", count=40)
    draw_others(tmp_path / "others")
    command = [*arguments(tmp_path, taxonomy), f"--others={tmp_path / 'others'}"]
    made = subprocess.run(
        [sys.executable, "-m", "training", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "backbone's weights are not installed" in made.stderr:
        pytest.skip(made.stderr.strip())

    assert made.returncode == 0, made.stderr
    bundle = load_bundle(tmp_path / "models" / "tiny")
    assert bundle.taxonomy.ids == ("warm", "cold")
    assert bundle.metrics["validation"]["top1"]["value"] > 0.9
    assert bundle.metrics["openvino_against_tensorflow"]["same_top_style"] > 0.9
    assert "Warm (`warm`)" in (bundle.path / "MODEL_CARD.md").read_text()
    assert bundle.metrics["gate"]["turned_away"]["n"] == 32
    assert bundle.metrics["openvino_against_tensorflow"]["same_side_of_the_gate"] > 0.9
    assert bundle.calibration.gate is not None
    assert bundle.calibration.sets is not None
    assert bundle.format == 1
    assert bundle.made is not None
    assert "## What it takes for an outfit" in (bundle.path / "MODEL_CARD.md").read_text()
    reference = read_reference((bundle.path / REFERENCE).read_bytes())
    assert reference.embeddings.shape == (bundle.metrics["photos"]["train"], 256)
    assert reference.photos == bundle.metrics["photos"]["val"]
    assert names_in(tmp_path / "models") == ["tiny"]
    assert str(tmp_path) not in (bundle.path / "style.xml").read_text()
    assert "Warm" in (tmp_path / "work" / "runs" / "tiny" / "report.html").read_text()
    for name in ("openvino", "tensorflow"):
        engine = load_engine(name, bundle)
        check_probe(engine, read_probe(bundle))
        outputs = engine.run(np.zeros((2, 224, 224, 3), np.uint8))
        assert outputs.probabilities.shape == (2, 2)
        assert outputs.gates is not None
        assert outputs.gates.sum(axis=1) == pytest.approx([1, 1], abs=1e-3)
        assert np.linalg.norm(outputs.embeddings, axis=1) == pytest.approx([1, 1], abs=1e-3)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ([], "training: There is no folder"),
        (["--taxonomy=no-such"], "training: There is no readable taxonomy 'no-such'."),
        (["--recipe=no-such"], "training: There is no readable recipe 'no-such'."),
        (["--set=tune.epoch=1"], "training: A recipe has no option tune.'epoch'"),
    ],
)
def test_what_is_missing_is_said(
    tmp_path: Path,
    taxonomy: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    sentence: str,
) -> None:
    assert main(arguments(tmp_path, taxonomy, *more)) == 1
    assert capsys.readouterr().err.startswith(sentence)
    assert not (tmp_path / "models").exists()


def test_an_output_that_is_no_bundle_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run")
    precious = tmp_path / "models" / "tiny" / "thesis.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("years of work")

    assert main(["export", str(run), f"--output={precious.parent}"]) == 1
    assert "exists and is no bundle" in capsys.readouterr().err
    assert precious.read_text() == "years of work"


def test_a_run_that_is_not_finished_is_not_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run")

    assert main(["export", str(run), f"--output={tmp_path / 'models' / 'tiny'}"]) == 1
    assert "is not finished: call fit with it again" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


def test_a_failed_run_leaves_the_old_bundle_and_nothing_else(tmp_path: Path) -> None:
    from training.writing import unfinished

    output = tmp_path / "models" / "tiny"
    output.mkdir(parents=True)
    (output / "style.bin").write_bytes(b"old")
    write_sums(output)

    def write_half() -> None:
        with unfinished(output) as folder:
            (folder / "style.bin").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert names_in(output.parent) == ["tiny"]
    assert (output / "style.bin").read_bytes() == b"old"


@pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"no labelled photos at {PHOTOS} (FASI_PHOTOS)")
def test_the_starter_is_right_about_real_photos() -> None:
    from training.data.labelled import limited, of_taxonomy, read_photos
    from training.data.pictures import served_input

    bundle = load_bundle(ROOT / "models" / "starter")
    photos, _ = of_taxonomy(read_photos(PHOTOS), bundle.taxonomy)
    some = limited([photo for photo in photos if photo.split == "val"], 15)
    outputs = load_engine("openvino", bundle).run(
        np.stack([served_input(photo.path) for photo in some])
    )
    said = [bundle.taxonomy.ids[index] for index in outputs.probabilities.argmax(axis=1)]
    right = np.mean([style == photo.style for style, photo in zip(said, some, strict=True)])

    assert len(some) > 100
    assert right > 0.6
