"""`python -m benchmarks`: print a table and write `benchmarks/results/latest.json`.

It starts a product of its own in a temporary folder and measures it from outside, all in one run:
the machines are shared and noisy, so compare figures of one run, and ratios.
"""

import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    api,
    crawler,
    engine,
    folder,
    lighthouse,
    memory,
    queue,
    swap,
    whole_way,
)
from benchmarks.siege import __main__ as siege
from tests.support.live_stack import LiveStack
from tests.support.starting import Up, own_folder

RESULTS = Path(__file__).parent / "results" / "latest.json"
# What each figure is, and what the design holds it to.
ROWS = {
    "start_first_s": ("first start, packages installed (s)", ""),
    "start_second_s": ("second start (s)", "<= 15"),
    "worker_rss_mb": ("largest worker process, resident (MB)", "<= 300"),
    "worker_pss_mb": ("all worker processes, proportional (MB)", "<= 300"),
    "chores_pss_mb": ("the worker for exports and erasures, proportional (MB)", ""),
    "site_process_rss_mb": ("largest site process, resident (MB)", "<= 150"),
    "site_pss_mb": ("all site processes, proportional (MB)", ""),
    "site_import_s": ("importing the site (s)", "<= 1"),
    "worker_ready_s": ("worker started -> warm (s)", "<= 3"),
    "engine_load_s": ("  of it the engine loaded from a bundle (s)", ""),
    "engine_one_photo_ms": ("engine alone, one photo (ms)", ""),
    "photo_kb": ("single photos of (KB)", ""),
    "upload_answer_p50_ms": ("  upload answered, p50 (ms)", ""),
    "latency_idle_p50_ms": ("  answer -> prediction on the row, idle, p50 (ms)", "<= 80"),
    "latency_idle_p95_ms": ("  the same, p95 (ms)", "<= 150"),
    "latency_half_load_p50_ms": ("  the same at half of the load below, p50 (ms)", ""),
    "latency_half_load_p95_ms": ("  the same, p95 (ms)", ""),
    "http_accepted_per_s": ("16 clients, photos of 60 KB: accepted per second", ""),
    "http_photos_per_s": ("  POST to prediction, photos per second", ">= 35"),
    "raw_engine_photos_per_s": ("engine alone, photos per second (the limit)", ""),
    "queue_photos_per_s": ("2,000 photos waiting: photos per second", ""),
    "queue_share_of_raw": ("  as a share of the engine alone", ">= 0.85"),
    "adapting_silent_ms": ("adapting to people who said nothing, a photo (ms)", ""),
    "adapting_ms": ("  to 32 people who told of 60 outfits, a photo (ms)", "<= 1"),
    "adapting_one_person_ms": ("  32 photos of one of them, a photo (ms)", "<= 1"),
    "adapting_one_photo_ms": ("  one photo alone (ms)", ""),
    "swap_s": ("another release promoted under load -> every worker serves it (s)", ""),
    "swap_back_s": ("  rolled back (s)", "<= 5"),
    "swap_lost": ("  photos failed or lost", "<= 0"),
    "swap_p95_normal_ms": ("  queued -> prediction, p95 (ms)", ""),
    "swap_p95_during_ms": ("  the same during a change (ms)", ""),
    "swap_p95_times": ("  that many times as long", "<= 2"),
    "swap_before_mb": ("  worker process before (MB)", ""),
    "swap_peak_mb": ("  at most during a change (MB)", ""),
    "swap_after_mb": ("  after all changes (MB)", "<= 300"),
    "plain_worker_photos_per_s": ("a plain Celery and Keras worker, photos per second", ""),
    "queue_times_plain": ("  ours is so many times as fast", ">= 5"),
    "accept_phone_kb": ("a phone's photo of 5 megapixels (KB)", ""),
    "accept_phone_cpu_ms": ("  accepting it, CPU (ms)", "<= 120"),
    "accept_plain_cpu_ms": ("  the same done plainly, CPU (ms)", ""),
    "api_1_uploads_per_s": ("REST API, 1 client, photos of 60 KB: uploads per second", ""),
    "api_1_p50_ms": ("  answered, p50 (ms)", ""),
    "api_1_p95_ms": ("  the same, p95 (ms)", ""),
    "api_8_uploads_per_s": ("  8 clients: uploads per second", ""),
    "api_8_p50_ms": ("  answered, p50 (ms)", ""),
    "api_8_p95_ms": ("  the same, p95 (ms)", ""),
    "api_32_uploads_per_s": ("  32 clients: uploads per second", ""),
    "api_32_p50_ms": ("  answered, p50 (ms)", ""),
    "api_32_p95_ms": ("  the same, p95 (ms)", ""),
    "api_site_rss_mb": ("  largest site process after that, resident (MB)", "<= 150"),
    "api_site_pss_mb": ("  all site processes, proportional (MB)", ""),
    "folder_decode_photos_per_s": ("a folder: decoding alone, all cores, photos per second", ""),
    "folder_engine_photos_per_s": ("  the engine alone, all cores", ""),
    "folder_photos_per_s": ("  classify_folder", ""),
    "folder_share": ("  as a share of what both allow", ">= 0.85"),
    "folder_few_mb": ("  its peak memory for 100 files (MB)", ""),
    "folder_many_mb": ("  for 3,000 (MB)", ""),
    "crawl_s_per_photo": ("crawling 1,000 photos without delay, seconds a photo", "<= 0.34"),
    "crawl_times_2021": ("  so many times as fast as the script of 2021", ">= 10"),
    "crawl_early_mb": ("  memory of the crawler up to photo 200 (MB)", ""),
    "crawl_late_mb": ("  after that, at most (MB)", ""),
    "crawl_browser_mb": ("  its browser, at most (MB)", ""),
    "claim_ms_1k": ("a claim of 32 with 1 k queued (ms)", "<= 20"),
    "claim_ms_100k": ("  with 100 k queued (ms)", "<= 20"),
    "claim_ms_1m": ("  with 1 M queued (ms)", "<= 20"),
    "history_p50_ms_100k": ("history, 100 k of 1 M outfits: a page, p50 (ms)", ""),
    "history_p95_ms_100k": ("  the same, p95 (ms)", "<= 50"),
    "timeline_first_ms_100k": ("  its chart, nothing cached (ms)", ""),
    "history_p95_ms_1k": ("  a page of somebody with 1 k, p95 (ms)", "<= 50"),
    "profile_by_day_ms_100k": ("profile of somebody with 100 k: sums by day (ms)", ""),
    "profile_extremes_ms_100k": ("  most typical and most unusual (ms)", ""),
    "profile_extremes_ms_1k": ("  the same for somebody with 1 k (ms)", ""),
    "similar_ms_100k": ("  looks like this one (ms)", ""),
    "review_next_p50_ms": ("review queue, 1 M photos: the next one taken, p50 (ms)", ""),
    "review_next_p95_ms": ("  the same, p95 (ms)", "<= 100"),
    "review_answer_p95_ms": ("  a verdict answered with what is next, p95 (ms)", "<= 100"),
    "review_next_passed_p95_ms": ("  next for who has passed 20 k, p95 (ms)", "<= 100"),
    "review_answer_passed_p95_ms": ("  their verdict answered, p95 (ms)", "<= 100"),
    "review_fill_per_s": ("  predictions brought into the queue per second", ""),
    **lighthouse.ROWS,
    **siege.ROWS,
}


