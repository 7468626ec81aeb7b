"""The Helm chart runs what Docker Compose runs, and knows the settings that there are."""

import json
import re
from typing import Any

import pytest
import yaml

from classifier.models import Outfit
from tests.deploy.chart import (
    CHART,
    EVERYTHING,
    ROOT,
    containers,
    environment,
    of_kind,
    pods,
    render,
)

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SAME = {
    "web": "fasi-site/site",
    "waiting": "fasi-site/waiting",
    "worker": "fasi-worker/worker",
    "chores": "fasi-maintenance/maintenance",
    "backfill": "fasi-backfill/backfill",
    "beat": "fasi-beat/beat",
    "setup": "fasi-setup/setup",
}
"""By service of Compose: the container of the chart. Its stores are others here."""
REACHED = {
    "database": {"database"},
    "broker": {"broker", "cache"},
    "storage": {"storage"},
    "outside": {"public", "mail"},
}
"""By network of Compose: values of networkPolicy."""
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
IMAGE = re.findall(r"FASI_\w+(?==)", (ROOT / "Dockerfile").read_text().partition("RUN useradd")[0])


def settings() -> set[str]:
    """The names of all variables that the project reads, but for its embedded services."""
    reads = r'(?:env\.\w+|required|environ\.get)\(\s*"(FASI_\w+)"'
    sources = (ROOT / "fasi_site").glob("*.py")
    return {name for path in sources for name in re.findall(reads, path.read_text())}


def test_each_process_of_compose_is_in_the_chart() -> None:
    ours = {name for name, service in SERVICES.items() if service.get("image") == "fasi"}
    assert ours == set(SAME)
    assert containers(render()).keys() - set(SAME.values()) == {
        *("fasi-site/static", "fasi-site/nginx", "fasi-test/test")
    }


@pytest.mark.parametrize("service", SAME)
def test_it_runs_the_same_command(service: str) -> None:
    default = json.loads((ROOT / "Dockerfile").read_text().rpartition("CMD ")[2])
    ours = containers(render())[SAME[service]]["command"]
    assert ours == SERVICES[service].get("command", default)


@pytest.mark.parametrize("service", SAME)
def test_it_has_the_settings_that_compose_gives(service: str) -> None:
    if service == "waiting":  # needs one, and has one
        assert set(environment(containers(render())[SAME[service]])) == {"FASI_DATABASE_URL"}
        return
    ours = environment(containers(render())[SAME[service]])
    assert set(SERVICES[service]["environment"]) <= set(ours)


@pytest.mark.parametrize("service", SAME)
def test_it_has_as_long_to_end(service: str) -> None:
    seconds = int(SERVICES[service].get("stop_grace_period", "10s").removesuffix("s"))
    pod = pods(render())[SAME[service].partition("/")[0]]
    assert pod.get("terminationGracePeriodSeconds", 30) >= seconds


@pytest.mark.parametrize("service", [name for name in SAME if name != "waiting"])
def test_it_reaches_what_it_reaches_in_compose(service: str) -> None:
    name = SAME[service].partition("/")[0]
    wanted = {each for network in SERVICES[service]["networks"] for each in REACHED[network]}
    if service == "chores":
        wanted -= {"public"}  # it sends mails, and no more
    if service == "beat":
        wanted -= {"cache"}  # it only publishes
    ports = dict(
        zip(("database", "broker", "cache", "storage", "mail", "public"), range(1, 7), strict=True)
    )
    policy = {each: {"ports": [port]} for each, port in ports.items()}
    rules = of_kind("NetworkPolicy", render({"networkPolicy": policy}))[name]["spec"]["egress"]
    reached = {each["port"] for rule in rules for each in rule["ports"]} - {53}
    assert reached == {ports[each] for each in wanted}


def test_the_public_internet_is_not_our_own_network() -> None:
    rules = of_kind("NetworkPolicy", render())["fasi-worker"]["spec"]["egress"]
    (public,) = (rule for rule in rules if 8443 in [each["port"] for each in rule["ports"]])
    blocks = {peer["ipBlock"]["cidr"]: peer["ipBlock"]["except"] for peer in public["to"]}
    assert "10.0.0.0/8" in blocks["0.0.0.0/0"]
    assert "fc00::/7" in blocks["::/0"]


