"""A folder and a ZIP become batches, in a browser."""

from itertools import count
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S, click, sign_in
from tests.e2e.test_access import faults, look
from tests.support.images import numbered, outfit_jpeg
from tests.support.zipping import zip_of

FINISHED = '#batch[data-status="finished"]'


_numbers = count(1)


def new_photo() -> bytes:
    """One that nobody has sent before: the product outlives each test."""
    number = next(_numbers)
    return numbered(outfit_jpeg(300 + number), number)


def begin(browser: Chrome, product: str, field: str, path: Path) -> None:
    """Choose a folder or a file, send it and wait until all of it is done."""
    browser.get(f"{product}/batches/")
    browser.find_element(By.ID, field).send_keys(str(path))
    click(browser, "#batch-form button")
    WebDriverWait(browser, PATIENCE_S).until(
        presence_of_element_located((By.CSS_SELECTOR, FINISHED))
    )


def counts(browser: Chrome) -> dict[str, str]:
    cells = browser.find_elements(By.CSS_SELECTOR, ".counts dd")
    return {str(cell.get_attribute("data-count")): cell.text for cell in cells}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_batches_have_no_serious_fault(
    product: str, browser: Chrome, theme: str, tmp_path: Path
) -> None:
    look(browser, theme)
    sign_in(browser, product)
    browser.get(f"{product}/batches/")
    assert faults(browser) == [], "batches"
    archive = tmp_path / "closet.zip"
    archive.write_bytes(zip_of({"a.jpg": new_photo(), "notes.txt": b"no photo"}))
    begin(browser, product, "batch-zip", archive)
    assert faults(browser) == [], "batch"
    assert counts(browser) == {"done": "1", "waiting": "0", "failed": "0", "left-out": "1"}


def test_a_folder_is_sent_a_few_photos_at_a_time(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    sign_in(browser, product)
    closet = tmp_path / "closet"
    (closet / "winter").mkdir(parents=True)
    for number in range(6):
        (closet / "winter" / f"{number}.jpg").write_bytes(new_photo())
    (closet / "notes.txt").write_text("not sent: it is no photo")
    (closet / "broken.jpg").write_bytes(new_photo()[:8000])
    begin(browser, product, "batch-folder", closet)
    assert counts(browser) == {"done": "6", "waiting": "0", "failed": "0", "left-out": "1"}
    WebDriverWait(browser, PATIENCE_S).until(
        lambda _: len(browser.find_elements(By.CSS_SELECTOR, "#results .grid > li")) == 6
    )
    reason = browser.find_element(By.CSS_SELECTOR, ".failures li")
    assert reason.get_attribute("data-reason") == "broken"
    assert "broken.jpg" in reason.text
