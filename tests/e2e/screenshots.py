"""`make screenshots`: every page, two widths, light and dark, into docs/screenshots/.

The outfits in them are drawn: no photo of anybody is published.
"""

import re
import signal
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import environ
import psycopg2
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import click
from tests.support.browser import start_browser
from tests.support.client import Visitor
from tests.support.images import numbered, outfit_jpeg
from tests.support.starting import ROOT, Up, environment, wait_until
from tests.support.zipping import zip_of

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {1280: 860, 390: 844}
THEMES = ("light", "dark")
COLOURS = 96
PAST = range(100, 136)
NOW = range(40, 44)
PATIENCE_S = 60

# A history looks like one when it has a past.
_SPREAD = """
    UPDATE classifier_outfit
    SET created = created - make_interval(days => past.days), day = day - past.days
    FROM (
        SELECT id, (9 + 11 * row_number() OVER (ORDER BY id) ^ 0.95)::int AS days
        FROM classifier_outfit WHERE status = 'done'
    ) AS past
    WHERE past.id = classifier_outfit.id
"""


def main() -> None:
    """Start a product of its own, live in it for a while, save what it shows."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fasi-screenshots-") as folder:
        up = Up(Path(folder) / "data")
        try:
            up.wait_ready()
            outfits = _live(up)
            for width, height in SIZES.items():
                for theme in THEMES:
                    profile = Path(folder) / f"profile-{width}-{theme}"
                    browser = start_browser(width, height, profile)
                    try:
                        _emulate(browser, width, height, theme)
                        pictures = _Pictures(browser, f"{width}-{theme}")
                        _walk(pictures, up.address, outfits, Path(folder))
                    finally:
                        browser.quit()
        finally:
            up.end(signal.SIGTERM)


def _live(up: Up) -> dict[str, str]:
    """Photos of a year, one corrected, one shared, dead letters; addresses of some pages."""
    settings = environ.Env()
    settings.read_env(up.data / "services.env", overwrite=True)
    visitor = Visitor(up.address)
    with closing(psycopg2.connect(settings.str("FASI_DATABASE_URL"))) as database:
        database.autocommit = True
        with database.cursor() as cursor:

            def finished() -> bool:
                cursor.execute("SELECT bool_and(status = 'done') FROM classifier_outfit")
                return cursor.fetchone() == (True,)

            for seed in PAST:
                visitor.upload(outfit_jpeg(seed))
            wait_until(finished, "the past")
            cursor.execute(_SPREAD)
            newest = [visitor.upload(outfit_jpeg(seed)).outfit_id for seed in NOW]
            wait_until(finished, "today")
            _dead_letters(up)
            cursor.execute("SELECT id FROM classifier_outfit WHERE error_code = 'engine_error'")
            ((failed,),) = cursor.fetchall()
    thrown, corrected, shared, written = newest
    visitor.post(f"/outfits/{corrected}/correct/", {"style": "quiet-luxury"})
    visitor.post(f"/outfits/{shared}/share/", {})
    visitor.post(f"/outfits/{thrown}/delete/", {})
    note = {"note": "Rain all day, and the coat kept dry.", "tags": "rain, office"}
    visitor.post(f"/outfits/{written}/diary/", note)
    page = visitor.session.get(f"{up.address}/outfits/{shared}/", timeout=10).text
    link = re.search(r"/s/[\w-]+/", page)
    assert link
    return {
        "outfit": f"/outfits/{written}/",
        "corrected": f"/outfits/{corrected}/",
        "share": f"/outfits/{shared}/",
        "shared": link[0],
        "failed": f"/outfits/{failed}/",
    }


def _closet(seed: int) -> bytes:
    photos = {f"{n}.jpg": numbered(outfit_jpeg(200 + n), seed + n) for n in range(6)}
    return zip_of({**photos, "receipt.txt": b"no photo", "cut.jpg": outfit_jpeg(220)[:9000]})


def _dead_letters(up: Up) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.e2e.dead_letters"],
        cwd=ROOT,
        env=environment(up.data, DJANGO_SETTINGS_MODULE="fasi_site.settings"),
        check=True,
    )


def _emulate(browser: Chrome, width: int, height: int, theme: str) -> None:
    # Headless windows are at least 500 pixels wide; the page is told otherwise.
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [
        {"name": "prefers-color-scheme", "value": theme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    if width < 500:
        browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})


class _Pictures:
    """Saves what a browser shows."""

    def __init__(self, browser: Chrome, suffix: str) -> None:
        self.browser = browser
        self.suffix = suffix

    def save(self, name: str) -> None:
        """Wait for the images and save the window."""
        self.browser.execute_async_script(
            "const done = arguments[0];"
            "const seen = (image) => image.getBoundingClientRect().top < innerHeight;"
            "Promise.all([...document.images].filter(seen).map((image) => image.decode()))"
            ".then(done, done)"
        )
        path = FOLDER / f"{name}-{self.suffix}.png"
        self.browser.save_screenshot(str(path))
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


def _walk(pictures: _Pictures, address: str, outfits: dict[str, str], folder: Path) -> None:
    browser = pictures.browser
    wait = WebDriverWait(browser, PATIENCE_S)

    def shown(selector: str) -> None:
        wait.until(presence_of_element_located((By.CSS_SELECTOR, selector)))

    for name, path in {
        "landing": "/",
        "signup": "/accounts/signup/",
        "shared": outfits["shared"],
        "login": "/accounts/login/",
    }.items():
        browser.get(address + path)
        pictures.save(name)
    _sign_in(browser, "demo")
    shown("#upload")
    pictures.save("upload")
    photos = [folder / f"coat {number}.jpg" for number in (1, 2)]
    for number, photo in enumerate(photos):
        photo.write_bytes(numbered(outfit_jpeg(number), abs(hash(pictures.suffix)) + number))
    (folder / "notes.jpg").write_text("no photo")
    chosen = "\n".join(map(str, [*photos, folder / "notes.jpg"]))
    browser.find_element(By.ID, "photo").send_keys(chosen)
    wait.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, "#sent .done")) == 2)
    pictures.save("sent")
    for name in ("outfit", "corrected", "share"):
        browser.get(address + outfits[name])
        shown('#outfit[data-status="done"]')
        pictures.save(name)
    browser.get(address + outfits["outfit"])
    click(browser, "#why")
    pictures.save("why")
    browser.get(f"{address}/outfits/")
    shown(".timeline svg")
    pictures.save("history")
    browser.get(f"{address}/outfits/?certainty=corrected&since=2000-01-01")
    pictures.save("filtered")
    browser.get(address + outfits["failed"])
    shown('#outfit[data-status="failed"]')
    pictures.save("failed")
    browser.get(f"{address}/batches/")
    pictures.save("batches")
    archive = folder / f"closet {pictures.suffix}.zip"
    archive.write_bytes(_closet(abs(hash(pictures.suffix))))
    browser.find_element(By.ID, "batch-zip").send_keys(str(archive))
    click(browser, "#batch-form button")
    shown('#batch[data-status="finished"]')
    shown("#results .grid")
    pictures.save("batch")
    for name, path in {
        "profile": "/profile/",
        "similar": f"{outfits['outfit']}similar/",
        "calendar": "/outfits/calendar/",
        "recap": "/outfits/recap/",
        "bin": "/bin/",
        "data": "/account/data/",
        "tokens": "/account/tokens/",
    }.items():
        browser.get(address + path)
        pictures.save(name)
    browser.get(f"{address}/no/such/page")
    pictures.save("not-here")
    browser.delete_all_cookies()
    browser.get(f"{address}/accounts/login/")
    _sign_in(browser, "staff")
    shown("#upload")
    browser.get(f"{address}/staff/dead-letters/")
    click(browser, ".letters summary")
    pictures.save("dead-letters")
    for name, path in {"staff": "/admin/", "staff-outfits": "/admin/classifier/outfit/"}.items():
        browser.get(address + path)
        pictures.save(name)


def _sign_in(browser: Chrome, name: str) -> None:
    browser.find_element(By.NAME, "login").send_keys(name)
    browser.find_element(By.NAME, "password").send_keys(name)
    browser.find_element(By.CSS_SELECTOR, "main form button").click()


if __name__ == "__main__":
    main()
