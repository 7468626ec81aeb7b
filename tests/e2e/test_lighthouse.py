"""Lighthouse finds nothing to say of the pages that people see first and most."""

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.e2e.journeys import sign_in, upload
from tests.support import lighthouse
from tests.support.images import outfit_jpeg

ENOUGH = 95
# The score of performance is mostly a matter of the machine and of what else it does, so the
# benchmark prints it (`benchmarks/lighthouse.py`); these of its audits are a matter of the page.
WITHOUT_CLOCK = (
    "cumulative-layout-shift",
    "total-byte-weight",
    "unsized-images",
    "cache-insight",
    "dom-size-insight",
    "duplicated-javascript-insight",
    "legacy-javascript-insight",
    "font-display-insight",
    "third-parties-insight",
    "viewport-insight",
    "redirects",
)


def faults(answer: dict[str, Any]) -> list[str]:
    """The scores and audits that are not good enough, with what they are about."""
    scores = lighthouse.scores(answer)
    wanted = set(WITHOUT_CLOCK)
    low = []
    for name in ("accessibility", "best-practices"):
        if scores[name] < ENOUGH:
            low.append(f"{name}: {scores[name]}")
        wanted |= {each["id"] for each in answer["categories"][name]["auditRefs"] if each["weight"]}
    for name in sorted(wanted):
        audit = answer["audits"][name]
        if audit["score"] is not None and 100 * audit["score"] < ENOUGH:
            items = str(audit.get("details", {}).get("items"))
            low.append(f"{name}: {audit['title']} {items[:300]}")
    return low


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("browser", [1280], indirect=True)
def test_landing_result_and_history_have_high_scores(
    product: str, browser: Chrome, tmp_path: Path
) -> None:
    said = {"landing": faults(lighthouse.report(browser, f"{product}/", tmp_path))}
    sign_in(browser, product)
    upload(browser, product, tmp_path, outfit_jpeg(91))
    said["result"] = faults(lighthouse.report(browser, browser.current_url, tmp_path))
    said["history"] = faults(lighthouse.report(browser, f"{product}/outfits/", tmp_path))
    assert said == {"landing": [], "result": [], "history": []}
