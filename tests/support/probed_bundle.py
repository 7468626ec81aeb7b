"""Bundles of the present format, made of a copy of the starter: with a date and a probe."""

from datetime import UTC, datetime
from pathlib import Path

from inference.bundle import load_bundle, write_identity, write_sums
from training.export.probe import add_probe

MADE = datetime(2036, 1, 1, tzinfo=UTC)
"""Later than any starter."""


def renew(folder: Path, made: datetime = MADE, card: str = "") -> Path:
    """Give the bundle in ``folder`` a date, and a probe if it has none; its card may be another.

    Only OpenVINO is asked: TensorFlow takes long to start.
    """
    write_identity(folder, made)
    if card:
        (folder / "MODEL_CARD.md").write_text(card)
    if not (folder / "probe.npz").exists():
        (folder / "probe.npz").touch()  # what has a date is incomplete without
        write_sums(folder)
        add_probe(folder, load_bundle(folder).taxonomy, ["openvino"])
    write_sums(folder)
    return folder
