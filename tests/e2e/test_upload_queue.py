"""Thirty photos on a slow line that breaks, from pages that are left and closed: none is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.e2e.journeys import sign_in
from tests.support.browser import start_browser
from tests.support.images import draw_outfit, encode, outfit_jpeg
from tests.support.starting import wait_until

PHOTOS = 30
BYTES_A_SECOND = 200_000


@pytest.fixture
def phone(product: str, tmp_path: Path) -> Iterator[Chrome]:
    """A browser as wide as a phone, signed in."""
    driver = start_browser(390, 844, tmp_path / "profile")
    sign_in(driver, product)
    yield driver
    driver.quit()


def line(phone: Chrome, *, bytes_a_second: int = BYTES_A_SECOND, offline: bool = False) -> None:
    """From now on the browser's line is like this."""
    phone.execute_cdp_cmd("Network.enable", {})
    conditions = {
        "offline": offline,
        "latency": 50,
        "downloadThroughput": bytes_a_second,
        "uploadThroughput": bytes_a_second,
    }
    phone.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)


def count(phone: Chrome, selector: str) -> int:
    return len(phone.find_elements(By.CSS_SELECTOR, selector))


def would_ask(phone: Chrome) -> bool:
    """Whether the browser would ask before it leaves the page."""
    return bool(
        phone.execute_script(
            "const leave = new Event('beforeunload', {cancelable: true});"
            "dispatchEvent(leave); return leave.defaultPrevented;"
        )
    )


def test_no_photo_is_lost_on_a_slow_line_that_breaks(
    product: str, phone: Chrome, tmp_path: Path
) -> None:
    names = []
    for number in range(PHOTOS):
        path = tmp_path / f"queue-{number:02}.jpg"
        # About 60 kB each: nine seconds of this line for all of them.
        path.write_bytes(encode(draw_outfit(9000 + number, (960, 1440)), quality=85))
        names.append(str(path))
    line(phone)
    assert not would_ask(phone)
    phone.find_element(By.ID, "photo").send_keys("\n".join(names))
    wait_until(lambda: count(phone, "#sent .done") >= 3, "three are classified")
    assert would_ask(phone)
    assert f"of {PHOTOS} uploaded" in phone.find_element(By.ID, "how-far").text

    line(phone, offline=True)
    wait_until(lambda: count(phone, "#sent [data-reason=network] button"), "the line breaks")
    assert count(phone, "#sent .refused") == 0
    line(phone)
    wait_until(lambda: count(phone, "#sent .done") >= 8, "it goes on by itself")

    # The page is left while photos are on their way, and opened again.
    phone.execute_script(
        "addEventListener('beforeunload', e => e.stopImmediatePropagation(), true)"
    )
    phone.get(f"{product}/account/data/")
    phone.get(f"{product}/")
    wait_until(lambda: count(phone, "#sent .done") >= 3, "what was left goes on")

    # The tab is closed, and the front page opened in another.
    phone.switch_to.new_window("tab")
    first, second = phone.window_handles
    phone.switch_to.window(first)
    phone.close()
    phone.switch_to.window(second)
    phone.get(f"{product}/")
    wait_until(
        lambda: not count(phone, "#sent li") or count(phone, "#sent li") == count(phone, ".done"),
        "all that was left is classified",
    )
    line(phone, bytes_a_second=-1)
    wait_until(lambda: shown(phone, product) == PHOTOS, "all photos are in the history")


def shown(phone: Chrome, product: str) -> int:
    """How many of these photos the account has, by their names in its newest pages."""
    phone.get(f"{product}/")
    return int(
        phone.execute_async_script(
            """
            const done = arguments[0];
            const names = new Set();
            const walk = async (address) => {
              const page = new DOMParser().parseFromString(
                await (await fetch(address)).text(), "text/html");
              const cards = [...page.querySelectorAll("ul.grid a[href^='/outfits/']")]
                .map((card) => card.getAttribute("href")).filter((at) => /-.*-/.test(at));
              for (const card of new Set(cards)) {
                const text = await (await fetch(card)).text();
                const found = text.match(/queue-\\d\\d\\.jpg/);
                if (found) names.add(found[0]);
              }
              const next = page.querySelector("[href^='?after='], a[hx-get*='after=']");
              if (next && names.size) await walk("/outfits/" + (next.getAttribute("href") || ""));
            };
            walk("/outfits/").then(() => done(names.size));
            """
        )
    )


def test_files_that_are_no_photos_are_named(phone: Chrome, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no photo")
    (tmp_path / "coat.jpg").write_bytes(outfit_jpeg(9100))
    files = [str(tmp_path / name) for name in ("notes.txt", "coat.jpg")]
    phone.find_element(By.ID, "photo").send_keys("\n".join(files))
    wait_until(lambda: count(phone, "#sent .done") == 1, "the photo is classified")
    named = phone.find_element(By.CSS_SELECTOR, "#sent [data-reason=not_photos]").text
    assert "notes.txt" in named
