"""The Helm chart: Kubernetes takes what it renders, and its pods may do no more than they must."""

import re
from typing import Any

import kubernetes_validate
import pytest
from cloudcoil.models.keda.v1alpha1 import ScaledObject, TriggerAuthentication
from cloudcoil.models.prometheus_operator.v1 import PodMonitor

from tests.deploy.chart import (
    CHART,
    EVERYTHING,
    LEAST,
    Resource,
    containers,
    environment,
    of_kind,
    pods,
    render,
    run_helm,
)
from version import VERSION

VERSIONS = ("1.30", "1.37")
"""The oldest Kubernetes that the chart is for, and the newest that the schemas know."""
ADDED = {
    "ScaledObject": ScaledObject,
    "TriggerAuthentication": TriggerAuthentication,
    "PodMonitor": PodMonitor,
}
"""What KEDA and Prometheus's operator add."""
VALUES = pytest.mark.parametrize("values", [LEAST, EVERYTHING], ids=["least", "everything"])


@VALUES
def test_helm_finds_nothing_to_say(values: dict[str, Any]) -> None:
    answer = run_helm("lint", str(CHART), "--strict", values=values)
    assert answer.returncode == 0, answer.stdout
    assert "[WARNING]" not in answer.stdout


@VALUES
@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_each_resource(values: dict[str, Any], version: str) -> None:
    for resource in render(values):
        if resource["kind"] not in ADDED:
            kubernetes_validate.validate(resource, version, strict=True)


@pytest.mark.parametrize("trigger", ["postgresql", "prometheus"])
def test_keda_and_prometheus_take_theirs(trigger: str) -> None:
    scaling = EVERYTHING["worker"]["autoscaling"] | {"trigger": trigger}
    found = set()
    for resource in render({**EVERYTHING, "worker": {"autoscaling": scaling}}):
        if model := ADDED.get(resource["kind"]):
            taken = model.model_validate(resource)
            again = taken.model_dump(mode="json", by_alias=True, exclude_unset=True)
            assert again == resource, "what a schema does not know is left out"
            found.add(resource["kind"])
    assert found == set(ADDED)


