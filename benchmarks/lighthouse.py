"""Lighthouse's score of performance for the pages that people see first and most."""

import signal
import statistics
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.support import lighthouse
from tests.support.browser import start_browser
from tests.support.client import Visitor
from tests.support.images import outfit_jpeg
from tests.support.starting import Up

RUNS = 3
ROWS = {
    "lighthouse_landing": ("Lighthouse, performance (of 100): landing", ">= 95"),
    "lighthouse_result": ("  the page of an outfit", ">= 95"),
    "lighthouse_history": ("  the history", ">= 95"),
}


def measure(folder: Path) -> dict[str, float]:
    """The median of a few runs of each page, on a product of its own."""
    up = Up(folder / "data")
    try:
        up.wait_ready()
        browser = start_browser(1280, 844, folder / "profile")
        try:
            return _scores(browser, up.address, folder)
        finally:
            browser.quit()
    finally:
        up.end(signal.SIGTERM)


def _scores(browser: Chrome, address: str, folder: Path) -> dict[str, float]:
    landing = _median(browser, f"{address}/", folder)
    visitor = Visitor(address)
    outfits = [visitor.upload(outfit_jpeg(seed)).outfit_id for seed in range(12)]
    browser.get(f"{address}/accounts/login/")
    for name in ("login", "password"):
        browser.find_element(By.NAME, name).send_keys("demo")
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    return {
        "lighthouse_landing": landing,
        "lighthouse_result": _median(browser, f"{address}/outfits/{outfits[0]}/", folder),
        "lighthouse_history": _median(browser, f"{address}/outfits/", folder),
    }


def _median(browser: Chrome, address: str, folder: Path) -> float:
    reports = [lighthouse.report(browser, address, folder) for _ in range(RUNS)]
    return statistics.median(lighthouse.scores(each)["performance"] for each in reports)


if __name__ == "__main__":
    import json
    import sys

    print(json.dumps(measure(Path(sys.argv[1])), indent=2))
