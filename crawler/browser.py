"""One headless Chromium that shows listing pages, and nothing but the site it was started for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from urllib3.exceptions import HTTPError

from crawler.errors import CrawlerError, Skipped

LOAD_S = 30
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # The photos are fetched once, by us, and not by the browser too.
    "--blink-settings=imagesEnabled=false",
    "--window-size=1280,2000",
)


@dataclass(frozen=True)
class Loaded:
    """What the site answered to a page: its HTTP status, Retry-After, and where it led."""

    status: int
    retry_after: str
    url: str


class Browser:
    """Starts at the first page, and again after a crash."""

    def __init__(
        self, agent: str, hosts: Sequence[str], binary: str = "", driver: str = "", *, root: bool
    ) -> None:
        """`hosts`: names, `*.name` too, that the browser may look up; it reaches nothing else."""
        self._options = webdriver.ChromeOptions()
        names = ", ".join(f"EXCLUDE {host}" for host in hosts)
        rules = f"--host-resolver-rules=MAP * ~NOTFOUND , {names}"
        for flag in (*_FLAGS, f"--user-agent={agent}", rules, *(["--no-sandbox"] if root else [])):
            self._options.add_argument(flag)
        self._options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        self._options.page_load_strategy = "normal"
        self._binary = binary or shutil.which("chromium") or shutil.which("google-chrome") or ""
        self._driver_path = driver or shutil.which("chromedriver") or ""
        self._driver: webdriver.Chrome | None = None
        self._listing_url = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.quit()

    def load(self, url: str) -> Loaded:
        """Show a page. Raises Skipped where it cannot be shown, CrawlerError without a browser."""
        driver = self._started()
        try:
            _log_of(driver)  # of the page before: nobody needs it
            driver.get(url)
            self._listing_url = driver.current_url
            status, retry_after = _answer(_log_of(driver))
            return Loaded(status, retry_after, driver.current_url)
        except TimeoutException as error:
            self.quit()  # it may still be loading
            raise Skipped(f"the page took longer than {LOAD_S} s") from error
        except WebDriverException as error:
            reason = (error.msg or "the browser failed").splitlines()[0]
            if "net::" not in reason:
                self.quit()
            if "ERR_NAME_NOT_RESOLVED" in reason:
                reason += "; if it leads to another host, add that to the profile's hosts"
            raise Skipped(f"the page cannot be shown: {reason}") from error

    @property
    def url(self) -> str:
        """Of the page that is shown; empty where none is."""
        return str(self._driver.current_url) if self._driver else ""

    def click(self, selector: str, number: int, patience_s: float) -> Loaded:
        """Click one of the elements, from 0, and show the page that opens, in a new tab or not.

        Raises Skipped where none opens within `patience_s`.
        """
        driver = self._started()
        try:
            _log_of(driver)
            before = driver.current_window_handle
            element = driver.find_elements(By.CSS_SELECTOR, selector)[number]
            driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
            WebDriverWait(driver, patience_s, 0.02).until(
                lambda _: len(driver.window_handles) > 1 or driver.current_url != self._listing_url
            )
            for handle in driver.window_handles:
                if handle != before:
                    driver.switch_to.window(handle)
            WebDriverWait(driver, LOAD_S, 0.02).until(
                lambda _: driver.execute_script(
                    "return location.href != 'about:blank' && document.readyState == 'complete'"
                )
            )
            status, retry_after = _answer(_log_of(driver))
            return Loaded(status, retry_after, driver.current_url)
        except IndexError as error:
            raise Skipped("the item is no longer on the listing") from error
        except TimeoutException as error:
            raise Skipped("no page opened when the item was clicked") from error
        except WebDriverException as error:
            self.quit()
            reason = (error.msg or "the browser failed").splitlines()[0]
            raise Skipped(f"the item cannot be clicked: {reason}") from error

    def back(self, selector: str, number: int, patience_s: float) -> None:
        """Show the listing again that `click` came from, out of the browser's own memory."""
        driver = self._driver
        if driver is None:
            return
        try:
            first, *others = driver.window_handles
            for handle in others:
                driver.switch_to.window(handle)
                driver.close()
            driver.switch_to.window(first)
            if driver.current_url != self._listing_url:
                driver.back()
            WebDriverWait(driver, patience_s, 0.02).until(
                lambda _: len(driver.find_elements(By.CSS_SELECTOR, selector)) > number
            )
        except WebDriverException:  # the next page starts another
            self.quit()

    def ask(self, script: str, *values: object) -> Any:
        """What an asynchronous script says about the page that is shown. Raises Skipped."""
        try:
            return self._started().execute_async_script(script, *values)
        except WebDriverException as error:
            self.quit()
            reason = (error.msg or "the browser failed").splitlines()[0]
            raise Skipped(f"the page cannot be read: {reason}") from error

    def save(self, place: Path) -> None:
        """Keep the page that is shown, as `place`.html and .png, for whoever mends the profile."""
        if self._driver is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.with_suffix(".html").write_text(self._driver.page_source, encoding="utf-8")
            self._driver.save_screenshot(str(place.with_suffix(".png")))

    def quit(self) -> None:
        """End the browser; the next page starts another."""
        driver, self._driver = self._driver, None
        if driver is not None:
            try:
                driver.quit()
            except (WebDriverException, HTTPError, OSError):  # it has gone, by Ctrl-C for instance
                driver.service.stop()

    def _started(self) -> webdriver.Chrome:
        if self._driver is None:
            if self._binary:
                self._options.binary_location = self._binary
            service = Service(self._driver_path) if self._driver_path else Service()
            try:
                self._driver = webdriver.Chrome(options=self._options, service=service)
            except WebDriverException as error:
                raise CrawlerError(
                    "Chromium does not start. Install it (apt install chromium chromium-driver), or"
                    f" say where it is: --chromium, --chromedriver. {error.msg or ''}".strip()
                ) from error
            self._driver.set_page_load_timeout(LOAD_S)
            self._driver.set_script_timeout(LOAD_S)
        return self._driver


def _log_of(driver: webdriver.Chrome) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = driver.get_log("performance")  # type: ignore[no-untyped-call]
    return entries


def _answer(entries: list[dict[str, Any]]) -> tuple[int, str]:
    """Status and Retry-After of the last document that came, redirects followed."""
    status, retry_after = 0, ""
    for entry in entries:
        message = json.loads(entry["message"])["message"]
        if message["method"] != "Network.responseReceived":
            continue
        parameters = message["params"]
        # A page's own frame has its loader's number as the request's.
        if parameters.get("type") == "Document" and (
            parameters["requestId"] == parameters["loaderId"]
        ):
            answer = parameters["response"]
            headers = {name.lower(): value for name, value in answer["headers"].items()}
            status, retry_after = int(answer["status"]), str(headers.get("retry-after", ""))
    return status, retry_after
