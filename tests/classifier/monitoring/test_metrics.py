"""`/metrics`: what it says, who may read it; no dashboard names a metric that does not exist."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.conf import settings as django_settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from classifier.drift.gauges import DriftCollector
from classifier.lifecycle.attempts import fail
from classifier.lifecycle.claims import claim_outfits
from classifier.lifecycle.failures import Failure
from classifier.lifecycle.requeue import requeue
from classifier.models import Outfit, Release
from classifier.monitoring.metrics import QueueCollector
from tests.support.images import outfit_jpeg
from worker.classification import work

Make = Callable[..., Outfit]
OPERATIONS = django_settings.BASE_DIR / "docs" / "operations"


@pytest.fixture
def sample(site: None, settings: Any) -> Callable[..., float]:
    """The value of a sample now; 0 where there is none yet."""
    settings.EMBEDDED = True

    def value(name: str, **labels: str) -> float:
        cache.delete("metrics-queue")
        text = Client().get("/metrics").content.decode()
        for family in text_string_to_metric_families(text):
            for each in family.samples:
                if each.name == name and labels.items() <= each.labels.items():
                    return each.value
        return 0.0

    return value


def test_uploads_and_refusals_are_counted(
    sample: Callable[..., float], upload: Callable[..., HttpResponse]
) -> None:
    before = {
        result: sample("fasi_uploads_total", result=result)
        for result in ("accepted", "seen_before", "not_an_image")
    }
    stored = sample("fasi_step_seconds_count", step="store")
    upload(outfit_jpeg(1))
    upload(outfit_jpeg(1))
    upload(b"no image at all, whatever its name says")
    for result, count in before.items():
        assert sample("fasi_uploads_total", result=result) == count + 1
    assert sample("fasi_step_seconds_count", step="store") == stored + 1


def test_a_scrape_within_the_network_is_not_sent_to_https(site: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.FASI_METRICS_TOKEN = "a token"
    assert Client().get("/metrics").status_code == 401
    scrape = Client().get("/metrics", headers={"Authorization": "Bearer a token"})
    assert scrape.status_code == 200
    assert Client().get("/").status_code == 301


def test_the_queue_is_shown_as_the_database_has_it(
    sample: Callable[..., float], make_outfit: Make
) -> None:
    assert sample("fasi_oldest_queued_seconds", priority="interactive") == 0
    for seed in range(3):
        make_outfit(seed)
    make_outfit(9, priority=Outfit.Priority.BATCH)
    claims = claim_outfits("w", 2)
    fail(claims[:1], Failure.ENGINE, "no")
    assert sample("fasi_queued", priority="interactive") == 1
    assert sample("fasi_queued", priority="batch") == 1
    assert sample("fasi_oldest_queued_seconds", priority="interactive") > 0
    assert sample("fasi_running") == 1
    assert sample("fasi_dead_letters") == 1


def test_an_old_photo_that_is_queued_again_is_not_an_old_queue(
    sample: Callable[..., float], make_outfit: Make
) -> None:
    outfit = make_outfit()
    fail(claim_outfits("w", 1), Failure.ENGINE, "no")
    long_ago = timezone.now() - timedelta(days=3)
    Outfit.objects.update(created=long_ago, queued_at=long_ago)
    requeue([outfit.pk])
    assert 0 < sample("fasi_oldest_queued_seconds", priority="batch") < 3600


def test_the_steps_of_a_claim_are_timed(
    sample: Callable[..., float], make_outfit: Make, release: Release
) -> None:
    steps = ("claim", "fetch", "infer", "finish")
    before = {step: sample("fasi_step_seconds_count", step=step) for step in steps}
    photos = sample("fasi_outfit_seconds_count")
    done = sample("fasi_outfits_finished_total", engine="openvino")
    make_outfit(1)
    make_outfit(2)
    work(budget_s=30)
    for step, count in before.items():
        assert sample("fasi_step_seconds_count", step=step) >= count + 1
    assert sample("fasi_outfit_seconds_count") == photos + 2
    assert sample("fasi_outfits_finished_total", engine="openvino") == done + 2


def test_elsewhere_than_on_ones_own_machine_it_wants_a_token(site: None, settings: Any) -> None:
    settings.EMBEDDED = False
    assert Client().get("/metrics").status_code == 404
    settings.FASI_METRICS_TOKEN = "a secret"
    assert Client().get("/metrics").status_code == 401
    wrong = Client(headers={"Authorization": "Bearer another"})
    assert wrong.get("/metrics").status_code == 401
    right = Client(headers={"Authorization": "Bearer a secret"})
    assert right.get("/metrics").status_code == 200


def test_requests_are_counted_by_view_never_by_path(sample: Callable[..., float]) -> None:
    before = sample("fasi_http_requests_total", view="healthz", status="200")
    answer = Client().get("/healthz")
    assert re.fullmatch("[0-9a-f]{32}", answer["X-Request-ID"])
    assert sample("fasi_http_requests_total", view="healthz", status="200") == before + 1
    Client().get("/no/such/page")
    assert sample("fasi_http_requests_total", view="other", status="404") >= 1


@pytest.mark.parametrize("file", ["grafana-dashboard.json", "alerts.yml"])
def test_dashboard_and_alerts_name_only_metrics_that_exist(site: None, file: str) -> None:
    families = [*REGISTRY.collect(), *QueueCollector().collect(), *DriftCollector().collect()]
    ends = {"gauge": [""], "counter": ["_total"], "info": ["_info"]}
    known = {
        family.name + end
        for family in families
        for end in ends.get(family.type, ["_bucket", "_sum", "_count"])
    }
    used = set(re.findall(r"\bfasi_[a-z_]+", (OPERATIONS / file).read_text()))
    assert len(used) > 5
    assert used <= known


def test_alert_rules_are_as_prometheus_reads_them() -> None:
    """What `promtool check rules` looks at, as far as it can be told without a parser of PromQL."""
    (group,) = yaml.safe_load((OPERATIONS / "alerts.yml").read_text())["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+[smhd]", rule.get("for", "1m"))
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        for opening, closing in ("()", "[]", "{}"):
            assert rule["expr"].count(opening) == rule["expr"].count(closing), rule["alert"]
        for text in rule["annotations"].values():
            assert text.count("{{") == text.count("}}")
