"""What each process of a running product holds in memory, and how fast the site imports."""

import subprocess
import sys
from pathlib import Path

import psutil

from tests.support.client import Visitor
from tests.support.noisy_photos import noisy_photo
from tests.support.starting import Up

ROOT = Path(__file__).resolve().parent.parent
MB = 1024**2
PHOTOS = 60
IMPORT = (
    "import time; t = time.perf_counter(); import fasi_site.wsgi; print(time.perf_counter() - t)"
)


def measure(up: Up) -> dict[str, float]:
    """Resident megabytes of a product that has classified photos.

    The largest process of each kind, and all processes of the worker together: `worker_pss_mb`
    shares pages that several processes hold between them (proportional set size). So does
    `chores_pss_mb`, of the worker that has no engine.
    """
    visitor = Visitor(up.address)
    for seed in range(PHOTOS):
        visitor.upload(noisy_photo(seed))
    below = psutil.Process(up.process.pid).children(recursive=True)
    web = [p for p in below if "gunicorn" in " ".join(p.cmdline())]
    celery = [p for p in below if " worker " in " ".join(p.cmdline()) + " "]
    chores = [p for p in celery if " -Q chores " in " ".join(p.cmdline())]
    worker = [p for p in celery if p not in chores]
    return {
        "worker_rss_mb": max(p.memory_info().rss for p in worker) / MB,
        "worker_pss_mb": sum(p.memory_full_info().pss for p in worker) / MB,
        "chores_pss_mb": sum(p.memory_full_info().pss for p in chores) / MB,
        "site_process_rss_mb": max(p.memory_info().rss for p in web) / MB,
        "site_pss_mb": sum(p.memory_full_info().pss for p in web) / MB,
    }


def imports(environment: dict[str, str]) -> dict[str, float]:
    """Seconds to import the whole site in a new process, median of five."""
    seconds = sorted(
        float(
            subprocess.run(
                [sys.executable, "-c", IMPORT],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.splitlines()[-1]
        )
        for _ in range(5)
    )
    return {"site_import_s": seconds[2]}
