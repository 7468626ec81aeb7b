"""A person looks back, asks why, corrects, shares and deletes, in a real browser."""

from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import (
    presence_of_element_located,
)
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S, click, sign_in, upload
from tests.support.images import numbered, outfit_jpeg


def one_outfit(browser: Chrome, product: str, folder: Path, seed: int) -> None:
    """Upload a new photo and go to its page."""
    width = browser.get_window_size()["width"]
    sign_in(browser, product)
    upload(browser, product, folder, numbered(outfit_jpeg(seed), width))


def test_why_is_shown_over_the_photo(product: str, browser: Chrome, tmp_path: Path) -> None:
    one_outfit(browser, product, tmp_path, seed=11)
    heat = browser.find_element(By.CSS_SELECTOR, ".heat")
    assert not heat.is_displayed()
    click(browser, "#why")
    wait = WebDriverWait(browser, PATIENCE_S)
    wait.until(lambda _: heat.value_of_css_property("opacity") == "1")
    wait.until(lambda _: browser.execute_script("return arguments[0].naturalWidth", heat) == 224)
    photo = browser.find_element(By.CSS_SELECTOR, ".frame img")
    assert (heat.size, heat.location) == (photo.size, photo.location)


def test_a_correction_takes_two_taps(product: str, browser: Chrome, tmp_path: Path) -> None:
    one_outfit(browser, product, tmp_path, seed=12)
    said = browser.find_element(By.CSS_SELECTOR, "#outfit h1").text
    click(browser, ".correct summary")
    chips = browser.find_elements(By.CSS_SELECTOR, ".chip")
    other = next(chip for chip in chips if not said.startswith(chip.text))
    name = other.text
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", other)
    other.click()
    heading = (By.XPATH, f"//section[@id='outfit']/h1[.='{name}']")
    WebDriverWait(browser, PATIENCE_S).until(presence_of_element_located(heading))
    browser.get(f"{product}/outfits/?certainty=corrected")
    assert name in browser.find_element(By.CSS_SELECTOR, ".grid .style").text


def test_right_is_one_tap(product: str, browser: Chrome, tmp_path: Path) -> None:
    one_outfit(browser, product, tmp_path, seed=15)
    click(browser, ".verdict .right")
    agreed = (By.CSS_SELECTOR, ".sure span")
    WebDriverWait(browser, PATIENCE_S).until(presence_of_element_located(agreed))


def test_photo_and_style_are_seen_without_scrolling(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    phone = browser.get_window_size()["width"] < 600
    width, height = (390, 844) if phone else (1280, 800)
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    one_outfit(browser, product, tmp_path, seed=16)
    for selector in (".frame img", "#outfit h1", ".sure", ".verdict .right"):
        box = browser.find_element(By.CSS_SELECTOR, selector).rect
        assert box["y"] >= 0, selector
        assert box["y"] + box["height"] <= height, selector


def test_a_shared_link_opens_for_a_visitor_until_it_is_taken_back(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    one_outfit(browser, product, tmp_path, seed=13)
    page = browser.current_url
    click(browser, ".share summary")
    click(browser, ".share form button")
    link = WebDriverWait(browser, PATIENCE_S).until(
        presence_of_element_located((By.CSS_SELECTOR, ".copy"))
    )
    address = link.get_attribute("value")
    assert address
    session = browser.get_cookie("sessionid")
    assert session
    browser.delete_all_cookies()
    browser.get(address)
    card = browser.find_element(By.CSS_SELECTOR, ".shared img")
    width = "return arguments[0].complete && arguments[0].naturalWidth"
    WebDriverWait(browser, PATIENCE_S).until(lambda _: browser.execute_script(width, card) == 1080)
    browser.add_cookie({"name": "sessionid", "value": session["value"]})
    browser.get(page)
    click(browser, '.share button[name="stop"]')
    browser.get(address)
    assert not browser.find_elements(By.CSS_SELECTOR, ".shared img")


def test_chosen_outfits_are_deleted_together(product: str, browser: Chrome, tmp_path: Path) -> None:
    one_outfit(browser, product, tmp_path, seed=14)
    gone = browser.current_url
    browser.get(f"{product}/outfits/")
    box = browser.find_element(By.CSS_SELECTOR, f'[value="{gone.rstrip("/").rpartition("/")[2]}"]')
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", box)
    browser.execute_script("arguments[0].click()", box)
    click(browser, ".picked button")
    undo = (By.CSS_SELECTOR, ".messages form button")
    WebDriverWait(browser, PATIENCE_S).until(presence_of_element_located(undo))
    browser.get(gone)
    assert not browser.find_elements(By.ID, "outfit")
    browser.get(f"{product}/bin/")
    click(browser, ".binned .pick button")
    WebDriverWait(browser, PATIENCE_S).until(
        presence_of_element_located((By.CSS_SELECTOR, ".empty"))
    )
    browser.get(gone)
    assert browser.find_elements(By.ID, "outfit")
