"""Reviewing in a real browser, by keys and by touch, and two reviewers at once."""

import re
from itertools import count

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.e2e.journeys import sign_in
from tests.e2e.test_access import faults, look
from tests.support.client import Visitor
from tests.support.images import numbered, outfit_jpeg
from tests.support.reviewing import prepare, upload_all
from tests.support.starting import Up, wait_until

PHOTOS = 10
SMALLEST = 44
_numbers = count()
CURRENT = "article.review:not([hidden])"
_LOADED = """
    return [...document.querySelectorAll("article.review .frame > img:first-child")]
        .filter((photo) => photo.complete && photo.naturalWidth)
        .map((photo) => photo.closest("article").dataset.outfit);
"""


def shown(browser: Chrome) -> str:
    card = f"document.querySelector('{CURRENT}')"
    return str(browser.execute_script(f"return {card} ? {card}.dataset.outfit : ''"))


def there(browser: Chrome) -> set[str]:
    """The photos that the browser has."""
    cards = browser.find_elements(By.CSS_SELECTOR, "article.review")
    return {str(card.get_attribute("data-outfit")) for card in cards}


def loaded(browser: Chrome) -> set[str]:
    """Those whose bytes it has."""
    return set(browser.execute_script(_LOADED))


def help_is_shown(browser: Chrome) -> bool:
    """Selenium takes what a closed `details` holds for shown where it is placed absolutely."""
    help_ = browser.find_element(By.CSS_SELECTOR, "#review-keys dl")
    return bool(browser.execute_script("return arguments[0].checkVisibility()", help_))


def press(browser: Chrome, key: str) -> None:
    ActionChains(browser).send_keys(key).perform()


def tap(browser: Chrome, button: WebElement) -> None:
    """With a finger."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    place = browser.execute_script("return arguments[0].getBoundingClientRect().toJSON()", button)
    where = {
        "x": round(place["x"] + place["width"] / 2),
        "y": round(place["y"] + place["height"] / 2),
    }
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, points in (("touchStart", [where]), ("touchEnd", [])):
        browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def wait_counted(browser: Chrome, count: int, why: str) -> None:
    done = "return document.querySelector('#review-state progress').value"
    wait_until(lambda: browser.execute_script(done) == count, why)


@pytest.fixture
def reviewers(up: Up) -> tuple[str, str]:
    """Two for this test alone, and photos that wait for them."""
    name = str(next(_numbers))
    owner = Visitor.sign_up(up.address, f"owner{name}")
    drawn = [outfit_jpeg(seed) for seed in range(3)]
    upload_all(owner, [numbered(drawn[number % 3], number) for number in range(PHOTOS)])
    prepare(up, f"owner{name}@example.org", f"one-{name}", f"two-{name}")
    return f"one-{name}", f"two-{name}"


def test_reviewing_by_keys_and_by_touch(
    product: str, browser: Chrome, reviewers: tuple[str, str]
) -> None:
    sign_in(browser, product, reviewers[0])
    browser.get(f"{product}/staff/review/")
    wait_until(lambda: len(loaded(browser)) == 3, "the photo and the two after it")
    first = shown(browser)

    press(browser, "?")
    assert help_is_shown(browser)
    press(browser, "?")
    assert not help_is_shown(browser)
    press(browser, "m")
    heat = browser.find_element(By.CSS_SELECTOR, f"{CURRENT} .heat")
    wait_until(lambda: browser.execute_script("return arguments[0].naturalWidth", heat), "the map")
    press(browser, "m")
    assert not heat.is_displayed()

    press(browser, "u")
    second = shown(browser)
    assert second in loaded(browser) - {first}, "the next one is there without waiting"
    wait_counted(browser, 1, "the verdict")
    press(browser, "z")
    wait_until(lambda: shown(browser) == first, "the first is back")
    wait_counted(browser, 0, "its verdict is gone")
    seen = {first}
    for number, key in enumerate([Keys.ENTER, "n", "2"], start=1):
        press(browser, key)
        wait_until(lambda: shown(browser) not in {"", *seen}, "the next")
        seen.add(shown(browser))
        wait_counted(browser, number, f"what {key} says")
    press(browser, "s")
    wait_until(lambda: shown(browser) not in {"", *seen}, "the next")
    wait_until(lambda: len(loaded(browser)) == 3, "what was skipped is replaced")
    seen.add(shown(browser))

    buttons = browser.find_elements(By.CSS_SELECTOR, f"{CURRENT} button")
    assert min(button.size["height"] for button in buttons) >= SMALLEST
    for number, which in enumerate(["[data-key=Enter]", "[data-key=X]", ".chip"], start=4):
        tap(browser, browser.find_element(By.CSS_SELECTOR, f"{CURRENT} {which}"))
        wait_counted(browser, number, f"a touch of {which}")
        assert shown(browser) not in seen
        seen.add(shown(browser))
    tap(browser, browser.find_element(By.CSS_SELECTOR, "#review-undo button"))
    wait_counted(browser, 5, "undone by touch")

    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= browser.execute_script("return window.innerWidth")
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in log if entry["level"] == "SEVERE"] == []
    for theme in ("light", "dark"):
        look(browser, theme)
        assert faults(browser) == [], theme


@pytest.mark.parametrize("browser", [1280], indirect=True)
def test_two_reviewers_have_other_photos_and_none_is_lost_without_a_connection(
    product: str, browser: Chrome, reviewers: tuple[str, str]
) -> None:
    sign_in(browser, product, reviewers[0])
    browser.get(f"{product}/staff/review/")
    wait_until(lambda: len(loaded(browser)) == 3, "three photos")
    other = Visitor(product, reviewers[1], reviewers[1])
    page = other.session.get(f"{product}/staff/review/", timeout=10).text
    others = set(re.findall(r'data-outfit="([0-9a-f-]{36})"', page))
    assert len(others) == 3
    assert not others & there(browser)
    press(browser, Keys.ENTER)
    wait_counted(browser, 1, "the verdict")
    wait_until(lambda: len(loaded(browser)) == 3, "another one is fetched")
    assert not others & there(browser)

    first = shown(browser)
    browser.execute_cdp_cmd("Network.enable", {})
    away = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", away)
    press(browser, "u")
    told = (By.CSS_SELECTOR, "#review-state .messages .error")
    wait_until(lambda: browser.find_elements(*told), "told")
    assert shown(browser) == first, "it is here again"
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {**away, "offline": False})
