"""From outside, across processes: metrics add up, and logs follow a photo by its id."""

import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.support.live_stack import LiveStack
from tests.support.load_photos import some_photos
from tests.support.starting import wait_until


def samples(address: str) -> dict[str, float]:
    text = requests.get(f"{address}/metrics", timeout=10).text
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.labels or sample.labels.get("result") == "accepted"
    }


def test_the_site_shows_what_its_workers_count(stack: LiveStack) -> None:
    before = samples(stack.address)
    stack.start_worker()
    outfits = stack.upload(*some_photos(3))
    stack.wait_for("done", outfits)
    after = samples(stack.address)
    for name in ("fasi_uploads_total", "fasi_outfit_seconds_count"):
        assert after[name] == before.get(name, 0) + 3


def test_one_photo_can_be_followed_through_the_logs(stack: LiveStack) -> None:
    worker = stack.start_worker()
    (outfit,) = stack.upload(*some_photos(1))
    stack.wait_for("done", [outfit])

    def line_of(said: str, event: str) -> str:
        return next((e for e in said.splitlines() if event in e and str(outfit) in e), "")

    wait_until(lambda: line_of(worker.said(), "outfit_done"), "the worker tells of it")
    assert "request=" in line_of(stack.site.said(), "outfit_queued")


def test_a_worker_on_a_host_of_its_own_shows_its_metrics(stack: LiveStack) -> None:
    from fasi_site.local.ports import HOST, free_port

    port = free_port()
    folder = str(stack.data.path / "metrics-of-a-worker")
    stack.start_worker(FASI_METRICS_PORT=str(port), FASI_METRICS_DIR=folder)
    outfits = stack.upload(*some_photos(2))
    stack.wait_for("done", outfits)
    assert samples(f"http://{HOST}:{port}")["fasi_outfit_seconds_count"] == 2
