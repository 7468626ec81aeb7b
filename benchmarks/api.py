"""Uploads through the REST API by 1, 8 and 32 programs at once, measured with Locust.

No worker runs: what is measured is what accepting costs, from the request to the row. Locust itself
takes its part of the same cores.
"""

import json
import os
import subprocess
import sys
from typing import Any

import psutil

from tests.support.live_stack import LiveStack
from tests.support.starting import ROOT

CLIENTS = (1, 8, 32)
SECONDS = 20
MB = 1024**2


def measure(stack: LiveStack) -> dict[str, float]:
    """Uploads per second, their latency, and the largest site process after all of it."""
    token = stack.python("manage.py", "create_token", "demo").strip()
    figures: dict[str, float] = {}
    for clients in CLIENTS:
        found = _locust(stack.address, token, clients)
        if found["num_failures"]:
            raise SystemExit(f"of {found['num_requests']} uploads {found['num_failures']} failed")
        taken = _sorted(found["response_times"])
        figures[f"api_{clients}_uploads_per_s"] = found["num_requests"] / (
            found["last_request_timestamp"] - found["start_time"]
        )
        figures[f"api_{clients}_p50_ms"] = taken[len(taken) // 2]
        figures[f"api_{clients}_p95_ms"] = taken[len(taken) * 95 // 100]
    sites = psutil.Process(stack.site.process.pid).children()  # decoders are a level below
    figures["api_site_rss_mb"] = max(each.memory_info().rss for each in sites) / MB
    figures["api_site_pss_mb"] = sum(each.memory_full_info().pss for each in sites) / MB
    stack.forget()
    return figures


def _locust(address: str, token: str, clients: int) -> dict[str, Any]:
    """What Locust found about the uploads of so many clients."""
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/locustfile.py", "--headless"]
    command += ["--host", address, "-u", str(clients), "-r", str(clients), "-t", f"{SECONDS}s"]
    ended = subprocess.run(
        [*command, "--json", "--loglevel", "ERROR"],
        cwd=ROOT,
        env={**os.environ, "FASI_TOKEN": token},
        capture_output=True,  # its tables are as long as ours
        text=True,
        check=False,
    )
    found: dict[str, Any]
    (found,) = json.loads(ended.stdout)
    return found


def _sorted(histogram: dict[str, int]) -> list[float]:
    """Each request's milliseconds, from how many took which."""
    return sorted(float(ms) for ms, many in histogram.items() for _ in range(many))
