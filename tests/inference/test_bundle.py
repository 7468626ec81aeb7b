"""A bundle is loaded only as it was written."""

import json
import subprocess
from pathlib import Path

import pytest

from inference.bundle import BundleError, load_bundle, write_sums
from inference.calibration import GateRule, SetRule

TAXONOMY = {
    "id": "tiny",
    "styles": [
        {"id": "plain", "names": {"en": "Plain", "ko": "플레인"}},
        {"id": "bright", "names": {"en": "Bright"}},
    ],
}
CALIBRATION = {
    "temperature": 1.5,
    "temperature_in_graph": True,
    "threshold": 0.4,
    "target": "85 % of the answers given are right",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "bundle"
    path.mkdir()
    (path / "taxonomy.json").write_text(json.dumps(TAXONOMY))
    (path / "calibration.json").write_text(json.dumps(CALIBRATION))
    (path / "metrics.json").write_text(json.dumps({"top1": 0.7}))
    (path / "MODEL_CARD.md").write_text("# A model\n")
    (path / "style.bin").write_bytes(bytes(range(256)))
    write_sums(path)
    return path


GATE = {"kinds": ["outfit", "people", "none"], "threshold": 0.42, "target": "1 % turned away"}
SETS = {
    "method": "RAPS",
    "coverage": 0.9,
    "quantile": 0.93,
    "penalty": 0.01,
    "free": 1,
    "target": "90 % hold the right one",
}


def rewrite(folder: Path, name: str, data: object) -> None:
    (folder / name).write_text(json.dumps(data))
    write_sums(folder)


def test_a_bundle_is_read_as_it_was_written(folder: Path) -> None:
    bundle = load_bundle(folder)

    assert bundle.path == folder
    assert bundle.taxonomy.ids == ("plain", "bright")
    assert bundle.taxonomy.style("plain").name("ko") == "플레인"
    assert bundle.calibration.temperature == 1.5
    assert bundle.calibration.threshold == 0.4
    assert bundle.metrics == {"top1": 0.7}


def test_a_bundle_of_before_has_neither_gate_nor_sets(folder: Path) -> None:
    calibration = load_bundle(folder).calibration

    assert (calibration.gate, calibration.sets) == (None, None)


def test_gate_and_sets_are_read(folder: Path) -> None:
    rewrite(folder, "calibration.json", {**CALIBRATION, "gate": GATE, "sets": SETS})
    calibration = load_bundle(folder).calibration

    assert calibration.gate == GateRule(threshold=0.42, target="1 % turned away")
    assert calibration.sets == SetRule(
        coverage=0.9, quantile=0.93, penalty=0.01, free=1, target="90 % hold the right one"
    )


def test_the_sums_are_those_of_coreutils(folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True)


def test_the_sha256_names_the_content_and_not_the_place(folder: Path) -> None:
    before = load_bundle(folder).sha256
    moved = folder.rename(folder.with_name("elsewhere"))

    assert load_bundle(moved).sha256 == before
    (moved / "MODEL_CARD.md").write_text("# Another model\n")
    assert write_sums(moved) != before
    assert load_bundle(moved).sha256 != before


@pytest.mark.parametrize("name", ["style.bin", "taxonomy.json", "MODEL_CARD.md"])
def test_a_changed_byte_is_refused(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(BundleError, match=f"was changed: the checksum of {name}"):
        load_bundle(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "style.bin").unlink()

    with pytest.raises(BundleError, match=r"incomplete: style\.bin is missing"):
        load_bundle(folder)


def test_a_file_that_the_sums_do_not_list_is_refused(folder: Path) -> None:
    (folder / "style.keras").write_bytes(b"weights")

    with pytest.raises(BundleError, match=r"style\.keras, which SHA256SUMS does not list"):
        load_bundle(folder)


def test_hidden_files_do_not_count(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"finder")

    load_bundle(folder)


def test_a_required_file_must_be_listed(folder: Path) -> None:
    (folder / "metrics.json").unlink()
    write_sums(folder)

    with pytest.raises(BundleError, match=r"does not list metrics\.json"):
        load_bundle(folder)


def test_there_must_be_a_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="There is no bundle at"):
        load_bundle(tmp_path / "nowhere")
    with pytest.raises(BundleError, match="no readable SHA256SUMS"):
        load_bundle(tmp_path)


@pytest.mark.parametrize("line", ["nonsense", f"{'0' * 64}  ../secret", f"{'0' * 63}  style.bin"])
def test_a_line_that_is_no_checksum_is_refused(folder: Path, line: str) -> None:
    sums = folder / "SHA256SUMS"
    sums.write_text(sums.read_text() + line + "\n")

    with pytest.raises(BundleError, match=r"Line 6 of .* is not a checksum"):
        load_bundle(folder)


def test_a_wrong_taxonomy_is_refused(folder: Path) -> None:
    rewrite(folder, "taxonomy.json", {**TAXONOMY, "styles": [TAXONOMY["styles"][0]] * 2})

    with pytest.raises(BundleError, match="names the style 'plain' twice"):
        load_bundle(folder)


def test_a_file_that_is_no_json_is_refused(folder: Path) -> None:
    (folder / "metrics.json").write_text("{")
    write_sums(folder)

    with pytest.raises(BundleError, match=r"metrics\.json is not readable JSON"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"temperature": 0}, "out of range"),
        ({"threshold": 1.2}, "out of range"),
        ({"threshold": "high"}, "needs 'temperature', 'threshold' and 'target'"),
        ({"temperature_in_graph": False}, "must say that the temperature is inside the graph"),
        ({"gate": {"threshold": 0.5}}, "needs 'kinds', 'threshold' and 'target' in 'gate'"),
        ({"gate": "yes"}, "needs 'kinds', 'threshold' and 'target' in 'gate'"),
        ({"gate": {**GATE, "kinds": ["none", "outfit", "people"]}}, "a gate of other kinds than"),
        ({"gate": {**GATE, "threshold": 1.1}}, "threshold of the gate out of range"),
        ({"sets": {"method": "RAPS"}}, "needs 'method', 'coverage', .* in 'sets'"),
        ({"sets": {**SETS, "method": "LAC"}}, "sets of the unknown method 'LAC'"),
        ({"sets": {**SETS, "coverage": 1}}, "numbers of 'sets' out of range"),
        ({"sets": {**SETS, "penalty": -0.1}}, "numbers of 'sets' out of range"),
    ],
)
def test_a_wrong_calibration_is_refused(
    folder: Path, change: dict[str, object], sentence: str
) -> None:
    rewrite(folder, "calibration.json", {**CALIBRATION, **change})

    with pytest.raises(BundleError, match=sentence):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("identity", "sentence"),
    [
        ({"format": 2, "made": "2026-11-30T08:00:00+00:00"}, "is of format 2; this version"),
        ({"made": "2026-11-30T08:00:00+00:00"}, "is of format None"),
        ({"format": 1}, "does not say when"),
        ({"format": 1, "made": "2026-11-30T08:00:00"}, "time zone"),
        ({"format": 1, "made": "2026-11-30T08:00:00Z"}, r"it has no probe\.npz"),
    ],
)
def test_a_bundle_says_of_which_format_it_is_and_when_it_was_made(
    folder: Path, identity: dict[str, object], sentence: str
) -> None:
    rewrite(folder, "release.json", identity)
    with pytest.raises(BundleError, match=sentence):
        load_bundle(folder)


def test_a_signature_has_no_sum(folder: Path) -> None:
    before = load_bundle(folder).sha256
    (folder / "SHA256SUMS.minisig").write_text("of the sums")
    assert load_bundle(folder).sha256 == before
