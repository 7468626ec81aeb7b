"""How pages feel: what is tapped is large, menus go away, photos are sharp, pages are light."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S, sign_in, upload
from tests.support.browser import start_browser
from tests.support.images import numbered, outfit_jpeg

PAGES = (
    *("/", "/outfits/", "/outfits/calendar/", "/outfits/recap/", "/profile/", "/batches/", "/bin/"),
    *("/account/data/", "/account/tokens/", "/account/activity/", "/accounts/email/"),
    *("/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/"),
)
PAGE_BYTES = 100_000
FONT_BYTES = 200_000
TARGET = 44
# What stands in a sentence may be as small as its line (WCAG 2.2, 2.5.8); what covers its whole
# card, or is behind a label, is as large as that.
SMALL_TARGETS = """
    const seen = (each) => each.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
    const inSentence = (each) => {
        const around = each.closest("p, li, dd, td, span.muted, figcaption");
        if (!each.matches("a, button.link") || !around) return false;
        return around.textContent.trim().length > each.textContent.trim().length + 3;
    };
    const sizeOf = (each) => {
        const boxes = [each, each.closest("label"), each.id && document.querySelector(
            `label[for="${CSS.escape(each.id)}"]`)].filter(Boolean)
            .map((part) => part.getBoundingClientRect());
        if (each.matches(".name a")) boxes.push(each.closest("li").getBoundingClientRect());
        return boxes.reduce((best, box) =>
            Math.min(box.width, box.height) > Math.min(best.width, best.height) ? box : best);
    };
    return [...document.querySelectorAll("a[href], button, summary, select, input, textarea")]
        .filter((each) => !each.closest(".skip, .hidden") && each.type !== "hidden")
        .filter((each) => seen(each) && !inSentence(each))
        .map((each) => [each.outerHTML.slice(0, 90), sizeOf(each)])
        .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
        .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`);
"""
LOADED = """
    const page = performance.getEntriesByType("navigation")[0];
    return [page, ...performance.getEntriesByType("resource")]
        .map((each) => [each.name, each.encodedBodySize]);
"""


@pytest.fixture
def phone(tmp_path: Path, product: str) -> Iterator[Chrome]:
    """A browser as a phone has it: narrow, with touch, two pixels to a point."""
    driver = start_browser(500, 844, tmp_path / "profile")
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    yield driver
    driver.quit()


def until(browser: Chrome, condition: Callable[[], Any]) -> Any:
    return WebDriverWait(browser, PATIENCE_S).until(lambda _: condition())


def one_outfit(browser: Chrome, product: str, folder: Path, seed: int) -> str:
    """Somebody signed in with a new outfit; its address."""
    sign_in(browser, product)
    width = browser.execute_script("return innerWidth")
    upload(browser, product, folder, numbered(outfit_jpeg(seed), width))
    return str(browser.current_url)


def test_what_is_tapped_is_as_large_as_a_finger(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    for page in ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        phone.get(product + page)
        assert phone.execute_script("return matchMedia('(pointer: coarse)').matches")
        assert phone.execute_script(SMALL_TARGETS) == [], page
    outfit = one_outfit(phone, product, tmp_path, seed=71)
    for page in (outfit, *(product + each for each in PAGES), outfit + "similar/"):
        phone.get(page)
        phone.execute_script(
            "for (const each of document.querySelectorAll('main details')) each.open = true"
        )
        assert phone.execute_script(SMALL_TARGETS) == [], page
    phone.find_element(By.CSS_SELECTOR, ".menu summary").click()
    assert phone.execute_script(SMALL_TARGETS) == []


def test_a_menu_closes_by_escape_a_tap_beside_it_and_when_the_focus_leaves(
    product: str, browser: Chrome
) -> None:
    sign_in(browser, product)
    summary = browser.find_element(By.CSS_SELECTOR, ".menu summary")

    def is_open() -> bool:
        return bool(browser.find_elements(By.CSS_SELECTOR, ".menu[open]"))

    summary.click()
    until(browser, is_open)
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    until(browser, lambda: not is_open())
    assert browser.switch_to.active_element == summary
    summary.click()
    until(browser, is_open)
    # On a phone the menu covers the right half of the page.
    title = browser.find_element(By.CSS_SELECTOR, "main h1")
    beside = (5 - title.size["width"] // 2, 5 - title.size["height"] // 2)
    ActionChains(browser).move_to_element_with_offset(title, *beside).click().perform()
    until(browser, lambda: not is_open())
    summary.click()
    until(browser, is_open)
    browser.execute_script("document.querySelector('footer button').focus()")
    until(browser, lambda: not is_open())


def test_the_current_page_is_marked_once_in_the_navigation(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    outfit = one_outfit(browser, product, tmp_path, seed=72)
    for page in (outfit, *(product + each for each in PAGES)):
        browser.get(page)
        marked = browser.find_elements(
            By.CSS_SELECTOR, "nav[aria-label] .menu [aria-current], .bar > [aria-current]"
        )
        assert len(marked) == 1, page


def test_thumbs_are_sharp_where_a_point_has_two_pixels(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    one_outfit(phone, product, tmp_path, seed=73)
    phone.get(f"{product}/outfits/")
    thumb = phone.find_element(By.CSS_SELECTOR, ".grid .thumb img")
    loaded = (
        "return arguments[0].complete && arguments[0].naturalWidth > 0 && arguments[0].currentSrc"
    )
    assert until(phone, lambda: phone.execute_script(loaded, thumb)).endswith("thumb-large.jpg")
    small = str(thumb.get_attribute("srcset")).partition(" ")[0]
    phone.get(product + small)
    width = phone.execute_script("return document.images[0].naturalWidth")
    assert width >= 2 * 160


def test_pages_are_light_and_ask_nobody_else(product: str, phone: Chrome, tmp_path: Path) -> None:
    """Without photos and fonts, as they travel; a service worker hands them out unpacked."""
    phone.execute_cdp_cmd("Network.enable", {})
    phone.execute_cdp_cmd("Network.setBypassServiceWorker", {"bypass": True})
    weights = {}
    for page in ("/", "/accounts/signup/"):
        weights[page] = weight_of(phone, product, product + page)
    outfit = one_outfit(phone, product, tmp_path, seed=74)
    weights["outfit"] = weight_of(phone, product, outfit)
    for page in PAGES:
        weights[page] = weight_of(phone, product, product + page)
    assert max(weights.values()) < PAGE_BYTES, weights


def weight_of(browser: Chrome, product: str, page: str) -> int:
    browser.get(page)
    WebDriverWait(browser, PATIENCE_S).until(
        lambda _: browser.execute_script("return document.readyState") == "complete"
    )
    loaded = browser.execute_script(LOADED)
    assert len(loaded) > 5
    for name, _size in loaded:
        assert name.startswith((product, "data:", "blob:")), name
    heavy = (".jpg", ".png", ".woff2", ".svg")
    fonts = sum(size for name, size in loaded if name.endswith(".woff2"))
    assert fonts < FONT_BYTES, page
    return sum(size for name, size in loaded if not name.partition("?")[0].endswith(heavy))


def test_the_fonts_of_pages_are_ours(product: str, browser: Chrome) -> None:
    browser.get(product)
    loaded = """
        return document.fonts.ready.then((fonts) =>
            [...fonts].filter((face) => face.status === "loaded").map((face) => face.family))
    """
    assert {name.strip('"') for name in browser.execute_script(loaded)} == {
        "FASI Text",
        "FASI Title",
    }


def test_a_recap_is_printed_without_what_is_pressed(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    one_outfit(browser, product, tmp_path, seed=75)
    browser.get(f"{product}/outfits/recap/")
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
    for hidden in (".top", "body > footer", ".kinds", ".share-recap", ".row > a"):
        for each in browser.find_elements(By.CSS_SELECTOR, hidden):
            assert not each.is_displayed(), hidden
    for shown in (".recap h1", ".recap .lead", ".recap-grid img", ".recap .palette svg"):
        assert browser.find_element(By.CSS_SELECTOR, shown).is_displayed(), shown
    colours = (
        "const style = getComputedStyle(document.body); return [style.color, style.backgroundColor]"
    )
    assert browser.execute_script(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_months_of_the_chart_do_not_touch_each_other(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    one_outfit(phone, product, tmp_path, seed=76)
    for language in ("en", "ko"):
        phone.execute_cdp_cmd(
            "Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": language}}
        )
        phone.get(f"{product}/outfits/")
        WebDriverWait(phone, PATIENCE_S).until(
            presence_of_element_located((By.CSS_SELECTOR, ".timeline svg"))
        )
        ends = phone.execute_script(
            """
            const words = [...document.querySelectorAll(".months li")]
                .filter((each) => getComputedStyle(each).visibility === "visible")
                .map((each) => { const range = document.createRange();
                                 range.selectNodeContents(each);
                                 return range.getBoundingClientRect(); });
            return words.map((box) => [box.left, box.right]);
            """
        )
        assert len(ends) >= 6
        for (_, right), (left, _) in pairwise(ends):
            assert left - right >= 4
