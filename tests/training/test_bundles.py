"""Two bundles on the same photos: what is compared, and what cannot be."""

import json
from pathlib import Path

import pytest

from inference.bundle import load_bundle
from inference.taxonomy import Taxonomy
from tests.training.drawn import TAXONOMY, draw_photos
from training.cli import main
from training.data.labelled import Dataset, Photo, read_photos
from training.errors import TrainingError
from training.evaluation.bundles import compare_bundles, comparison_lines

STARTER = Path(__file__).resolve().parents[2] / "models" / "starter"


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Photo, ...]:
    """Six drawn photos of two of the starter's styles, of two sources."""
    draw_photos(tmp_path / "photos", ("formal", "boho"), count=3)
    return tuple(
        Photo(each.path, each.style, source, "val")
        for each, source in zip(
            read_photos(tmp_path / "photos"), ["history", "web"] * 3, strict=True
        )
    )


def test_a_bundle_is_no_better_than_itself(photos: tuple[Photo, ...]) -> None:
    dataset = Dataset(load_bundle(STARTER).taxonomy, photos)
    compared = compare_bundles(STARTER, STARTER, dataset)

    assert compared["photos"] == 6
    assert compared["first"] == compared["second"]
    assert compared["first"]["per_style"]["boho"]["n"] == 3
    gain = compared["first_minus_second"]
    assert (gain["top1"], gain["p"]) == ({"value": 0, "low": 0, "high": 0}, 1.0)
    assert "Difference +0.0 points" in comparison_lines(compared)[1]


def test_only_photos_of_the_source_count(photos: tuple[Photo, ...]) -> None:
    dataset = Dataset(load_bundle(STARTER).taxonomy, photos)

    assert compare_bundles(STARTER, STARTER, dataset, "history")["photos"] == 3
    with pytest.raises(TrainingError, match="no validation photos of the source 'street'"):
        compare_bundles(STARTER, STARTER, dataset, "street")


def test_other_styles_and_what_is_no_bundle_are_refused(
    photos: tuple[Photo, ...], tmp_path: Path
) -> None:
    tiny = Dataset(
        Taxonomy.from_dict(TAXONOMY), tuple(Photo(p.path, "warm", "web", "val") for p in photos)
    )
    with pytest.raises(TrainingError, match="knows other styles"):
        compare_bundles(STARTER, STARTER, tiny)
    with pytest.raises(TrainingError, match=r"\S"):
        compare_bundles(tmp_path, STARTER, tiny)


def test_the_command_writes_what_it_found(photos: tuple[Photo, ...], tmp_path: Path) -> None:
    dataset = tmp_path / "dataset"
    dataset.mkdir()
    (dataset / "taxonomy.json").write_text((STARTER / "taxonomy.json").read_text())
    rows = [f"{each.path},{each.style},{each.source},val,," for each in photos]
    (dataset / "dataset.csv").write_text("\n".join(["path,style,source,split,sha256,group", *rows]))
    command = ["compare", str(STARTER), str(STARTER), f"--dataset={dataset}"]
    output = tmp_path / "compared.json"

    assert main([*command, "--source=web", f"--output={output}"]) == 0
    assert json.loads(output.read_text())["photos"] == 3
    assert main([*command, "--source=none", f"--output={output}"]) == 1
