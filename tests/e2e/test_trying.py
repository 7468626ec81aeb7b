"""A visitor tries a photo without an account and keeps it, in a real browser."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import (
    presence_of_element_located,
    url_contains,
)
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S
from tests.e2e.test_access import faults, look
from tests.support.images import numbered, outfit_jpeg

DONE = (By.CSS_SELECTOR, '#outfit[data-status="done"]')


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_photo_is_tried_and_kept(
    product: str, browser: Chrome, tmp_path: Path, theme: str
) -> None:
    wait = WebDriverWait(browser, PATIENCE_S)
    width = browser.get_window_size()["width"]
    look(browser, theme)
    photo = tmp_path / "outfit.jpg"
    photo.write_bytes(numbered(outfit_jpeg(21), width))
    browser.get(product)
    browser.find_element(By.ID, "photo").send_keys(str(photo))
    outfit = wait.until(presence_of_element_located(DONE))
    style = outfit.get_attribute("data-style")
    assert style
    assert faults(browser) == []
    shown = browser.find_element(By.CSS_SELECTOR, ".frame img")
    wait.until(lambda _: browser.execute_script("return arguments[0].naturalWidth", shown) == 480)
    page_width = browser.execute_script("return document.documentElement.scrollWidth")
    assert page_width <= browser.execute_script("return window.innerWidth")

    browser.find_element(By.XPATH, "//button[.='Keep it']").click()
    wait.until(url_contains("/accounts/signup/"))
    browser.find_element(By.NAME, "email").send_keys(f"visitor-{width}-{theme}@example.org")
    browser.find_element(By.NAME, "password1").send_keys("a long password")
    assert not browser.find_elements(By.NAME, "password2")
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    wait.until(url_contains("/outfits/"))
    kept = wait.until(presence_of_element_located(DONE))
    assert kept.get_attribute("data-style") == style
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in log if entry["level"] == "SEVERE"] == []


def test_a_drawing_is_tried_with_one_tap(product: str, browser: Chrome) -> None:
    browser.get(product)
    browser.find_element(By.CSS_SELECTOR, ".samples button").click()
    WebDriverWait(browser, PATIENCE_S).until(presence_of_element_located(DONE))
    assert browser.find_element(By.CSS_SELECTOR, "h1.word").text
