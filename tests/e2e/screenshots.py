"""`make screenshots`: every page at 1280 and 390 pixels, into docs/screenshots/.

The outfits in them are drawn: no photo of anybody is published.
"""

import signal
import tempfile
from pathlib import Path

from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.drawing import outfit_jpeg
from tests.e2e.browser import start_browser
from tests.local.starting import ROOT, Up

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {1280: 860, 390: 844}
COLOURS = 128
SEEDS = range(40, 48)


def main() -> None:
    """Start a product of its own, walk through it, save what it shows."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fasi-screenshots-") as folder:
        up = Up(Path(folder) / "data")
        try:
            up.wait_ready()
            for width, height in SIZES.items():
                browser = start_browser(width, height, Path(folder) / f"profile-{width}")
                try:
                    _walk(browser, up.address, width, height, Path(folder))
                finally:
                    browser.quit()
        finally:
            up.end(signal.SIGTERM)


def _walk(browser: Chrome, address: str, width: int, height: int, folder: Path) -> None:
    # Headless windows are at least 500 pixels wide; the page is told otherwise.
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    wait = WebDriverWait(browser, 20)
    browser.get(f"{address}/")
    _save(browser, "landing", width)
    browser.get(f"{address}/accounts/signup/")
    _save(browser, "signup", width)
    browser.get(f"{address}/accounts/login/")
    _save(browser, "login", width)
    browser.find_element(By.NAME, "login").send_keys("demo")
    browser.find_element(By.NAME, "password").send_keys("demo")
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    for seed in SEEDS:
        photo = folder / f"outfit-{seed}.jpg"
        photo.write_bytes(outfit_jpeg(seed))
        browser.get(f"{address}/")
        wait.until(presence_of_element_located((By.ID, "photo"))).send_keys(str(photo))
        browser.find_element(By.CSS_SELECTOR, "#upload button").click()
        done = presence_of_element_located((By.CSS_SELECTOR, '#outfit[data-status="done"]'))
        wait.until(done)
    browser.refresh()
    wait.until(done)
    _save(browser, "outfit", width)
    browser.get(f"{address}/")
    _save(browser, "upload", width)
    browser.get(f"{address}/outfits/")
    _save(browser, "history", width)


def _save(browser: Chrome, name: str, width: int) -> None:
    browser.execute_async_script(
        "const done = arguments[0];"
        "Promise.all([...document.images].map((image) => image.decode().catch(() => 0))).then(done)"
    )
    path = FOLDER / f"{name}-{width}.png"
    browser.save_screenshot(str(path))
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
