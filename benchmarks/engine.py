"""The engine alone: the limit that the queue is held against."""

import statistics
import time
from pathlib import Path

import numpy as np

from inference.bundle import load_bundle
from inference.engine import load_engine

STARTER = Path(__file__).resolve().parent.parent / "models" / "starter"
SECONDS = 5.0


def measure() -> dict[str, float]:
    """Photos per second at claims of 32, and milliseconds for one photo; medians."""
    started = time.perf_counter()
    engine = load_engine("openvino", load_bundle(STARTER))
    load_s = time.perf_counter() - started
    random = np.random.default_rng(0)
    timings: dict[int, float] = {}
    for size in (1, 32):
        images = random.integers(0, 256, (size, 224, 224, 3), dtype=np.uint8)
        engine.run(images)
        runs = []
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            before = time.perf_counter()
            engine.run(images)
            runs.append(time.perf_counter() - before)
        timings[size] = statistics.median(runs)
    return {
        "engine_load_s": load_s,
        "raw_engine_photos_per_s": 32 / timings[32],
        "engine_one_photo_ms": 1000 * timings[1],
    }
