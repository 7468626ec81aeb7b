"""No page has a serious fault for people who see, hear or move otherwise: axe-core finds none.

axe-core 4.14.1 (MPL-2.0) lies in `axe/`; it runs in the pages of the whole product.
"""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S, click, sign_in, upload
from tests.support.images import outfit_jpeg

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text()
SERIOUS = {"serious", "critical"}


def faults(browser: Chrome) -> list[str]:
    """The serious faults of the page that is shown, each with the elements that have it."""
    browser.execute_script(AXE)
    found = browser.execute_async_script(
        "const done = arguments[0]; axe.run().then((result) => done(result.violations));"
    )
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in SERIOUS
    ]


def look(browser: Chrome, theme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_visitors(product: str, browser: Chrome, theme: str) -> None:
    look(browser, theme)
    for path in ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/no"):
        browser.get(product + path)
        assert faults(browser) == [], path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_an_owner(product: str, browser: Chrome, theme: str, tmp_path: Path) -> None:
    look(browser, theme)
    sign_in(browser, product)
    upload(browser, product, tmp_path, outfit_jpeg(7), b"no photo")
    assert faults(browser) == [], "upload"
    click(browser, "#sent .done a")
    WebDriverWait(browser, PATIENCE_S).until(presence_of_element_located((By.ID, "outfit")))
    for details in browser.find_elements(By.CSS_SELECTOR, "main details:not([open]) summary"):
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", details)
        details.click()
    assert faults(browser) == [], "outfit"
    browser.get(f"{product}/outfits/")
    WebDriverWait(browser, PATIENCE_S).until(
        presence_of_element_located((By.CSS_SELECTOR, ".timeline svg"))
    )
    click(browser, ".filter summary")
    assert faults(browser) == [], "history"
    for path in ("/outfits/calendar/", "/outfits/recap/", "/bin/", "/offline/"):
        browser.get(product + path)
        assert faults(browser) == [], path
