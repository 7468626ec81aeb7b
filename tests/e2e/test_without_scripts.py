"""A browser that runs no script: everything important works."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S
from tests.support.browser import start_browser
from tests.support.images import outfit_jpeg


@pytest.fixture
def plain(tmp_path: Path, product: str) -> Iterator[Chrome]:
    """A browser whose pages run no script."""
    driver = start_browser(1280, 844, tmp_path / "profile")
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield driver
    driver.quit()


def wait_for(browser: Chrome, selector: str) -> None:
    place = (By.CSS_SELECTOR, selector)
    WebDriverWait(browser, PATIENCE_S).until(presence_of_element_located(place))


def press(browser: Chrome, selector: str) -> None:
    wait_for(browser, selector)
    browser.find_element(By.CSS_SELECTOR, selector).click()


def test_from_a_photo_to_a_diary_and_back(product: str, plain: Chrome, tmp_path: Path) -> None:
    photo = tmp_path / "plain.jpg"
    photo.write_bytes(outfit_jpeg(81))
    plain.get(product)
    assert not plain.find_elements(By.CSS_SELECTOR, "html.has-script")
    plain.find_element(By.ID, "photo").send_keys(str(photo))
    press(plain, "#try .button")
    wait_for(plain, '#outfit[data-status="done"]')

    plain.get(f"{product}/accounts/login/")
    plain.find_element(By.NAME, "login").send_keys("demo")
    plain.find_element(By.NAME, "password").send_keys("demo")
    press(plain, "main form button")
    wait_for(plain, "#upload")
    plain.find_element(By.ID, "photo").send_keys(str(photo))
    press(plain, "#upload .button")
    wait_for(plain, '#outfit[data-status="done"]')
    outfit = plain.current_url

    press(plain, ".verdict .right")
    wait_for(plain, ".sure span")
    press(plain, ".diary details summary")
    plain.find_element(By.NAME, "note").send_keys("Written without a script")
    press(plain, ".writing button")
    wait_for(plain, ".note-text")

    plain.get(f"{product}/outfits/?q=without")
    assert plain.find_elements(By.CSS_SELECTOR, f'.grid a[href="{outfit.removeprefix(product)}"]')
    press(plain, ".menu summary")
    press(plain, '.menu a[href="/account/data/"]')
    wait_for(plain, ".data")

    plain.get(outfit)
    press(plain, ".beside footer .danger")
    press(plain, ".messages form button")
    plain.get(outfit)
    wait_for(plain, '#outfit[data-status="done"]')
