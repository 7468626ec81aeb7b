"""`python -m benchmarks.folder`: a folder in one go, against what the cores allow.

Decoding alone and the engine alone, each on all cores, say how many photos a second are possible:
1 / (decode + engine). The command is held to 85 % of that, and to memory that does not grow with
the folder. `--many 100000` takes half an hour; without it a folder of 3,000 stands for it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

from imaging.decoders import Decoders
from tests.support.noisy_photos import noisy_photo

ROOT = Path(__file__).resolve().parent.parent
DIFFERENT = 40
FEW, MANY = 100, 3000
ROUNDS = 3
PHOTOS = 400
BATCH = 16


def measure(folder: Path, many: int = MANY) -> dict[str, float]:
    """Photos a second of the command and of its parts, and its peak memory for few and many."""
    sources = [folder / f"{seed}.jpg" for seed in range(DIFFERENT)]
    for seed, path in enumerate(sources):
        path.write_bytes(noisy_photo(seed, 200))
    rounds = []
    for number in range(ROUNDS):
        photos = _linked(folder / f"round-{number}", sources, PHOTOS)
        decode_s, engine_s = _decode_s(sources), _engine_s()
        rate, _ = _command(photos)
        rounds.append((1 / decode_s, 1 / engine_s, rate, rate * (decode_s + engine_s)))
    decoded, inferred, rate, share = (statistics.median(each) for each in zip(*rounds, strict=True))
    _, few_mb = _command(_linked(folder / "few", sources, FEW))
    _, many_mb = _command(_linked(folder / "many", sources, many))
    return {
        "folder_decode_photos_per_s": decoded,
        "folder_engine_photos_per_s": inferred,
        "folder_photos_per_s": rate,
        "folder_share": share,
        "folder_few_mb": few_mb,
        "folder_many_mb": many_mb,
    }


def _linked(folder: Path, sources: list[Path], count: int) -> Path:
    for number in range(count):
        path = folder / f"{number // 1000:03}" / f"{number:06}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.hardlink_to(sources[number % len(sources)])
    return folder


def _decode_s(sources: list[Path]) -> float:
    """Seconds a photo of decoding alone, in as many processes as there are cores."""
    cores = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_set_up) as pool:
        list(pool.map(_decode, sources[: 4 * cores]))  # the processes are there
        work = sources * (PHOTOS // len(sources))
        started = time.perf_counter()
        list(pool.map(_decode, work, chunksize=5))
        return (time.perf_counter() - started) / len(work)


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "fasi_site.settings_offline"
    import django

    django.setup()


@cache
def _decoders() -> Decoders:
    return Decoders(1)


def _decode(path: Path) -> None:
    from worker.folder.decoding import decode

    if isinstance(said := decode(path, _decoders()), str):
        raise ValueError(f"{path}: {said}")


def _engine_s() -> float:
    """Seconds a photo of the engine alone, on all cores."""
    from inference.bundle import load_bundle
    from inference.engine import load_engine

    engine = load_engine("openvino", load_bundle(ROOT / "models" / "starter"))
    images = np.random.default_rng(0).integers(0, 256, (BATCH, 224, 224, 3), dtype=np.uint8)
    engine.run(images)
    runs = []
    for _ in range(PHOTOS // BATCH):
        started = time.perf_counter()
        engine.run(images)
        runs.append(time.perf_counter() - started)
    return statistics.median(runs) / BATCH


def _command(photos: Path) -> tuple[float, float]:
    """Photos a second as the command says, and its peak resident memory in MB."""
    output = photos.with_suffix(".csv")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "classify_folder", str(photos), "--output", str(output)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    if process.stderr is None:
        raise RuntimeError("no pipe")
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    found = re.search(r"(\d+) files in ([\d.]+) s", said)
    if process.returncode or not found:
        raise RuntimeError(said)
    return int(found[1]) / float(found[2]), _mb(usage)


def _mb(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024


def main() -> None:
    """Print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=MANY, help="files of the large folder")
    with tempfile.TemporaryDirectory(prefix="fasi-bench-") as folder:
        print(json.dumps(measure(Path(folder), parser.parse_args().many), indent=2))


if __name__ == "__main__":
    main()
