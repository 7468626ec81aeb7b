"""Signing in without a password of ours, in a browser: by another provider, and by passkey."""

import re
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.support.expected_conditions import (
    element_to_be_clickable,
    presence_of_element_located,
    url_contains,
)
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.journeys import PATIENCE_S
from tests.support.starting import Up

SUBMIT = "main form button"


def press(browser: Chrome, by: str, what: str) -> None:
    WebDriverWait(browser, PATIENCE_S).until(element_to_be_clickable((by, what))).click()


def sign_in_at_the_provider(browser: Chrome, site: str, person: str) -> None:
    """From our page to the provider's, and back."""
    browser.get(f"{site}/accounts/login/")
    press(browser, By.LINK_TEXT, "Example")
    press(browser, By.CSS_SELECTOR, SUBMIT)
    press(browser, By.CSS_SELECTOR, f'button[value="{person}"]')
    WebDriverWait(browser, PATIENCE_S).until(presence_of_element_located((By.ID, "upload")))


def newest_code(mails: Path) -> str:
    """The code in the newest mail of the stack."""
    newest = max(mails.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    found = re.findall(r"^([A-Z0-9]{4}-?[A-Z0-9]{4}|[A-Z0-9]{6})$", newest.read_text(), re.M)
    assert found, newest.read_text()
    return str(found[-1])


@pytest.fixture
def site(product: str) -> str:
    """Browsers know passkeys by the name of a host, not by an address."""
    return product.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("browser", [1280], indirect=True)
def test_a_provider_lets_people_in_and_a_passkey_does_it_alone(
    browser: Chrome, site: str, up: Up
) -> None:
    sign_in_at_the_provider(browser, site, "newcomer")

    browser.add_virtual_authenticator(_phone())
    browser.get(f"{site}/accounts/2fa/webauthn/add/")
    wait = WebDriverWait(browser, PATIENCE_S)
    wait.until(url_contains("/reauthenticate/code/"))
    press(browser, By.CSS_SELECTOR, SUBMIT)
    code = wait.until(presence_of_element_located((By.NAME, "code")))
    code.send_keys(newest_code(up.data / "mail"))
    press(browser, By.CSS_SELECTOR, SUBMIT)
    press(browser, By.NAME, "passwordless")
    press(browser, By.ID, "mfa_webauthn_add")
    wait.until(url_contains("/recovery-codes/"))

    browser.delete_all_cookies()
    browser.get(f"{site}/accounts/login/")
    press(browser, By.ID, "passkey_login")
    wait.until(presence_of_element_located((By.ID, "upload")))


@pytest.mark.parametrize("browser", [390], indirect=True)
def test_a_provider_leads_to_the_account_with_the_same_address(browser: Chrome, site: str) -> None:
    sign_in_at_the_provider(browser, site, "demo")
    who = browser.find_element(By.CSS_SELECTOR, ".menu .who")
    assert who.get_attribute("textContent") == "demo"
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    ours = [entry for entry in log if site in entry["message"]]
    assert not [entry for entry in ours if entry["level"] == "SEVERE"]


def _phone() -> VirtualAuthenticatorOptions:
    """It keeps passkeys, and knows its owner by a finger."""
    phone = VirtualAuthenticatorOptions()
    phone.protocol = VirtualAuthenticatorOptions.Protocol.CTAP2
    phone.transport = VirtualAuthenticatorOptions.Transport.INTERNAL
    phone.has_resident_key = True
    phone.has_user_verification = True
    phone.is_user_verified = True
    return phone
