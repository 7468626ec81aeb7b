"""`python -m benchmarks`: print a table and write `benchmarks/results/latest.json`.

It starts a product of its own in a temporary folder, twice, and measures it from outside.
"""

import json
import os
import platform
import signal
import tempfile
import time
from pathlib import Path

import environ

from benchmarks import engine, latency, memory
from tests.local.starting import Up

RESULTS = Path(__file__).parent / "results" / "latest.json"
# What each figure is, and what the design holds it to.
ROWS = {
    "start_first_s": ("first start, packages installed (s)", None),
    "start_second_s": ("second start (s)", 15),
    "latency_idle_p50_ms": ("upload answered -> prediction on the row, p50 (ms)", 150),
    "latency_idle_p95_ms": ("the same, p95 (ms)", 300),
    "photo_kb": ("  photos of (KB)", None),
    "upload_answer_p50_ms": ("upload answered, p50 (ms)", None),
    "worker_rss_mb": ("largest worker process, resident (MB)", 300),
    "worker_pss_mb": ("all worker processes, proportional (MB)", 300),
    "site_process_rss_mb": ("largest site process, resident (MB)", 150),
    "site_import_s": ("importing the site (s)", 1),
    "raw_engine_photos_per_s": ("engine alone, claims of 32 (photos/s)", None),
    "engine_one_photo_ms": ("engine alone, one photo (ms)", None),
    "engine_load_s": ("engine loaded from a bundle (s)", 3),
}


def main() -> None:
    """Measure, print, write."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="fasi-bench-") as folder:
        data = Path(folder) / "data"
        figures["start_first_s"] = _start_and_stop(data)
        started = time.perf_counter()
        up = Up(data)
        try:
            up.wait_ready()
            figures["start_second_s"] = time.perf_counter() - started
            settings = environ.Env()
            settings.read_env(data / "services.env", overwrite=True)
            figures |= latency.measure(up.address, settings.str("FASI_DATABASE_URL"))
            figures |= memory.measure(up.process.pid)
            figures |= memory.imports(dict(os.environ))
        finally:
            up.end(signal.SIGTERM)
    figures |= engine.measure()
    _print(figures)
    RESULTS.parent.mkdir(exist_ok=True)
    machine = {"processor": platform.processor(), "cores": os.cpu_count(), "at": time.time()}
    RESULTS.write_text(json.dumps(figures | {"machine": machine}, indent=2) + "\n")
    print(f"\nwritten to {RESULTS}")


def _start_and_stop(data: Path) -> float:
    started = time.perf_counter()
    up = Up(data)
    try:
        up.wait_ready()
        return time.perf_counter() - started
    finally:
        up.end(signal.SIGTERM)


def _print(figures: dict[str, float]) -> None:
    print(f"{'what':54}{'measured':>10}{'hold':>8}")
    for name, (text, limit) in ROWS.items():
        hold = "" if limit is None else f"<= {limit}"
        print(f"{text:54}{figures[name]:>10.4g}{hold:>8}")


main()
