"""For you in a real browser: three taps begin it, and hiding is undone where it was done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from pytest_django.live_server_helper import LiveServer
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import (
    presence_of_element_located,
    text_to_be_present_in_element,
)
from selenium.webdriver.support.wait import WebDriverWait

from classifier.catalogue_items.adding import add_item
from classifier.catalogue_items.fields import Fields
from classifier.catalogue_items.indexing import index_catalogue
from classifier.models import Opinion, Release
from classifier.personalization.opinions import ENOUGH
from tests.conftest import signed_in
from tests.support.browser import start_browser
from tests.support.images import outfit_jpeg
from worker.classification import work

ITEMS = 12
PATIENCE_S = 60


@pytest.fixture
def browser(live_server: LiveServer, owner: User, tmp_path: Path) -> Iterator[Chrome]:
    """The owner's, signed in, as wide as a phone."""
    driver = start_browser(390, 844, tmp_path / "profile")
    driver.get(f"{live_server.url}/accounts/login/")
    session = signed_in(owner).cookies[settings.SESSION_COOKIE_NAME].value
    driver.add_cookie({"name": settings.SESSION_COOKIE_NAME, "value": session})
    yield driver
    driver.quit()


@pytest.fixture
def catalogue(release: Release) -> None:
    for seed in range(ITEMS):
        fields = Fields.read(f"Look {seed}", f"https://shop.example.org/{seed}")
        add_item(ContentFile(outfit_jpeg(seed), name="look.jpg"), fields)
    work(budget_s=60)
    index_catalogue(10)


@pytest.mark.usefixtures("catalogue")
def test_three_taps_and_an_undo(live_server: LiveServer, owner: User, browser: Chrome) -> None:
    # Each answer takes the place of what it answers, perhaps while it is looked at.
    wait = WebDriverWait(browser, PATIENCE_S, ignored_exceptions=[StaleElementReferenceException])
    browser.get(f"{live_server.url}/for-you/")
    first = [each.get_attribute("data-item") for each in _items(browser)]
    assert len(first) == ITEMS // 2
    for number in range(ENOUGH):
        like = browser.find_elements(By.CSS_SELECTOR, ".like")[number]
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", like)
        like.click()
        if number < ENOUGH - 1:
            told = f"{number + 1} of {ENOUGH}"
            wait.until(text_to_be_present_in_element((By.ID, "taps"), told))
    wait.until(lambda _: _items(browser) and not browser.find_elements(By.ID, "taps"))
    second = [each.get_attribute("data-item") for each in _items(browser)]
    assert not set(first) & set(second)
    assert Opinion.objects.filter(owner=owner, said="liked").count() == ENOUGH

    for button, said in ((".opinion [value=hidden]", "hidden"), (".opinion [value=nothing]", "")):
        browser.find_element(By.CSS_SELECTOR, button).click()
        first_said = f'.suggestions li:first-child [data-said="{said}"]'
        wait.until(presence_of_element_located((By.CSS_SELECTOR, first_said)))
    assert not Opinion.objects.filter(owner=owner, said="hidden").exists()
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= browser.execute_script("return window.innerWidth")


def _items(browser: Chrome) -> list:  # type: ignore[type-arg]
    return browser.find_elements(By.CSS_SELECTOR, "[data-item]")
