"""The style profile, and the way of one's data: out, into training or not, and gone."""

import json
from io import BytesIO
from zipfile import ZipFile

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import (
    presence_of_element_located,
    url_contains,
)
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import click
from tests.support.client import Visitor
from tests.support.images import outfit_jpeg
from tests.support.starting import wait_until

PATIENCE_S = 60
OUTFITS = 6


def sign_up(product: str, browser: Chrome, purpose: str) -> Visitor:
    """A new account with classified outfits, and the browser signed in to it."""
    name = f"{purpose}{browser.get_window_size()['width']}"
    visitor = Visitor.sign_up(product, name)
    for seed in range(OUTFITS):
        visitor.upload(outfit_jpeg(seed))
    browser.get(f"{product}/accounts/login/")
    browser.find_element(By.NAME, "login").send_keys(name)
    browser.find_element(By.NAME, "password").send_keys(f"long password of {name}")
    browser.find_element(By.CSS_SELECTOR, "main form button").click()

    def all_done() -> bool:
        browser.get(f"{product}/outfits/")
        return len(browser.find_elements(By.CSS_SELECTOR, '[data-status="done"]')) == OUTFITS

    wait_until(all_done, "all outfits are classified")
    return visitor


def assert_well_behaved(browser: Chrome) -> None:
    """Nothing is wider than the window, and nothing was refused by the page's own policy."""
    page_width = browser.execute_script("return document.documentElement.scrollWidth")
    assert page_width <= browser.execute_script("return window.innerWidth")
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in log if entry["level"] == "SEVERE"] == []


def test_the_profile_names_a_style_and_leads_to_what_looks_alike(
    product: str, browser: Chrome
) -> None:
    sign_up(product, browser, "profile")
    browser.get(f"{product}/profile/")
    style = browser.find_element(By.ID, "now")
    assert style.get_attribute("data-style")
    assert "of your last" in browser.find_element(By.CSS_SELECTOR, ".now .because").text
    assert len(browser.find_elements(By.CSS_SELECTOR, ".extreme img")) == 2
    assert_well_behaved(browser)

    click(browser, ".extreme figcaption a")
    WebDriverWait(browser, PATIENCE_S).until(url_contains("/similar/"))
    assert len(browser.find_elements(By.CSS_SELECTOR, ".similar .grid li")) == OUTFITS - 1
    assert_well_behaved(browser)


def test_export_consent_and_the_end_of_the_account(product: str, browser: Chrome) -> None:
    wait = WebDriverWait(browser, PATIENCE_S)
    visitor = sign_up(product, browser, "data")
    browser.get(f"{product}/account/data/")
    click(browser, "#export button")
    wait.until(url_contains("/accounts/reauthenticate/"))
    browser.find_element(By.NAME, "password").send_keys(visitor.password)
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    wait.until(presence_of_element_located((By.CSS_SELECTOR, '#export[data-status="ready"]')))
    link = browser.find_element(By.CSS_SELECTOR, "#export a").get_attribute("href")
    assert link
    visitor.show_password()
    answer = visitor.session.get(link, timeout=10)
    archive = ZipFile(BytesIO(answer.content))
    assert len(json.loads(archive.read("outfits.json"))) == OUTFITS

    click(browser, ".consent button")
    wait.until(presence_of_element_located((By.CSS_SELECTOR, '[data-consent="yes"]')))
    assert_well_behaved(browser)

    browser.find_element(By.ID, "confirm").send_keys("not it")
    click(browser, ".erase button")
    wait.until(presence_of_element_located((By.ID, "wrong")))
    browser.get_log("browser")  # type: ignore[no-untyped-call]  # the refusal's status is logged
    browser.find_element(By.ID, "confirm").send_keys(visitor.password)
    click(browser, ".erase button")
    wait.until(presence_of_element_located((By.CSS_SELECTOR, ".messages .success")))
    assert_well_behaved(browser)

    browser.get(f"{product}/account/data/")
    wait.until(url_contains("/accounts/login/"))
    assert visitor.session.get(f"{product}/outfits/", timeout=10).url.startswith(
        f"{product}/accounts/login/"
    )
