"""What people do in browser tests, again and again."""

from itertools import count
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE_S = 60
_numbers = count()


def sign_in(browser: Chrome, product: str, name: str = "demo") -> None:
    """Sign in; the password of these accounts is their name."""
    browser.get(f"{product}/accounts/login/")
    browser.find_element(By.NAME, "login").send_keys(name)
    browser.find_element(By.NAME, "password").send_keys(name)
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    WebDriverWait(browser, PATIENCE_S).until(presence_of_element_located((By.ID, "upload")))


def click(browser: Chrome, selector: str) -> WebElement:
    """Scroll there and click, as a finger does: on a phone the bar is over the bottom."""
    element = WebDriverWait(browser, PATIENCE_S).until(
        presence_of_element_located((By.CSS_SELECTOR, selector))
    )
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()
    return element


def upload(browser: Chrome, product: str, folder: Path, *files: bytes) -> None:
    """Choose the files on the front page and wait until each is done or refused.

    A single photo leads to its own page, several become cards.
    """
    paths = []
    for data in files:
        path = folder / f"file-{next(_numbers)}.jpg"
        path.write_bytes(data)
        paths.append(str(path))
    browser.get(f"{product}/")
    wait = WebDriverWait(browser, PATIENCE_S)
    wait.until(presence_of_element_located((By.ID, "photo"))).send_keys("\n".join(paths))
    ended = "#sent .done, #sent .refused"
    if len(files) == 1:
        ended = '#sent .refused, #outfit[data-status="done"], #outfit[data-status="failed"]'
    wait.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, ended)) == len(files))
