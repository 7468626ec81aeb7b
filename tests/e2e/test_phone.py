"""The site as an app on a phone: the bar, the camera, sharing to it and from it, no connection."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S, click, sign_in, upload
from tests.support.browser import start_browser
from tests.support.images import numbered, outfit_jpeg

LONG_NAME = "a-name-of-thirty-characters-ok"
ACTIVE = "return navigator.serviceWorker.ready.then((found) => found.active.state)"
KEPT = """
    return caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
        .then((all) => Promise.all(all.map((cache) => cache.keys())))
        .then((all) => all.flat().map((request) => new URL(request.url).pathname))
"""


@pytest.fixture(params=[390, 320])
def phone(request: pytest.FixtureRequest, tmp_path: Path, product: str) -> Iterator[Chrome]:
    """A browser as narrow as a phone, touch included."""
    driver = start_browser(500, 844, tmp_path / "profile")
    metrics = {"width": request.param, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    sign_in(driver, product)
    yield driver
    driver.quit()


def until(browser: Chrome, condition: Callable[[], Any]) -> Any:
    return WebDriverWait(browser, PATIENCE_S).until(lambda _: condition())


def overflows(browser: Chrome) -> int:
    """By how many pixels the page is wider than the screen."""
    return int(
        browser.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )


def lose_connection(browser: Chrome) -> None:
    """For the service worker too, which asks for the pages and is a target of its own."""
    targets = browser.execute_cdp_cmd("Target.getTargets", {})["targetInfos"]
    (worker,) = [each["targetId"] for each in targets if each["type"] == "service_worker"]
    attached = browser.execute_cdp_cmd("Target.attachToTarget", {"targetId": worker})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    for number, (method, parameters) in enumerate(
        [("Network.enable", {}), ("Network.emulateNetworkConditions", offline)]
    ):
        browser.execute_cdp_cmd(method, parameters)
        message = json.dumps({"id": number, "method": method, "params": parameters})
        there = {"sessionId": attached["sessionId"], "message": message}
        browser.execute_cdp_cmd("Target.sendMessageToTarget", there)


def test_header_and_bar_fit_with_a_long_name(product: str, phone: Chrome) -> None:
    for page in ("/", "/outfits/", "/profile/", "/bin/", "/account/data/"):
        phone.get(f"{product}{page}")
        for who in phone.find_elements(By.CSS_SELECTOR, ".who"):
            phone.execute_script("arguments[0].textContent = arguments[1]", who, LONG_NAME)
        assert overflows(phone) <= 0, page
        bar = phone.find_element(By.CSS_SELECTOR, "nav.bar").rect
        assert bar["y"] + bar["height"] == pytest.approx(844, abs=1), page
    for part in phone.find_elements(By.CSS_SELECTOR, ".bar > a:not(.wide), .bar summary"):
        assert min(part.size["width"], part.size["height"]) >= 44
    assert phone.find_element(By.CSS_SELECTOR, ".snap").size["height"] >= 56
    phone.find_element(By.CSS_SELECTOR, ".bar summary").click()
    menu = phone.find_element(By.CSS_SELECTOR, ".menu > div")
    assert LONG_NAME in menu.text
    assert menu.rect["x"] >= 0
    assert overflows(phone) <= 0


def test_what_is_ticked_in_the_bin_can_be_restored_above_the_bar(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    width = phone.execute_script("return innerWidth")
    upload(phone, product, tmp_path, numbered(outfit_jpeg(65), width))
    click(phone, ".outfit form[action$='/delete/'] button")
    phone.get(f"{product}/bin/")
    phone.find_element(By.CSS_SELECTOR, ".binned .tick input").click()
    restore = phone.find_element(By.CSS_SELECTOR, ".binned .chosen button")
    bar = phone.find_element(By.CSS_SELECTOR, "nav.bar")
    bottom = "return arguments[0].getBoundingClientRect().bottom"
    assert phone.execute_script(bottom, restore) <= phone.execute_script(
        "return arguments[0].getBoundingClientRect().top", bar
    )
    restore.click()
    until(phone, lambda: phone.find_elements(By.CSS_SELECTOR, ".messages .success"))


def test_a_photo_of_the_camera_leads_to_its_style(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    width = phone.execute_script("return innerWidth")
    photo = tmp_path / "camera.jpg"
    photo.write_bytes(numbered(outfit_jpeg(61), width))
    phone.get(f"{product}/profile/")
    until(phone, lambda: phone.find_element(By.ID, "snap")).send_keys(str(photo))
    until(phone, lambda: phone.find_elements(By.CSS_SELECTOR, '#outfit[data-status="done"]'))


def test_a_photo_that_is_shared_to_the_app_is_uploaded(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    width = phone.execute_script("return innerWidth")
    photo = tmp_path / "shared.jpg"
    photo.write_bytes(numbered(outfit_jpeg(62), width))
    until(phone, lambda: phone.execute_script(ACTIVE) == "activated")
    session = phone.get_cookie("sessionid")
    assert session
    phone.delete_cookie("sessionid")
    phone.get(f"{product}/offline/")
    phone.execute_script(
        "document.body.innerHTML = '<form method=post action=/share/ enctype=multipart/form-data>"
        "<input type=file name=photo id=shared><button>Share</button></form>'"
    )
    phone.find_element(By.ID, "shared").send_keys(str(photo))
    phone.find_element(By.CSS_SELECTOR, "button").click()
    until(phone, lambda: "/accounts/login/?next=/share/" in phone.current_url)
    phone.find_element(By.NAME, "login").send_keys("demo")
    phone.find_element(By.NAME, "password").send_keys("demo")
    phone.find_element(By.CSS_SELECTOR, "main form button").click()
    until(phone, lambda: phone.find_elements(By.CSS_SELECTOR, '#outfit[data-status="done"]'))


def test_without_a_connection_there_is_a_page_and_nothing_of_a_person_is_kept(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    width = phone.execute_script("return innerWidth")
    upload(phone, product, tmp_path, numbered(outfit_jpeg(63), width))
    until(phone, lambda: phone.execute_script(ACTIVE) == "activated")
    phone.get(f"{product}/outfits/")
    kept = phone.execute_script(KEPT)
    assert kept
    assert all(path.startswith("/static/") or path == "/offline/" for path in kept), kept

    lose_connection(phone)
    phone.get(f"{product}/outfits/")
    assert phone.find_elements(By.CSS_SELECTOR, "body.offline")


def test_the_link_is_copied_and_the_sheet_of_the_phone_gets_it(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    width = phone.execute_script("return innerWidth")
    sheet = "navigator.share = (what) => { window.shared = what; return Promise.resolve(); }"
    phone.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": sheet})
    upload(phone, product, tmp_path, numbered(outfit_jpeg(64), width))
    wait = WebDriverWait(phone, PATIENCE_S)
    click(phone, ".share summary")
    click(phone, ".share form button")
    link = wait.until(presence_of_element_located((By.ID, "link"))).get_attribute("value")
    click(phone, "[data-share]")
    assert until(phone, lambda: phone.execute_script("return window.shared"))["url"] == link
    click(phone, "[data-copy]")
    until(phone, lambda: phone.find_element(By.CSS_SELECTOR, "[data-copy]").text == "Copied")
