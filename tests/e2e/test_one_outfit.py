"""The way of one photo, as a person walks it, in a real browser against the whole product."""

from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import (
    presence_of_element_located,
    url_contains,
    url_to_be,
)
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.images import outfit_jpeg

PATIENCE_S = 60


def test_sign_in_upload_a_photo_and_see_its_style(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    wait = WebDriverWait(browser, PATIENCE_S)
    photo = tmp_path / "outfit.jpg"
    # Another photo for each width: the same one would be recognised.
    photo.write_bytes(outfit_jpeg(seed=browser.get_window_size()["width"]))

    browser.get(f"{product}/outfits/")
    wait.until(url_contains("/accounts/login/"))
    browser.find_element(By.NAME, "login").send_keys("demo")
    browser.find_element(By.NAME, "password").send_keys("demo")
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    wait.until(url_to_be(f"{product}/outfits/"))

    browser.find_element(By.CSS_SELECTOR, "header nav a").click()
    wait.until(presence_of_element_located((By.ID, "photo"))).send_keys(str(photo))
    done = presence_of_element_located((By.CSS_SELECTOR, '#outfit[data-status="done"]'))
    outfit = wait.until(done)
    assert outfit.get_attribute("data-style")
    assert 0 < float(outfit.get_attribute("data-confidence") or 0) <= 1
    assert outfit.find_element(By.TAG_NAME, "h1").text
    # What belongs to the answer came with it, though the page was opened before.
    more = wait.until(presence_of_element_located((By.CSS_SELECTOR, "#more .alike")))
    browser.execute_script("arguments[0].scrollIntoView()", more)
    wait.until(presence_of_element_located((By.CSS_SELECTOR, ".few > *")))
    assert len(outfit.find_elements(By.TAG_NAME, "progress")) == 3

    image = browser.find_element(By.CSS_SELECTOR, ".photo img")
    wait.until(lambda _: browser.execute_script("return arguments[0].naturalWidth", image) == 480)
    page_width = browser.execute_script("return document.documentElement.scrollWidth")
    assert page_width <= browser.execute_script("return window.innerWidth")
    # A refused script, style or image would be reported here: the page obeys its own policy.
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in log if entry["level"] == "SEVERE"] == []


def test_a_refusal_is_shown_where_the_photo_was_chosen(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    wait = WebDriverWait(browser, PATIENCE_S)
    no_photo = tmp_path / "notes.jpg"
    no_photo.write_text("not a photo")
    browser.get(f"{product}/accounts/login/")
    browser.find_element(By.NAME, "login").send_keys("demo")
    browser.find_element(By.NAME, "password").send_keys("demo")
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    wait.until(presence_of_element_located((By.ID, "photo"))).send_keys(str(no_photo))
    refusal = wait.until(presence_of_element_located((By.CSS_SELECTOR, "#sent [data-reason]")))
    assert refusal.get_attribute("data-reason") == "not_an_image"
    assert "notes.jpg" in refusal.text