def test_the_schemas_refuse_what_they_do_not_know() -> None:
    deployment = of_kind("Deployment", render())["fasi-beat"]
    wrong = {**deployment, "spec": {**deployment["spec"], "replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_the_chart_is_of_this_version() -> None:
    image = containers(render())["fasi-site/site"]["image"]
    assert image == f"fasi:{VERSION}"


def test_pods_are_restricted() -> None:
    """Kubernetes's pod security standard "restricted", and no token of the cluster's."""
    for pod in pods(render(EVERYTHING)).values():
        restricted(pod)


def restricted(pod: Resource) -> None:
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for key in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
        assert key not in pod
    assert all(
        set(volume) - {"name"} <= {"emptyDir", "configMap"} for volume in pod.get("volumes", [])
    )
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context.get("runAsUser", 1) != 0
        assert "privileged" not in context


def test_containers_say_what_they_take() -> None:
    for name, container in containers(render(EVERYTHING)).items():
        assert {"cpu", "memory"} <= set(container["resources"]["requests"]), name
        assert "memory" in container["resources"]["limits"], name


def test_no_folder_is_written_to_but_volumes_of_the_pod() -> None:
    resources = render(EVERYTHING)
    volumes = {name: pod.get("volumes", []) for name, pod in pods(resources).items()}
    for name, container in containers(resources).items():
        there = {volume["name"] for volume in volumes[name.partition("/")[0]]}
        assert {mount["name"] for mount in container.get("volumeMounts", [])} <= there, name
    empty = [each["emptyDir"] for pod in volumes.values() for each in pod if "emptyDir" in each]
    assert all("sizeLimit" in each for each in empty)


def test_what_serves_is_probed() -> None:
    found = containers(render(EVERYTHING))
    assert found["fasi-site/nginx"]["readinessProbe"]["httpGet"]["path"] == "/healthz"
    probed = {name for name, container in found.items() if "livenessProbe" in container}
    assert probed >= {
        *("fasi-site/nginx", "fasi-site/site", "fasi-site/waiting"),
        *("fasi-worker/worker", "fasi-gpu-worker/gpu-worker", "fasi-maintenance/maintenance"),
    }
    for container in found.values():
        for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
            get = container.get(kind, {}).get("httpGet", {})
            if get.get("path") == "/healthz":  # the site answers to its own name only
                assert get["httpHeaders"] == [{"name": "Host", "value": "fasi.example.org"}]


def test_secrets_are_referred_to() -> None:
    secret = re.compile("SECRET|PASSWORD|TOKEN|ACCESS_KEY|(DATABASE|BROKER|CACHE|EMAIL)_URL")
    for container in containers(render(EVERYTHING)).values():
        for variable, value in environment(container).items():
            if secret.search(variable):
                assert value["secretKeyRef"]["name"] == "fasi"
                assert value["secretKeyRef"]["key"] == variable
    assert of_kind("Secret", render(EVERYTHING)) == {}


def test_a_secret_may_come_from_elsewhere() -> None:
    elsewhere = {"secrets": {"from": {"FASI_DATABASE_URL": {"name": "db-app", "key": "uri"}}}}
    for resources in (render(elsewhere), render({**EVERYTHING, **elsewhere})):
        for container in containers(resources).values():
            if reference := environment(container).get("FASI_DATABASE_URL"):
                assert reference == {"secretKeyRef": {"name": "db-app", "key": "uri"}}
    (trigger,) = of_kind("TriggerAuthentication", render({**EVERYTHING, **elsewhere})).values()
    assert trigger["spec"]["secretTargetRef"] == [
        {"parameter": "connection", "name": "db-app", "key": "uri"}
    ]


def test_migrations_come_before_everything_else() -> None:
    resources = render(EVERYTHING)
    job = of_kind("Job", resources)["fasi-setup"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    needs = [
        of_kind("ServiceAccount", resources)[job["spec"]["template"]["spec"]["serviceAccountName"]],
        of_kind("NetworkPolicy", resources)["fasi-setup"],
    ]
    for each in needs:  # a hook is made before what is no hook
        notes = each["metadata"]["annotations"]
        assert notes["helm.sh/hook"] == "pre-install,pre-upgrade"
        assert int(notes["helm.sh/hook-weight"]) < int(
            job["metadata"]["annotations"]["helm.sh/hook-weight"]
        )
    volumes = job["spec"]["template"]["spec"]["volumes"]
    assert all("emptyDir" in volume for volume in volumes), "nothing else is there yet"


def test_selectors_find_the_pods_of_their_own() -> None:
    resources = render(EVERYTHING)
    labels = {
        name: each["spec"]["template"]["metadata"]["labels"]
        for name, each in (of_kind("Deployment", resources) | of_kind("Job", resources)).items()
    }
    selecting = {
        ("Service", "fasi"): ("spec", "selector"),
        **{
            ("PodDisruptionBudget", name): ("spec", "selector", "matchLabels")
            for name in of_kind("PodDisruptionBudget", resources)
        },
        **{
            ("NetworkPolicy", name): ("spec", "podSelector", "matchLabels")
            for name in of_kind("NetworkPolicy", resources)
        },
        **{
            ("Deployment", name): ("spec", "selector", "matchLabels")
            for name in of_kind("Deployment", resources)
        },
    }
    for (kind, name), path in selecting.items():
        selector: Any = of_kind(kind, resources)[name]
        for key in path:
            selector = selector[key]
        found = [pod for pod, given in labels.items() if selector.items() <= given.items()]
        assert found == [name if name != "fasi" else "fasi-site"], (kind, name)
    policies = of_kind("NetworkPolicy", resources)
    assert set(policies) == set(labels), "each pod has a policy"


def test_what_has_several_pods_can_lose_one() -> None:
    resources = render(EVERYTHING)
    for name, budget in of_kind("PodDisruptionBudget", resources).items():
        assert budget["spec"]["maxUnavailable"] == 1, name
    assert set(of_kind("PodDisruptionBudget", resources)) == {
        "fasi-site",
        "fasi-worker",
        "fasi-gpu-worker",
    }


def test_what_is_scaled_has_no_number_of_its_own() -> None:
    for values, without in (
        (LEAST, {"fasi-site"}),
        (EVERYTHING, {"fasi-site", "fasi-worker", "fasi-gpu-worker"}),
    ):
        resources = render(values)
        deployments = of_kind("Deployment", resources)
        assert {
            name for name, each in deployments.items() if "replicas" not in each["spec"]
        } == without
        scaled = [
            each["spec"]["scaleTargetRef"]["name"]
            for kind in ("HorizontalPodAutoscaler", "ScaledObject")
            for each in of_kind(kind, resources).values()
        ]
        assert set(scaled) == without


def test_one_beat_runs_at_a_time() -> None:
    beat = of_kind("Deployment", render())["fasi-beat"]["spec"]
    assert beat["replicas"] == 1
    assert beat["strategy"] == {"type": "Recreate"}


def test_a_gpu_worker_runs_tensorflow_on_a_gpu() -> None:
    worker = containers(render(EVERYTHING))["fasi-gpu-worker/gpu-worker"]
    assert environment(worker)["FASI_ENGINE"] == "tensorflow"
    assert worker["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert worker["image"] == f"fasi:{VERSION}-gpu"
    assert "fasi-gpu-worker" not in pods(render())
