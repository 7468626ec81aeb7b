"""What ``calibration.json`` has of a model with a gate and with sets; for a copy of the starter."""

import json
from pathlib import Path

from inference.bundle import IDENTITY, PROBE, write_sums
from inference.calibration import KINDS

GATE = {"kinds": list(KINDS), "threshold": 0.5, "target": "none"}
SETS = {
    "method": "RAPS",
    "coverage": 0.9,
    "quantile": 0.95,
    "penalty": 0.01,
    "free": 1,
    "target": "none",
}


def add_gate_and_sets(folder: Path) -> None:
    """Give the bundle in ``folder`` both; `tests.support.engines.ByColour` runs it."""
    for name in (IDENTITY, PROBE):  # its engine does not say what the starter's says
        (folder / name).unlink(missing_ok=True)
    path = folder / "calibration.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "gate": GATE, "sets": SETS}))
    write_sums(folder)
