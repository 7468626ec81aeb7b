"""An engine takes no more threads than its container may use."""

import os
from pathlib import Path

import pytest

from inference import cores
from inference.bundle import load_bundle
from inference.engine import load_engine
from inference.engine import openvino as engine_module

CORES = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "allowed"),
    [
        ("max 100000", None),
        ("50000 100000", 1),
        (f"{CORES * 100_000} 100000", None),
        (f"{CORES * 200_000} 100000", None),
        ("nonsense", None),
    ],
)
def test_a_limit_is_read(tmp_path: Path, quota: str, allowed: int | None) -> None:
    if CORES == 1:
        allowed = None  # as many as there are anyway
    file = tmp_path / "cpu.max"
    file.write_text(f"{quota}\n")
    assert cores.allowed_cores(file) == allowed


def test_no_limit_is_none(tmp_path: Path) -> None:
    assert cores.allowed_cores(tmp_path / "cpu.max") is None


def test_the_engine_keeps_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "allowed_cores", lambda: 1)
    engine = load_engine("openvino", load_bundle(Path("models/starter")))
    assert isinstance(engine, engine_module.OpenVinoEngine)
    assert engine._request.get_compiled_model().get_property("INFERENCE_NUM_THREADS") == 1
