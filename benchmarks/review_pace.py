"""`python -m benchmarks.review_pace [PHOTOS]`: how long 100 photos to review take, in a browser.

It starts a product of its own with drawn photos, and presses a key as soon as the next photo is
there, whole. What it prints is thus the product's share: what is left of five minutes is for
looking.
"""

import json
import signal
import statistics
import sys
import time
from pathlib import Path

from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys

from tests.support.browser import start_browser
from tests.support.client import Visitor
from tests.support.images import numbered, outfit_jpeg
from tests.support.reviewing import prepare, upload_all
from tests.support.starting import Up, own_folder

JUDGED = 100
SPARE = 4
KEYS = [Keys.ENTER, "1", Keys.ENTER, "n", Keys.ENTER, "q", "u", Keys.ENTER, "s", "3"]
"""Enter most of the time, as with a model that is mostly right; a skip, now and then."""
DRAWN = 10
FIVE_MINUTES_S = 300
PATIENCE_S = 60

# The photo in front: its id once its bytes are there and it is shown, else nothing.
_SHOWN = """
    const card = document.querySelector("article.review:not([hidden])");
    const photo = card && card.querySelector("img");
    return photo && photo.complete && photo.naturalWidth ? card.dataset.outfit : "";
"""


def measure(folder: Path, judged: int = JUDGED) -> dict[str, float]:
    """Start, upload, judge. Seconds and milliseconds."""
    # Drawn photos are no outfits for the gate, and then some keys do nothing.
    up = Up(folder / "data", FASI_REVIEW_TWICE_PERCENT="0", FASI_GATE="false")
    try:
        up.wait_ready()
        drawn = [outfit_jpeg(seed) for seed in range(DRAWN)]
        photos = [numbered(drawn[number % DRAWN], number) for number in range(judged + SPARE)]
        upload_all(Visitor(up.address), photos)
        prepare(up, "demo", "reviewer")
        browser = start_browser(1280, 844, folder / "profile")
        try:
            return _judge(browser, up.address, judged)
        finally:
            browser.quit()
    finally:
        up.end(signal.SIGTERM)


def _judge(browser: Chrome, address: str, judged: int) -> dict[str, float]:
    browser.get(f"{address}/accounts/login/")
    for cookie in Visitor(address, "reviewer", "reviewer").session.cookies:
        browser.add_cookie({"name": cookie.name, "value": cookie.value or ""})
    browser.get(f"{address}/staff/review/")
    seen: set[str] = set()
    shown = _next(browser, seen)
    costs = []
    began = time.perf_counter()
    for number in range(judged):
        seen.add(shown)
        pressed = time.perf_counter()
        ActionChains(browser).send_keys(KEYS[number % len(KEYS)]).perform()
        shown = _next(browser, seen)
        costs.append(1000 * (time.perf_counter() - pressed))
    total = time.perf_counter() - began
    return {
        "review_100_s": total * JUDGED / judged,
        "review_shown_p50_ms": statistics.median(costs),
        "review_shown_p95_ms": statistics.quantiles(costs, n=20)[-1],
        "review_left_to_look_s": FIVE_MINUTES_S / JUDGED - total / judged,
    }


def _next(browser: Chrome, seen: set[str]) -> str:
    end = time.monotonic() + PATIENCE_S
    while (shown := browser.execute_script(_SHOWN)) in {"", None, *seen}:
        if time.monotonic() > end:
            raise SystemExit("no next photo came")
    return str(shown)


if __name__ == "__main__":
    with own_folder("pace") as place:
        print(json.dumps(measure(place, int(sys.argv[1]) if sys.argv[1:] else JUDGED)))
