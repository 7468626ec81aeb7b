"""A photo over the site's limits is made smaller by the browser; its day and orientation stay."""

from pathlib import Path

import pytest
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.e2e.journeys import sign_in
from tests.support.browser import start_browser
from tests.support.images import draw_outfit, encode
from tests.support.starting import wait_until


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = 6  # Orientation: to be turned a quarter
    camera = made.get_ifd(0x8769)
    camera[0x9003] = "2019:03:04 23:30:00"  # DateTimeOriginal
    camera[0x9011] = "-08:00"  # OffsetTimeOriginal
    return made


def too_many_pixels() -> bytes:
    """67 megapixels, lying on their side."""
    upright = draw_outfit(9100, (600, 900)).resize((6720, 10_000), Image.Resampling.NEAREST)
    return encode(upright.transpose(Image.Transpose.ROTATE_90), quality=40, exif=exif())


def too_many_bytes() -> bytes:
    """An ordinary photo, with 31 MiB behind it, as phones append films."""
    return encode(draw_outfit(9101, (900, 600)), quality=90, exif=exif()) + bytes(31 * 1024**2)


@pytest.mark.parametrize(
    ("make", "size"), [(too_many_pixels, (1075, 1600)), (too_many_bytes, (600, 900))]
)
def test_a_photo_over_the_limits_arrives(
    product: str, tmp_path: Path, make: object, size: tuple[int, int]
) -> None:
    assert callable(make)
    path = tmp_path / "large.jpg"
    path.write_bytes(make())
    browser = start_browser(1280, 844, tmp_path / "profile")
    try:
        sign_in(browser, product)
        _upload(browser, path)
        wait_until(lambda: "large.jpg" in browser.page_source, "the outfit's page")
        assert "2019" in browser.page_source
        photo = browser.find_element(By.CSS_SELECTOR, "main img")
        wait_until(
            lambda: browser.execute_script("return arguments[0].naturalWidth", photo) > 0,
            "its photo is shown",
        )
        width, height = (
            browser.execute_script(f"return arguments[0].natural{side}", photo)
            for side in ("Width", "Height")
        )
        assert abs(width / height - size[0] / size[1]) < 0.01
    finally:
        browser.quit()


def _upload(browser: Chrome, path: Path) -> None:
    browser.find_element(By.ID, "photo").send_keys(str(path))
    wait_until(
        lambda: browser.find_elements(By.CSS_SELECTOR, '#outfit[data-status="done"]'),
        "it is classified",
    )