def test_nginx_is_composes() -> None:
    service, container = SERVICES["nginx"], containers(render())["fasi-site/nginx"]
    assert container["image"] == service["image"]
    ours, theirs = environment(container), service["environment"]
    # Without TLS of its own; the pod's CPUs, not the host's.
    assert set(ours) ^ set(theirs) == {
        *("FASI_NGINX_LISTEN_TLS", "NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE")
    }
    stores = ("FASI_NGINX_STORE", "FASI_NGINX_BUCKET", "FASI_NGINX_CONNECTIONS")
    assert {name for name in set(ours) & set(theirs) if ours[name] != theirs[name]} <= set(stores)


def test_each_setting_of_the_chart_is_there() -> None:
    for container in containers(render(EVERYTHING)).values():
        names = environment(container)
        named = {name for name in names if name.startswith("FASI_") and "NGINX" not in name}
        assert named <= settings()
    assert set(IMAGE) <= settings()


def test_each_setting_can_be_given_or_is_the_charts() -> None:
    """A new setting belongs into values.schema.json, under $defs.settings.properties."""
    given = set(SCHEMA["$defs"]["settings"]["properties"])
    secret = set(SCHEMA["properties"]["secrets"]["properties"]["from"]["propertyNames"]["enum"])
    charts = {
        name
        for key, container in containers(render()).items()
        if key != "fasi-site/nginx"
        for name in environment(container)
        if name.startswith("FASI_")
    }
    assert secret <= charts
    # Of the embedded stack, of the data folder, and of the machine that trains.
    elsewhere = {
        *("FASI_EMBEDDED", "FASI_DEBUG", "FASI_MIN_FREE_MB", "FASI_METRICS_DIR"),
        *("FASI_RETRAIN_KEY", "FASI_RELEASE_KEY_PASSWORD"),
    }
    assert given.isdisjoint(charts | set(IMAGE) | elsewhere)
    assert given | charts | set(IMAGE) == settings() - elsewhere


def test_a_setting_of_a_process_comes_before_one_of_all() -> None:
    values = {
        "settings": {"FASI_CLAIM_SIZE": 16, "FASI_MAX_UPLOAD_BYTES": 31_457_280},
        "worker": {"settings": {"FASI_CLAIM_SIZE": 8}},
    }
    found = containers(render(values))
    assert environment(found["fasi-worker/worker"])["FASI_CLAIM_SIZE"] == "8"
    assert environment(found["fasi-maintenance/maintenance"])["FASI_CLAIM_SIZE"] == "16"
    assert environment(found["fasi-worker/worker"])["FASI_MAX_UPLOAD_BYTES"] == "31457280"


def test_no_service_of_the_cluster_becomes_a_setting() -> None:
    """Kubernetes would set FASI_PORT to the address of a Service that is called fasi."""
    assert all(pod["enableServiceLinks"] is False for pod in pods(render(EVERYTHING)).values())


def test_prometheus_may_ask_a_pod_by_its_address() -> None:
    site = containers(render())["fasi-site/site"]["env"]
    names = [each["name"] for each in site]
    assert names.index("POD_IP") < names.index("FASI_ALLOWED_HOSTS"), "it is filled in before"
    assert environment({"env": site})["FASI_ALLOWED_HOSTS"] == "fasi.example.org,$(POD_IP)"


def test_keda_asks_for_the_two_priorities() -> None:
    (scaled,) = of_kind(
        "ScaledObject", render({"worker": {"autoscaling": {"enabled": True}}})
    ).values()
    queries = {each["name"]: each["metadata"]["query"] for each in scaled["spec"]["triggers"]}
    assert set(queries) == {each.name.lower() for each in Outfit.Priority}
    for each in Outfit.Priority:
        assert f"priority = {each.value} " in queries[each.name.lower()]