def main() -> None:
    """Measure, print, write."""
    figures: dict[str, float] = {}
    parts: dict[str, Callable[[Path], dict[str, float]]] = {
        "starts, memory": _of_a_running_product,
        "whole way, queue, claims": _of_a_stack,
        "pages with a million outfits": _of_a_million,
        "pages in a browser": lighthouse.measure,
        "a folder in one go": folder.measure,
        "crawler": crawler.measure,
        "siege": siege.measure,
        "engine": lambda _: engine.measure(),
    }
    for name, measure in parts.items():
        print(f"measuring: {name} ...", file=sys.stderr)
        with own_folder("bench") as place:
            figures |= measure(place)
    figures["queue_share_of_raw"] = (
        figures["queue_photos_per_s"] / figures["raw_engine_photos_per_s"]
    )
    figures["queue_times_plain"] = (
        figures["queue_photos_per_s"] / figures["plain_worker_photos_per_s"]
    )
    _print(figures)
    RESULTS.parent.mkdir(exist_ok=True)
    machine = {"processor": platform.processor(), "cores": os.cpu_count(), "at": time.time()}
    RESULTS.write_text(json.dumps(figures | {"machine": machine}, indent=2) + "\n")
    print(f"\nwritten to {RESULTS}")


def _of_a_running_product(folder: Path) -> dict[str, float]:
    data = folder / "data"
    figures: dict[str, float] = {}
    for name in ("start_first_s", "start_second_s"):
        started = time.perf_counter()
        up = Up(data)
        try:
            up.wait_ready()
            figures[name] = time.perf_counter() - started
            figures |= memory.measure(up)
        finally:
            up.end(signal.SIGTERM)
    return figures


def _of_a_stack(folder: Path) -> dict[str, float]:
    with LiveStack(folder, {}) as stack:
        return {
            **memory.imports(stack.variables()),
            **json.loads(stack.python("-m", "benchmarks.accept")),
            **whole_way.measure(stack),
            **queue.measure(stack),
            **json.loads(stack.python("-m", "benchmarks.adapting").splitlines()[-1]),
            **swap.measure(stack),
            **api.measure(stack),
            **json.loads(stack.python("-m", "benchmarks.claims").splitlines()[-1]),
        }


def _of_a_million(folder: Path) -> dict[str, float]:
    with LiveStack(folder, {}) as stack:
        figures: dict[str, float] = {}
        for script in ("benchmarks.pages", "benchmarks.review"):
            figures |= json.loads(stack.python("-m", script).splitlines()[-1])
        return figures


def _print(figures: dict[str, float]) -> None:
    print(f"{'what':56}{'measured':>10}{'hold':>9}")
    for name, (text, hold) in ROWS.items():
        print(f"{text:56}{figures[name]:>10.4g}{hold:>9}")


main()
