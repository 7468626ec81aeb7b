"""A person keeps a diary: a favorite, a note, a tag, a further day; and finds the outfit again."""

from datetime import date, timedelta
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S, click, sign_in, upload
from tests.e2e.test_history_and_cards import one_outfit
from tests.support.images import numbered, outfit_jpeg


def seen(browser: Chrome, selector: str) -> str:
    """Wait until it is there; its text."""
    found = presence_of_element_located((By.CSS_SELECTOR, selector))
    return WebDriverWait(browser, PATIENCE_S).until(found).text


def test_a_favorite_with_a_note_is_found_again(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    one_outfit(browser, product, tmp_path, seed=31)
    page, word = browser.current_url, f"Seoul{browser.get_window_size()['width']}"
    click(browser, '#favorite[aria-pressed="false"]')
    seen(browser, '#favorite[aria-pressed="true"]')
    assert browser.switch_to.active_element.get_attribute("id") == "favorite"
    click(browser, ".diary details summary")
    browser.find_element(By.NAME, "note").send_keys(f"Rain in {word}")
    browser.find_element(By.NAME, "tags").send_keys("Travel, #rain")
    click(browser, ".writing button")
    assert word in seen(browser, ".note-text")
    assert [each.text for each in browser.find_elements(By.CSS_SELECTOR, ".diary .chips a")] == [
        "travel",
        "rain",
    ]
    browser.get(f"{product}/outfits/")
    browser.find_element(By.ID, "q").send_keys(word.lower()[:-1] + Keys.ENTER)
    WebDriverWait(browser, PATIENCE_S).until(lambda _: "q=" in browser.current_url)
    found = browser.find_elements(By.CSS_SELECTOR, ".grid .pick a")
    assert [each.get_attribute("href") for each in found] == [page]
    assert browser.find_elements(By.CSS_SELECTOR, ".grid .heart")
    browser.find_element(By.ID, "q").send_keys("nowhere" + Keys.ENTER)
    assert "nowhere" in seen(browser, ".empty p")


def test_what_was_worn_again_is_in_the_calendar_and_in_the_recap(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    one_outfit(browser, product, tmp_path, seed=32)
    page = browser.current_url
    again = date.today().replace(day=1) - timedelta(days=30)
    click(browser, ".diary details:last-of-type summary")
    day = browser.find_element(By.CSS_SELECTOR, ".again input[name=day]")
    browser.execute_script("arguments[0].value = arguments[1]", day, f"{again}")
    click(browser, ".again button")
    seen(browser, ".worn li")
    browser.get(f"{product}/outfits/calendar/?month={again:%Y-%m}")
    click(browser, f'.calendar a[href="?day={again}"]')
    seen(browser, f'.grid a[href="{page.removeprefix(product)}"]')
    browser.get(f"{product}/outfits/recap/?month={again:%Y-%m}")
    seen(browser, f'.recap-grid a[href="{page.removeprefix(product)}"]')


def test_two_outfits_are_side_by_side(product: str, browser: Chrome, tmp_path: Path) -> None:
    width = browser.get_window_size()["width"]
    sign_in(browser, product)
    upload(browser, product, tmp_path, *(numbered(outfit_jpeg(seed), width) for seed in (33, 34)))
    browser.get(f"{product}/outfits/")
    for box in browser.find_elements(By.CSS_SELECTOR, ".pick .tick input")[:2]:
        browser.execute_script("arguments[0].click()", box)
    click(browser, ".picked button.quiet")
    seen(browser, ".pair article + article")
    pictures = browser.find_elements(By.CSS_SELECTOR, ".pair img")
    tops = {each.location["y"] for each in pictures}
    assert (len(pictures), len(tops)) == (2, 1)
