"""A real Chromium, headless. Debian's is installed where root runs the tests and it is missing."""

import os
import shutil
import subprocess
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

# The background services of a browser look for hosts that a test machine need not reach.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def start_browser(width: int, height: int, profile: Path) -> webdriver.Chrome:
    """A browser with a window of this size, in CSS pixels, and a new empty profile."""
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--window-size={width},{height}", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = _debian_driver()
    if driver is None:
        # Selenium finds the machine's browser and a driver for it, or fetches them.
        return webdriver.Chrome(options=options)
    options.binary_location = shutil.which("chromium") or ""
    return webdriver.Chrome(options=options, service=Service(driver))


def install_browser() -> None:
    """Install Debian's Chromium and its driver, where root runs the tests and they are missing."""
    if not shutil.which("chromedriver") and shutil.which("apt-get") and os.geteuid() == 0:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "chromium", "chromium-driver"],
        ):
            subprocess.run(command, check=True, env=environment, capture_output=True, timeout=600)


def _debian_driver() -> str | None:
    """The path of Debian's chromedriver, or None on other systems."""
    install_browser()
    return shutil.which("chromedriver") if shutil.which("chromium") else None
