"""`python -m benchmarks.crawler -n 5000`: seconds a photo and memory, at a site on this machine.

No delay between requests: what is measured is the crawler and its browser. The script of 2021 took
3.4 s a photo, because it loaded the listing anew for each.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from tests.support.crawl_site import Site
from tests.support.crawling import PROFILE, ROOT, crawl_arguments, crawler
from tests.support.images import numbered, outfit_jpeg

PHOTOS = 1000
DIFFERENT = 50
PER_PAGE = 60
OF_2021_S = 3.4


def measure(folder: Path, photos: int = PHOTOS) -> dict[str, float]:
    """Seconds a photo, and the memory of crawler and browser in MB."""
    drawn = [outfit_jpeg(seed) for seed in range(DIFFERENT)]
    with Site(PER_PAGE) as site:
        for number in range(photos):
            site.add("01", f"{number}.jpg", numbered(drawn[number % DIFFERENT], number))
        profile = folder / "profile.toml"
        profile.write_text(PROFILE.format(address=site.address))
        command = crawler(*crawl_arguments(profile, folder), "--styles=01")
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        early, late, browser = _memory(process, site, photos)
        if process.wait():
            raise RuntimeError(process.stdout.read() if process.stdout else "")
        seconds = time.perf_counter() - started
    saved = len([*(folder / "snaps" / "warm").iterdir()])
    if saved != photos:
        raise RuntimeError(f"{saved} of {photos} photos")
    return {
        "crawl_photos": photos,
        "crawl_s_per_photo": seconds / photos,
        "crawl_times_2021": OF_2021_S * photos / seconds,
        "crawl_early_mb": early,
        "crawl_late_mb": late,
        "crawl_browser_mb": browser,
    }


def _memory(process: subprocess.Popen[str], site: Site, photos: int) -> tuple[float, float, float]:
    """Proportional MB: the crawler's up to a fifth, its most after that, the browser's."""
    early, late, browser = 0.0, 0.0, 0.0
    while process.poll() is None:
        try:
            crawling = psutil.Process(process.pid)
            own = _pss(crawling)
            browser = max(browser, sum(map(_pss, crawling.children(recursive=True))))
        except psutil.Error:  # one of them has just ended
            continue
        if sum(site.photos_asked().values()) < photos / 5:
            early = max(early, own)
        else:
            late = max(late, own)
        time.sleep(0.5)
    return early, late, browser


def _pss(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss) / 1024**2


def main() -> None:
    """Print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=PHOTOS, help="photos")
    with tempfile.TemporaryDirectory(prefix="fasi-bench-") as folder:
        print(json.dumps(measure(Path(folder), parser.parse_args().n), indent=2))


if __name__ == "__main__":
    main()
